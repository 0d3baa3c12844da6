"""What a workload file may say: one pydantic model a table, each key with its meaning.

Whatever needs a second key, or something outside its table, is checked in `workload_checks`:
pydantic looks at a whole table only once each of its keys is right, and a reader wants to hear of
everything at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from equipoise.domain.workload import DataClass, LicenceUse, StoppingRule, Way

Fraction = Annotated[float, Field(gt=0, lt=1)]
Probability = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]
Text = Annotated[str, Field(pattern=r"\S")]
FieldKind = Literal["number", "integer", "string", "boolean"]


def _field(value: Any) -> Any:
    """Refuse what is no field of an answer in one sentence, where a union would give several."""
    kinds = get_args(FieldKind)
    if isinstance(value, list):
        words = [word for word in value if isinstance(word, str) and word.strip()]
        if not value or len(set(words)) < len(value):
            raise ValueError("a list of allowed words holds at least one text, and none twice")
    elif value not in kinds:
        raise ValueError(f"is neither a list of allowed words nor one of {', '.join(kinds)}")
    return value


Answer = Annotated[
    dict[str, Annotated[FieldKind | list[str], BeforeValidator(_field)]], Field(min_length=1)
]
_ANSWER: TypeAdapter[dict[str, FieldKind | list[str]]] = TypeAdapter(Answer)


class Table(BaseModel):
    """A table whose keys are all known and whose values are of TOML's own kinds.

    Errors are worded in `problems`; pydantic's own text never repeats a value.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class TaskTable(Table):
    system: Text = Field(description="the instruction given with every request")
    items: str | None = Field(
        default=None,
        description="a file of labelled items, beside the workload file; or say it in `[items]`",
    )
    shots: str | None = Field(default=None, description="a JSONL file of worked examples")
    scorer: str | None = Field(
        default=None, description="the rule that compares an answer with its gold"
    )
    options: dict[str, Any] = Field(default={}, description="the table of the scorer's own options")
    allow_code: bool = Field(
        default=False, description="whether a scorer may run code, yours or that of models"
    )
    max_output_tokens: int = Field(gt=0, le=32_768, description="the longest answer, in tokens")
    answer: Answer | None = Field(
        default=None,
        description="the table of an answer's fields: a kind, or the list of allowed words",
    )
    judged: list[str] = Field(
        default=[], description="the list of fields that gold holds and the scorer compares"
    )


class ItemsTable(Table):
    path: Text = Field(
        description="the file or dataset's folder, beside the workload file: JSON lines, CSV, "
        "Parquet or a log of calls"
    )
    input: Text = Field(default="input", description="the column of the question")
    expected: Text = Field(default="expected", description="the column of the right answer")
    id: Text = Field(
        default="id", description="the column of the item's name, made of its content without one"
    )
    cluster: Text = Field(
        default="cluster", description="the column that ties items that are not independent"
    )
    slice: Text = Field(
        default="slice", description="the column that names the part of the traffic"
    )
    weight: Text = Field(
        default="weight", description="the column of how many questions an item stands for"
    )
    split: Text | None = Field(
        default=None,
        description="the split of a folder to take, or the rows whose column `split` says so",
    )


class NonInferiorityTable(Table):
    incumbent: str = Field(description="the id of the candidate to compare with")
    margin: Fraction = Field(description="how much worse is still good enough, as a fraction")


class VolumeTable(Table):
    requests_per_month: int = Field(
        gt=0, le=10**11, description="the mean number of requests a month"
    )
    peak_to_mean: float = Field(ge=1, le=1000, description="the busiest hour over the mean hour")


class LengthsTable(Table):
    input_tokens: float = Field(gt=0, description="the mean length of a request")
    output_tokens: float = Field(gt=0, description="the mean length of an answer")
    shared_input_tokens: Amount = Field(
        default=0, description="the length of the prefix that every request repeats"
    )
    counted_by: Text = Field(
        description="who counted, such as the vendor's usage export of 2026-10"
    )


class RequirementsTable(Table):
    quality_floor: Fraction | None = Field(
        default=None, description="the share of answers that must be accepted, as a fraction"
    )
    non_inferiority: NonInferiorityTable | None = Field(
        default=None, description="the table that compares with an incumbent, within a margin"
    )
    latency_p95_ms: float = Field(gt=0, description="the 95th percentile allowed, in ms")
    availability: Fraction = Field(description="the share of time it must answer, such as 0.99")
    capabilities: list[str] = Field(default=[], description="what the target must be able to do")
    licence_use: list[Annotated[LicenceUse, Field(strict=False)]] = Field(
        min_length=1, description="what the organisation does with the model"
    )
    budget_usd_per_month: float | None = Field(
        default=None, gt=0, description="the most that may be spent a month, in USD"
    )
    volume: VolumeTable = Field(description="the table of how much is asked, and how unevenly")
    lengths: LengthsTable | None = Field(
        default=None, description="the table of a draft's lengths in tokens, where it has no items"
    )


class OrganisationTable(Table):
    monthly_active_users: int | None = Field(
        default=None, ge=0, description="the number of people who use its products in a month"
    )
    annual_revenue_usd: float | None = Field(
        default=None, ge=0, description="what the organisation takes in a year, in USD"
    )
    domicile: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="its country as two capitals, such as IE"
    )


class CostsTable(Table):
    rejected_answer_usd: Amount = Field(description="what putting right one bad answer costs")
    engineer_usd_per_year: float = Field(gt=0, description="an engineer's loaded cost a year")
    self_hosting_fte: Amount = Field(description="engineers needed to run our own model")
    vendor_fte: Amount = Field(description="engineers needed to run against a vendor")
    egress_gb_per_request: Amount = Field(
        default=0.0, description="gigabytes that leave our own data centre for one answer"
    )
    figures: dict[str, Amount] = Field(
        default={}, description="your own figures in place of the catalog's ranges, by their ids"
    )


class TrialTable(Table):
    items: int = Field(default=60, ge=10, description="how many items are asked")
    seed: int = Field(default=1, ge=0, description="the number that the trial's draws begin with")
    alpha: float = Field(
        default=0.05, gt=0, le=0.2, description="the chance of a wrong verdict that is accepted"
    )
    stopping: StoppingRule = Field(
        default=StoppingRule.FIXED, strict=False, description="the rule that ends the trial"
    )
    confidence: float = Field(
        default=0.8, gt=0.5, lt=1, description="how sure a decision must be that its plan is best"
    )
    repeats: int = Field(
        default=1, ge=1, le=100, description="how often each item is put to a candidate"
    )
    budget_usd: float | None = Field(
        default=None, gt=0, description="the most that the trial's calls may cost, in USD"
    )
    budget_minutes: float | None = Field(
        default=None, gt=0, description="the most that one run of it may take, in minutes"
    )


class AssumeTable(Table):
    accept_rate_low: Probability = Field(description="the lowest accept rate you would believe")
    accept_rate_high: Probability = Field(description="the highest accept rate you would believe")
    why: str = Field(min_length=8, description="why you believe it, in a sentence")


class PricesTable(Table):
    procurement: Way = Field(
        default=Way.ON_DEMAND, strict=False, description="how our own machines are had"
    )
    usd_per_hour: float | None = Field(
        default=None, gt=0, description="what the machine rents for, in USD an hour"
    )
    usd_purchase: float | None = Field(
        default=None, gt=0, description="what all accelerators of a machine cost new, in USD"
    )
    input_usd_per_million: Amount | None = Field(
        default=None, description="what a vendor asks you for a million input tokens, in USD"
    )
    output_usd_per_million: Amount | None = Field(
        default=None, description="what it asks for a million output tokens, in USD"
    )
    cached_usd_per_million: Amount | None = Field(
        default=None, description="what it asks for a million input tokens from its cache, in USD"
    )
    committed_usd_per_month: float | None = Field(
        default=None, gt=0, description="what you promised to spend there a month, in USD"
    )
    committed_discount: Probability = Field(
        default=0.0, description="the share that this takes off every fee"
    )


class CandidateTable(Table):
    target: str = Field(description="endpoint/model, such as local/smollm2-135m-instruct")
    id: str | None = Field(
        default=None,
        pattern="^[a-z0-9][a-z0-9._/-]*$",
        description="its name in the record: a-z, 0-9 and . _ / -",
    )
    shots: int = Field(default=0, ge=0, description="how many worked examples are shown")
    hardware: str | None = Field(default=None, description="the machine for our own copy")
    assume: AssumeTable | None = Field(
        default=None, description="the table of what you take its quality to be, unmeasured"
    )
    recorded: str | None = Field(
        default=None,
        min_length=1,
        description="a JSONL log of its answers, beside the workload file, in place of asking it",
    )
    bench: str | None = Field(
        default=None,
        min_length=1,
        description="a load test of our own copy, beside the workload file: its measured speed",
    )
    prices: PricesTable = Field(
        default=PricesTable(), description="the table of what you pay where that is not the list's"
    )

    @property
    def name(self) -> str:
        """The id, given or made."""
        return self.id if self.id is not None else made_id(self.target, self.shots)


class WorkloadFile(Table):
    """The whole file."""

    version: Literal[1] = Field(description="the version of this format: 1")
    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$", description="a short name: a-z, 0-9 and -")
    title: Text = Field(description="one line that says what the workload does")
    data_class: DataClass = Field(
        default=DataClass.RESTRICTED, strict=False, description="how far its data may travel"
    )
    incumbent: str | None = Field(default=None, description="the candidate in use today")
    task: TaskTable = Field(description="the table of what is asked and how answers are judged")
    items: ItemsTable | None = Field(
        default=None, description="the table of where the labelled items are, column by column"
    )
    requirements: RequirementsTable = Field(description="the table of what any plan must satisfy")
    organisation: OrganisationTable = Field(
        default=OrganisationTable(), description="the table of facts that licences ask about"
    )
    costs: CostsTable = Field(description="the table of what the organisation says of its costs")
    trial: TrialTable = Field(default=TrialTable(), description="the table of how the trial is run")
    candidates: list[CandidateTable] = Field(
        min_length=1, description="the tables of what is compared, one [[candidates]] each"
    )


def made_id(target: str, shots: int) -> str:
    """The id of a candidate that was given none."""
    return target if shots == 0 else f"{target}/{shots}-shot"


def gold_schema(
    schema: dict[str, Any] | None, judged: Sequence[object] | None
) -> dict[str, Any] | None:
    """The schema of a gold answer: only the `judged` fields of an answer's, or all of them.

    What is not judged is the model's working, such as the words it read the answer from. None
    where `judged` names what is no field: no gold answer could be held against that.
    """
    if schema is None or not judged:
        return schema
    if any(name not in list(schema["properties"]) for name in judged):
        return None
    properties = {name: kind for name, kind in schema["properties"].items() if name in judged}
    return {**schema, "properties": properties, "required": list(properties)}


def answer_schema(answer: object) -> dict[str, Any] | None:
    """The JSON schema that an answer's fields mean: one object, all of them, nothing else.

    None where `answer` is not what `task.answer` may be.
    """
    try:
        fields = _ANSWER.validate_python(answer, strict=True)
    except ValidationError:
        return None
    properties: dict[str, Any] = {
        name: {"type": "string", "enum": kind} if isinstance(kind, list) else {"type": kind}
        for name, kind in fields.items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
