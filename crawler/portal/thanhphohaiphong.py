"""thanhphohaiphong.gov.vn: the city's older portal on WordPress; Print and Gốc around the date, QR blocks below."""

from crawler.portal.body import body
from crawler.portal.feeds import rss
from crawler.portal.markup import each, fill, template, when
from crawler.portal.messages import RSS, Answer, Request, page, stamped
from crawler.portal.phrases import KINDS, TOPICS
from crawler.portal.posts import Post, View, weekday
from crawler.portal.site import Shelf, Site

HOST = "thanhphohaiphong.gov.vn"
NAME = "Cổng tin tức Thành phố Hải Phòng"
SECTIONS = ("Tin tức", "Chính quyền", "Văn hóa - Xã hội")
DATE = '<span class="date">$weekday, $date</span>'
FIGURE = """<div class="wp-caption aligncenter" style="width: 650px">
<img src="/wp-content/uploads/2023/08/$file" alt="">
<p class="wp-caption-text">$caption</p></div>"""
AUTHOR = '<p style="text-align: right;"><strong>$author</strong></p>'
CREDIT = '<p style="text-align: right;"><em>Theo: $credit</em></p>'
RELATED = '<li><a href="$url">$title</a></li>'
ITEM = """<article class="post type-post"><h2 class="entry-title"><a href="$url" rel="bookmark">$title</a></h2>
<div class="entry-meta"><span class="date">$date</span></div></article>"""


def _address(post: Post) -> str:
    return f"/{post.slug}.html"


def _article(post: Post, view: View) -> str:
    at = post.published
    related = ({"url": link.url, "title": link.title} for link in view.related)
    return fill(
        template("thanhphohaiphong.html"),
        title=post.title,
        url=view.url,
        number=post.number,
        section=post.section,
        date=when(DATE, weekday=weekday(at), date=f"{at:%d/%m/%Y %H:%M}") if at else "",
        lead=when('<p class="sapo"><strong>$lead</strong></p>', lead=post.lead),
        body=body(post, figure=FIGURE),
        author=when(AUTHOR, author=post.author),
        credit=when(CREDIT, credit=post.credit),
        related=each(RELATED, related),
    )


def _listing(request: Request, shelf: Shelf) -> Answer | None:
    links = shelf.links(shelf.page(1))
    if request.path in ("/feed", "/feed/"):
        return stamped(page(rss(NAME, f"https://{HOST}", links), RSS), modified=shelf.changed, etag=True)
    if request.path != "/":
        return None
    rows = ({"url": link.url, "title": link.title, "date": f"{link.posted:%d/%m/%Y %H:%M}"} for link in links)
    return page(fill(template("thanhphohaiphong-home.html"), items=each(ITEM, rows)))


SITE = Site(
    name="thanhphohaiphong",
    title=NAME,
    host=HOST,
    also=(f"www.{HOST}",),
    address=_address,
    article=_article,
    listing=_listing,
    sections=SECTIONS,
    number=88410,
    step=4,
    kinds=tuple(kind for kind in KINDS if kind not in TOPICS),  # news of the topic is on today's portal
    leads=False,
    city="Hải Phòng",
)
