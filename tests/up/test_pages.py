"""The console's application in this process: what it reads, what it serves, what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest
from starlette.testclient import TestClient
from tests.decisions.cases import make_case, small
from tests.ledger.records import attempt, record
from tests.up.conftest import NOON

from equipoise.compose.decide import write
from equipoise.compose.live import make_snapshot
from equipoise.compose.pages import make_pages, overview, read_decisions, services
from equipoise.config.settings import Settings, load_settings
from equipoise.decisions.decide import decide
from equipoise.domain.decision import Portfolio
from equipoise.domain.ports import Ledger
from equipoise.domain.record import Outcome
from equipoise.errors import LedgerError
from equipoise.testing.ledger import MemoryLedger

SETTINGS = """
[models.chat]
targets = ["openai/gpt-5-mini", "local/smollm2-135m-instruct"]
workload = "letters"

[models.secret]
targets = ["openai/gpt-5-mini"]

[models.routed]
policy = "POLICY"

[workloads.letters]
data_class = "public"
"""


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return Portfolio("41f6c2", date(2026, 11, 2), (decide(make_case(small("ours", 396)), 1),))


@pytest.fixture(scope="module")
def written(portfolio: Portfolio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the decision's records and its policy."""
    folder = tmp_path_factory.mktemp("written")
    write(portfolio, folder / "decisions")
    return folder


@pytest.fixture
def settings(tmp_path: Path, written: Path) -> Settings:
    """Settings with a policy, and the decision that wrote it, to be changed at will."""
    copytree(written, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "equipoise.toml"
    policy = next(tmp_path.glob("decisions/*/policy-*.json")).relative_to(tmp_path).as_posix()
    path.write_text(SETTINGS.replace("POLICY", policy))
    return load_settings(path)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def client(settings: Settings, ledger: Ledger) -> Iterator[TestClient]:
    pages = make_pages(settings, ledger, lambda: NOON)
    with TestClient(pages, base_url="http://127.0.0.1:8081", follow_redirects=False) as asking:
        yield asking


@pytest.mark.parametrize("text", ["", SETTINGS])
def test_the_services_are_those_that_the_gateway_has(
    tmp_path: Path, settings: Settings, text: str
) -> None:
    if not text:
        (tmp_path / "bare.toml").write_text("")
        settings = load_settings(tmp_path / "bare.toml")
    theirs = make_snapshot(settings, NOON.date()).services
    ours = services(settings, NOON.date())

    assert [row.name for row in ours] == list(theirs)
    for row in ours:
        service = theirs[row.name]
        policy = service.policy
        routed = (*(r.target for r in policy.routes), *policy.fallbacks) if policy else ()
        assert (row.workload, row.data_class) == (service.workload, service.data_class.value)
        assert tuple(it.target for it in row.targets) == (routed or service.targets)
        assert row.policy == (policy.id if policy else "")


def test_a_target_says_what_stands_between_it_and_the_data(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    rows = {row.name: row for row in services(settings, NOON.date())}

    assert rows["chat"].targets[0].obstacle == "no key: OPENAI_API_KEY is not set"
    assert rows["chat"].targets[1].obstacle == ""
    assert rows["secret"].targets[0].obstacle.startswith("restricted data may not go there without")


def test_days_are_added_up_and_every_request_counts_once(
    settings: Settings, ledger: MemoryLedger
) -> None:
    one = record("one")
    day_later = replace(record("two"), started_ms=one.started_ms + 86_400_000)
    ledger.append(one)
    ledger.append(day_later)
    ledger.append(replace(record("three", attempt("x")), outcome=Outcome.FAILED))
    seen = overview(settings, ledger, NOON)

    assert (seen.requests, seen.failed) == (3, 1)
    vendor = next(row for row in seen.spend if row.target == "openai/gpt-5-mini")
    assert (vendor.requests, vendor.failed) == (3, 1)
    assert (vendor.cost_pico, vendor.estimated_pico) == (2100, 1400)
    assert (vendor.first, vendor.last) == ("2026-03-01", "2026-03-02")
    assert sum(row.cost_pico for row in seen.spend) == sum(r.cost_pico for r in ledger.records())


def test_a_request_put_to_no_target_is_on_the_page_too(
    client: TestClient, ledger: MemoryLedger
) -> None:
    refused = replace(record("one", attempt("x")), attempts=(), workload="", data_class="")
    ledger.append(replace(refused, outcome=Outcome.REFUSED, status=404))

    assert "put to none" in client.get("/").text


def test_the_page_and_its_twin_say_the_same(client: TestClient, portfolio: Portfolio) -> None:
    page, twin = client.get("/"), client.get("/overview.json")

    assert page.status_code == twin.status_code == 200
    assert portfolio.decisions[0].title in page.text
    row = twin.json()["decisions"][0]
    assert row["plan"] == portfolio.decisions[0].plan.kind.value
    assert row["confidence"] == pytest.approx(portfolio.decisions[0].confidence)


def test_a_decision_leads_to_its_report(client: TestClient, settings: Settings) -> None:
    link = client.get("/overview.json").json()["decisions"][0]["report"]
    report = client.get(link)

    assert link == "/decisions/2026-11-02-41f6c2/report.html"
    assert report.status_code == 200
    assert report.content == (Path(settings.live.decisions).parent / link[1:]).read_bytes()


def test_the_newest_decision_comes_first_and_what_is_none_is_counted(
    settings: Settings, portfolio: Portfolio
) -> None:
    folder = Path(settings.live.decisions)
    write(replace(portfolio, id="later0", decided_on=date(2026, 11, 20)), folder)
    (folder / "empty").mkdir()
    (folder / "2026-11-21-future").mkdir()
    text = (folder / "2026-11-20-later0" / "decision.json").read_text()
    newer = text.replace("equipoise.decision/1", "equipoise.decision/99")
    (folder / "2026-11-21-future" / "decision.json").write_text(newer)
    rows, unread = read_decisions(folder)

    assert [row.report.split("/")[2] for row in rows] == ["2026-11-20-later0", "2026-11-02-41f6c2"]
    assert unread == 2


def test_where_nothing_was_decided_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "absent") == ((), 0)


@pytest.mark.parametrize(
    "folder", ["..", ".", "%2e%2e", "..%2f2026-11-02-41f6c2", ".hidden", "a%00b", "absent"]
)
def test_a_way_out_of_the_folder_is_refused(
    client: TestClient, settings: Settings, folder: str
) -> None:
    outside = Path(settings.live.decisions).parent / "report.html"
    outside.write_text("outside")
    (Path(settings.live.decisions) / ".hidden").mkdir()
    (Path(settings.live.decisions) / ".hidden" / "report.html").write_text("outside")

    sent = client.get(f"http://127.0.0.1:8081/decisions/{folder}/report.html")
    assert sent.status_code == 404
    assert "outside" not in sent.text


def test_a_link_out_of_the_folder_is_not_followed(client: TestClient, settings: Settings) -> None:
    outside = Path(settings.live.decisions).parent / "outside"
    outside.mkdir()
    (outside / "report.html").write_text("outside")
    (Path(settings.live.decisions) / "linked").symlink_to(outside)
    inside = Path(settings.live.decisions) / "file"
    inside.mkdir()
    (inside / "report.html").symlink_to(outside / "report.html")

    assert client.get("/decisions/linked/report.html").status_code == 404
    assert client.get("/decisions/file/report.html").status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/overview.json", "/decisions/2026-11-02-41f6c2/report.html"]
)
def test_every_page_forbids_scripts_frames_and_keeping(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_on_the_loopback_no_other_name_is_answered(client: TestClient) -> None:
    assert client.get("/", headers={"host": "localhost:8081"}).status_code == 200
    assert client.get("/", headers={"host": "rebound.example"}).status_code == 400


def test_the_console_only_reads(client: TestClient) -> None:
    assert client.post("/").status_code == 405
    assert client.post("/overview.json").status_code == 405


def test_a_ledger_that_cannot_be_read_is_said_in_words(settings: Settings) -> None:
    class Broken(MemoryLedger):
        def summary(self, by: tuple[str, ...] = ("workload",)) -> tuple[()]:
            raise LedgerError("the ledger is damaged", hint="Restore it from a copy.")

    pages = make_pages(settings, Broken(), lambda: NOON)
    with TestClient(pages, base_url="http://127.0.0.1:8081") as asking:
        reply = asking.get("/")

    assert reply.status_code == 500
    assert reply.text == "the ledger is damaged. Restore it from a copy."
