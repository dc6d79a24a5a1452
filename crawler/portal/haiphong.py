"""haiphong.gov.vn: the city's portal of today; a list without feed, addresses that end in six digits."""

from crawler.portal.body import JUSTIFIED, body
from crawler.portal.markup import each, fill, template, when
from crawler.portal.messages import Answer, Request, page
from crawler.portal.posts import Post, View, dotted, weekday
from crawler.portal.site import Shelf, Site

SECTIONS = ("Tin tức - Sự kiện", "Hoạt động của lãnh đạo thành phố", "Văn hóa - Xã hội")
DATE = '<div class="date-view">Thời gian: $date</div>'
LEAD = '<div class="sapo"><strong>$lead</strong></div>'
AUTHOR = '<p class="tac-gia" style="text-align: right;"><strong>$author</strong></p>'
CREDIT = '<p class="nguon" style="text-align: right;"><em>Nguồn: $credit</em></p>'
RELATED = '<li><a href="$url" title="$title">$title</a> <span class="date">$day</span></li>'
ITEM = """<div class="item-news">
<a class="thumb" href="$url"><img src="/anh/thumb.jpg" alt=""></a>
<h3 class="title"><a href="$url" title="$title">$title</a></h3>
<div class="date">$date</div>
<div class="desc">$lead</div>
</div>"""


def _address(post: Post) -> str:
    return f"/tin-tuc-su-kien/{post.slug}-{post.number}"


def _article(post: Post, view: View) -> str:
    at = post.published
    related = ({"url": link.url, "title": link.title, "day": f"{link.posted:%d/%m/%Y}"} for link in view.related)
    return fill(
        template("haiphong.html"),
        title=post.title,
        url=view.url,
        section=post.section,
        clock=f"{weekday(view.clock)}, ngày {view.clock.day} tháng {view.clock.month} năm {view.clock.year}",
        views=view.visit,
        date=when(DATE, date=f"{at:%d/%m/%Y %H:%M}") if at else "",
        lead=when(LEAD, lead=post.lead),
        body=body(post, paragraph=JUSTIFIED),
        author=when(AUTHOR, author=post.author),
        credit=when(CREDIT, credit=post.credit),
        related=each(RELATED, related),
        visitors=dotted(view.visitors),
        online=view.online,
    )


def _listing(request: Request, shelf: Shelf) -> Answer | None:
    if request.path not in ("/", "/tin-tuc-su-kien"):
        return None
    number = request.query.get("page", "1")
    rows = (
        {"url": link.url, "title": link.title, "lead": link.lead, "date": f"{link.posted:%d/%m/%Y %H:%M}"}
        for link in shelf.links(shelf.page(int(number) if number.isdecimal() else 1))
    )
    return page(
        fill(
            template("haiphong-list.html"),
            clock=f"{weekday(shelf.clock)}, ngày {shelf.clock.day} tháng {shelf.clock.month} năm {shelf.clock.year}",
            items=each(ITEM, rows),
            visitors=dotted(4_921_824 + shelf.visit),
        )
    )


SITE = Site(
    name="haiphong",
    title="Cổng thông tin điện tử thành phố Hải Phòng",
    host="haiphong.gov.vn",
    also=("www.haiphong.gov.vn",),
    address=_address,
    article=_article,
    listing=_listing,
    sections=SECTIONS,
    number=731204,
    step=5,
    last_modified=True,
    city="Hải Phòng",
)
