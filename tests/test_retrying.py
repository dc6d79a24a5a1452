"""What the spider does with a host in trouble: it pauses, tries again, leaves it to a later run, and remembers it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from crawler import backoff
from crawler.backoff import PATIENCE, Trouble
from crawler.stages import Refused
from crawler.types import Due, Host, Listing, ListingKind, Source
from spiders.loader import spider_class
from tests.test_spider import HOST, ONE, PAGE, SOURCE, TWO, failures, listings, pages, run
from tests.web import Collect, Remembered, Web, text

MANY = [f"{HOST}/tin-{number}.html" for number in range(20)]
LINKS = "".join(f'<a href="http://{url}">Tin</a>' for url in MANY)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of no length; how long they are is tested elsewhere."""
    for trouble, patience in PATIENCE.items():
        monkeypatch.setitem(backoff.PATIENCE, trouble, replace(patience, pause=0.01))


def failing(times: int, answer: Callable[[web.Request], Any], then: str = "<p>Một</p>") -> Callable[[web.Request], Any]:
    """Answers so the first times, and then well."""
    asked: list[str] = []

    def made(request: web.Request) -> Any:
        asked.append(request.path)
        return answer(request) if len(asked) <= times else text(then)

    return made


def status(code: int, **headers: str) -> Callable[[web.Request], Any]:
    return lambda _: text("", code, **headers)


BUSY = status(429), status(503, Retry_After="7200")


def lost(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return text("")


def kept(memory: Remembered) -> Host:
    return memory.kept_hosts[HOST]


# --- within a run -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        pytest.param(status(500), 3, id="500"),
        pytest.param(status(403), 1, id="403"),
        pytest.param(status(429), 1, id="429"),
    ],
)
def test_how_often_a_page_is_tried(answer: Callable[[web.Request], Any], tries: int) -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: answer, TWO: "<p>Hai</p>"})
    run(some, retries=2)
    assert some.asked.count(ONE) == tries


@pytest.mark.parametrize("answer", [status(500), lost], ids=["500", "connection lost"])
def test_a_hiccup_is_tried_again_and_costs_nothing(answer: Callable[[web.Request], Any]) -> None:
    some = Web({f"{HOST}/tin": PAGE, ONE: failing(2, answer), TWO: "<p>Hai</p>"})
    crawled = run(some, retries=2)
    assert sorted(pages(crawled)) == sorted([(ONE, 200), (TWO, 200)])
    assert crawled.memory.failures == []
    assert kept(crawled.memory).failures == 0


def test_a_listing_is_tried_again_too() -> None:
    some = Web({f"{HOST}/tin": failing(1, status(502), PAGE), ONE: "<p>Một</p>", TWO: "<p>Hai</p>"})
    crawled = run(some, retries=1)
    assert len(pages(crawled)) == 2
    assert (crawled.memory.failures, crawled.count("blind")) == ([], 0)


def test_a_short_retry_after_is_waited_for_by_all_requests_to_the_host() -> None:
    """One answers 429 with a second to wait: until then nothing else is asked, and then all of it."""
    at: list[tuple[str, float]] = []

    def noting(answer: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        def made(request: web.Request) -> Any:
            at.append((request.path, time.monotonic()))
            return answer(request)

        return made

    some = Web({f"{HOST}/tin": LINKS} | {url: noting(status(200)) for url in MANY})
    some.answers[MANY[0]] = noting(failing(1, status(429, Retry_After="1")))
    crawled = run(some, retries=2, concurrency=1)
    assert len(pages(crawled)) == len(MANY)
    assert Counter(path for path, _ in at).most_common(1) == [("/tin-0.html", 2)]
    refused = at[0][1]
    assert all(moment - refused >= 0.9 for _, moment in at[1:])
    assert kept(crawled.memory).failures == 0


# --- a host is left ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "asked"),
    [
        pytest.param(BUSY[0], "HTTP 429", 1, id="429"),
        pytest.param(BUSY[1], "HTTP 503", 1, id="503, for two hours"),
        pytest.param(status(500), "HTTP 500", 5, id="500"),
        pytest.param(status(403), "HTTP 403", 10, id="403"),
    ],
)
def test_a_host_in_trouble_is_left_to_a_later_run(answer: Callable[[web.Request], Any], kind: str, asked: int) -> None:
    some = Web({f"{HOST}/tin": LINKS} | dict.fromkeys(MANY, answer))
    crawled = run(some, concurrency=1)
    assert set(MANY[:asked]) <= set(some.asked) <= {f"{HOST}/tin", *MANY[: asked if answer in BUSY else asked + 2]}
    known = kept(crawled.memory)
    assert (known.kind, known.failures) == (kind, 1)
    assert known.not_before and known.last_success
    counted = len(crawled.memory.failures) + len(pages(crawled))
    assert counted == len(set(some.asked)) - 1, "a page that was not asked for has no attempt in vain"
    assert crawled.count("failed") == len(crawled.memory.failures)


@pytest.mark.parametrize(("code", "failures"), [(500, 1), (403, 0)])
def test_a_host_whose_robots_txt_cannot_be_had_is_left(code: int, failures: int) -> None:
    """A 5xx closes the site (RFC 9309, 2.3.1.4), a 4xx opens it."""
    some = Web({f"{HOST}/robots.txt": status(code), f"{HOST}/tin": PAGE, ONE: "<p>Một</p>", TWO: "<p>Hai</p>"})
    crawled = run(some)
    assert (kept(crawled.memory).failures, len(pages(crawled))) == (failures, 0 if failures else 2)
    assert kept(crawled.memory).kind == ("HTTP 500" if failures else "")


def test_retry_after_is_remembered() -> None:
    some = Web({f"{HOST}/tin": status(429, Retry_After="7200")})
    crawled = run(some)
    known = kept(crawled.memory)
    assert known.not_before and known.last_failure
    assert known.not_before - known.last_failure == 2 * HOUR
    assert failures(crawled) == [(f"{HOST}/tin", "HTTP 429")]


def test_a_page_now_and_then_is_no_trouble_of_the_host() -> None:
    every_third = {url: status(500) if number % 3 else status(200) for number, url in enumerate(MANY)}
    crawled = run(Web({f"{HOST}/tin": LINKS} | every_third), concurrency=1)
    assert len(pages(crawled)) == len(MANY)
    assert kept(crawled.memory).failures == 0


def test_a_host_that_cannot_be_reached_is_asked_once_and_the_other_listing_is_read() -> None:
    memory = Remembered()
    memory.pending |= {f"binhan:{n}": Due(url=f"https://{url}", key=f"binhan:{n}", known=False)
                       for n, url in enumerate(MANY)}  # fmt: skip
    crawled = run(Web({}), listings(f"{HOST}/a", f"{HOST}/b"), memory, proxy="http://127.0.0.1:9")
    assert kept(memory).kind == "DownloadConnectionRefusedError"
    assert {kind for _, kind in failures(crawled)} == {"DownloadConnectionRefusedError"}
    assert crawled.count("blind") == 2


def test_a_left_host_does_not_hide_another_ones_listing() -> None:
    other = "cu.example.vn"
    some = Web({f"{HOST}/tin": status(429), f"{other}/tin": '<a href="/ba-3.html">Ba</a>', f"{other}/ba-3.html": "<p>"})
    crawled = run(some, listings(f"{HOST}/tin", f"{HOST}/khac", f"{other}/tin"))
    assert some.asked == [f"{HOST}/tin", f"{other}/tin", f"{other}/ba-3.html"]
    assert failures(crawled) == [(f"{HOST}/tin", "HTTP 429")]
    assert crawled.count("blind") == 2
    assert crawled.memory.kept_hosts[other].failures == 0


# --- soft blocks ------------------------------------------------------------------------------------------------------


class Blocking(Collect):
    """In the place of our own stages: a page that says so is a captcha."""

    def process_item(self, item: Any) -> Any:
        from crawler.errors import Captcha

        super().process_item(item)
        if b"captcha" in item.body:
            raise Refused(Captcha("says so"), item)
        return item


@pytest.fixture
def judging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.web.Collect", Blocking)


@pytest.mark.usefixtures("judging")
def test_soft_blocks_in_a_row_are_trouble_of_the_host_and_an_article_clears_it() -> None:
    some = Web({f"{HOST}/tin": LINKS} | dict.fromkeys(MANY, "<p>captcha</p>"))
    crawled = run(some, concurrency=1)
    known = kept(crawled.memory)
    assert (known.kind, known.failures) == ("Captcha", 1)
    assert 3 <= len(pages(crawled)) < 10, "those under way come in, the rest is left"
    memory = Remembered()
    memory.kept_hosts[HOST] = known
    run(Web({f"{HOST}/tin": "<p>Chưa có tin</p>"}), memory=memory)
    assert kept(memory) == known, "a listing without a captcha proves nothing of the articles"
    run(Web({f"{HOST}/tin": PAGE, ONE: "<p>Một</p>", TWO: "<p>captcha</p>"}), memory=memory)
    assert (kept(memory).failures, kept(memory).not_before) == (0, None)


def test_a_soft_block_in_a_listings_place_counts_too() -> None:
    said = "<p>Vui lòng nhập mã captcha để tiếp tục truy cập</p>"
    sections = [f"{HOST}/{name}" for name in "abcdef"]
    crawled = run(Web(dict.fromkeys(sections, said)), listings(*sections))
    assert kept(crawled.memory).kind == "Captcha"
    assert {kind for _, kind in failures(crawled)} == {"Captcha"}
    assert crawled.count("blind") == len(sections)


# --- across runs ------------------------------------------------------------------------------------------------------


def waiting(by: timedelta = HOUR) -> Remembered:
    memory = Remembered()
    now = datetime.now(UTC)
    memory.kept_hosts[HOST] = Host(
        name=HOST, failures=2, kind="HTTP 503", first_failure=now, last_failure=now, not_before=now + by
    )
    return memory


class Patient(spider_class(SOURCE)):  # type: ignore[misc]
    """As `tindothi crawl` starts it without a name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"patient": True})


PATIENT = replace(SOURCE, spider="tests.test_retrying.Patient")


def test_a_host_that_is_to_wait_is_not_asked_at_all() -> None:
    memory = waiting()
    some = Web({f"{HOST}/tin": PAGE, "cu.example.vn/b": PAGE.replace('"/', f'"http://{HOST}/')})
    both = replace(PATIENT, listings=tuple(Listing(kind=ListingKind.PAGE, url=f"http://{url}")
                                           for url in (f"{HOST}/tin", "cu.example.vn/b")))  # fmt: skip
    crawled = run(some, both, memory)
    assert some.asked == ["cu.example.vn/b"]
    assert (failures(crawled), crawled.count("failed"), crawled.count("blind")) == ([], 0, 1)
    assert crawled.stats["tindothi/failure"].kind == "HostWaits"
    assert "HTTP 503" in crawled.stats["tindothi/failure"].message
    assert kept(memory).failures == 2


@pytest.mark.parametrize(
    ("source", "by"), [(SOURCE, HOUR), (PATIENT, -HOUR)], ids=["asked for by name", "its time has come"]
)
def test_an_answer_that_is_well_clears_what_is_remembered(source: Source, by: timedelta) -> None:
    memory = waiting(by)
    crawled = run(Web({f"{HOST}/tin": PAGE, ONE: "<p>Một</p>", TWO: "<p>Hai</p>"}), source, memory)
    assert len(pages(crawled)) == 2
    assert kept(memory) == Host(name=HOST, last_success=kept(memory).last_success)


def test_another_failure_makes_it_rest_longer() -> None:
    memory = waiting(-HOUR)
    run(Web({f"{HOST}/tin": status(429)}), memory=memory)
    known = kept(memory)
    assert known.not_before and known.last_failure
    assert (known.failures, known.kind) == (3, "HTTP 429")
    assert known.not_before - known.last_failure == 4 * PATIENCE[Trouble.BUSY].rest


def test_a_run_that_is_to_end_waits_for_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(backoff.PATIENCE, Trouble.SERVER, replace(PATIENCE[Trouble.SERVER], pause=30))
    began = time.monotonic()
    crawled = run(Web({f"{HOST}/tin": status(500)}), retries=2, deadline=0.5)
    assert time.monotonic() - began < 10
    assert crawled.memory.failures == []
