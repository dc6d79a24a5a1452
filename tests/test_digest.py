"""The digest: what the mail says, how it is handed over, and the command that does so once."""

import re
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings

from crawler.cli import main
from crawler.commands import digest as command
from crawler.commands.digest import next_day
from crawler.errors import ConfigError, PushError
from crawler.portal.authority import Authority
from crawler.types import Entry, Precision
from feeds.push import mail, within
from feeds.push.digest import as_html, compose, item, plain
from feeds.push.mail import Server, send
from storage.notices import FIRST_WAIT
from tests.listening import Mails, mail_server
from tests.storing import Stage, settled, visit
from tests.test_atom import ENTRIES, NASTY
from tests.test_entries import article, entry, instant, local
from tests.test_feed_promises import TOPIC, news

AT = datetime(2026, 11, 22, 0, 5, tzinfo=UTC)
SENDER, TO = "tin@mau.example", ("ban-doc@mau.example", "to.truong@mau.example")
SECRET = "mat-khau-cua-toi"
TRUST = ssl.create_default_context()


def composed(*entries: Entry) -> bytes:
    return compose(entries, sender=SENDER, to=TO, at=AT).as_bytes()


# --- what it says ----------------------------------------------------------------------------------------------------


def test_the_mail_is_plain_and_html_and_bears_the_entries() -> None:
    printed = instant(local(2026, 3, 2, 7, 5))
    one = entry(article(published=printed))
    two = entry(article(title="Bài hai", lead=None, paragraphs=()), id="urn:uuid:2", place="")
    read = message_from_bytes(composed(one, two), policy=policy.default)
    assert read["Subject"] == "Tin đô thị: 2 tin mới (22/11/2026)"
    assert (read["From"], read["To"]) == (f"Tin đô thị <{SENDER}>", ", ".join(TO))
    assert read["Date"] == "Sun, 22 Nov 2026 07:05:00 +0700"
    assert read.get_content_type() == "multipart/alternative"
    first, second = (part.get_content().replace("\r\n", "\n") for part in read.iter_parts())
    assert first.startswith(
        "1. Phường Mẫu khai trương bộ phận một cửa\n"
        "   Phường Mẫu · Phường Mẫu, Hà Nội · 02/03/2026 07:05\n"
        "   Từ hôm nay, hồ sơ của người dân được trả trong ngày.\n"
        "   https://phuongmau.vn/tin/khai-truong-bo-phan-mot-cua-118.html\n\n"
        "2. Bài hai\n   Phường Mẫu\n   https://phuongmau.vn/"
    )
    assert second.startswith('<!doctype html>\n<html lang="vi">')
    assert f'<a href="{one.article.url}" rel="nofollow noopener"><strong>Phường Mẫu khai trương' in second


def test_a_mere_day_has_no_hour() -> None:
    told = plain([item(entry(article(published=instant(local(2026, 3, 2), Precision.DAY))))])
    assert "Phường Mẫu, Hà Nội · 02/03/2026\n" in told


def test_the_same_entries_bear_the_same_message_id_and_others_another() -> None:
    one, two = entry(), entry(id="urn:uuid:2")
    ids = [
        message_from_bytes(composed(*entries))["Message-ID"]
        for entries in ((one, two), (two, one), (one,), (replace(one, withdrawn=True),))
    ]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert re.fullmatch(r"<[0-9a-f-]{36}@mau\.example>", ids[0])


INJECTIONS = ("Tin\r\nBcc: all@mau.example\r\n\r\nx", "Tin\nBcc: all@mau.example", "</a><img src=x onerror=a()>")


@pytest.mark.parametrize("text", [*NASTY, *INJECTIONS], ids=range(len(NASTY) + len(INJECTIONS)))
def test_whatever_a_page_held_it_stays_in_the_body_and_is_text(text: str) -> None:
    said = article(title=text, lead=text, paragraphs=(text,), authors=(text,), url="https://a.vn/" + text[:99])
    one = entry(said, source_title=text, place=text)
    raw = composed(one)
    assert re.findall(rb"^([A-Za-z-]+):", raw.split(b"\r\n\r\n")[0], re.MULTILINE) == [
        b"Subject", b"From", b"To", b"Date", b"Message-ID", b"Auto-Submitted", b"MIME-Version", b"Content-Type",
        b"Content-Language",
    ]  # fmt: skip
    assert all(len(line) <= 998 for line in raw.split(b"\r\n")) and raw.isascii()
    page = as_html("", [item(one)])
    assert set(re.findall(r"<(\w+)", page)) <= {
        "html", "head", "meta", "title", "body", "h1", "ol", "li", "p", "br", "strong", "a", "small",
    }  # fmt: skip
    assert re.findall(r"<a (?!href=\"https?://[^\"<>]*\" rel=\"nofollow noopener\">)", page) == []


@settings(max_examples=20)
@given(one=ENTRIES)
def test_any_entry_can_be_sent(one: Entry) -> None:
    read = message_from_bytes(composed(one), policy=policy.default)
    assert not read.defects
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


# --- how it is handed over -------------------------------------------------------------------------------------------


def server(mails: Mails, **changes: object) -> Server:
    given_: dict[str, object] = {"host": "127.0.0.1", "port": mails.port, "trust": TRUST}
    return Server(**given_ | changes)  # type: ignore[arg-type]


def message() -> EmailMessage:
    return compose([entry()], sender=SENDER, to=TO, at=AT)


def test_it_arrives_as_it_was_made_with_a_login() -> None:
    with mail_server() as mails:
        assert send(message(), server(mails, user="tin", password=SECRET)) == ()
        (taken,) = mails.messages
    assert taken["Message-ID"] == message()["Message-ID"]
    said = [line for line in mails.said if line.startswith(("mail", "rcpt"))]
    assert said == [f"mail FROM:<{SENDER}>", *(f"rcpt TO:<{one}>" for one in TO)]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"AUTH": f"535 {SECRET} is wrong"}, "the server refuses mail.user and mail.password (535)"),
        ({"MAIL": "451 later, please"}, "451 later, please"),
        ({"RCPT": "550 nobody"}, f"the server refuses every recipient: {', '.join(TO)}"),
        ({"DATA": "554 no"}, "554 no"),
        ({"end of data": f"552 too much\tof {SECRET}"}, "552 too much of ***"),
        ({"EHLO": "DROP", "HELO": "DROP"}, "not connected"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_goes_wrong_is_told_in_a_line_without_secrets(answers: dict[str, str], says: str) -> None:
    with mail_server(answers=answers) as mails, pytest.raises(PushError) as caught:
        send(message(), server(mails, user="tin", password=SECRET))
    assert says in str(caught.value)
    assert SECRET not in str(caught.value) and "\n" not in str(caught.value)


def test_a_server_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.1)
    with mail_server(answers={"MAIL": "HANG"}) as mails, pytest.raises(PushError, match="no answer within"):
        send(message(), server(mails))


def test_nobody_is_there() -> None:
    with mail_server() as mails:
        pass
    with pytest.raises(PushError, match="Connection refused"):
        send(message(), server(mails))


def test_one_refused_recipient_is_named_and_the_others_get_it() -> None:
    with mail_server(answers={f"rcpt TO:<{TO[1]}>": "550 nobody"}) as mails:
        assert send(message(), server(mails)) == (TO[1],)
    assert len(mails.taken) == 1


def test_a_rude_good_bye_is_no_failure() -> None:
    with mail_server(answers={"quit": "421 overloaded", "QUIT": "421 overloaded"}) as mails:
        assert send(message(), server(mails)) == ()
    assert len(mails.taken) == 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def test_elsewhere_nothing_is_said_in_the_clear(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "is_loopback", lambda _: False)
    trusting = ssl.create_default_context(cafile=authority.ca_file)
    with mail_server(tls=authority.context("127.0.0.1")) as mails:
        send(message(), server(mails, trust=trusting, user="tin", password=SECRET))
        assert mails.said.index("STARTTLS") < mails.said.index(next(s for s in mails.said if s.startswith("AUTH")))
        with pytest.raises(PushError, match="certificate verify failed"):
            send(message(), server(mails, user="tin", password=SECRET))
        assert len(mails.taken) == 1
    with mail_server() as mails, pytest.raises(PushError, match="offers no STARTTLS"):
        send(message(), server(mails, user="tin", password=SECRET))
    assert not any(line.startswith(("AUTH", "mail")) for line in mails.said)


def test_on_its_own_port_tls_begins_at_once(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as mails:
        monkeypatch.setattr(mail, "TLS_PORT", mails.port)
        with pytest.raises(PushError, match=r"SSL|TLS"):
            send(message(), server(mails))
    assert mails.taken == []


def test_a_fault_of_ours_is_told_by_its_name_only() -> None:
    def fails() -> None:
        raise RuntimeError(SECRET)

    with pytest.raises(PushError, match=r"^failed: RuntimeError$"):
        within.within(5, fails)


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "period", "day"),
    [
        (None, "daily", None),
        (datetime(2026, 11, 22, 0, 5, tzinfo=UTC), "daily", "2026-11-23"),
        (datetime(2026, 11, 22, 17, 30, tzinfo=UTC), "daily", "2026-11-24"),  # which was the 23rd in Vietnam
        (datetime(2026, 11, 22, 0, 5, tzinfo=UTC), "weekly", "2026-11-29"),
    ],
)
def test_when_the_next_one_goes(last: datetime | None, period: str, day: str | None) -> None:
    assert (str(next_day(last, period)) if day else next_day(last, period)) == day


@pytest.fixture
def mails() -> Iterator[Mails]:
    with mail_server() as given_:
        yield given_


@pytest.fixture
def stage(tmp_path: Path, mails: Mails, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A store with one piece of news, and settings that name it and the mail server."""
    made = Stage(tmp_path, now=datetime.now(UTC) - timedelta(hours=9))
    said = {
        "CONFIG": "", "DATA_DIR": tmp_path, "DATABASE": made.url, "MAIL__TO": ",".join(TO), "MAIL__SENDER": SENDER,
        "MAIL__HOST": "127.0.0.1", "MAIL__PORT": mails.port,
    }  # fmt: skip
    for name, value in said.items():
        monkeypatch.setenv(f"TINDOTHI_{name}", str(value))
    monkeypatch.chdir(tmp_path)
    with made.store() as store:
        settled(store)
        store.notices.begin(["mail"])
        write(made, 1)
    return made


def write(stage: Stage, *numbers: int) -> None:
    with stage.store() as store:
        for number in numbers:
            stage.pass_time(timedelta(minutes=1))
            visit(stage, store, news(number, published=stage.now), TOPIC)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.command, list(arguments))


def test_it_is_sent_once_a_day_and_not_at_all_where_nothing_is_new(stage: Stage, mails: Mails) -> None:
    assert "1. Tin số 1\n" in run().output, "shown"
    assert mails.taken == []
    assert run("--send").output == f"1 entries sent to {', '.join(TO)}\n"
    write(stage, 2)
    assert run("--send").output.startswith("not yet: the next digest goes on ")
    stage.sql("UPDATE channel SET told_at = '2026-01-01 00:00:00'")
    assert run("--send").output.startswith("1 entries sent")
    stage.sql("UPDATE channel SET told_at = '2026-01-01 00:00:00'")
    assert run("--send").output == "nothing is new: no mail is sent\n"
    assert run().output == "nothing is new: no mail would be sent\n"
    texts = [str(one.get_body(("plain",))) for one in mails.messages]
    assert ["số 1" in base(one) for one in texts] == [True, False]


def base(text: str) -> str:
    return message_from_bytes(text.encode(), policy=policy.default).get_content()  # type: ignore[no-any-return]


def test_many_entries_are_several_mails(stage: Stage, mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "IN_ONE", 2)
    write(stage, 2, 3)
    assert run("--send").output.startswith("3 entries sent")
    assert [one["Subject"][:17] for one in mails.messages] == ["Tin đô thị: 2 tin", "Tin đô thị: 1 tin"]


def test_where_only_the_second_of_them_fails_it_is_not_put_off_to_the_next_day(
    stage: Stage, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*given_: Any) -> tuple[str, ...]:
        if mails.taken:
            raise PushError("no answer")
        return send(*given_)

    monkeypatch.setattr(command, "IN_ONE", 1)
    write(stage, 2)
    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", failing)
        assert "no answer" in str(run("--send").exception)
    assert run("--send").output.startswith("1 entries sent")
    assert len(mails.taken) == 2


def test_what_the_server_refuses_waits_and_is_told_with_its_own_exit_code(
    stage: Stage, mails: Mails, capsys: pytest.CaptureFixture[str]
) -> None:
    mails.answers["end of data"] = "451 later"
    with pytest.raises(SystemExit) as ended:
        main(["digest", "--send"])
    assert ended.value.code == 10
    assert capsys.readouterr().err == f"tindothi: digest: 127.0.0.1:{mails.port}: 451 later; its 1 entries wait\n"
    with pytest.raises(SystemExit):
        main(["status"])
    assert "1 waiting\n  last failure" in capsys.readouterr().out
    del mails.answers["end of data"]
    write(stage, 2)
    assert run("--send").output.startswith("2 entries sent")
    assert len({one["Message-ID"] for one in mails.messages}) == 2 < len(mails.taken), "the first one bears one id"


class Killed(BaseException):
    """The process is no more."""


def test_killed_between_the_server_and_the_store_it_is_sent_again_under_one_message_id(
    stage: Stage, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("storage.notices.Notices.told", killed)
        with pytest.raises(Killed):
            command.command.main(["--send"], standalone_mode=False)
    write(stage, 2)
    again = run("--send")
    assert isinstance(again.exception, PushError) and "killed at it" in str(again.exception)
    tried = (datetime.now(UTC) - FIRST_WAIT).strftime("%Y-%m-%d %H:%M:%S")
    stage.sql(f"UPDATE notice SET tried_at = '{tried}' WHERE tried_at IS NOT NULL")
    assert run("--send").output.startswith("2 entries sent")
    first, second, third = (one["Message-ID"] for one in mails.messages)
    assert first == second != third


def test_without_a_recipient_it_says_what_to_set(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TINDOTHI_MAIL__TO")
    assert isinstance(run().exception, ConfigError)
