"""RSS 2.0 and sitemaps, as the portals give them."""

from collections.abc import Iterable
from email.utils import format_datetime

from crawler.portal.markup import Markup, each, fill
from crawler.portal.posts import Link

RSS_FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>$title</title><link>$home</link><description>$title</description><language>vi</language>
$items
</channel></rss>
"""
RSS_ITEM = """<item><title>$title</title><link>$url</link><guid isPermaLink="true">$url</guid>
<pubDate>$date</pubDate><description>$description</description></item>"""
DESCRIPTION = '<a href="$url"><img src="/thumb.jpg"></a> $lead'

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
$rows
</urlset>
"""
NEWS_ROW = """<url><loc>$url</loc><lastmod>$date</lastmod><news:news><news:publication><news:name>$name</news:name>
<news:language>vi</news:language></news:publication><news:publication_date>$date</news:publication_date>
<news:title>$title</news:title></news:news></url>"""
INDEX = """<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
$rows
</sitemapindex>
"""


def rss(title: str, home: str, links: Iterable[Link]) -> str:
    """An RSS feed; dates as RFC 822 with +0700, the description with an image and the lead."""
    rows = (
        {
            "title": link.title,
            "url": link.url,
            "date": format_datetime(link.posted),
            "description": str(fill(DESCRIPTION, url=link.url, lead=link.lead)),  # a plain string: escaped once more
        }
        for link in links
    )
    return fill(RSS_FEED, title=title, home=home, items=each(RSS_ITEM, rows))


def news_sitemap(name: str, links: Iterable[Link]) -> str:
    """A sitemap with Google's news extension."""
    rows = ({"url": link.url, "title": link.title, "date": link.posted.isoformat(timespec="seconds")} for link in links)
    return fill(SITEMAP, rows=each(NEWS_ROW, rows, name=name))


def sitemap_index(urls: Iterable[str]) -> str:
    """A sitemap of sitemaps."""
    return fill(INDEX, rows=each("<sitemap><loc>$url</loc></sitemap>", ({"url": url} for url in urls)))


def plain_sitemap(urls: Iterable[str]) -> Markup:
    """A sitemap of addresses only."""
    return fill(SITEMAP, rows=each("<url><loc>$url</loc></url>", ({"url": url} for url in urls)))
