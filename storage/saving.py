"""A judged page into the store: everything that it changes, in the caller's one transaction."""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from crawler.learned import refurnished
from crawler.noise import differ, only_noise
from crawler.text import content_hash, text_key
from crawler.types import Article, Cause, Change, Precision
from crawler.urls import host_of
from storage import absences, addresses, hosts, ledger, pending, revisions, schema, stories
from storage.changes import Decision, Known, Seen, Twin, decide
from storage.page import Answer, Page, Question
from storage.policy import Policy, has_lied
from storage.rows import LISTED, article_of, inserted, instant_of

logger = logging.getLogger(__name__)
article, address, story = schema.article, schema.address, schema.story


def save(
    db: Connection, page: Page, *, asks: bool, answer: Answer | None, now: datetime, policy: Policy
) -> Change | Question:
    """Stores a page; or, where only the caller can tell whether a difference is ours, asks and changes nothing."""
    where = addresses.find(db, page)
    if where is not None:
        known = db.execute(select(article).where(article.c.id == where.article_id)).one()
        current = revisions.current(db, known)
        main = _is_main(known, where)
        if _differs(page, known, current, where) and asks and (answer is None or answer.revision_id != current.id):
            return Question(revision_id=current.id, record_id=current.record_id)
        again = answer.article if answer else None
        if main:
            return _revisit(db, page, known, current, again, now, policy)
        if _still_twin(page, known, current, where, again):
            return _attach(db, page, known, now, change=Change.UNCHANGED)
        db.execute(delete(address).where(address.c.key == where.key))  # another article has taken its place
    return _first_visit(db, page, now, policy)


def _differs(page: Page, known: Row[Any], current: Row[Any], where: Row[Any]) -> bool:
    if page.content_hash == current.content_hash or revisions.is_ours(page, current):
        return False
    return _is_main(known, where) or not _still_twin(page, known, current, where, None)


def _is_main(known: Row[Any], where: Row[Any]) -> bool:
    """Whether the article lives there; an address that carries its own key is never another's."""
    return bool(where.url == known.url or where.key == known.key)


def _says_the_same(before: Article, page: Page) -> bool:
    """Whether the site's text is that of the earlier page, as we read that; furniture is none of it."""
    if content_hash(before.title, before.lead, before.paragraphs) == page.content_hash:
        return True
    same = (before.title, before.lead) == (page.article.title, page.article.lead)
    known = len(before.paragraphs) == sum(block.rule is None for block in before.blocks)  # where each of them stood
    return same and known and refurnished(before.blocks, page.article.blocks)


def _still_twin(page: Page, known: Row[Any], current: Row[Any], where: Row[Any], again: Article | None) -> bool:
    """Whether the page at a further address still carries the article's text, or is too old to say otherwise."""
    if page.content_hash in (where.content_hash, current.content_hash) or page.fetched_at < where.seen_at:
        return True
    texts = {known.text_key, text_key(again.paragraphs) if again else None} - {None}
    return page.text_key in texts


# --- a page of a known article ----------------------------------------------------------------------------------------


def _revisit(
    db: Connection,
    page: Page,
    known: Row[Any],
    current: Row[Any],
    again: Article | None,
    now: datetime,
    policy: Policy,
) -> Change:
    decision = _decision(page, known, current, again)
    if decision.capped:
        logger.warning("%s: another text at each visit; not stored until it stays", known.url)
    revision_id, moved = current.id, False
    if decision.cause is Cause.RULES and again is not None and again.published is not None:
        page = page.dated(again.published)  # if the site dated the text anew meanwhile, that is no rule of ours
    listed = instant_of(current._mapping, "published")
    if page.article.published is None and listed and listed.origin == LISTED:
        page = page.dated(listed)  # the page never printed a date; that its text changed takes nothing back
    if decision.cause is not None:
        revision_id = revisions.add(db, page, known.id, known.revision + 1, decision.cause, now)
        moved = stories.move(db, known, current, page, revision_id)
    elif page.content_hash == current.content_hash and (
        page.fetched_at >= known.last_read or revisions.is_ours(page, current)
    ):
        revisions.refresh(db, page, current)
    if decision.cause is not None or page.content_hash == current.content_hash:
        ledger.show(db, known.id, revision_id, page.judged.matches, cause=decision.cause, now=now, policy=policy)
    if page.fetched_at >= max(known.last_read, known.gone_at or known.last_read):
        _visited(db, page, known, decision, now)
    elif decision.cause is not None:
        db.execute(update(article).where(article.c.id == known.id).values(_as_revised(page, known, decision)))
    if moved:
        ledger.follow(db, known.story_id, now)
    addresses.arrived(db, page, known.id)
    return decision.change


def _decision(page: Page, known: Row[Any], current: Row[Any], again: Article | None) -> Decision:
    """What the page says of its article: is a difference the site's, ours, or noise?"""
    ours = revisions.is_ours(page, current) or (
        page.content_hash != current.content_hash
        and any(_says_the_same(before, page) for before in (again, _stored(current, known)) if before is not None)
    )
    noise = not ours and _is_noise(page, known, current, again)
    if noise and again is not None and content_hash(again.title, again.lead, again.paragraphs) != current.content_hash:
        ours, noise = True, False  # today's rules read the old page otherwise, too
    return decide(
        Known(
            content_hash=current.content_hash,
            seen_hash=known.seen_hash,
            read_at=known.last_read,
            restless=known.restless,
            noisy=known.noisy,
        ),
        Seen(
            content_hash=page.content_hash,
            fetched_at=page.fetched_at,
            ours=ours,
            twice=page.judged.second is not None,
            noise=noise,
        ),
    )


def _is_noise(page: Page, known: Row[Any], current: Row[Any], again: Article | None) -> bool:
    """Whether the stored text differs from the page only in what differs between its two readings."""
    second = page.judged.second
    if second is None or page.content_hash == current.content_hash or not differ(page.article, second):
        return False
    return only_noise(again or _stored(current, known), page.article, second)


def _stored(current: Row[Any], known: Row[Any]) -> Article:
    """The page of before as it was read then: what was furniture, though today's rules may have forgotten it."""
    return article_of(current._mapping, key=known.key, url=known.url, source=known.source)


def _visited(db: Connection, page: Page, known: Row[Any], decision: Decision, now: datetime) -> None:
    """The article as of this page; back, if it was gone."""
    snapshot, second = page.judged.snapshot, page.judged.second
    values = {
        "source": page.article.source,
        "url": page.article.url,
        "etag": snapshot.header("etag"),
        "last_modified": snapshot.header("last-modified"),
        "last_read": page.fetched_at,
        "last_checked": max(known.last_checked, page.fetched_at),
        "seen_hash": page.content_hash,
        "restless": decision.restless if known.seen_hash else known.restless,  # it was not there: that is no calm
        "attempts": 0,
        # What today's rules read otherwise may have been the noise: another two readings will tell.
        "noisy": differ(page.article, second) if second else known.noisy and decision.cause is not Cause.RULES,
        **absences.THERE,
    }
    if decision.cause is not None:
        values |= _as_revised(page, known, decision)
    absences.end(db, known, now)
    pending.introduce(db, page.article.source, now)
    db.execute(update(article).where(article.c.id == known.id).values(values))
    if known.withdrawn_at:
        ledger.follow(db, known.story_id, now)
    if decision.cause is Cause.SITE and _shows_a_lie(page, known):
        hosts.lied(db, host_of(known.url), page.fetched_at)


def _shows_a_lie(page: Page, known: Row[Any]) -> bool:
    """Whether a text that the site changed shows that its 304s are not true; one that changes all the time does not."""
    snapshot, updated = page.judged.snapshot, page.article.updated
    if known.noisy or known.restless or known.gone_at:
        return False
    return has_lied(
        (known.etag, known.last_modified),
        (snapshot.header("etag"), snapshot.header("last-modified")),
        read_at=known.last_read,
        checked_at=known.last_checked,
        changed_at=updated.at if updated and updated.precision is Precision.MINUTE else None,
    )


def _as_revised(page: Page, known: Row[Any], decision: Decision) -> dict[str, Any]:
    values: dict[str, Any] = {"revision": known.revision + 1, "text_key": page.text_key}
    return values | ({"last_changed": page.fetched_at} if decision.cause is Cause.SITE else {})


# --- a page that is new to us -----------------------------------------------------------------------------------------


def _first_visit(db: Connection, page: Page, now: datetime, policy: Policy) -> Change:
    pending.introduce(db, page.article.source, now)
    page = _as_listed(db, page)
    twins = stories.twins(db, page)
    brothers = [row for row in twins if row.source == page.article.source]
    said = stories.wording_of(page.article)
    known = next(iter(twins), None) or stories.near(db, said, page.article.source)
    twin = Twin.SAME_SOURCE if brothers else Twin.OTHER_SOURCE if known else Twin.NONE
    decision = decide(None, Seen(content_hash=page.content_hash, fetched_at=page.fetched_at, twin=twin))
    if brothers:
        return _attach(db, page, brothers[0], now, change=decision.change)
    story_id = known.story_id if known else inserted(db, insert(story).values(created_at=now))
    article_id = _add_article(db, page, story_id)
    revision_id = revisions.add(db, page, article_id, 1, Cause.SITE, now)
    stories.keep(db, {article_id: (known.text_id if known else revision_id, said)})
    addresses.arrived(db, page, article_id)
    ledger.show(db, article_id, revision_id, page.judged.matches, cause=Cause.SITE, now=now, policy=policy)
    if known:
        ledger.follow(db, story_id, now)
    return decision.change


def _as_listed(db: Connection, page: Page) -> Page:
    """A page that prints no date was published when its listing says so."""
    listed = None if page.article.published else pending.listed_at(db, page.article.key, page.urls)
    return page.dated(listed) if listed else page


def _attach(db: Connection, page: Page, known: Row[Any], now: datetime, *, change: Change) -> Change:
    """The page is a further address of the article, or, where that is gone from its old one, its new home."""
    if known.gone_at and page.fetched_at >= known.gone_at:
        moved = {
            "url": page.article.url,
            "etag": "",
            "last_modified": "",
            "last_read": page.fetched_at,
            "last_checked": max(known.last_checked, page.fetched_at),
            **absences.THERE,
        }
        absences.end(db, known, now)
        db.execute(update(article).where(article.c.id == known.id).values(moved))
        if known.withdrawn_at:
            ledger.follow(db, known.story_id, now)
    addresses.arrived(db, page, known.id)
    return change


def _add_article(db: Connection, page: Page, story_id: int) -> int:
    snapshot = page.judged.snapshot
    values = {
        "key": page.article.key,
        "source": page.article.source,
        "url": page.article.url,
        "etag": snapshot.header("etag"),
        "last_modified": snapshot.header("last-modified"),
        "story_id": story_id,
        "revision": 1,
        "text_key": page.text_key,
        "first_seen": page.fetched_at,
        "last_read": page.fetched_at,
        "last_checked": page.fetched_at,
        "last_changed": page.fetched_at,
        "seen_hash": page.content_hash,
    }
    return inserted(db, insert(article).values(values))
