"""`equipoise bill` as a user meets it: files in, the page out, in a process of its own."""

from __future__ import annotations

import csv
import json
import socket
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.compose.command import run

from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload

EXAMPLE = Path(__file__).parents[2] / "examples/first-bill"
FILES = [str(path) for path in sorted(EXAMPLE.iterdir()) if path.suffix in {".json", ".csv"}]
DAY = ("--date", "2026-11-24")
# Anthropic's list prices a million tokens: input, five-minute write, read from the cache, output
# (the vendor's pricing page, 2026-11).
ANTHROPIC = {
    "claude-sonnet-4-5-20250929": ("3", "3.75", "0.30", "15"),
    "claude-haiku-4-5-20251001": ("1", "1.25", "0.10", "5"),
}
COLUMNS = (
    "usage_input_tokens_no_cache",
    "usage_input_tokens_cache_write_5m",
    "usage_input_tokens_cache_read",
    "usage_output_tokens",
)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The example's page: its folder and its JSON."""
    folder = tmp_path_factory.mktemp("bill")
    done = run(folder, "bill", *FILES, *DAY, "--json")
    assert done.returncode == 0, done.stderr
    return folder / "bill", json.loads(done.stdout)


def invoiced_by_openai() -> Decimal:
    """What the costs export says, counted by hand."""
    pages = json.loads((EXAMPLE / "openai-costs.json").read_text(), parse_float=Decimal)
    rows = (row for bucket in pages["data"] for row in bucket["results"])
    return sum((Decimal(row["amount"]["value"]) for row in rows), Decimal(0))


def listed_by_anthropic() -> Decimal:
    """Usage times list price, counted by hand."""
    with (EXAMPLE / "anthropic-usage.csv").open() as file:
        rows = list(csv.DictReader(file))
    return sum(
        (
            Decimal(row[column]) * Decimal(price) / 1_000_000
            for row in rows
            for column, price in zip(COLUMNS, ANTHROPIC[row["model_version"]], strict=True)
        ),
        Decimal(0),
    )


def test_the_total_is_the_invoice_and_what_list_prices_make_of_the_rest(
    example: tuple[Path, dict[str, Any]],
) -> None:
    _, page = example

    assert Decimal(page["total_usd"]) == invoiced_by_openai() + listed_by_anthropic()


def test_every_breakdown_adds_up_to_the_total(example: tuple[Path, dict[str, Any]]) -> None:
    _, page = example
    sums = [
        sum(Decimal(row["usd"]) for row in breakdown["rows"]) for breakdown in page["breakdowns"]
    ]

    assert sums == [Decimal(page["total_usd"])] * len(sums)
    assert sum(Decimal(day["usd"]) for day in page["trend"]["days"]) == Decimal(page["total_usd"])


def test_the_residual_is_the_discount_that_the_invoice_has(
    example: tuple[Path, dict[str, Any]],
) -> None:
    _, page = example
    rows = {row["name"]: row for row in page["reconciliation"]["by_model"]}
    (searches,) = page["reconciliation"]["unattributed"]
    discounted = [
        row
        for row in page["reconciliation"]["by_day"]
        if row["residual_usd"] and Decimal(row["residual_usd"]) < -1
    ]

    # Six in a hundred less on GPT-4.1, and only from the 15th on.
    assert Decimal(rows["gpt-4.1"]["residual_usd"]) < -50
    known = {
        name: Decimal(row["residual_usd"]) for name, row in rows.items() if row["residual_usd"]
    }
    assert {name for name, residual in known.items() if abs(residual) > 1} == {"gpt-4.1"}
    # Anthropic's usage came without an invoice: there is nothing to compare it with.
    assert rows["claude-sonnet-4-5"]["invoiced_usd"] is None
    assert min(row["name"] for row in discounted) == "2026-10-15"
    assert searches["name"].startswith("web search tool calls")


def test_the_same_files_on_the_same_day_give_the_same_bytes(
    example: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    folder, _ = example
    done = run(tmp_path, "bill", *reversed(FILES), *DAY)

    assert done.returncode == 0
    for name in ("bill.html", "spend.csv"):
        assert (tmp_path / "bill" / name).read_bytes() == (folder / name).read_bytes()


def test_a_draft_is_a_workload_file_that_decide_prices(
    example: tuple[Path, dict[str, Any]],
) -> None:
    folder, page = example
    drafts = [folder / f"{draft['name']}.toml" for draft in page["drafts"]]
    done = run(folder, "decide", *map(str, drafts), *DAY, "--json")
    decided = json.loads(done.stdout)["workloads"]

    assert len(drafts) == 3
    assert [load_workload(path, load_settings(None)).items for path in drafts] == [(), (), ()]
    assert done.returncode == 5, done.stderr
    assert {row["plan"]["kind"] for row in decided} == {"undecided"}
    assert all(row["plans"][0]["monthly_usd"] > 0 for row in decided)


def test_a_sum_and_a_model_are_enough_and_two_engineers_eat_the_ceiling(tmp_path: Path) -> None:
    done = run(tmp_path, "bill", "--monthly", "40000", "--model", "gpt-5-mini", *DAY, "--json")
    page = json.loads(done.stdout)
    ceiling = page["ceiling"]

    assert done.returncode == 0, done.stderr
    assert Decimal(page["total_usd"]) == 40_000
    assert page["advice"] in {"stay", "stay_except"}
    assert page["answer"].startswith("Do not migrate")
    assert ceiling["net"]["central"] < 0.1 * 40_000
    assert ceiling["engineers"] == 2
    assert "machines alone, with their spares, would cost" in ceiling["why"]
    assert page["break_even"]["usd"] is None or page["break_even"]["usd"] > 40_000


def test_nothing_leaves_the_machine(tmp_path: Path) -> None:
    # A name server and a proxy that nobody is to speak to.
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
        done = run(tmp_path, "bill", *FILES, *DAY, HTTPS_PROXY=proxy, HTTP_PROXY=proxy)
        with pytest.raises(TimeoutError):
            server.accept()

    assert done.returncode == 0, done.stderr


def test_words_are_for_people_and_rows_for_programs(tmp_path: Path) -> None:
    done = run(tmp_path, "bill", *FILES, *DAY)
    rows = [line.split("\t") for line in done.stdout.splitlines()]

    assert rows[0] == ["dimension", "name", "usd", "tokens", "requests"]
    assert {row[0] for row in rows[1:]} == {"vendor", "project", "key", "model"}
    assert "Page    bill/bill.html" in done.stderr
    assert "Next: equipoise decide bill/" in done.stderr


def test_a_column_of_ones_own_is_kept_and_grouped_by(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "timestamp,model,input_tokens,output_tokens,cost_usd,Cost Centre\n"
        "2026-11-01T10:00:00Z,gpt-5-mini,1000,100,0.45,north\n"
        "2026-11-02T10:00:00Z,gpt-5-mini,1000,100,0.55,south\n"
    )
    done = run(tmp_path, "bill", "log.csv", "--by", "Cost Centre", *DAY)
    rows = [line.split("\t")[:3] for line in done.stdout.splitlines()]

    assert ["cost_centre", "south", "0.55"] in rows
    assert ["cost_centre", "north", "0.45"] in rows


def test_a_formula_in_a_name_is_no_formula_in_what_is_written(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "timestamp,model,input_tokens,output_tokens,cost_usd,project\n"
        '2026-11-01T10:00:00Z,gpt-5-mini,1000,100,0.45,"=HYPERLINK(""http://x"",""y"")"\n'
        "2026-11-01T10:00:00Z,gpt-5-mini,1000,100,0.45,<script>alert(1)</script>\n"
    )
    done = run(tmp_path, "bill", "log.csv", *DAY)
    with (tmp_path / "bill/spend.csv").open() as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    html = (tmp_path / "bill/bill.html").read_text()

    assert done.returncode == 0, done.stderr
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert "<script>alert" not in html
    for path in (tmp_path / "bill").glob("*.toml"):
        assert tomllib.loads(path.read_text())["version"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Give usage or cost exports"),
        (["--monthly", "40000"], "Give usage or cost exports"),
        (["a.csv", "--monthly", "1", "--model", "gpt-5-mini"], "not both"),
        (["--monthly", "much", "--model", "gpt-5-mini"], "'much' is no amount above zero"),
        (["--monthly", "-5", "--model", "gpt-5-mini"], "'-5' is no amount above zero"),
        (["--monthly", "nan", "--model", "gpt-5-mini"], "'nan' is no amount above zero"),
        (["a.csv", "--rate", "EUR"], "'EUR' is no rate"),
        (["a.csv", "--rate", "EUR=0"], "'0' is no amount above zero"),
        (["a.csv", "--rate", "EUR=1,08"], "'EUR=1,08' is no rate"),
        (["a.csv", "--rate", "EUR=1.08", "--rate", "eur=1.1"], "EUR has its rate already"),
        (["a.csv", "--rate", "USD=5"], "USD has its rate already"),
        (["--monthly", "40.000", "--model", "gpt-5-mini"], "write it without separators"),
        (["--monthly", "40,5", "--model", "gpt-5-mini"], "'40,5' is no amount above zero"),
        (["--monthly", "5", "--model", "gpt-5-mini", "--input-share", "1"], "1"),
    ],
)
def test_what_does_not_fit_together_is_a_usage_error(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = run(tmp_path, "bill", *arguments)

    assert done.returncode == 2
    assert words in done.stderr


def test_a_model_nobody_prices_is_not_found(tmp_path: Path) -> None:
    done = run(tmp_path, "bill", "--monthly", "5", "--model", "our-own-9b")

    assert done.returncode == 4
    assert "no price list has a model 'our-own-9b'" in done.stderr


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    done = run(tmp_path, "bill", "odd.csv", "absent.csv", *FILES)

    assert done.returncode == 3
    assert "odd.csv" in done.stderr
    assert "absent.csv" in done.stderr
    assert not (tmp_path / "bill").exists()


def test_what_is_dated_after_the_day_is_set_aside_and_said(tmp_path: Path) -> None:
    done = run(tmp_path, "bill", *FILES, "--date", "2026-10-16", "--json")
    page = json.loads(done.stdout)
    notes = [note["text"] for note in page["notes"] if note["kind"] == "future"]

    assert page["last_day"] == "2026-10-16"
    assert "dated after 2026-10-16" in notes[0]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bill").write_text("in the way")
    done = run(tmp_path, "bill", "--monthly", "5", "--model", "gpt-5-mini")

    assert done.returncode == 3
    assert "nothing can be written here" in done.stderr
