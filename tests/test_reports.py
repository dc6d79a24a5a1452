"""The report of the last runs: as text, as JSON, as a page; the table of `status`."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.cli import tindothi
from crawler.commands.reportpage import page
from crawler.reports import Report, Reported, as_table, as_text, verdict
from crawler.types import Failure, Mend, Run
from tests.storing import Stage, article, settled, visit
from tests.test_incidents import incident
from tests.test_incidents_stored import DOWN

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'&\x00\x1b[31m\ud800"
RUN = Run(
    source="haiphong",
    started=NOW,
    ended=NOW + timedelta(minutes=3),
    fetched=7,
    listings=1,
    new=3,
    rejected=3,
    reasons={"NoText": 2, "Captcha": 1},
    failed=2,
    failure=Failure(url=f"https://haiphong.example/{HOSTILE}", kind="HTTP 503", message=HOSTILE, at=NOW),
)
SOURCE = Reported(
    name="haiphong", title="Thành phố Hải Phòng", state="unverified", run=RUN, articles=12, pending=4, last_new=NOW
)
REPORT = Report(
    at=NOW,
    sources=(SOURCE, replace(SOURCE, name="tcnn", title="", state="verified", run=None, last_new=None)),
    wrong=(incident(source="haiphong", detail=f"no listing could be read; {HOSTILE}", returns=2),),
    over=(incident(source="", closed=NOW + timedelta(hours=1)),),
)


def test_the_first_sentence() -> None:
    assert verdict(replace(REPORT, wrong=())) == "All well."
    assert verdict(REPORT) == "1 incident is open."
    assert verdict(replace(REPORT, wrong=[*REPORT.wrong, *REPORT.wrong])) == "2 incidents are open."


def test_the_text_says_what_is_wrong_and_what_to_do() -> None:
    said = as_text(replace(REPORT, sources=(replace(SOURCE, run=replace(RUN, failure=None)), *REPORT.sources[1:])))
    assert said.splitlines()[:4] == [
        "tindothi, 22/11/2026 12:00: 1 incident is open.",
        "",
        "haiphong: cannot be read (HTTP 503), since 22/11/2026 12:00, again",
        "  no listing could be read; <script>alert(1)</script>\"'& [31m",
    ]
    assert said.splitlines()[-2:] == [
        "haiphong (unverified): 22/11/2026 12:03: 7 fetched: 1 listings, 3 new, 3 rejected (Captcha 1, NoText 2);"
        " 2 without an answer; 4 pending",
        "tcnn: never crawled",
    ]


def test_what_to_put_into_the_file_of_a_degraded_source_is_told_in_each_form() -> None:
    mend = Mend(
        because="1 without an article", listings=(("page", "https://a.example/"),), articles=(r"-(\d+)$",), found=9
    )
    report = replace(REPORT, sources=(replace(SOURCE, run=replace(RUN, mend=mend)),))
    wanted = r"put into its file: articles = ['-(\d+)$']"
    assert as_text(report).count(wanted) == page(report).decode().count(wanted) == 1
    assert as_table(report)["sources"]["haiphong"]["run"]["degraded"]["found"] == 9
    assert as_table(REPORT)["sources"]["haiphong"]["run"]["degraded"] is None


def test_scripts_get_all_of_it() -> None:
    table = json.loads(json.dumps(as_table(REPORT)))
    assert table["total"]["reasons"] == {"Captcha": 1, "NoText": 2}
    assert table["sources"]["haiphong"]["run"]["failed"] == 2
    assert table["sources"]["haiphong"]["run"]["well"] is True
    assert table["sources"]["tcnn"]["run"] is None
    assert [(one["source"], one["closed"] is None) for one in table["incidents"]] == [("haiphong", True), ("", False)]


def test_the_page_holds_what_the_text_does_and_runs_nothing() -> None:
    tree = html.document_fromstring(page(REPORT))
    shown = " ".join(str(tree.xpath("string(//main)")).split())
    assert "haiphong: cannot be read (HTTP 503)" in shown and "came back 2 times" in shown
    assert "What to do: open the site in a browser" in shown
    assert "3 rejected (Captcha 1, NoText 2); 2 without an answer" in shown
    assert "<script>alert(1)</script>" in shown
    assert tree.xpath("//script|//img|//iframe|//@onerror|//main//a") == []
    policy = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert str(policy).startswith("default-src 'none'")


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_a_site_said_makes_a_page(kind: str, message: str) -> None:
    failure = Failure(url=message, kind=kind, message=message, at=NOW)
    run = replace(RUN, failure=failure, reasons={kind: 1})
    wrong = incident(kind=kind, kinds=(message,), detail=message, source=kind)
    tree = html.document_fromstring(
        page(Report(at=NOW, sources=(replace(SOURCE, run=run, title=kind),), wrong=(wrong,)))
    )
    assert tree.xpath("count(//main//article)") == 2


# --- the commands ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A store with one source that is down, and one incident of all."""
    stage = Stage(tmp_path / "data")
    with stage.store() as store:
        settled(store)
        visit(stage, store, article())
        store.record(replace(RUN, source="phuong"))
        everything = {("phuong", DOWN.about)}
        store.incidents.settle([DOWN, replace(DOWN, source="", kind="OurNetwork")], everything, {"phuong"}, ())
    for name, value in {"CONFIG": "", "DATA_DIR": stage.folder, "DATABASE": stage.url}.items():
        monkeypatch.setenv(f"TINDOTHI_{name}", str(value))
    monkeypatch.chdir(tmp_path)
    return stage


def test_status_tells_incidents_since_when_and_what_to_do(ours: Stage) -> None:
    told = CliRunner().invoke(tindothi, ["status"])
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0] == "! cannot be read (OurNetwork), since 22/11/2026 12:00: no listing could be read"
    assert f"{'':<16} ! cannot be read (HTTP 503), since 22/11/2026 12:00: no listing could be read" in lines
    assert (
        f"{'':<16}   what to do: open the site in a browser, then tindothi check phuong; it is tried again by each run"
        in lines
    )
    table = json.loads(CliRunner().invoke(tindothi, ["status", "--json"]).stdout)
    assert [(one["source"], one["kind"], one["opened"]) for one in table["incidents"]] == [
        ("phuong", "HTTP 503", "2026-11-22T05:00:00+00:00"),
        ("", "OurNetwork", "2026-11-22T05:00:00+00:00"),
    ]


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_report_is_written_whole_or_not_at_all(ours: Stage, tmp_path: Path, form: str) -> None:
    shown = CliRunner().invoke(tindothi, ["report", "--format", form])
    assert shown.exit_code == 0 and "HTTP 503" in shown.stdout
    file = tmp_path / "report"
    written = CliRunner().invoke(tindothi, ["report", "--format", form, "-o", str(file)])
    assert (written.exit_code, written.stdout) == (0, "")
    assert "HTTP 503" in file.read_text(encoding="utf-8")
    assert list(tmp_path.glob(".report*")) == []


def test_report_overwrites_no_store(ours: Stage, tmp_path: Path) -> None:
    refused = CliRunner().invoke(tindothi, ["report", "-o", str(ours.folder / "tindothi.db")])
    assert "this is a store; name another file" in str(refused.exception)
    nowhere = CliRunner().invoke(tindothi, ["report", "-o", str(tmp_path / "no" / "where")])
    assert "cannot be written: No such file or directory; name another file" in str(nowhere.exception)
