"""dbndhanoi.gov.vn: a .NET portal; rating, captcha message, poll and counters stand right after the signature."""

from crawler.portal.body import JUSTIFIED, body
from crawler.portal.markup import each, fill, template, when
from crawler.portal.messages import Answer, Request, page
from crawler.portal.posts import Post, View, dotted, month, weekday
from crawler.portal.site import Shelf, Site

SECTIONS = ("Hoạt động của HĐND", "Tin tức - Sự kiện", "Diễn đàn cử tri")
DATE = '<span class="ngay">$date</span>'
AUTHOR = '<p style="text-align: right;"><strong>$author</strong></p>'
CREDIT = '<p style="text-align: right;"><em>Theo: $credit</em></p>'
RELATED = '<li><a href="$url">$title</a> <span>($day)</span></li>'
ITEM = """<div class="tin">
<a class="tieude" href="$url"><img src="/anh/thumb.jpg" alt="">$title</a>
<span class="ngay">$date</span>
</div>"""


def _address(post: Post) -> str:
    return f"/chi-tiet-tin-tuc/{post.slug}-{post.number}.html"


def _article(post: Post, view: View) -> str:
    at = post.published
    date = f"{at.day} Tháng {month(at)} {at:%Y - %H:%M:%S}" if at else ""
    related = ({"url": link.url, "title": link.title, "day": f"{link.posted:%d/%m/%Y}"} for link in view.related)
    return fill(
        template("dbndhanoi.html"),
        title=post.title,
        section=post.section,
        clock=f"{weekday(view.clock)}, {view.clock:%d/%m/%Y}",
        date=when(DATE, date=date),
        lead=when('<p class="trichyeu"><strong>$lead</strong></p>', lead=post.lead),
        body=body(post, paragraph=JUSTIFIED),
        author=when(AUTHOR, author=post.author),
        credit=when(CREDIT, credit=post.credit),
        related=each(RELATED, related),
        votes=view.votes,
        visitors=dotted(view.visitors),
        online=view.online,
    )


def _listing(request: Request, shelf: Shelf) -> Answer | None:
    if request.path not in ("/", "/trang-chu.html"):
        return None
    rows = (
        {"url": link.url, "title": link.title,
         "date": f"{link.posted.day} Tháng {month(link.posted)} {link.posted:%Y - %H:%M:%S}"}
        for link in shelf.links(shelf.page(1))
    )  # fmt: skip
    html = fill(
        template("dbndhanoi-home.html"),
        clock=f"{weekday(shelf.clock)}, {shelf.clock:%d/%m/%Y}",
        items=each(ITEM, rows),
        votes=27 + shelf.visit,
        visitors=dotted(4_921_824 + shelf.visit),
        online=100 + shelf.visit % 73,
    )
    return page(html).with_headers(("Cache-Control", "private"))


SITE = Site(
    name="dbndhanoi",
    title="Đại biểu nhân dân thành phố Hà Nội",
    host="dbndhanoi.gov.vn",
    also=("www.dbndhanoi.gov.vn",),
    address=_address,
    article=_article,
    listing=_listing,
    sections=SECTIONS,
    number=10045,
    undated=4,
    leads=False,
)
