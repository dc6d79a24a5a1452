"""longbien.hanoi.gov.vn: since 2025 a ward on hanoi.gov.vn's platform (VCCorp) with its API, before that Liferay."""

from crawler.portal.body import JUSTIFIED, body, tags
from crawler.portal.markup import each, fill, template, when
from crawler.portal.messages import Answer, Request, page
from crawler.portal.posts import Post, View, dotted, weekday
from crawler.portal.site import Shelf, Site

HOST = "longbien.hanoi.gov.vn"
SECTIONS = ("Đảng đoàn thể", "Tin tức - Sự kiện", "Văn hóa - Xã hội")
ISO = "%Y-%m-%dT%H:%M:%S"

META = '<meta property="article:published_time" content="$iso">'
TIME = '<div class="detail-time"><div data-role="publishdate">$printed</div></div>'
SAPO = '<h2 class="detail-sapo" data-role="sapo">$lead</h2>'
AUTHOR = '<div class="detail-author-top"><a class="detail-author-top-name" href="javascript:;">$author</a></div>'
FIGURE = """<figure class="VCSortableInPreviewMode" type="Photo"><div><img src="/ubnd/$file" alt="$caption"></div>
<figcaption class="PhotoCMS_Caption"><p data-placeholder="Nhập chú thích ảnh">$caption</p></figcaption></figure>"""
CREDIT = '<p style="text-align: right;"><i>Theo: $credit</i></p>'
RELATED_BOX = """<div class="VCSortableInPreviewMode alignRight" type="RelatedNewsBox"><div class="kbwc-body">
<h4><a class="VCCTitle" title="$title" href="$url">$title</a></h4></div></div>"""
STREAM = """<div class="box-stream-item"><a class="box-stream-link-title" data-linktype="newsdetail"
 href="$url">$title</a></div>"""
NEWS_ITEM = """<div class="news-item" data-id="$id">
<a class="news-avatar" href="$url"><img src="/thumb.jpg" alt=""></a>
<h3 class="news-title"><a href="$url" title="$title">$title</a></h3>
<span class="news-time" title="$exact">$day</span>
<p class="news-sapo">$lead</p>
</div>"""
LEGACY_DATE = '<div class="date-published">Ngày đăng $day | $time \u00a0| Lượt xem: $views</div>'
LEGACY_FIGURE = """<p style="text-align: center;"><img src="/documents/20182/30155/$file" alt="" /></p>
<p style="text-align: center;"><em>$caption</em></p>"""
LEGACY_SIGN = '<p style="text-align: right;"><strong>$name</strong></p>'


def _address(post: Post) -> str:
    if post.legacy:
        return f"/dang-doan-the/-/view_content/{post.number}-{post.slug}.html"
    return f"/{post.slug}-28{post.number:04d}{post.posted:%y%m%d%H%M%S}.htm"


def _article(post: Post, view: View) -> str:
    return _district(post, view) if post.legacy else _ward(post, view)


def _ward(post: Post, view: View) -> str:
    at = post.published
    related = [{"url": link.url, "title": link.title} for link in view.related]
    return fill(
        template("longbien.html"),
        title=post.title,
        lead_text=post.lead,
        url=view.url,
        section=post.section,
        clock=f"{weekday(view.clock)}, {view.clock:%d/%m/%Y}",
        meta=when(META, iso=at.strftime(ISO)) if at else "",
        time=when(TIME, printed=f"{at:%d/%m/%Y %H:%M} GMT+7") if at else "",
        author=when(AUTHOR, author=post.author),
        lead=when(SAPO, lead=post.lead),
        body=body(post, figure=FIGURE),
        box=each(RELATED_BOX, related[:1]),
        credit=when(CREDIT, credit=post.credit),
        tags=tags(post, '<a class="seo-suggest-link" href="https://$host/tag.htm">$tag</a>', HOST),
        related=each(STREAM, related),
        visitors=dotted(view.visitors),
        online=view.online,
    )


def _district(post: Post, view: View) -> str:
    at = post.published
    related = ({"url": link.url, "title": link.title, "day": f"{link.posted:%d/%m/%Y}"} for link in view.related)
    date = when(LEGACY_DATE, day=f"{at:%d/%m/%Y}", time=f"{at:%H:%M}", views=str(view.visit)) if at else ""
    return fill(
        template("longbien-cu.html"),
        title=post.title,
        section=post.section,
        clock=f"{weekday(view.clock)}, {view.clock:%d/%m/%Y}",
        number=post.number,
        date=date,
        lead=when('<p class="summary"><strong>$lead</strong></p>', lead=post.lead),
        body=body(post, paragraph=JUSTIFIED, figure=LEGACY_FIGURE),
        author=when(LEGACY_SIGN, name=post.author),
        credit=when(LEGACY_SIGN, name=f"Theo: {post.credit}") if post.credit else "",
        related=each('<li><a href="$url">$title</a> <span>($day)</span></li>', related),
        visitors=dotted(view.visitors),
    )


def _listing(request: Request, shelf: Shelf) -> Answer | None:
    if request.path == "/api/NewsZone/NewsZone":
        return _news_zone(request, shelf)
    if request.path != "/":
        return None
    current = [post for post in shelf.page(1) if not post.legacy]
    old = [post for post in shelf.posts if post.legacy]
    return page(
        fill(
            template("longbien-home.html"),
            clock=f"{weekday(shelf.clock)}, {shelf.clock:%d/%m/%Y}",
            items=_items(shelf, current),
            old=each('<li><a href="$url">$title</a></li>', ({"url": shelf.site.url(p), "title": p.title} for p in old)),
            visitors=dotted(4_921_824 + shelf.visit),
        )
    )


def _news_zone(request: Request, shelf: Shelf) -> Answer:
    asked_as_script = request.headers.get("x-requested-with", "").lower() == "xmlhttprequest"
    index = request.form.get("PageIndex", "")
    if request.method != "POST" or not asked_as_script or not index.isdecimal():
        return page('{"message": "bad request"}', "application/json; charset=utf-8", 400)
    return page(_items(shelf, [post for post in shelf.page(int(index) + 1) if not post.legacy]))


def _items(shelf: Shelf, posts: list[Post]) -> str:
    rows = (
        {"url": shelf.site.url(post).removeprefix(f"https://{HOST}"), "title": post.title, "lead": post.lead or "",
         "id": post.number, "exact": f"{post.posted:%H:%M, %d/%m/%Y}", "day": f"{post.posted:%d/%m/%Y}"}
        for post in posts
    )  # fmt: skip
    return each(NEWS_ITEM, rows)


SITE = Site(
    name="longbien",
    title="Phường Long Biên, thành phố Hà Nội",
    host=HOST,
    address=_address,
    article=_article,
    listing=_listing,
    sections=SECTIONS,
    number=31,
    last_modified=True,
)
