"""Snapshot → Article, with a verdict on every line of the page.

    Snapshot → status → Document → Template → Metadata → lines → Headline → Layout (trafilatura) → lead, date, byline
             → boilerplate → weights → what was learned → Article
                └─ Rejected, at any arrow

What it needs of a site is data (`Source.templates`); without any, the page is read by what pages have in common.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crawler.blocked import refuse_blocked, refuse_redirect, refuse_status
from crawler.boilerplate import Line, chronicle, is_event, is_prose, timeline, verdicts, without_prefix
from crawler.byline import find_byline
from crawler.conflicts import lost
from crawler.dates import labelled_date, page_date
from crawler.document import MAX_SIZE, Document, parse
from crawler.errors import HomeServed, NotArticle, NoText, Rejected
from crawler.headline import Headline, headline, told_headline
from crawler.items import announcements
from crawler.kinds import Weight, columns, home_marks, no_article, own_headline, refuse_home, weigh
from crawler.layout import Layout, lay_out, orphans
from crawler.lead import Lead, find_lead
from crawler.learned import NOTHING, TEXT, Learned, learned_rule
from crawler.markup import Collected, collect, structured
from crawler.metadata import Metadata, read_metadata, section_of
from crawler.parts import FURTHER, is_part, repeated_title, turning, whole
from crawler.published import find_dates
from crawler.segments import Segment, segments
from crawler.template import Cleared, clear, fitting
from crawler.types import Article, Instant, Snapshot, Source, Template
from crawler.urls import article_key, canonical
from crawler.verdict import blocks

_YEAR = re.compile(r"(?:19|20)\d\d")
_PROSE = 140  # characters of the line that begins the prose
_CLOCK = re.compile(r"\d{1,2} ?[:hg] ?\d{2}")
_CHANGED = re.compile(r"(?:ngày |lần )?(?:đăng|cập nhật|sửa|xuất bản)", re.IGNORECASE)
_COLUMNS = 3  # cells of a row of data; a page's frame and its header lines have fewer
_HEADER = 100  # characters of a line that prints the date
_SMALLEST = 60  # characters of lead and text


def extract(
    snapshot: Snapshot,
    source: Source,
    *,
    now: datetime | None = None,
    max_size: int = MAX_SIZE,
    learned: Learned = NOTHING,
) -> Article:
    """What a page says.

    :param source: whose page it is; its templates come before what all pages have in common
    :param now: aware; refuses dates ahead of it, and is needed to read "2 giờ trước"
    :param max_size: bytes the page may have
    :param learned: what recurs on the source's pages, and is no article's own
    :raises Rejected: the page is no article; no other error leaves, whatever the bytes
    """
    if snapshot.part_of is not None:
        raise NotArticle(FURTHER)
    try:
        article = _read(snapshot, source, now, max_size, learned)
    except (NotArticle, NoText) as refusal:
        source, article = _without_layout(snapshot, source, now, max_size, learned, refusal)
    return whole(
        article,
        snapshot.parts,
        max_size - len(snapshot.body),
        lambda part, left, before: _read(part, source, now, left, learned, before),
    )


def _without_layout(
    snapshot: Snapshot,
    source: Source,
    now: datetime | None,
    max_size: int,
    learned: Learned,
    refusal: NotArticle | NoText,
) -> tuple[Source, Article]:
    """A page of which the source's layouts leave no article, read by what pages have in common: the site was rebuilt.

    :raises Rejected: that finds none either; the first reason counts
    """
    bare = replace(source, templates=())
    try:
        if source.templates:
            return bare, _read(snapshot, bare, now, max_size, learned)
    except Rejected:
        pass
    raise refusal


def _read(
    snapshot: Snapshot,
    source: Source,
    now: datetime | None,
    max_size: int,
    learned: Learned,
    before: Article | None = None,
) -> Article:
    """What one page says. `before`: what the same article's pages before this one say."""
    refuse_status(snapshot.status)
    page = parse(snapshot, max_size=max_size)
    if before is None and is_part(page):
        raise NotArticle(FURTHER)
    template = fitting(page, source.templates)
    cleared = clear(page.root, template) if template else Cleared()
    lines = segments(page.root)
    refuse_redirect(snapshot.requested_url, snapshot.url)
    refuse_blocked(page.title, [line.text for line in lines], snapshot.body)
    refuse_home(snapshot.requested_url, snapshot.url)
    if not lines:
        raise NoText("no visible text")
    facts = read_metadata(page)
    title = repeated_title(lines, before) if before else _headline(page, lines, facts, template)
    found = collect(page)
    layout = lay_out(page, lines, template, [lines[title.place].element] if title.place >= 0 else [])
    marks = home_marks(page)
    try:
        article = _article(snapshot, source, now, page, template, cleared, facts, title, found, layout, learned, before)
    except NotArticle as refusal:
        if marks:
            raise HomeServed("; ".join((*marks, str(refusal)))) from refusal
        raise
    if len(marks) > 1 and not own_headline(page, title, dated=article.published is not None):
        raise HomeServed("; ".join(marks))
    return article


def _headline(page: Document, lines: Sequence[Segment], facts: Metadata, template: Template | None) -> Headline:
    prose = next((at for at, one in enumerate(lines) if len(one.text) > _PROSE and one.linked < 0.3), len(lines))
    told = told_headline(page, lines, facts, template) if template else None
    return told or headline(lines, facts, page.title, prose, page.url)


def _article(
    snapshot: Snapshot,
    source: Source,
    now: datetime | None,
    page: Document,
    template: Template | None,
    cleared: Cleared,
    facts: Metadata,
    title: Headline,
    found: Collected,
    layout: Layout,
    learned: Learned,
    before: Article | None,
) -> Article:
    lead = find_lead(page, facts, template, layout, title.place) if before is None else None
    items = announcements(layout, title)
    rules = _rules(layout, title, lead, items)
    for at, rule in turning(page, layout.lines, before):
        rules[at] = rule if rules[at] in (None, "outside") else rules[at]
    dates = find_dates(page, facts, template, layout, title.place, now=now, order=source.date_order)
    for at in _dated(layout, rules, dates.published):
        rules[at] = "date"
    photos = [at for at, rule in enumerate(rules) if rule == "photo-credit"]
    names = {at - 1 for at in photos if rules[at - 1] == "orphan"}  # a bold name over who took the photos
    signed = [at for at, rule in enumerate(rules) if rule in (None, "credit") or at in names]
    byline = find_byline(page, facts, template, layout, title.place, signed)
    for at, rule in byline.places:
        rules[at] = rules[at] or rule
    kept = [at for at, rule in enumerate(rules) if rule is None]
    own = [*(lead.places if lead else ()), *kept]
    if before is None:
        _require_article(weigh(layout, own, items, title, dated=dates.published is not None))
    for at, rule in _learned(layout, rules, learned):
        rules[at] = rule
    kept = [at for at in kept if rules[at] is None]
    opening = without_prefix(lead.text, source.prefixes)[0] if lead else None
    paragraphs = [layout.lines[at].text for at in kept]
    if paragraphs:
        paragraphs[0] = without_prefix(paragraphs[0], source.prefixes)[0]
    structure = structured(found, layout, rules, paragraphs, title.place)
    return Article(
        key=article_key(source, snapshot.url),
        url=canonical(snapshot.url),
        source=source.name,
        title=title.text,
        lead=opening,
        paragraphs=tuple(paragraphs),
        published=dates.published,
        updated=dates.updated,
        authors=byline.authors,
        credit=byline.credit,
        section=section_of(facts, layout.lines, title.place),
        html=structure.html,
        images=structure.images,
        attachments=structure.attachments,
        also=lost(facts, title.text, [opening or "", *paragraphs], byline.authors, dates.also),
        blocks=blocks(layout, rules, cleared),
        template=template.name if template else None,
    )


def _rules(layout: Layout, title: Headline, lead: Lead | None, items: frozenset[int]) -> list[str | None]:
    """For each line of the page the rule by which it is no text, or None."""
    rules: list[str | None] = [
        box or (None if inside else "outside") for box, inside in zip(layout.boxes, layout.inside, strict=True)
    ]
    for at in _before_headline(layout, title):
        rules[at] = rules[at] or "before-headline"
    if title.place >= 0:
        rules[title.place] = "headline"
    for at in lead.places if lead else ():
        rules[at] = "lead"
    for at in items:
        rules[at] = rules[at] or "announcement"
    body = [at for at, rule in enumerate(rules) if rule is None]
    judged = [_judged(layout.lines[at]) for at in body]
    found = verdicts(judged)
    dates = [place for place, at in enumerate(body) if found[place] is None and _is_date(layout.lines[at])]
    stamps = [place for place in dates if _CLOCK.search(judged[place].text)]
    for at, rule in zip(body, found, strict=True):
        rules[at] = rule
    for place in dates if not timeline(judged, found, stamps) else ():
        rules[body[place]] = "date"
    texts = [line.text for line in judged]
    told = [place for place in dates if is_event(texts, place)]
    days = [at for at, one in enumerate(body) if rules[one] in ("date", "clock") and not _CLOCK.search(texts[at])]
    for place in (*told, *chronicle(judged, found, [at for at in days if not _CHANGED.match(texts[at])])):
        rules[body[place]] = None
    for at in _above_date(layout, rules):
        rules[at] = "header"
    for at in orphans(layout, rules):
        rules[at] = "orphan"
    if lead and body and layout.lines[body[0]].text == lead.text:
        rules[body[0]] = "lead"
    return rules


def _judged(line: Segment) -> Line:
    return Line(text=line.text, linked=line.linked, cell=columns(line.element) >= _COLUMNS)


def _learned(layout: Layout, rules: Sequence[str | None], learned: Learned) -> list[tuple[int, str]]:
    """The lines of the text that recur on the source's pages, and headings left alone; none where most would go."""
    kept = [at for at, rule in enumerate(rules) if rule is None]
    lines = [(at, layout.lines[at]) for at in kept]
    found = {at: rule for at, line in lines if (rule := learned_rule(learned, line.text, line.tag, line.path))}
    if not found:
        return []
    alone = set(orphans(layout, [found.get(at, rule) for at, rule in enumerate(rules)])) - set(orphans(layout, rules))
    found |= dict.fromkeys(alone, TEXT)
    taken = sum(len(layout.lines[at].text) for at in found)
    return list(found.items()) if 2 * taken <= sum(len(line.text) for _, line in lines) else []


def _dated(layout: Layout, rules: Sequence[str | None], when: Instant | None) -> list[int]:
    """The short lines before the text that print the date of publication beside something else."""
    prose = next((at for at, rule in enumerate(rules) if rule is None and is_prose(layout.lines[at].text)), 0)
    short = [at for at in range(prose) if rules[at] is None and len(layout.lines[at].text) < _HEADER]
    days = {at: found.at.date() for at in short if (found := page_date(layout.lines[at].text))}
    return [at for at, day in days.items() if when and day == when.at.date()]


def _above_date(layout: Layout, rules: Sequence[str | None]) -> list[int]:
    """The lines between the headline and the line of the date: section, kicker, buttons."""
    prose = next((at for at, rule in enumerate(rules) if rule is None and is_prose(layout.lines[at].text)), 0)
    date = max((at for at in range(prose) if rules[at] == "date"), default=0)
    return [at for at in range(date) if rules[at] is None]


def _before_headline(layout: Layout, title: Headline) -> Sequence[int]:
    """The lines of the body before the headline; none where most of the body stands there: then it is no headline."""
    before = range(max(title.place, 0))
    sizes = [len(line.text) * inside for line, inside in zip(layout.lines, layout.inside, strict=True)]
    return before if 2 * sum(sizes[at] for at in before) < sum(sizes) else ()


def _is_date(line: Segment) -> bool:
    """Whether a line is a date and nothing else; the cells of a table's columns are text."""
    if len(line.text) >= _HEADER or not _YEAR.search(line.text) or columns(line.element) >= _COLUMNS:
        return False
    return labelled_date(line.text) is not None


def _require_article(weight: Weight) -> None:
    if reason := no_article(weight):
        raise NotArticle(reason)
    if weight.kept < _SMALLEST:
        raise NoText("no text is left")
