"""Incidents in the store, on each database; and who is told of them, once, whatever is killed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from crawler.commands import alert as alerting
from crawler.commands.alert import alert, channels, judge_runs
from crawler.commands.push import Told
from crawler.config import Config
from crawler.errors import PushError
from crawler.holidays import is_holiday
from crawler.incidents import About, Finding, Incident
from crawler.judgement import Certificate
from crawler.types import VIETNAM, Failure, Run
from feeds.push import targets
from storage.store import Store
from tests.storing import DAY, HOUR, Stage, article, settled, visit
from tests.test_push import Killed, killing

SILENT = Finding(source="phuong", about=About.SILENCE, kind="Silent", detail="nothing new")
DOWN = Finding(source="phuong", about=About.ACCESS, kind="HTTP 503", detail="no listing could be read")
JUDGED = {("phuong", About.SILENCE), ("phuong", About.ACCESS)}
TARGET = "json://ops.example"


def settings(folder: Path, *targets: str) -> Config:
    return Config.model_validate({"data_dir": folder, "alerts": {"targets": targets}})


def settle(store: Store, *found: Finding, channels: tuple[str, ...] = ()) -> tuple[Incident, ...]:
    return store.incidents.settle(found, JUDGED, {"phuong"}, channels)


def test_an_incident_is_kept_from_its_beginning_to_its_end(stage: Stage, store: Store) -> None:
    (opened,) = settle(store, DOWN)
    assert store.incidents.current() == (opened,) and opened.id is not None
    stage.pass_time()
    (worse,) = settle(store, replace(DOWN, level=2, kind="Captcha"))
    assert worse == replace(opened, level=2, worst=2, kind="Captcha", kinds=("HTTP 503", "Captcha"), seen=stage.now)
    stage.pass_time()
    (over,) = settle(store)
    assert over == replace(worse, closed=stage.now)
    assert store.incidents.current() == settle(store) == ()
    assert store.incidents.since(stage.now - HOUR) == (over,)
    stage.pass_time()
    assert store.incidents.since(stage.now) == ()
    (back,) = settle(store, DOWN)
    assert (back.id, back.returns, back.opened) == (opened.id, 1, opened.opened)
    assert store.problems() == ()


def test_what_a_site_said_may_hold_anything(store: Store) -> None:
    settle(store, replace(DOWN, detail="\0 \ud800 <b>"))
    (found,) = store.incidents.current()
    assert found.detail == "\ufffd \ufffd <b>"


def test_a_run_without_an_end_is_told_once(stage: Stage, store: Store) -> None:
    store.begin("phuong", stage.now)
    store.begin("quan", stage.now)
    store.record(Run(source="quan", started=stage.now, ended=stage.now, fetched=3))
    assert [run.fetched for run in store.runs("quan")] == [3], "its begin and its end are one row"
    later = stage.pass_time()
    assert [one.source for one in store.incidents.endless(later)] == ["phuong"]
    assert store.incidents.endless(later - HOUR) == (), "that is the run itself"
    settle(store)
    assert store.incidents.endless(stage.pass_time()) == ()
    store.begin("phuong", stage.now)
    assert len(store.incidents.endless(stage.pass_time())) == 1


def test_what_a_source_is_judged_by(stage: Stage, store: Store) -> None:
    assert store.incidents.histories(["phuong"]) == ()
    settled(store)
    stage.pass_time()
    for number in range(3):
        began = stage.pass_time()
        visit(stage, store, article(number, paragraphs=(f"Tin số {number} của phường.",)))
        store.record(Run(source="phuong", started=began, ended=began, listings=1, fetched=2, new=1, fields={"read": 1}))
    blocked = ("https://phuong.example/a", "https://phuong.example/a", "https://phuong.example/b")
    for reason, url in (*(("Captcha", one) for one in blocked), ("NoText", blocked[0])):
        page = store.archive(stage.page(url, body=f"<p>{stage.pass_time()}".encode()))
        store.reject(page, reason, "", temporary=True)
    store.record(Run(source="phuong", started=stage.now, ended=stage.now, listings=1, fetched=1))
    store.begin("phuong", stage.pass_time())  # goes on
    store.incidents.saw("phuong", {"phuong.example": stage.now + DAY, "b.example": stage.now})
    store.incidents.saw("phuong", {"phuong.example": stage.now + 2 * DAY})
    (known,) = store.incidents.histories(["phuong", "nobody"])
    assert known.run.fetched == 1
    assert [run.fields for run in known.telling] == [{"read": 1}] * 3
    assert len(known.moments) == 3 and list(known.moments) == sorted(known.moments)
    assert known.blocked == {"Captcha": 2}
    assert known.certificates == (
        Certificate(host="b.example", expires=stage.now, seen=stage.now),
        Certificate(host="phuong.example", expires=stage.now + 2 * DAY, seen=stage.now),
    )
    assert store.incidents.certificates() == known.certificates


# --- who is told -----------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """The subjects that are sent, each to whom. The sending itself is played."""
    done: list[tuple[str, str]] = []
    monkeypatch.setattr(targets, "send", lambda target, title, body, **_: done.append((target, title)))
    yield done


def told(store: Store, config: Config, *found: Finding) -> tuple[Told, ...]:
    settle(store, *found, channels=tuple(channels(config)))
    return alert(store, config)


def test_each_change_is_told_once_and_all_of_a_run_together(
    stage: Stage, store: Store, sent: list[tuple[str, str]]
) -> None:
    config = settings(stage.folder, TARGET)
    steps: list[tuple[tuple[Finding, ...], str]] = [
        ((DOWN,), "phuong: cannot be read (HTTP 503), since "),
        ((DOWN,), ""),
        ((DOWN, SILENT), "phuong: is silent, since "),
        ((DOWN, SILENT), ""),
        ((replace(DOWN, kind="Captcha"), replace(SILENT, level=2)), "2 wrong: "),
        ((), "2 over: "),
        ((), ""),
        ((DOWN,), ", again"),
        ((DOWN,), ""),
    ]
    for found, says in steps:
        sent.clear()
        told(store, config, *found)
        told(store, config, *found)
        assert [target for target, _ in sent] == [TARGET] * bool(says)
        assert all(says in title for _, title in sent)
        stage.pass_time(2 * HOUR)


def test_a_new_target_is_told_what_is_open_and_nothing_of_the_past(
    stage: Stage, store: Store, sent: list[tuple[str, str]]
) -> None:
    settle(store, SILENT)
    stage.pass_time(2 * HOUR)
    settle(store, DOWN)
    told(store, settings(stage.folder, TARGET), DOWN)
    ((_, title),) = sent
    assert title.startswith("tindothi: phuong: cannot be read")


def test_a_target_that_fails_is_told_later_and_holds_up_no_other(
    stage: Stage, store: Store, sent: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(target: str, title: str, body: str, **_: Any) -> None:
        if "//a." in target:
            raise PushError("HTTP 500")
        sent.append((target, title))

    config = settings(stage.folder, "json://a.example", TARGET)
    first, second = channels(config)
    with monkeypatch.context() as patch:
        patch.setattr(targets, "send", refusing)
        assert told(store, config, DOWN, SILENT) == (
            Told(channel=first, told=0, waiting=2, failure="HTTP 500"),
            Told(channel=second, told=2, waiting=0),
        )
        monkeypatch.setattr(alerting, "BUDGET", -1.0)
        assert {one.failure for one in alert(store, config)} == {"no time is left in this run"}
    monkeypatch.setattr(alerting, "BUDGET", 9.0)
    sent.clear()
    stage.pass_time(2 * HOUR)
    told(store, config, DOWN)  # meanwhile one is over
    titles = dict(sent)
    assert titles["json://a.example"].startswith("tindothi: 1 wrong, 1 over: ")
    assert titles[TARGET].startswith("tindothi: over: phuong: is silent")


def test_killed_before_any_statement_a_change_is_told_and_at_most_once_too_often(
    tmp_path: Path, sent: list[tuple[str, str]]
) -> None:
    """Killed before each statement that writes, in turn, of a run's decision and telling."""
    stage = Stage(tmp_path)
    config = settings(tmp_path, TARGET)
    statement = repeated = kills = 0
    with stage.store() as store:
        while True:
            statement += 1
            source = f"phuong-{statement}"
            found = [replace(DOWN, source=source), replace(SILENT, source=source)]
            sent.clear()
            count = killing(statement)
            event.listen(Engine, "before_cursor_execute", count)
            try:
                told(store, config, *found)
                killed = False
            except Killed:
                killed = True
            finally:
                event.remove(Engine, "before_cursor_execute", count)
            stage.pass_time(timedelta(minutes=30))
            told(store, config, *found)  # the next run
            counts = Counter(title for _, title in sent)
            assert sum(counts.values()) in (1, 2), f"killed before statement {statement}"
            assert all(source in title for title in counts)
            kills, repeated = kills + killed, repeated + (sum(counts.values()) > 1)
            stage.pass_time(3 * HOUR)
            store.incidents.settle([], (), set(), channels(config))  # none is crawled any more
            alert(store, config)
            if not killed:
                break
    assert kills > 8 and repeated > 0, "the kills have met something"


# --- the runs of a crawl ---------------------------------------------------------------------------------------------


def ran(store: Store, stage: Stage, source: str, kind: str = "") -> Run:
    failure = Failure(url=f"https://{source}.example/", kind=kind, message="", at=stage.now) if kind else None
    counts = {"blind": 1} if kind else {"listings": 1, "fetched": 2, "new": 1}
    run = Run(source=source, started=stage.now, ended=stage.now, failure=failure, **counts)  # type: ignore[arg-type]
    store.record(run)
    return run


def judged(store: Store, stage: Stage, **kinds: str) -> list[tuple[str, str]]:
    """The incidents that are open after a crawl in which the sources ended so."""
    began = stage.pass_time(2 * HOUR)
    runs = [ran(store, stage, source, kind) for source, kind in kinds.items()]
    judge_runs(store, settings(stage.folder), runs, began=began, now=stage.now, watched=set(kinds))
    return sorted((one.source, one.kind) for one in store.incidents.current())


def test_everything_at_once_is_our_network_and_one_incident(stage: Stage, store: Store) -> None:
    away = "DownloadTimeoutError"
    assert judged(store, stage, phuong="HTTP 503", quan="") == [("phuong", "HTTP 503")]
    both = [("", "OurNetwork"), ("phuong", "HTTP 503")]
    assert judged(store, stage, phuong=away, quan=away) == both
    assert judged(store, stage, phuong=away, quan=away) == both
    assert judged(store, stage, phuong=away, quan="") == [("phuong", "Unreachable")]
    assert judged(store, stage, phuong="", quan="") == []


def test_a_crash_is_one_incident_and_over_with_the_next_good_run(stage: Stage, store: Store) -> None:
    assert judged(store, stage, phuong="", quan="") == []
    for source in ("phuong", "quan"):
        store.begin(source, stage.pass_time())
    assert judged(store, stage, phuong="", quan="") == [("", "Crashed")]
    assert judged(store, stage, phuong="", quan="") == []


def test_a_portal_that_rests_over_tet_and_then_falls_silent_is_told_once(
    tmp_path: Path, sent: list[tuple[str, str]]
) -> None:
    """Crawled twice a day from December to March; the portal publishes on workdays, the paper on all days."""
    stage = Stage(tmp_path, now=datetime(2026, 12, 14, 5, tzinfo=UTC))
    config = settings(tmp_path, TARGET)
    tet, silent, back = (datetime(2027, *day, 12, tzinfo=UTC) for day in ((2, 2), (2, 22), (3, 3)))
    with stage.store() as store:
        for source in ("phuong", "bao"):
            settled(store, source)
        while stage.now < back + DAY:
            now = stage.pass_time(12 * HOUR)
            day = now.astimezone(VIETNAM)
            works = day.weekday() < 5 and 8 < day.hour < 18 and not is_holiday(day.date())
            news = {"phuong": works and not silent < now < back, "bao": True}
            runs = [
                Run(source=source, started=now, ended=now, listings=1, fetched=2, new=int(new))
                for source, new in news.items()
            ]
            for run in runs:
                store.record(run)
            if now > tet - 3 * DAY:
                judge_runs(store, config, runs, began=now, now=now, watched=set(news))
                alert(store, config)
    titles = [title.removeprefix("tindothi: ") for _, title in sent]
    assert len(titles) == 3, titles
    assert titles[0].startswith("phuong: is silent, since ")
    assert titles[1].startswith("phuong: is silent, since "), "twice as long"
    assert titles[2].startswith("over: phuong: is silent, from ")
    opened = datetime.strptime(titles[0][-16:], "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)
    assert silent + DAY < opened < silent + 5 * DAY
