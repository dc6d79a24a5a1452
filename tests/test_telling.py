"""What monitoring hears: the metrics file, the log as JSON, Sentry, the dead man's ping; none of it fails a run."""

import gzip
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from crawler import logs, sentry
from crawler.cli import tindothi
from crawler.commands import beat as beating
from crawler.commands.beat import FAIL, START, WELL, beat
from crawler.commands.measure import measure
from crawler.config import Config, load
from crawler.errors import ConfigError
from crawler.judgement import Certificate
from crawler.logs import JsonFormatter, JsonLines
from crawler.metrics import Measured, State, render
from tests.listening import Posts, web_server
from tests.storing import Stage, article, settled, visit
from tests.test_incidents import incident
from tests.test_reports import RUN

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
TOKEN = "bi-mat-4711"


# --- metrics ---------------------------------------------------------------------------------------------------------


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """By Prometheus's own parser: each sample's name and label values."""
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert len({(one.name, tuple(one.labels.items())) for one in found}) == len(found), "none twice"
    return {(one.name.removeprefix("tindothi_"), tuple(one.labels.values())): one.value for one in found}


SOURCE = Measured(name="haiphong", run=RUN, succeeded=NOW, last_new=NOW - timedelta(days=1), pending=4, articles=12)
STATE = State(
    at=NOW,
    seconds=12.3456,
    code=4,
    sources=(SOURCE, Measured(name="tcnn", run=None, succeeded=None, last_new=None, pending=0, articles=0)),
    incidents=(incident(source="haiphong"), incident(source="")),
    certificates=(Certificate(host="haiphong.gov.vn", expires=NOW, seen=NOW),),
)


def test_what_is_measured() -> None:
    found = samples(render(STATE))
    at = NOW.timestamp()
    assert {
        ("crawl_end_timestamp_seconds", ()): at,
        ("crawl_duration_seconds", ()): 12.346,
        ("crawl_exit_code", ()): 4,
        ("source_run_timestamp_seconds", ("haiphong",)): at,
        ("source_success_timestamp_seconds", ("haiphong",)): at,
        ("source_new_timestamp_seconds", ("haiphong",)): at - 86400,
        ("source_pages", ("haiphong", "new")): 3,
        ("source_pages", ("haiphong", "failed")): 2,
        ("source_rejected_pages", ("haiphong", "Captcha")): 1,
        ("source_pending", ("haiphong",)): 4,
        ("source_articles", ("tcnn",)): 0,
        ("incidents_open", ("",)): 1,
        ("incidents_open", ("haiphong",)): 1,
        ("incidents_open", ("tcnn",)): 0,
        ("incident_opened_timestamp_seconds", ("haiphong", "access", "HTTP 503")): at,
        ("certificate_expiry_timestamp_seconds", ("haiphong.gov.vn",)): at,
    }.items() <= found.items()
    assert not any(name.startswith("source_run") and "tcnn" in labels for name, labels in found)


def test_every_family_is_explained() -> None:
    families = list(text_string_to_metric_families(render(STATE)))
    assert all(one.documentation and one.type == "gauge" and one.samples for one in families)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_makes_a_file_that_can_be_read(reason: str, name: str) -> None:
    run = replace(RUN, reasons={reason: 7})
    found = samples(render(replace(STATE, sources=(replace(SOURCE, name=name, run=run),))))
    assert found["source_rejected_pages", (name, reason)] == 7


def test_the_file_is_written_whole_or_stays_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(tmp_path / "data")
    with stage.store() as store:
        settled(store)
        visit(stage, store, article())
        store.record(replace(RUN, source="phuong"))
    file = tmp_path / "tindothi.prom"
    config = Config.model_validate({"data_dir": stage.folder, "metrics": {"file": file}})
    measure(config, 0, NOW)
    found = samples(file.read_text(encoding="utf-8"))
    assert found["source_articles", ("phuong",)] == 1
    assert found["source_success_timestamp_seconds", ("phuong",)] == RUN.ended.timestamp()  # type: ignore[union-attr]
    assert file.stat().st_mode & 0o777 == 0o644
    file.unlink()
    file.mkdir()
    measure(config, 0, NOW)
    nowhere = config.model_copy(update={"metrics": config.metrics.model_copy(update={"file": tmp_path / "no" / "x"})})
    measure(nowhere, 0, NOW)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"tindothi: metrics: {file}: ") and second.endswith("; mend metrics.file, or take it out")
    assert list(tmp_path.glob(".*")) == []


def test_a_store_that_refuses_is_measured_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tindothi.db").write_bytes(b"no database at all" * 99)
    file = tmp_path / "tindothi.prom"
    measure(Config.model_validate({"data_dir": tmp_path, "metrics": {"file": file}}), 8, NOW)
    assert samples(file.read_text(encoding="utf-8"))["crawl_exit_code", ()] == 8
    assert capsys.readouterr().err.startswith("tindothi: metrics: ")


# --- the log as JSON -------------------------------------------------------------------------------------------------


def record(said: str, *arguments: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("spiders.spider", logging.WARNING, "", 1, said, arguments, None)
    vars(made).update(more)
    return made


def test_a_record_is_one_object_in_a_line() -> None:
    line = JsonFormatter().format(record("%s: hỏng\n%d", "a", 7, spider=SimpleNamespace(name="haiphong")))
    told = json.loads(line)
    assert "\n" not in line and "hỏng" in line
    assert datetime.fromisoformat(told.pop("time")).utcoffset() == timedelta()
    assert told == {"level": "WARNING", "logger": "spiders.spider", "message": "a: hỏng\n7", "source": "haiphong"}
    try:
        raise ValueError(TOKEN)
    except ValueError:
        failed = json.loads(JsonFormatter().format(record("so", exc_info=sys.exc_info())))
    assert failed["exception"].endswith(f"ValueError: {TOKEN}") and "source" not in failed


@given(st.lists(st.text(max_size=30), max_size=8))
def test_whatever_is_written_comes_out_as_objects_and_nothing_is_lost(pieces: list[str]) -> None:
    out = io.StringIO()
    stream = JsonLines(out)
    stream.write(JsonFormatter().format(record("first")) + "\n")
    for piece in pieces:
        assert stream.write(piece) == len(piece)
    stream.finish()
    told = [json.loads(line) for line in out.getvalue().split("\n") if line]
    assert all({"time", "level", "logger", "message"} <= set(one) for one in told)
    lines = [line for line in "".join(pieces).split("\n") if line.strip()]
    assert [one["message"] for one in told[1:]] == [
        line.removeprefix("tindothi: ").encode("utf-8", "replace").decode() for line in lines
    ]


def test_our_own_lines_are_errors() -> None:
    out = io.StringIO()
    JsonLines(out).write("tindothi: push: no\nhaiphong is dead\n")
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["level"], one["message"]) for one in told] == [("ERROR", "push: no"), ("WARNING", "haiphong is dead")]


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, as it was afterwards; and the same of what `to_json` replaces."""
    log, stream, hook = logging.getLogger(), sys.stderr, sys.excepthook
    handlers, level = list(log.handlers), log.level
    yield log
    log.handlers[:], sys.stderr, sys.excepthook = handlers, stream, hook
    log.setLevel(level)


def test_what_is_logged_and_what_ends_a_command_is_json(
    root: logging.Logger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atexit.register", lambda _: None)
    logs.to_json("WARNING")
    logs.to_json("WARNING")  # as often as it is asked for
    logging.getLogger("feeds").warning("written")
    logging.getLogger("feeds").info("not told")
    try:
        raise RuntimeError("ours")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["level"], one["message"]) for one in told] == [
        ("WARNING", "written"),
        ("CRITICAL", "RuntimeError: ours"),
    ]
    assert "Traceback" in told[1]["exception"]


# --- Sentry ----------------------------------------------------------------------------------------------------------


def test_a_fault_is_sent_without_pages_or_names(root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    import sentry_sdk

    page = "<p>Nội dung " * 100
    monkeypatch.setattr("sentry_sdk.transport.brotli", None)  # it would be taken where some other library brought it
    with web_server(status=200) as posts:
        sentry.start(posts.url.replace("http://", "http://key@") + "1")
        try:
            try:
                raise ValueError(page)
            except ValueError:
                logging.getLogger("crawler.stages").exception("failed: %s", page, extra={"spider": page})
            logging.getLogger("crawler.stages").warning("no fault")
            sentry_sdk.flush(timeout=5)
        finally:
            sentry_sdk.get_client().close()
            sentry_sdk.get_global_scope().set_client(None)
    ((path, _, body),) = posts.taken
    assert path == "/api/1/envelope/"
    said = gzip.decompress(body)
    told = json.loads(said.splitlines()[-1])
    assert told["release"].startswith("tindothi@") and "server_name" not in told
    (value,) = told["exception"]["values"]
    assert (value["type"], len(value["value"])) == ("ValueError", sentry.LONGEST)
    assert not any("vars" in frame for frame in value["stacktrace"]["frames"])
    assert said.decode().count("Nội dung") < 60 and len(said) < 20_000


@pytest.mark.parametrize(
    ("hidden", "dsn", "says"),
    [
        ("sentry_sdk", "https://key@sentry.example/1", r"not installed: pip install 'tindothi\[sentry\]'"),
        ("", f"https://{TOKEN}.example", "alerts.sentry_dsn: is no DSN"),
    ],
)
def test_what_is_wrong_with_sentry_is_a_mistake_in_the_settings(
    hidden: str, dsn: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if hidden:
        monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(ConfigError, match=says) as caught:
        sentry.start(dsn)
    assert TOKEN not in str(caught.value)


# --- the dead man's ping ---------------------------------------------------------------------------------------------


def pinging(posts: Posts, path: str = f"ping/{TOKEN}") -> Config:
    return Config.model_validate({"alerts": {"ping_url": posts.url + path}})


def test_a_ping_says_how_it_goes_and_what_was_done() -> None:
    with web_server() as posts:
        config = pinging(posts, "ping/?create=1")
        beat(config, START)
        beat(config, WELL, "haiphong: xong \ud800")
        beat(config, FAIL, "x" * 20_000)
        beat(Config(), FAIL, "nobody listens")
    assert [(path, body[:30]) for path, _, body in posts.taken] == [
        ("/ping/start?create=1", b""),
        ("/ping?create=1", b"haiphong: xong ?"),
        ("/ping/fail?create=1", b"x" * 30),
    ]
    assert len(posts.taken[2][2]) == beating.LONGEST


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"status": 500}, "HTTP 500"),
        ({"status": 302, "location": "/"}, "HTTP 302; it has moved, mend alerts.ping_url"),
        ({"hangs": threading.Event()}, "no answer within|timed out"),
    ],
)
def test_a_ping_that_fails_is_a_line_and_takes_no_time(
    how: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "hangs" in how:
        monkeypatch.setattr(beating, "SECONDS", 0.1)
    with web_server(**how) as posts:
        beat(pinging(posts), WELL)
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert said.startswith("tindothi: ping: ") and TOKEN not in said
    assert any(word in said for word in says.split("|"))


# --- settings --------------------------------------------------------------------------------------------------------


def test_what_may_hold_a_secret_is_shown_to_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TINDOTHI_ALERTS__TARGETS", f"tgram://1:{TOKEN}/2")
    monkeypatch.setenv("TINDOTHI_ALERTS__PING_URL", f"https://ping.example/{TOKEN}")
    shown = CliRunner().invoke(tindothi, ["config", "--json"]).stdout
    assert json.loads(shown)["alerts.ping_url"]["value"] == "https://***"
    assert json.loads(shown)["alerts.targets"]["value"] == ["tgram://***"]
    assert TOKEN not in shown + repr(load())


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("ALERTS__PING_URL", f"ping.example/{TOKEN}", "alerts.ping_url|PING_URL: is no address; write it as https://"),
        ("ALERTS__SENTRY_DSN", f"{TOKEN}@sentry", "SENTRY_DSN: is no address"),
        ("ALERTS__TARGETS", TOKEN, "TARGETS: is no address of Apprise's"),
        ("ALERTS", f'{{"targts": "{TOKEN}"}}', "alerts.targts: no such setting; did you mean alerts.targets"),
        ("LOG_FORMAT", "xml", "'text' or 'json'"),
    ],
)
def test_mistakes_are_told_without_what_was_written(
    variable: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"TINDOTHI_{variable}", value)
    with pytest.raises(ConfigError) as caught:
        load()
    assert any(words in str(caught.value) for words in says.split("|"))
    assert TOKEN not in str(caught.value)
