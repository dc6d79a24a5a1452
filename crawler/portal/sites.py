"""All portals by name, and one door to render any content in their markup."""

from collections.abc import Sequence
from datetime import datetime

from crawler.portal import anninhthudo, dbndhanoi, haiphong, longbien, tcnn, thanhphohaiphong
from crawler.portal.posts import ZONE, Link, Post, View, slug
from crawler.portal.site import Site

MODULES = (anninhthudo, dbndhanoi, tcnn, haiphong, longbien, thanhphohaiphong)
SITES: dict[str, Site] = {module.SITE.name: module.SITE for module in MODULES}
FORMER = {"longbien-cu": "longbien"}  # layouts that a portal had before
VISITED = datetime(2026, 5, 16, 9, 30, tzinfo=ZONE)


def render_article(
    site: str,
    *,
    title: str,
    lead: str | None,
    published: datetime | None,
    author: str | None,
    paragraphs: Sequence[str],
    section: str | None = None,
    credit: str | None = None,
    captions: Sequence[str] = (),
    related: Sequence[tuple[str, str]] = (),
    visit: int = 0,
    now: datetime = VISITED,
) -> str:
    """The article page of a portal (a key of `SITES` or of `FORMER`) with the content given.

    `related` are (URL, headline) of the boxes around it, `visit` moves the counters, `now` is the page's own clock.
    `published` is printed in the portal's form, at +07:00; None prints no date.
    """
    portal = SITES[FORMER.get(site, site)]
    printed = published.astimezone(ZONE) if published else None
    post = Post(
        number=portal.number,
        slug=slug(title),
        title=title,
        lead=lead,
        paragraphs=tuple(paragraphs),
        posted=printed or now,
        published=printed,
        modified=printed or now,
        section=section or portal.sections[0],
        author=author,
        credit=credit,
        captions=tuple(captions),
        legacy=site in FORMER,
    )
    links = tuple(Link(url=url, title=headline, posted=now.astimezone(ZONE)) for url, headline in related)
    return portal.article(post, View(url=portal.url(post), visit=visit, clock=now.astimezone(ZONE), related=links))
