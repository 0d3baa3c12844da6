"""Evidence: a claim with its interval, its method and the ids of what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What the evidence says of a candidate's quality against the bar."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measured figure. `unit` is spelled out; `rests_on` names a journal, plan or item set."""

    claim: str
    subject: str
    estimate: float
    low: float
    high: float
    unit: str
    method: str
    count: int
    rests_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QualityEvidence:
    """How often a candidate's answers were accepted, and how that compares with the bar.

    `accepted` of `items` answers passed; `low` and `high` bound the rate at the level the
    method states. All are zero for an unmeasured candidate.
    """

    candidate: str
    standing: Standing
    items: int
    accepted: int
    rate: float
    low: float
    high: float
    method: str
    p_value: float | None = None
    malformed: int = 0
    stopped_at: int | None = None
    field_rate: float | None = None


@dataclass(frozen=True, slots=True)
class PairedEvidence:
    """A difference of accept rates on the same items: `candidate` minus `reference`."""

    candidate: str
    reference: str
    difference: float
    low: float
    high: float
    only_candidate: int
    only_reference: int
    items: int
    verdict: str
    method: str


@dataclass(frozen=True, slots=True)
class ServingEvidence:
    """What an answer took: mean tokens, times in seconds, at the stated concurrency.

    `busy_seconds` is how long one machine was occupied by one request, on average, and
    `first_token_seconds` the median wait for the first piece of text.
    """

    candidate: str
    answers: int
    input_tokens: float
    output_tokens: float
    cached_tokens: float
    busy_seconds: float
    first_token_seconds: float
    median_seconds: float
    p95_seconds: float
    p95_low: float
    p95_high: float
    longest_seconds: float
    concurrency: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """Mean tokens of a request: its input, the prefix that all inputs share, its output.

    `measured_by` names what counted them: the endpoint itself, a tokenizer standing in for it, or
    whomever the author of a draft has it from.
    """

    input: float
    shared_input: float
    output: float
    measured_by: str


@dataclass(frozen=True, slots=True)
class TrialEvidence:
    """All that a trial says, and the plan and journal it can be checked against.

    `lengths` holds a row for every candidate, measured or not; `unmeasured` maps those without
    answers to the reason. Without a trial both digests are empty and nobody is measured.
    """

    workload: str
    plan_digest: str
    journal_digest: str
    items: int
    quality: tuple[QualityEvidence, ...]
    paired: tuple[PairedEvidence, ...]
    serving: tuple[ServingEvidence, ...]
    lengths: tuple[tuple[str, Lengths], ...]
    unmeasured: tuple[tuple[str, str], ...]

    def lengths_of(self, candidate: str) -> Lengths:
        """The mean token counts of a candidate's requests; raises KeyError where unknown."""
        return dict(self.lengths)[candidate]

    def quality_of(self, candidate: str) -> QualityEvidence:
        """The quality evidence of a candidate; raises KeyError where it was not in the trial."""
        for row in self.quality:
            if row.candidate == candidate:
                return row
        raise KeyError(candidate)

    def serving_of(self, candidate: str) -> ServingEvidence | None:
        """What serving it took, or None where it answered nothing."""
        return next((row for row in self.serving if row.candidate == candidate), None)
