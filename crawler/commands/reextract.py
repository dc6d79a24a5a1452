"""`tindothi reextract`: the archive through today's rules, without the network."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from crawler.errors import ConfigError, PageRemoved, Rejected, StoreError

if TYPE_CHECKING:
    from crawler.differences import Difference
    from crawler.learned import Learned
    from crawler.types import Article, Judged, Snapshot, Source
    from storage.archived import Archived
    from storage.store import Store

KEPT = 50  # articles between two notes of how far it has come
PRINTED = 90  # characters of a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Today's rules: whose page it is, and what a page says."""

    owner: "Callable[[str], Source]"
    read: "Callable[[Snapshot, Source, Learned], Article]"
    judge: "Callable[[Snapshot, Article], Judged]"


@click.command()
@click.option("--source", "name", default="", help="Only the pages of this source.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was first seen on that day (UTC) or later.")
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a changed article, and one with the counts.")
def command(name: str, since: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Run the archived pages through today's rules and store what they now yield; nothing is fetched.

    What differs is our doing, not the site's: it becomes a revision with the cause `rules`, and no entry moves. A page
    that today's rules would refuse keeps its article, and is told; refused pages that `gc` removed are counted.
    Interrupted, the next call goes on where it was.
    """
    from storage.lock import RunLock
    from storage.opening import open_store

    config, rules = _today()
    begun = since.replace(tzinfo=UTC) if since else None
    tell = _as_json if as_json else _as_text
    counts: Counter[str] = Counter()
    with nullcontext() if dry_run else RunLock(config.data_dir), open_store(config) as store:
        if not dry_run:
            store.require_room()
        if name and name not in {status.name for status in store.status()}:
            raise ConfigError(f"no source {name!r} in the store; `tindothi status` lists them")
        for line in _all(store, rules, name, begun, dry_run, counts):
            click.echo(tell(line))
    click.echo(json.dumps({"dry_run": dry_run, **counts}) if as_json else _summary(counts, dry_run))


def _today() -> "tuple[Any, Rules]":
    from crawler.classify import read_topics
    from crawler.config import load
    from crawler.stages import article_of, judge
    from crawler.urls import by_host, owner
    from spiders.fingerprints import with_families
    from spiders.read import read_families, read_sources

    config = load()
    sources, wrong = read_sources(config.sources.directories)
    topics, wrong_topics = read_topics(config.topics.directories)
    for error in (*wrong, *wrong_topics):
        click.echo(f"tindothi: {error}", err=True)
    families, _ = read_families(config.sources.directories)
    hosts = by_host(sources.values())
    return config, Rules(
        owner=lambda url: with_families(owner(hosts, url), families),
        read=lambda page, source, learned: article_of(page, source, config.fetch.max_size, learned),
        judge=lambda page, article: judge(page, article, tuple(topics), owner(hosts, page.url).place),
    )


def _all(
    store: "Store", rules: Rules, name: str, since: datetime | None, dry_run: bool, counts: Counter[str]
) -> Iterator[Mapping[str, Any]]:
    learned: dict[str, Learned] = {}
    for kind, pages in (("articles", store.archived), ("refusals", store.refused)):
        cursor = f"reextract {kind} {name} {since.date() if since else ''}".strip()
        after = 0 if dry_run else store.cursor(cursor)
        while some := pages(name, since, after):
            for place, one in enumerate(some, start=1):
                if one.source not in learned:
                    learned[one.source] = store.learned(one.source)
                yield from _one(store, rules, one, learned[one.source], dry_run, counts)
                after = one.row
                if not dry_run and (place % KEPT == 0 or place == len(some)):
                    store.keep_cursor(cursor, after)
        if not dry_run:
            store.keep_cursor(cursor, 0)


def _one(
    store: "Store", rules: Rules, one: "Archived", learned: "Learned", dry_run: bool, counts: Counter[str]
) -> Iterator[Mapping[str, Any]]:
    """Reads one page again; gives what is to be told of it."""
    from crawler.differences import differences

    try:
        page = store.snapshot(one.record)
    except PageRemoved:
        counts["removed"] += 1
        return
    except StoreError as error:
        counts["unreadable"] += 1
        yield {"id": one.article, "unreadable": str(error)}
        return
    page = _owned(page, one.source)
    try:
        article = rules.read(page, rules.owner(page.url), learned)
    except Rejected as refusal:
        counts["refused" if one.article else "unchanged"] += 1
        if one.article:
            yield {"id": one.article, "url": page.url, "refused": refusal.reason, "message": str(refusal)}
        return
    stored = store.article(one.article) if one.article else None
    found = differences(stored.revisions[-1].article, _kept(stored.revisions[-1].article, article)) if stored else ()
    outcome = ("changed" if found else "unchanged") if one.article else "new"
    counts[outcome] += 1
    if not dry_run:
        store.save(rules.judge(page, article))
    if outcome != "unchanged":
        yield {"id": one.article, "url": page.url, "title": article.title, "changes": [_change(each) for each in found]}


def _kept(stored: "Article", article: "Article") -> "Article":
    """The article as the store will have it: a page that says nothing takes no date and no author back."""
    return replace(article, published=article.published or stored.published, authors=article.authors or stored.authors)


def _owned(page: "Snapshot", source: str) -> "Snapshot":
    return replace(page, source=source, parts=tuple(replace(part, source=source) for part in page.parts))


def _change(one: "Difference") -> dict[str, str | None]:
    return {"about": one.about, "before": one.before, "after": one.after}


def _as_json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)


def _as_text(told: Mapping[str, Any]) -> str:
    if "unreadable" in told:
        return f"{told['id']}  cannot be read: {told['unreadable']}"
    if "refused" in told:
        return (
            f"{told['id']}  {told['url']}\n      would be refused now and stays: {told['refused']}: {told['message']}"
        )
    head = f"{told['id'] or 'new'}  {told['url']}\n      {told['title'] or '(no title)'}"
    return "\n".join((head, *_changes(told["changes"])))


def _changes(changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in changes:
        for sign, value in (("-", one["before"]), ("+", one["after"])):
            if value is not None:
                yield f"      {sign} {one['about']}: {value[:PRINTED]}{'…' if len(value) > PRINTED else ''}"


def _summary(counts: Counter[str], dry_run: bool) -> str:
    said = {"removed": "no longer in the archive"}
    outcomes = (f"{count} {said.get(outcome, outcome)}" for outcome, count in sorted(counts.items()))
    told = ", ".join(outcomes) or "no page in the archive"
    return f"{told}; nothing was stored" if dry_run else told
