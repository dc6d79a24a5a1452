"""What is an incident, when it is told, when it is over: decided from tables, and told in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.alerts import LONGEST_SUBJECT, advice, body, headline, key, subject, told
from crawler.incidents import HOLD, LONGEST_HOLD, NO_LONGER, SAME, About, Finding, Incident, decide, hold

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ACCESS = ("a", About.ACCESS)


def finding(kind: str = "HTTP 503", level: int = 1, **more: Any) -> Finding:
    return Finding(**{"source": "a", "about": About.ACCESS, "kind": kind, "detail": "so it is", "level": level, **more})


def incident(**more: Any) -> Incident:
    given_ = {
        "source": "a", "about": About.ACCESS, "kind": "HTTP 503", "detail": "so it is", "level": 1, "opened": NOW,
        "seen": NOW, "kinds": ("HTTP 503",), "worst": 1, "id": 7,
    }  # fmt: skip
    return Incident(**{**given_, **more})


def later(known: list[Incident], found: list[Finding], at: datetime, **how: Any) -> tuple[Incident, ...]:
    return decide(known, found, **{"judged": {ACCESS}, "watched": {"a", "b"}, "now": at, **how})


def test_what_is_found_opens_an_incident() -> None:
    (one,) = later([], [finding()], NOW)
    assert one == incident(id=None)
    assert one.mark == "open 0 1 1"


@pytest.mark.parametrize(
    ("known", "found", "after", "changes"),
    [  # what it says in the end, beside that it was seen; and whether that is told
        (incident(), finding(), HOUR, {}),
        (incident(), finding(detail="other words"), HOUR, {"detail": "other words"}),
        (incident(), finding(level=2), HOUR, {"level": 2, "worst": 2}),
        (incident(level=2, worst=2), finding(level=1), HOUR, {"level": 1}),
        (incident(), finding("Captcha"), HOUR, {"kind": "Captcha", "kinds": ("HTTP 503", "Captcha")}),
        (incident(kind="Captcha", kinds=("HTTP 503", "Captcha")), finding(), HOUR, {"kind": "HTTP 503"}),
        (incident(closed=NOW), finding(), HOUR, {"closed": None, "returns": 1}),
        (incident(closed=NOW, returns=2), finding(), DAY, {"closed": None, "returns": 3}),
    ],
)
def test_what_is_found_again_is_the_same_incident(
    known: Incident, found: Finding, after: timedelta, changes: dict[str, Any]
) -> None:
    (one,) = later([known], [found], NOW + after)
    assert one == replace(known, seen=NOW + after, **changes)
    is_told = bool({"worst", "kinds", "closed"} & set(changes))
    assert (one.mark != known.mark) is is_told


def test_what_comes_back_after_long_is_another_one() -> None:
    (one,) = later([incident(closed=NOW)], [finding()], NOW + SAME + MINUTE)
    assert (one.id, one.opened, one.returns) == (None, NOW + SAME + MINUTE, 0)


@pytest.mark.parametrize(
    ("known", "after", "judged", "over"),
    [
        (incident(), HOLD, {ACCESS}, True),
        (incident(), HOLD - MINUTE, {ACCESS}, False),  # it may flap
        (incident(), DAY, set(), False),  # nobody could tell
        (incident(), DAY, {("b", About.ACCESS), ("a", About.SILENCE)}, False),
        (incident(returns=1), HOLD, {ACCESS}, False),
        (incident(returns=1), 2 * HOLD, {ACCESS}, True),
        (incident(returns=50), LONGEST_HOLD, {ACCESS}, True),
        (incident(), -DAY, {ACCESS}, True),  # the clock was set back
        (incident(closed=NOW), DAY, {ACCESS}, False),
    ],
)
def test_it_is_over_when_a_run_found_nothing_for_a_while(
    known: Incident, after: timedelta, judged: set[tuple[str, About]], over: bool
) -> None:
    found = later([known], [], NOW + after, judged=judged)
    assert found == ((replace(known, closed=NOW + after),) if over else ())


@pytest.mark.parametrize(("watched", "over"), [({"a"}, False), ({"b"}, True), (set(), True), (None, False)])
def test_a_source_that_is_crawled_no_longer_has_no_incidents(watched: set[str] | None, over: bool) -> None:
    ours = incident(source="", about=About.NETWORK)
    found = later([incident(), ours], [], NOW, judged=(), watched=watched)
    assert found == ((incident(closed=NOW, detail=NO_LONGER),) if over else ())


def test_each_source_and_subject_has_its_own() -> None:
    found = [finding(), finding(source="b"), finding(about=About.SILENCE, kind="Silent")]
    opened = later([], found, NOW)
    assert len(opened) == 3
    assert later([replace(one, id=at) for at, one in enumerate(opened)], found, NOW) == tuple(
        replace(one, id=at) for at, one in enumerate(opened)
    )


def test_a_source_that_flaps_is_told_ever_more_seldom() -> None:
    """Well and unwell in turn, every half hour for four days: what a channel hears is each change of the mark."""
    known: list[Incident] = []
    marks = []
    for step in range(4 * 48):
        at = NOW + step * 30 * MINUTE
        for one in later(known, [finding()] if step // 3 % 2 == 0 else [], at):
            known = [replace(one, id=1)]
        marks.append(known[0].mark)
    told_ = [after for before, after in zip(["", *marks], marks, strict=False) if after != before]
    assert len(told_) <= 6
    assert known[0].opened == NOW, "one incident"


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(["x", "y"]), st.integers(1, 3), st.integers(1, 3000)), max_size=30
    )
)
def test_an_incident_never_forgets(steps: list[tuple[bool, str, int, int]]) -> None:
    known: list[Incident] = []
    at = NOW
    for bad, kind, level, minutes in steps:
        at += minutes * MINUTE
        changed = later(known, [finding(kind, level)] if bad else [], at)
        assert len(changed) <= 1
        before = {one.id: one for one in known}
        for one in changed:
            one = replace(one, id=len(known) if one.id is None else one.id)
            known = [each for each in known if each.id != one.id] + [one]
            if one.id in before:
                assert set(one.kinds) >= set(before[one.id].kinds) and one.worst >= before[one.id].worst
        assert sum(one.closed is None for one in known) <= 1
        if bad:
            assert known[-1].closed is None and known[-1].seen == at


def test_holding_grows_to_its_end() -> None:
    assert [hold(returns) for returns in (0, 1, 2, 9, 99)] == [HOUR, 2 * HOUR, 4 * HOUR, 2 * DAY, 2 * DAY]


# --- in words --------------------------------------------------------------------------------------------------------


def test_the_subject_names_the_source_and_what_is_wrong_since_when() -> None:
    assert subject([incident()]) == "tindothi: a: cannot be read (HTTP 503), since 22/11/2026 12:00"
    over = incident(closed=NOW + HOUR)
    assert subject([over]) == "tindothi: over: a: cannot be read (HTTP 503), from 22/11/2026 12:00 to 22/11/2026 13:00"
    both = subject([over, incident(source="b", about=About.SILENCE, kind="Silent")])
    assert both.startswith("tindothi: 1 wrong, 1 over: b: is silent, since 22/11/2026 12:00; over: a: ")
    assert len(subject([incident(source=f"nguon-{one}") for one in range(40)])) == LONGEST_SUBJECT


def test_the_body_says_what_was_seen_and_what_to_do() -> None:
    said = body([incident(kinds=("Unreachable", "HTTP 503"), returns=1)])
    assert said == (
        "a: cannot be read (HTTP 503), since 22/11/2026 12:00, again\n"
        "  so it is (before: Unreachable)\n"
        "  What to do: open the site in a browser, then tindothi check a; it is tried again by each run"
    )


@given(st.lists(st.integers(0, 600), min_size=1, max_size=40))
def test_a_message_is_as_short_as_chats_want_it_and_counts_what_it_leaves_out(lengths: list[int]) -> None:
    many = [incident(source=f"s{at}", detail="x" * length) for at, length in enumerate(lengths)]
    said = body(many)
    assert len(subject(many)) + len(said) < 2000
    *shown, last = said.split("\n\n")
    if last.startswith("And "):
        assert last == f"And {len(many) - len(shown)} more: tindothi report tells them."
    else:
        assert len(shown) + 1 == len(many)


@pytest.mark.parametrize("about", About)
@pytest.mark.parametrize(
    "kind", ["Crashed", "Overdue", "CutOff", "NotPublished", "FieldsMissing", "RulesSilent", "X{}"]
)
def test_every_incident_has_words(about: About, kind: str) -> None:
    one = incident(about=about, kind=kind, source="")
    assert headline(one) and advice(one) and "{" not in (headline(one) + advice(one)).replace("X{}", "")


@given(st.text(max_size=2000), st.text(max_size=100))
def test_what_a_site_said_stays_one_short_line(detail: str, kind: str) -> None:
    one = incident(detail=detail, kind=kind, kinds=("HTTP 503", kind))
    assert len(body([one]).splitlines()) == 3
    assert len(subject([one]).splitlines()) == 1
    assert all(c.isprintable() for c in told(one))


def test_a_message_sent_again_has_the_same_key() -> None:
    first, second = incident(), incident(id=8, source="b")
    assert key([first, second]) == key([second, replace(first, seen=NOW + DAY, detail="other")])
    assert len({key([first]), key([second]), key([replace(first, worst=2)]), key([first, second])}) == 4
