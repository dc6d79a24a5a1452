"""tcnnld.vn (until 2025 tcnn.vn): a magazine on its own ASP-like system; its pages print the day of the visit."""

import re

from crawler.portal.body import body
from crawler.portal.markup import each, fill, template, when
from crawler.portal.messages import Answer, Request, page
from crawler.portal.posts import Post, View
from crawler.portal.site import Shelf, Site

SECTIONS = {
    "1010072": "Xây dựng chính quyền địa phương",
    "5020": "Cải cách hành chính",
    "5017": "Thời sự - Chính trị",
    "1010067": "Nghiên cứu - Trao đổi",
    "1010070": "Thực tiễn - Kinh nghiệm",
}
SLUGS = {
    "1010072": "Xay-dung-chinh-quyen-dia-phuong",
    "5020": "Cai-cach-hanh-chinh",
    "5017": "Thoi-su---Chinh-tri",
    "1010067": "Nghien-cuu-Trao-doi",
    "1010070": "Thuc-tien-Kinh-nghiem",
}
DATE = '<div class="thongke-ngay"><span>Ngày đăng: $day \u00a0 $time</span></div>'
LEAD = '<div class="noidung fwd fwb">\n<p style="text-align: justify;">$lead</p>\n</div>'
PASTED = """<p style="text-align: justify;"><span style="font-family: Arial; font-size: 12pt;">$text</span></p>"""
FIGURE = """<table align="center" class="anh"><tbody><tr><td><img src="/files/$file" alt=""></td></tr>
<tr><td style="text-align: center;"><em>$caption</em></td></tr></tbody></table>"""
AUTHOR = '<p class="pt5" style="text-align: right;"><strong>$author</strong></p>'
CREDIT = '<p class="pt5" style="text-align: right;"><em>Theo: $credit</em></p>'
RELATED = """<div class="item fwd">
<h4><a href="$url">$title</a></h4>
<span class="ngaydang">Ngày đăng $day</span>
<p>$lead</p>
</div>"""
ITEM = """<div class="item fwd">
<div class="wImage"><a href="$url" title="$title"><img src="/files/thumb.jpg" alt=""></a></div>
<div class="wText"><h3><a href="$url">$title</a></h3><span class="ngaydang">Ngày đăng $day</span><p>$lead</p></div>
</div>"""


def _address(post: Post) -> str:
    return f"/news/detail/{post.number}/{post.slug.title()}.html"


def _article(post: Post, view: View) -> str:
    at = post.published
    related = ({"url": link.url, "title": link.title, "lead": link.lead, "day": f"{link.posted:%d/%m/%Y}"}
               for link in view.related)  # fmt: skip
    return fill(
        template("tcnn.html"),
        title=post.title,
        section=post.section,
        menu=_menu(),
        today=f"{view.clock:%d/%m/%Y}",
        visitors=view.visitors,
        date=when(DATE, day=f"{at:%d/%m/%Y}", time=f"{at:%H:%M}") if at else "",
        lead=when(LEAD, lead=post.lead),
        body=body(post, paragraph=PASTED, figure=FIGURE),
        author=when(AUTHOR, author=post.author),
        credit=when(CREDIT, credit=post.credit),
        related=each(RELATED, related),
    )


def _listing(request: Request, shelf: Shelf) -> Answer | None:
    found = re.fullmatch(r"/news/category/(\d+)/[^/]*\.html", request.path)
    if request.path not in ("/", "/Home.html") and not (found and found[1] in SECTIONS):
        return None
    section = SECTIONS[found[1]] if found else None
    rows = ({"url": link.url, "title": link.title, "lead": link.lead, "day": f"{link.posted:%d/%m/%Y}"}
            for link in shelf.links(shelf.page(1, section)))  # fmt: skip
    return page(
        fill(
            template("tcnn-list.html"),
            section=section or "Trang chủ",
            menu=_menu(),
            today=f"{shelf.clock:%d/%m/%Y}",
            visitors=4_921_824 + shelf.visit,
            items=each(ITEM, rows),
        )
    )


def _menu() -> str:
    rows = ({"id": number, "slug": SLUGS[number], "name": name} for number, name in SECTIONS.items())
    return each('<li><a href="/news/category/$id/$slug.html">$name</a></li>', rows)


SITE = Site(
    name="tcnn",
    title="Tạp chí Tổ chức nhà nước và Lao động",
    host="tcnnld.vn",
    also=("www.tcnnld.vn",),
    moved=("tcnn.vn", "www.tcnn.vn"),
    address=_address,
    article=_article,
    listing=_listing,
    sections=tuple(SECTIONS.values()),
    number=61010,
    step=3,
)
