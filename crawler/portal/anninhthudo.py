"""anninhthudo.vn: the ePi CMS, with the voice player before the lead, RSS, monthly sitemaps and paged sections."""

import re

from crawler.portal.body import body, tags
from crawler.portal.feeds import news_sitemap, plain_sitemap, rss, sitemap_index
from crawler.portal.markup import each, fill, template, when
from crawler.portal.messages import RSS, XML, Answer, Request, page, stamped
from crawler.portal.posts import Post, View, weekday
from crawler.portal.site import Shelf, Site

HOST = "anninhthudo.vn"
HOME = f"https://{HOST}"
SECTIONS = {"3": "Chính trị - Xã hội", "80": "Pháp luật"}

ISO = "%Y-%m-%dT%H:%M:%S%z"
PUBLISHED = '<meta property="article:published_time" content="$iso">'
TIME = """<time class="time" datetime="$iso">$printed</time>
<meta class="cms-date" itemprop="datePublished" content="$iso">"""
AUTHOR = '<p class="author"><span>Tác giả</span> <a href="/tac-gia.antd" class="cms-author">$author</a></p>'
SAPO = '<div class="article__sapo cms-desc">\nANTD.VN - $lead\n</div>'
FIGURE = """<figure class="picture"><img class="cms-photo" data-src="/Uploaded/$file"
 src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="$caption" cms-photo-caption="$caption">
<figcaption>$caption</figcaption></figure>"""
CREDIT = '<div class="article__source"><span>Theo: $credit</span></div>'
RELATE = '<div class="article-relate"><a class="cms-relate" href="$url" title="$title">$title</a></div>'
STORY = """<article class="story">
<figure class="story__thumb"><a class="cms-link" href="$url" title="$title">
<img data-src="/thumb.jpg" alt="$title"></a></figure>
<h3 class="story__heading"><a class="cms-link" href="$url" title="$title">$title</a></h3>
<div class="story__meta"><time datetime="$iso">$printed</time></div>
<div class="story__summary">$lead</div>
</article>"""
BESIDE = '<article class="story"><h4 class="story__heading"><a href="$url">$title</a></h4></article>'
TAG = '<a href="https://$host/tag100200.antd">$tag</a>'


def _address(post: Post) -> str:
    return f"/{post.slug}-post{post.number}.antd"


def _article(post: Post, view: View) -> str:
    at = post.published
    dates = {"iso": at.strftime(ISO) if at else "", "printed": at.strftime("%d/%m/%Y %H:%M") if at else ""}
    related = [{"url": link.url, "title": link.title} for link in view.related]
    return fill(
        template("anninhthudo.html"),
        title=post.title,
        lead=post.lead,
        url=view.url,
        number=post.number,
        section=post.section,
        meta_published=when(PUBLISHED, iso=dates["iso"]),
        time=when(TIME, **dates),
        author=when(AUTHOR, author=post.author),
        sapo=when(SAPO, lead=post.lead),
        body=body(post, figure=FIGURE),
        relate=each(RELATE, related[:1]),
        credit=when(CREDIT, credit=post.credit),
        tags=tags(post, TAG, HOST),
        related=each(BESIDE, related),
    )


def _listing(request: Request, shelf: Shelf) -> Answer | None:
    if request.path == "/rss/home.rss":
        return stamped(
            page(rss("An ninh Thủ đô", HOME, shelf.links(shelf.page(1))), RSS), modified=shelf.changed, etag=True
        )
    if request.path.startswith("/sitemap"):
        answer = _sitemap(request.path, shelf)
        return stamped(page(answer, XML), modified=shelf.changed) if answer else None
    if request.path == "/":
        return page(_section(shelf, None, 1))
    found = re.fullmatch(r"/[a-z-]+/(\d{1,3})\.antd", request.path)
    if found and found[1] in SECTIONS:
        number = request.query.get("page", "1")
        return page(_section(shelf, SECTIONS[found[1]], int(number) if number.isdecimal() else 1))
    return None


def _section(shelf: Shelf, section: str | None, number: int) -> str:
    rows = (
        {"url": link.url, "title": link.title, "lead": link.lead, "iso": link.posted.strftime(ISO),
         "printed": link.posted.strftime("%d/%m/%Y %H:%M")}
        for link in shelf.links(shelf.page(number, section))
    )  # fmt: skip
    clock = f"{weekday(shelf.clock)}, {shelf.clock:%d/%m/%Y %H:%M}"
    return fill(template("anninhthudo-list.html"), section=section or "Trang chủ", clock=clock, next=number + 1,
                stories=each(STORY, rows))  # fmt: skip


def _sitemap(path: str, shelf: Shelf) -> str | None:
    months: dict[str, list[Post]] = {}
    for post in shelf.posts:
        months.setdefault(f"/sitemaps/news-{post.posted.year}-{post.posted.month}.xml", []).append(post)
    if path == "/sitemap.xml":
        others = ("/sitemaps/categories.xml", "/sitemaps/topics.xml")
        return sitemap_index(HOME + each_path for each_path in (*others, *months))
    if path == "/sitemaps/categories.xml":
        return plain_sitemap(f"{HOME}/chuyen-muc/{number}.antd" for number in SECTIONS)
    if path == "/sitemaps/topics.xml":
        return plain_sitemap([f"{HOME}/chinh-quyen-do-thi-tag100200.antd"])
    return news_sitemap("An ninh Thủ đô", shelf.links(months[path])) if path in months else None


SITE = Site(
    name="anninhthudo",
    title="An ninh Thủ đô",
    host=HOST,
    also=(f"www.{HOST}",),
    moved=("antd.vn", "www.antd.vn"),
    address=_address,
    article=_article,
    listing=_listing,
    sections=tuple(SECTIONS.values()),
    number=600101,
    step=7,
    etag=True,
    last_modified=True,
)
