"""Who is told after a publish: a hub of changed feeds, targets of new entries; each once, whatever is killed."""

import importlib
import json
import logging
import ssl
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree
from sqlalchemy import Engine, event

from crawler.cli import tindothi
from crawler.commands import push as pushing
from crawler.commands.crawl import tell
from crawler.commands.publish import command, publish_feeds
from crawler.commands.push import Told, begin, push
from crawler.config import Config, load
from crawler.errors import ConfigError, PushError, StoreLocked
from crawler.portal import LocalWeb
from crawler.types import Entry
from feeds.atom import render
from feeds.definitions import KINDS, definitions
from feeds.push import targets, websub
from feeds.push.websub import ping
from storage.store import Store
from tests.listening import Posts, web_server
from tests.running import operator
from tests.storing import HOUR, Stage, settled, visit
from tests.test_atom import BASE, check, feed
from tests.test_atom import schema as schema
from tests.test_entries import article, entry
from tests.test_feed_promises import news

TOPIC = "chinh-quyen-do-thi"
FEED = f"{BASE}/{TOPIC}.atom"
HUB = "https://hub.example/"
TRUST = ssl.create_default_context()
TOKEN = "bi-mat-4711"
LATER = HOUR  # as long as a first failure waits, and more


def settings(folder: Path, **sections: dict[str, Any]) -> Config:
    return Config.model_validate({"data_dir": folder, **sections})


def hub_of(posts: Posts) -> dict[str, str]:
    return {"base_url": BASE, "hub": posts.url}


@pytest.fixture(scope="module", autouse=True)
def apprise() -> None:
    """What it imports warns of what Python 3.13 lacks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("apprise").Apprise.instantiate("json://a.example")


@pytest.fixture
def posts() -> Iterator[Posts]:
    with web_server() as given:
        yield given


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A store whose first run is over."""
    made = Stage(tmp_path)
    with made.store() as store:
        settled(store)
    return made


def write(stage: Stage, store: Store, *numbers: int) -> None:
    for number in numbers:
        stage.pass_time()
        visit(stage, store, news(number, published=stage.now), TOPIC)


# --- a hub -----------------------------------------------------------------------------------------------------------


def test_the_feed_names_its_hub(schema: etree.RelaxNG) -> None:
    read = check(render(feed(entry()), base_url=BASE, hub=HUB), schema)
    assert [(one.rel, one.href) for one in read.feed.links] == [("self", FEED), ("hub", HUB)]


def test_a_ping_names_the_feed_in_both_ways(posts: Posts) -> None:
    ping(posts.url, f"{BASE}/a%20b.atom", trust=TRUST, proxy="http://127.0.0.1:9")  # which nobody asks for loopback
    ((path, headers, body),) = posts.taken
    assert (path, headers["Content-Type"]) == ("/", "application/x-www-form-urlencoded")
    address = "https%3A%2F%2Fphuongmau.vn%2Ffeeds%2Fa%2520b.atom"
    assert body.decode() == f"hub.mode=publish&hub.url={address}&hub.topic={address}"


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"status": 503}, "HTTP 503"),
        ({"status": 302, "location": "/elsewhere"}, "HTTP 302; it has moved, mend feed.hub"),
        ({"hangs": threading.Event()}, "no answer within|timed out"),
    ],
)
def test_a_hub_that_does_not_take_it(how: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "hangs" in how:
        monkeypatch.setattr(websub, "SECONDS", 0.1)
    with web_server(**how) as posts, pytest.raises(PushError, match=says):
        ping(posts.url, FEED, trust=TRUST)
    assert len(posts.taken) == 1


def test_a_hub_that_is_not_there_or_no_web_server() -> None:
    with web_server() as posts:
        pass
    with pytest.raises(PushError, match="refused"):
        ping(posts.url, FEED, trust=TRUST)
    with pytest.raises(PushError, match=r"SSL|certificate|WRONG_VERSION"), web_server() as posts:
        ping(posts.url.replace("http:", "https:"), FEED, trust=TRUST)


def test_a_hub_hears_of_each_feed_that_changed_and_once(stage: Stage, posts: Posts) -> None:
    config = settings(stage.folder, feed=hub_of(posts))
    with stage.store() as store:

        def run(*numbers: int) -> list[str]:
            write(stage, store, *numbers)
            posts.taken.clear()
            push(store, config, publish_feeds(store, definitions(topics()), config, whole=True))
            return [part.rpartition("%2F")[2] for _, _, body in posts.taken for part in [body.decode()]]

        files = [f"{TOPIC}.{kind}" for kind in KINDS]
        assert sorted(run()) == sorted([*files, *(f"chinh-quyen-hai-cap.{kind}" for kind in KINDS)]), "new to the hub"
        assert run() == []
        assert sorted(run(1, 2)) == sorted(files)
        posts.status = 500
        assert [len(run(3)), len(run()), len(run()), len(run())] == [1, 1, 1, 0], "one a run, and none at once again"
        posts.status = 204
        stage.pass_time(LATER)
        assert sorted(run()) == sorted(files), "though the files have not changed since"
        assert run() == []


def topics() -> tuple[Any, ...]:
    from crawler.classify import read_topics

    return tuple(read_topics(())[0])


# --- a target --------------------------------------------------------------------------------------------------------


def address(posts: Posts, path: str = TOKEN) -> str:
    return posts.url.replace("http:", "json:") + path


def test_a_target_gets_title_source_and_link(posts: Posts) -> None:
    nasty = article(title="Một\r\nhai <b>ba</b> \\n &amp; *bốn*")
    targets.tell(address(posts), entry(nasty))
    ((path, headers, body),) = posts.taken
    assert path == f"/{TOKEN}"
    assert headers["Idempotency-Key"] == f'"{entry().id}"'
    told = json.loads(body)
    assert told["title"] == "Một hai <b>ba</b> \\n &amp; *bốn*"
    assert told["message"] == f"Nguồn: Phường Mẫu · Phường Mẫu, Hà Nội\n{nasty.url}"


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("json://{host}/" + TOKEN, "error=500"),
        ("json://me:" + TOKEN + "@{host}/?+X-Key=" + TOKEN, "error=500"),
        ("json://127.0.0.1:9/" + TOKEN, "Connection"),
        ("gibtsnicht://" + TOKEN, "Apprise knows no such address; mend it in push.targets"),
        ("tgram://" + TOKEN, "Apprise knows no such address; mend it in push.targets"),
    ],
)
def test_what_fails_tells_no_part_of_the_address(
    target: str, says: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with web_server(status=500) as posts, pytest.raises(PushError, match=says) as caught:
        targets.tell(target.format(host=posts.url[7:-1]), entry())
    shown = str(caught.value) + caplog.text + "".join(capsys.readouterr())
    assert TOKEN not in shown and "Traceback" not in shown


def test_telegram_is_told_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    telegram = importlib.import_module("apprise.plugins.telegram").NotifyTelegram
    monkeypatch.setattr(telegram, "request_rate_per_sec", 0)
    bot = "123456789:" + "a" * 35
    nasty = article(title="Một <b>ba</b> & *bốn*_")
    with web_server(status=200) as posts:
        monkeypatch.setattr(telegram, "notify_url", f"{posts.url}bot")
        targets.tell(f"tgram://{bot}/-10099", entry(nasty))
        posts.status = 403
        with pytest.raises(PushError, match="403") as caught:
            targets.tell(f"tgram://{bot}/-10099", entry(nasty))
    assert bot[10:] not in str(caught.value)
    path, _, body = posts.taken[0]
    assert path == f"/bot{bot}/sendMessage"
    said = json.loads(body)
    assert said["chat_id"] in (-10099, "-10099")
    shown = etree.fromstring(f"<p>{said['text']}</p>") if said["parse_mode"] == "HTML" else None
    assert shown is not None
    words = " ".join("".join(map(str, shown.itertext())).split())
    assert words == f"Một <b>ba</b> & *bốn*_ Nguồn: Phường Mẫu · Phường Mẫu, Hà Nội {nasty.url}"


def test_a_target_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "SECONDS", 0.1)
    with web_server(hangs=threading.Event()) as posts, pytest.raises(PushError, match="no answer within"):
        targets.tell(address(posts), entry())


def test_without_apprise_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(PushError, match=r"^Apprise is not installed: pip install 'tindothi\[alerts\]'$"):
        targets.tell("json://a.example", entry())


# --- both, and the store ---------------------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is sent: to whom, and which feed or entry. The sending itself is played."""
    done: list[tuple[str, str]] = []
    monkeypatch.setattr(websub, "ping", lambda hub, feed, **_: done.append(("hub", feed)))
    monkeypatch.setattr(targets, "tell", lambda target, entry: done.append((target, entry.article.title)))
    return done


ALL: dict[str, dict[str, Any]] = {
    "feed": {"base_url": BASE, "hub": HUB},
    "mail": {"to": "a@mau.example", "sender": "b@mau.example", "host": "mail.mau.example"},
    "push": {"targets": ["json://a.example", "json://b.example"]},
}


def test_a_run_tells_a_bounded_number_and_the_next_one_the_rest(
    stage: Stage, sent: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "AT_ONCE", 2)
    config = settings(stage.folder, push={"targets": ["json://a.example"]})
    (name,) = pushing.channels(config)
    with stage.store() as store:
        begin(store, config)
        write(stage, store, 1, 2, 3)
        assert push(store, config, ()) == (Told(channel=name, told=2, waiting=1),)
        assert push(store, config, ()) == (Told(channel=name, told=1, waiting=0),)
        assert push(store, config, ()) == (Told(channel=name, told=0, waiting=0),)
        monkeypatch.setattr(pushing, "BUDGET", -1.0)
        write(stage, store, 4)
        assert push(store, config, ())[0].failure == "no time is left in this run"
    assert [title for _, title in sent] == ["Tin số 1", "Tin số 2", "Tin số 3"]


def test_a_target_that_fails_holds_up_no_other(stage: Stage, posts: Posts, sent: list[tuple[str, str]]) -> None:
    def refusing(target: str, one: Entry) -> None:
        if "//a." in target:
            raise PushError("HTTP 500")
        sent.append((target, str(one.article.title)))

    config = settings(stage.folder, **ALL)
    with stage.store() as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(targets, "tell", refusing)
        begin(store, config)
        write(stage, store, 1, 2)
        done = {one.channel: one for one in push(store, config, ())}
        first, second = (targets.name(target) for target in ALL["push"]["targets"])
        assert done[first] == Told(channel=first, told=0, waiting=2, failure="HTTP 500")
        assert done[second] == Told(channel=second, told=2, waiting=0)
        waiting = {one.name: one.waiting for one in store.notices.channels()}
        assert waiting["mail"] == 2, "for `tindothi digest`"


class Killed(BaseException):
    """The process is no more."""


def killing(at: int) -> Callable[..., None]:
    """Raises before the n-th statement that writes."""
    left = at

    def count(_: object, __: object, said: str, *___: object) -> None:
        nonlocal left
        left -= said.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if left == 0:
            raise Killed

    return count


def test_killed_before_any_statement_nothing_is_lost_and_at_most_the_one_in_flight_is_repeated(
    tmp_path: Path, sent: list[tuple[str, str]]
) -> None:
    """Killed before each statement that writes, in turn, until one run goes through."""
    stage = Stage(tmp_path)
    target = "json://a.example"
    config = settings(stage.folder, feed=ALL["feed"] | {"entries": 2}, push={"targets": [target]})
    with stage.store() as store:
        settled(store)
        begin(store, config)
        statement = number = kills = repeated = 0
        while True:
            statement, number = statement + 1, number + 2
            write(stage, store, number, number + 1)
            before = len(sent)
            published = publish_feeds(store, definitions(topics()), config, whole=True)
            count = killing(statement)
            event.listen(Engine, "before_cursor_execute", count)
            try:
                push(store, config, published)
                killed = False
            except Killed:
                killed = True
            finally:
                event.remove(Engine, "before_cursor_execute", count)
            stage.pass_time(LATER)
            push(store, config, published)  # the next run
            told = Counter(sent[before:])
            new = {(target, f"Tin số {one}") for one in (number, number + 1)}
            assert {one for one in told if one[0] != "hub"} == new, f"killed before statement {statement}"
            assert ("hub", FEED) in told
            assert sum(told.values()) - len(told) <= 1, f"killed before statement {statement}"
            kills, repeated = kills + killed, repeated + (sum(told.values()) > len(told))
            if not killed:
                break
        assert push(store, config, published) == tuple(
            Told(channel=name, told=0, waiting=0) for name in pushing.channels(config)
        )
    assert kills > 12 and repeated > 3, "the kills have met something"


def test_a_run_killed_between_the_file_and_the_hub_tells_the_hub_later(stage: Stage, sent: list[Any]) -> None:
    config = settings(stage.folder, feed=ALL["feed"])
    with stage.store() as store:
        push(store, config, publish_feeds(store, definitions(topics()), config, whole=True))
        write(stage, store, 1)
        publish_feeds(store, definitions(topics()), config, whole=True)  # and killed here
        sent.clear()
        again = publish_feeds(store, definitions(topics()), config, whole=True)
        assert not any(one.written for one in again)
        push(store, config, again)
    assert {(channel, address) for channel, address in sent} == {("hub", FEED[:-4] + kind) for kind in KINDS}


# --- the commands ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ours(stage: Stage, posts: Posts, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The settings name that store, a hub and a target."""
    said = {
        "CONFIG": "", "DATA_DIR": stage.folder, "DATABASE": stage.url, "FEED__BASE_URL": BASE, "FEED__HUB": posts.url,
        "PUSH__TARGETS": address(posts),
    }  # fmt: skip
    for name, value in said.items():
        monkeypatch.setenv(f"TINDOTHI_{name}", str(value))
    monkeypatch.chdir(stage.folder)
    stage.now = datetime.now(UTC) - 9 * HOUR  # what is older than a month is no news to a channel
    return stage


def test_what_fails_is_a_line_on_the_error_output_and_in_status_and_no_failed_publish(
    ours: Stage, posts: Posts
) -> None:
    posts.status = 500
    assert CliRunner().invoke(command, []).exit_code == 0, "the channels begin"
    with ours.store() as store:
        write(ours, store, 1)
    name = targets.name(address(posts))
    run = CliRunner().invoke(command, [])
    assert run.exit_code == 0
    line = next(line for line in run.stderr.splitlines() if name in line)
    assert line.startswith(f"tindothi: push: {name}: ") and line.endswith("; 1 wait for later runs")
    shown = CliRunner().invoke(tindothi, ["status"])
    assert f"push {name}: last told –, 1 waiting\n  last failure " in shown.stdout
    assert f"push hub:{posts.url}: last told –, 6 waiting\n" in shown.stdout
    told = json.loads(CliRunner().invoke(tindothi, ["status", "--json"]).stdout)["push"]
    assert {one["name"]: one["waiting"] for one in told} == {name: 1, f"hub:{posts.url}": 6}
    ours.sql("UPDATE notice SET next_at = '2026-01-01 00:00:00'")
    posts.status = 200
    done = json.loads(CliRunner().invoke(command, ["--json"]).stdout)["push"]
    assert {(one["channel"], one["told"], one["failure"]) for one in done} == {
        (name, 1, ""),
        (f"hub:{posts.url}", 6, ""),
    }
    assert TOKEN not in run.output + shown.output + str(done)


def test_a_store_that_refuses_while_a_crawl_tells_is_said_and_no_failed_crawl(
    ours: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def locked(*_: object) -> None:
        raise StoreLocked("tindothi.db: another process holds the database")

    monkeypatch.setattr("storage.notices.Notices.gather", locked)
    assert tell(load(), ()) == ()
    assert capsys.readouterr().err == "tindothi: push: tindothi.db: another process holds the database\n"


def test_secrets_are_shown_to_nobody(ours: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINDOTHI_PUSH__TARGETS", f"json://a.example/{TOKEN},tgram://123:{TOKEN}/-99")
    for name, value in {
        "TO": "a@mau.example",
        "SENDER": "b@mau.example",
        "HOST": "c",
        "USER": "d",
        "PASSWORD": TOKEN,
    }.items():
        monkeypatch.setenv(f"TINDOTHI_MAIL__{name}", value)
    assert load().push.targets[1].get_secret_value() == f"tgram://123:{TOKEN}/-99"
    shown = CliRunner().invoke(tindothi, ["config", "--json"]).stdout
    table = json.loads(shown)
    assert table["push.targets"]["value"] == ["json://***", "tgram://***"]
    assert (table["mail.password"]["value"], table["feed.hub"]["value"]) == ("***", load().feed.hub)
    assert TOKEN not in shown + CliRunner().invoke(tindothi, ["config"]).stdout + repr(load()) + str(load())


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"PUSH__TARGETS": TOKEN}, "write it as json://host/path or tgram://token/chat"),
        ({"PUSH": TOKEN}, "TINDOTHI_PUSH:"),
        ({"MAIL": f'{{"password": "{TOKEN}", "to": "a@b.example"}}'}, "to needs sender and host"),
        ({"MAIL": f'{{"password": ["{TOKEN}"]}}'}, "mail.password"),
        ({"MAIL__TO": "a@b.example", "MAIL__PASSWORD": TOKEN}, "to needs sender and host"),
        ({"MAIL__TO": "a@b.example\r\nBcc: c@d.example"}, "is no mail address; write it as name@host"),
        ({"MAIL__SENDER": "Tin <a@b.example>"}, "is no mail address; write it as name@host"),
        ({"MAIL__HOST": "mail example"}, "is no host"),
        ({"MAIL__PERIOD": "hourly"}, "'daily' or 'weekly'"),
        ({"FEED__BASE_URL": ""}, "hub needs base_url"),
        ({"FEED__HUB": "http://hub.example/"}, "is no safe address; write it as https://host/path"),
        ({"FEED__HUB": f"https://me:{TOKEN}@hub.example/"}, "without a user, a password or a fragment"),
        ({"FEED__HUB": "hub.example"}, "write it as https://host/path"),
    ],
)
def test_a_wrong_setting_is_told_without_the_secret(
    ours: Stage, variables: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"TINDOTHI_{name}", value)
    with pytest.raises(ConfigError) as caught:
        load()
    assert says in str(caught.value) and len(str(caught.value).splitlines()) == 1
    assert TOKEN not in str(caught.value)


def test_a_crawl_tells_what_it_brought_and_its_verdict_is_its_own(tmp_path: Path) -> None:
    with LocalWeb(tmp_path, articles_per_site=2) as web, web_server() as hook, web_server(status=503) as hub:
        more = {"FEED__BASE_URL": BASE, "FEED__HUB": hub.url, "PUSH__TARGETS": address(hook)}
        ops = operator(tmp_path, web, **{f"TINDOTHI_{name}": value for name, value in more.items()})
        run = ops.run("crawl", "tcnn", "--json")
        assert run.code == 0, run.err
        expected = sum("tcnn" in url for url in web.expected())
    assert len({json.loads(body)["message"] for _, _, body in hook.taken}) == len(hook.taken) == expected > 0
    assert [one["told"] for one in run.json["push"]] == [0, expected]
    assert f"tindothi: push: hub:{hub.url}: HTTP 503; 6 wait for later runs\n" in run.err
