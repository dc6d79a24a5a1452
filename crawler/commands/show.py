"""`tindothi show`: all that is known of one article."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crawler.types import Article, Departure
    from storage.history import Event
    from storage.reading import StoredArticle, StoredRevision

PRINTED = 100  # characters of a stripped line or of the words round a match


@click.command()
@click.argument("wanted", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every revision.")
def command(wanted: str, as_json: bool) -> None:
    """Show one article by its ID, key or URL: its revisions, what was stripped by which rule, why it matched."""
    from crawler.config import load
    from storage.history import history
    from storage.opening import open_store

    with open_store(load()) as store:
        article = store.article(wanted)
    if article is None:
        raise click.ClickException(f"no article {wanted!r}; `tindothi search WORDS` finds ids")
    events = history(article.revisions, article.absences)
    if as_json:
        told = asdict(article) | {"history": [asdict(event) for event in events]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join((*_lines(article), *_happened(article, events))))


def _lines(article: "StoredArticle") -> Iterator[str]:
    from crawler.commands.moments import moment

    last = article.revisions[-1]
    yield click.style(last.article.title or "(no title)", bold=True)
    yield f"  id         {article.id}  {article.key}"
    yield f"  url        {article.url}"
    yield from (f"  also at    {address}" for address in article.addresses if address != article.url)
    yield from _story(article)
    for name, when in (("published", last.article.published), ("updated", last.article.updated)):
        if when:
            found = f"{when.precision.value}, {when.confidence.value}: {when.origin}: {when.raw!r}"
            yield f"  {name:<9}  {moment(when.at)} ({found})"
    if last.article.authors:
        yield f"  authors    {', '.join(last.article.authors)}"
    if last.article.credit:
        yield f"  credit     {last.article.credit}"
    yield from (f"  not taken  {one.about}: {one.value[:PRINTED]} ({one.origin})" for one in last.article.also)
    if last.article.template:
        yield f"  layout     {last.article.template}"
    if last.article.images:
        yield f"  images     {len(last.article.images)}"
    yield from (f"  attached   {one.name}: {one.url}" for one in last.article.attachments)
    yield f"  seen       {moment(article.first_seen)}, last checked {moment(article.last_checked)}"
    if article.gone_at:
        state = "withdrawn" if article.withdrawn_at else "gone?"
        yield f"  {state:<9}  {moment(article.gone_at)}{_how(article.absences[-1].how)}"
    if article.noisy:
        yield "  restless   two readings at once differ: look at what is not stripped"
    for entry in article.entries:
        yield f"  entry      {entry.feed}: {entry.standing.value}, updated {moment(entry.updated)}, {entry.id}"
    yield from _found(last)
    yield f"\n{last.article.lead}\n" if last.article.lead else ""
    yield from last.article.paragraphs
    yield from _stripped(last)


def _happened(article: "StoredArticle", events: "Sequence[Event]") -> Iterator[str]:
    """The revisions with what each changed, and when the article was withdrawn and restored."""
    from crawler.commands.moments import moment

    revisions = {one.sequence: one.article for one in article.revisions}
    waivers = {one.sequence: one.waived for one in article.revisions}
    removals = {one.sequence: one.removed_at for one in article.revisions}
    yield "\nrevisions"
    for event in events:
        said = ", ".join(kind.value for kind in event.kinds)
        text = revisions.get(event.revision or 0)
        told = (text.title or "(no title)") if text else _gone_since(event)
        yield f"  {event.revision or '':<3} {moment(event.at)}  {said:<10} {told}".rstrip()
        if event.summary:
            yield f"      {event.summary}"
        before = revisions.get((event.revision or 0) - 1)
        yield from _changed(before, text) if before and text else ()
        if waived := waivers.get(event.revision or 0):
            yield f"      its page came over TLS that was not verified in all: {waived}"
        if removed := removals.get(event.revision or 0):
            yield f"      its page is no longer archived: `tindothi gc` removed it on {moment(removed)}"


def _gone_since(event: "Event") -> str:
    from crawler.commands.moments import moment

    return f"gone since {moment(event.since)}{_how(event.how)}" if event.since else ""


def _how(how: "Departure | None") -> str:
    from crawler.types import Departure

    said = {Departure.HOME: "sent to the home page", Departure.SAID: "the page says that it is not found"}
    return f" ({said.get(how, f'HTTP {how.value}')})" if how else ""


def _story(article: "StoredArticle") -> Iterator[str]:
    """Where else the text stands; the first place and the official one are marked, this one too."""
    from crawler.commands.moments import moment

    for one in article.story if len(article.story) > 1 else ():
        marks = [name for name in ("first", "official", "withdrawn") if getattr(one, name)]
        marked = f" ({', '.join(marks)})" if marks else ""
        where = "this one" if one.key == article.key else f"{one.key}  {one.url}"
        yield f"  story      {moment(one.at)}  {one.source_title or one.source}{marked}: {where}"


def _changed(before: "Article", after: "Article") -> Iterator[str]:
    """What a revision changed; figures, dates and names are marked."""
    from crawler.differences import differences

    for one in differences(before, after):
        for sign, value in (("-", one.before), ("+", one.after)):
            if value is not None:
                text = value if len(value) <= PRINTED else value[:PRINTED] + "…"
                yield f"     {'!' if one.substantive else ' '} {sign} {one.about}: {text}"


def _found(revision: "StoredRevision") -> Iterator[str]:
    from crawler.places import full_name

    for match in revision.matches:
        yield f"  topic      {match.topic}, score {match.score:g}"
        for proof in match.evidence:
            yield f"             {proof.part}: {proof.phrase}: … {' '.join(proof.context.split())[:PRINTED]} …"
    for citation in revision.citations:
        signed = f", {citation.signed:%d/%m/%Y}" if citation.signed else ""
        yield f"  cites      {citation.key}{signed}"
    for place in revision.places:
        today = f"; now {full_name(place.now)}" if place.now != place.place else ""
        often = "once" if place.named == 1 else f"{place.named} times"
        said = f"named {often}" if place.named else "not named; the source's own"
        yield f"  place      {full_name(place.place)} ({said}{today})"
        for naming in place.evidence[:1]:
            yield f"             {naming.part}: {naming.printed}: … {naming.context[:PRINTED]} …"


def _stripped(revision: "StoredRevision") -> Iterator[str]:
    stripped = [block for block in revision.article.blocks if block.rule]
    if stripped:
        yield f"\nstripped ({len(stripped)} blocks)"
        yield from (f"  {block.rule}: {' '.join(block.text.split())[:PRINTED]}" for block in stripped)
