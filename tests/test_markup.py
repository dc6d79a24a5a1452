"""A text's structure beside its paragraphs: clean HTML, pictures, attachments, at `crawler.extract` and below."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from crawler.errors import Rejected
from crawler.extract import extract
from crawler.markup import ATTRIBUTES, TAGS
from crawler.types import Article, Attachment, Entry, Image, Snapshot, Source
from feeds.entries import content

HOST = "https://benda.example.vn"
URL = f"{HOST}/tin/7.html"
SOURCE = Source(name="benda", title="Phường Bến Đá", hosts=("benda.example.vn",))
WHEN = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
TITLE = "Phường Bến Đá công bố kế hoạch sửa đường ven biển trong năm nay"
OPENING = "Sáng 12/3, Ủy ban nhân dân phường Bến Đá công bố kế hoạch sửa bốn tuyến đường ven biển trước mùa mưa bão."
CLOSING = "Bà con hai bên đường được báo trước mười ngày, và được bố trí chỗ để xe trong sân nhà văn hóa của phường."
MIDDLE = "Đoạn qua chợ cá được làm vào ban đêm, để ghe thuyền lên hàng buổi sáng như thường lệ, không ai phải dời sạp."


def read(body: str, *, head: str = "", url: str = URL) -> Article:
    page = f"<!DOCTYPE html><html><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    return extract(Snapshot(requested_url=url, url=url, fetched_at=WHEN, status=200, body=page.encode()), SOURCE)


def story(inside: str, *, behind: str = "") -> Article:
    """An article with something between its first and its last paragraph."""
    return read(
        f'<h1 class="title">{TITLE}</h1><div class="detail-content"><p>{OPENING}</p>{inside}<p>{CLOSING}</p></div>'
        f"{behind}"
    )


def between(article: Article) -> str:
    """The HTML between the first and the last paragraph, on one line."""
    said = article.html.replace("\n", "")
    assert said.startswith(f"<p>{OPENING}</p>"), said
    assert said.endswith(f"<p>{CLOSING}</p>"), said
    return said[len(f"<p>{OPENING}</p>") : -len(f"<p>{CLOSING}</p>")]


def tree(html: str) -> etree._Element:
    return etree.fromstring(f"<div>{html}</div>")


def words(said: str) -> str:
    return " ".join(said.split())


def require_sound(article: Article) -> None:
    """The promises: well-formed, from the closed list, web addresses only, and the words of the paragraphs."""
    root = tree(article.html)
    for element in root.iter():
        if element is not root:
            assert element.tag in TAGS
            assert set(element.attrib) <= ATTRIBUTES.get(str(element.tag), frozenset())
        for name in ("href", "src"):
            assert re.match(r"https?://[^\s<>\"]+$", element.get(name, "https://x"))
    captions = {image.caption for image in article.images}
    text = words(" ".join(article.paragraphs))
    for element in root.iter("figcaption"):  # a caption is the text's, or stands with its picture only
        preceding = element.xpath("preceding::text()")
        assert isinstance(preceding, list)
        before = "".join(map(str, preceding))
        said = words("".join(map(str, element.itertext())))
        assert said in captions
        if not f"{text} ".startswith(words(f"{before} {said}") + " "):
            element[:] = []
            element.text = None
    assert words("".join(map(str, root.itertext()))) == text


# --- structure -------------------------------------------------------------------------------------------------------

STRUCTURES = [
    ("<h2>Bốn tuyến đường</h2>", "<h2>Bốn tuyến đường</h2>"),
    ("<h5><b>Bốn tuyến</b> đường</h5>", "<h4>Bốn tuyến đường</h4>"),
    (f"<h3>{MIDDLE * 3}</h3>", f"<p><strong>{MIDDLE * 3}</strong></p>"),
    ("<ul><li>Đường Hải Đăng</li><li><p>Đường <b>Bến</b> Cá</p></li></ul>",
     "<ul><li>Đường Hải Đăng</li><li>Đường <strong>Bến</strong> Cá</li></ul>"),
    ("<ol><li>Trước mưa<ul><li>Khơi cống</li></ul></li><li>Sau mưa<br>Vá đường</li></ol>",
     "<ol><li>Trước mưa<ul><li>Khơi cống</li></ul></li><li>Sau mưa<br/>Vá đường</li></ol>"),
    ("<ul><p>Đường Hải Đăng</p></ul>", "<p>Đường Hải Đăng</p>"),
    ("<blockquote><p>Làm đêm thì không ai phải dời sạp.</p><p>Bà Tư nói.</p></blockquote>",
     "<blockquote><p>Làm đêm thì không ai phải dời sạp.</p><p>Bà Tư nói.</p></blockquote>"),
    ("<table class='x'><thead><tr><th>Đường</th><th onclick='x()'>Dài</th></tr></thead><tbody><tr><td>Hải Đăng</td>"
     "<td> 1,2 km</td></tr><tr><td></td><td colspan='2' rowspan=x>3 km</td><td></td></tr></tbody></table>",
     "<table><tr><th>Đường</th><th>Dài</th></tr><tr><td>Hải Đăng</td><td>1,2 km</td></tr>"
     '<tr><td></td><td colspan="2">3 km</td><td></td></tr></table>'),
    (f"<table><tr><td><p>{MIDDLE}</p><p>Hết.</p></td></tr></table>", f"<p>{MIDDLE}</p><p>Hết.</p>"),
    ("<pre>Điểm một: cống\nĐiểm hai: kè</pre>", "<pre>Điểm một: cốngĐiểm hai: kè</pre>"),
    ('<p>Xem <a href="/qd/5" onclick="x()">quyết định <i>số năm</i></a> của phường &amp; "kế hoạch" &lt;b&gt;.</p>',
     f'<p>Xem <a href="{HOST}/qd/5">quyết định <em>số năm</em></a> của phường &amp; '
     "&quot;kế hoạch&quot; &lt;b&gt;.</p>"),
    ('<p>Gọi <a href="javascript:alert(1)">ông Ba</a>, <a href="mailto:a@b.vn">viết</a> hoặc <a href="#x">xem</a>.</p>',
     "<p>Gọi ông Ba, viết hoặc xem.</p>"),
    ("<p>Chữ<b>Đậm</b> và <span style='font-style: italic'>nghiêng</span></p>",
     "<p>Chữ<strong>Đậm</strong> và <em>nghiêng</em></p>"),
    ("<div>Dòng một của đoạn.<br>Dòng hai của đoạn.</div>", "<p>Dòng một của đoạn.</p><p>Dòng hai của đoạn.</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "html"), STRUCTURES)
def test_structure(markup: str, html: str) -> None:
    article = story(markup)
    said = between(article)
    assert said == html
    require_sound(article)


def test_what_a_rule_strips_does_not_come_back() -> None:
    article = story(
        f"<div class='related-news'><a href='/8.html'>{TITLE}</a></div><p>Chia sẻ bài viết</p><p>{MIDDLE}</p>"
    )
    assert between(article) == f"<p>{MIDDLE}</p>"


def test_a_cut_prefix_stays_cut() -> None:
    article = read(
        f"<h1>{TITLE}</h1><h2 class='sapo'>{OPENING}</h2><div class='detail-content'><p><b>(BDN) - Sáng</b> nay "
        f"<i>mưa</i> lớn, phường Bến Đá vẫn mở cửa nhận hồ sơ của bà con từ bảy giờ.</p><p>{CLOSING}</p></div>"
    )
    assert article.html.startswith("<p><strong>Sáng</strong> nay <em>mưa</em> lớn, phường")
    require_sound(article)


def test_the_feed_shows_the_structure() -> None:
    article = story(
        "<table><tr><th>Đường</th><th>Dài</th></tr><tr><td>Hải Đăng</td><td>1,2 km</td></tr></table>"
        '<figure><img src="/a.jpg"><figcaption>Đường Hải Đăng</figcaption></figure><ol><li>Kè</li></ol>'
    )
    entry = Entry(feed="x", id="urn:x", announced=WHEN, updated=WHEN, article=article, source_title="Bến Đá")
    said = content(entry).replace("\n", "")
    assert "<tr><th>Đường</th><th>Dài</th></tr><tr><td>Hải Đăng</td><td>1,2 km</td></tr></table>" in said
    assert f'<figure><img src="{HOST}/a.jpg" alt=""><figcaption>Đường Hải Đăng</figcaption></figure>' in said
    assert said.endswith(f"<ol><li>Kè</li></ol><p>{CLOSING}</p>")


# --- pictures --------------------------------------------------------------------------------------------------------

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
ADDRESSES = [
    ('<img src="/anh/ke.jpg">', "/anh/ke.jpg"),
    (f'<img src="{PIXEL}" data-src="/anh/ke.jpg">', "/anh/ke.jpg"),
    ('<img src="/img/loading.gif" data-original="//cdn.benda.example.vn/ke.jpg">', "https://cdn.benda.example.vn/ke.jpg"),
    ('<img src="/spacer.gif" data-lazy-src="anh/kè biển.jpg">', "/tin/anh/k%C3%A8%20bi%E1%BB%83n.jpg"),
    ('<img src="/nho.jpg" srcset="/nho.jpg 320w, /lon.jpg 1280w, /vua.jpg 640w">', "/lon.jpg"),
    ('<img src="/nho.jpg" data-srcset="/mot.jpg 1x,/hai.jpg 2x">', "/hai.jpg"),
    (f'<picture><source srcset="/lon.webp 2x, /nho.webp"><img src="{PIXEL}"></picture>', "/lon.webp"),
    ('<a href="/goc.jpg?v=1"><img src="/img/no-image.png"></a>', "/goc.jpg?v=1"),
    (f'<img src="{PIXEL}"><noscript><img src="/that.jpg"></noscript>', "/that.jpg"),
    ('<img src="/anh/logo-thanh-pho-thu-duc-moi.png" width="600" height="400">', "/anh/logo-thanh-pho-thu-duc-moi.png"),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "address"), ADDRESSES)
def test_the_real_address_of_a_picture(markup: str, address: str) -> None:
    article = story(f"<p>{markup}</p><p>{MIDDLE}</p>")
    wanted = address if "://" in address else HOST + address
    assert [image.url for image in article.images] == [wanted]
    assert f'<figure><img src="{escape(wanted)}" alt=""/></figure>' in article.html.replace("\n", "")


@pytest.mark.parametrize(
    "markup",
    [
        f'<img src="{PIXEL}">',
        '<img src="/x.gif" width="1" height="1">',
        '<img src="/x.gif" style="width:0px">',
        '<img src="/a.png" width="24" height="24">',
        '<img src="/images/icon_pdf.png">',
        '<img src="/images/blank.gif">',
        '<img src="/default.jpg">',
        '<img src="/a.jpg" class="author-avatar">',
        '<img src="javascript:x()">',
        '<img src="http://[x/a.jpg">',
        '<img src="ftp://benda.example.vn/a.jpg">',
        '<img alt="không có gì">',
        '<a href="/tin/8.html"><img src="/a.jpg"></a>',
        f'<div class="related-news"><img src="/a.jpg"><a href="/8.html">{TITLE}</a></div>',
    ],
)
def test_what_is_no_picture_of_the_text(markup: str) -> None:
    article = story(f"<p>{MIDDLE}</p>{markup}")
    assert article.images == ()
    assert "<img" not in article.html


SAID = "Công nhân đổ bê tông đoạn kè trước chợ cá"
CAPTIONS = [
    '<figure><img src="/a.jpg" alt="Kè &quot;mới&quot;"><figcaption>{}</figcaption></figure>',
    '<figure class="image"><p><img src="/a.jpg" alt="Kè &quot;mới&quot;"></p><figcaption><p>{}</p></figcaption>'
    "</figure>",
    '<table class="picBox"><tr><td><img src="/a.jpg" alt="Kè &quot;mới&quot;"></td></tr>'
    '<tr><td class="caption">{}</td></tr></table>',
    '<table class="picture"><tbody><tr><td><img src="/a.jpg" alt="Kè &quot;mới&quot;"></td></tr><tr><td>{}</td></tr>'
    "</tbody></table>",
    '<div class="photo-box"><img src="/a.jpg" alt="Kè &quot;mới&quot;"><div class="img-note">{}</div></div>',
    '<p><img src="/a.jpg" alt="Kè &quot;mới&quot;"></p><p class="ImgTitle">{}</p>',
    '<div class="tplCaption"><img src="/a.jpg" alt="Kè &quot;mới&quot;"><p class="Image">{}</p></div>',
    '<p><img src="/a.jpg" alt="Kè &quot;mới&quot;"></p><p class="Image-caption">{}</p>',
    '<div class="PhotoCMS"><img src="/a.jpg" alt="Kè &quot;mới&quot;"><div class="PhotoCMS_Caption">{}</div></div>',
    '<p align="center"><img src="/a.jpg" alt="Kè &quot;mới&quot;"></p><p align="center">{}</p>',
    '<p><img src="/a.jpg" alt="Kè &quot;mới&quot;"></p><p><em>{}</em></p>',
]


@pytest.mark.parametrize("markup", CAPTIONS)
def test_captions(markup: str) -> None:
    article = story(f"<p>{MIDDLE}</p>{markup.format(SAID)}")
    assert article.images == (Image(url=f"{HOST}/a.jpg", alt='Kè "mới"', caption=SAID),)
    said = re.sub("</?em>", "", between(article))
    assert said == (
        f'<p>{MIDDLE}</p><figure><img src="{HOST}/a.jpg" alt="Kè &quot;mới&quot;"/><figcaption>{SAID}</figcaption>'
        "</figure>"
    )
    require_sound(article)


def test_a_figure_between_headline_and_text_belongs_to_it_and_each_address_stands_once() -> None:
    article = read(
        f'<div class="logo"><img src="/dau-trang.png"></div><h1>{TITLE}</h1><figure class="cover"><img src="/a.jpg">'
        f'<figcaption>{SAID}</figcaption></figure><div class="detail-content"><p>{OPENING}</p><img src="/a.jpg">'
        f'<p>{CLOSING}</p></div><footer><img src="/cuoi-trang.png"></footer>'
    )
    assert article.images == (Image(url=f"{HOST}/a.jpg", caption=SAID),)


@pytest.mark.parametrize(
    ("base", "address"), [("/anh/", f"{HOST}/anh/a.jpg"), ("https://khac.example.vn/", f"{HOST}/tin/a.jpg")]
)
def test_a_base_counts_only_on_the_same_host(base: str, address: str) -> None:
    body = f'<h1>{TITLE}</h1><div class="detail-content"><p>{OPENING}</p><img src="a.jpg"><p>{CLOSING}</p></div>'
    assert [image.url for image in read(body, head=f'<base href="{base}">').images] == [address]


# --- attachments -----------------------------------------------------------------------------------------------------

FILES = [
    ('<p>Xem <a href="/files/QD-12.pdf">Quyết định 12/QĐ-UBND</a>.</p>', "",
     "Quyết định 12/QĐ-UBND", "/files/QD-12.pdf"),
    ("", '<div class="dinh-kem"><b>Tệp đính kèm:</b> <a href="/files/Kế hoạch.docx?v=2">Tải về</a></div>',
     "Kế hoạch.docx", "/files/K%E1%BA%BF%20ho%E1%BA%A1ch.docx?v=2"),
    ("<p>File đính kèm</p><ul><li><a href='/f/bang.xlsx'>Bảng khối lượng bốn tuyến đường</a></li></ul>", "",
     "Bảng khối lượng bốn tuyến đường", "/f/bang.xlsx"),
    ("", "<table><tr><td>Tài liệu kèm theo</td><td><a href='/d.aspx?file=Phu%20luc.RAR'><img src='/i.png'></a></td>"
     "</tr></table>", "Phu luc.RAR", "/d.aspx?file=Phu%20luc.RAR"),
    ("", "<h4>Văn bản kèm theo</h4><div><a href='/documents/20/31/Quy+che.pdf/0f6f8d5e-6a53-5a5e?version=1.0'>Xem</a>"
     "</div>",
     "Quy che.pdf", "/documents/20/31/Quy+che.pdf/0f6f8d5e-6a53-5a5e?version=1.0"),
    ("", "<div>Tệp tin đính kèm: <a href='/tai?id=5'>KH_05.signed.pdf</a> (120 KB)</div>", "KH_05.signed.pdf",
     "/tai?id=5"),
    ("<p>Tải <a href='/f/mau.doc'> tại đây </a>.</p>", "<div>Đính kèm: <a href='/f/mau.doc'>Mẫu đơn</a></div>",
     "Mẫu đơn", "/f/mau.doc"),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "behind", "name", "address"), FILES)
def test_attachments(inside: str, behind: str, name: str, address: str) -> None:
    article = story(
        f"{inside}<p>{MIDDLE}</p>", behind=f"{behind}<div class='sidebar'><a href='/x.pdf'>Sổ tay</a></div>"
    )
    assert article.attachments == (Attachment(name=name, url=HOST + address),)


@pytest.mark.parametrize(
    "behind",
    [
        "<nav><a href='/huong-dan.pdf'>Hướng dẫn</a></nav>",
        "<div class='right'><h3>Văn bản mới</h3><ul><li><a href='/vb/1.pdf'>Thông báo nghỉ lễ</a></li></ul></div>",
        "<footer><p>Tệp đính kèm</p><a href='/quy-che.pdf'>Quy chế</a></footer>",
        "<div>Tệp đính kèm: <a href='javascript:tai(\"a.pdf\")'>Tải</a></div>",
        "<div>Tệp đính kèm: <a href='https://tep.zip/xem'>Kho tệp</a></div>",
    ],
)
def test_what_is_no_attachment(behind: str) -> None:
    assert story(f"<p>{MIDDLE}</p>", behind=behind).attachments == ()


# --- long kinds of articles ------------------------------------------------------------------------------------------

ASKED = [
    ("PV: Thưa ông, vì sao phường chọn làm kè trước?", "Ông Ba: Vì mùa mưa năm ngoái nước vào ba mươi nhà ở xóm Chài."),
    ("- Kinh phí lấy từ đâu?", "- Từ ngân sách thành phố, một phần do bà con góp công."),
    ("Bao giờ xong?", "Trước tháng chín."),
    ("Ông có lo trời mưa sớm không?",
     "Có chứ. Nhưng anh em đã tính cả rồi, mỗi ngày làm được hai mươi mét, kể cả ngày triều lên."),
    ("Xin cảm ơn ông!", ""),
]  # fmt: skip
TIMES = [
    ("16:40", "Nước rút khỏi đường Hải Đăng, xe máy đi lại được; công nhân bắt đầu dọn bùn trước cổng trường."),
    ("15:05", "Đợt triều cao nhất tràn qua bờ kè cũ."),
    ("13h30", "Phường mở nhà văn hóa cho bảy mươi người già và trẻ em của xóm Chài đến tránh nước, có cơm và chăn."),
    ("12:00", "Loa báo triều lần một."),
    ("08:15", "Bộ đội biên phòng giúp bà con kéo ba mươi hai chiếc ghe vào sau cầu cảng, trước khi gió đổi hướng."),
]
SHOTS = [
    "Năm giờ sáng, ghe về bến, cá được chuyền tay lên những chiếc xe đẩy đợi sẵn trên bờ kè còn ướt.",
    "Bà Tư bán cá ở chợ này đã bốn mươi năm, từ khi chợ còn là một dãy lán tranh.",
    "Trẻ con chờ mẹ ở đầu cầu cảng.",
    "Đoạn kè mới dài ba trăm mét, có bậc cho người già xuống bến và đèn cho những chuyến ghe về đêm.",
    "Chiều, thợ vá lưới ngồi dưới hàng dừa; mỗi tấm lưới vá hai ngày, được trả bằng cá.",
    "Đêm xuống, đèn trên ghe sáng như một con phố nổi, kéo dài từ cửa lạch ra đến chân hải đăng cũ.",
]


def live(entry: str) -> str:
    return "".join(entry.format(at=at, said=said) for at, said in TIMES)


def photos(frame: str, shots: Sequence[str] = SHOTS) -> str:
    return "".join(frame.format(n=n, said=said) for n, said in enumerate(shots))


def body(inside: str, *, kind: str = "detail-content") -> str:
    others = "".join(
        f"<li><a href='/{n}.html'>Tin khác của phường Bến Đá số {n} trong tháng</a></li>" for n in range(8)
    )
    return (
        f"<h1 class='title'>{TITLE}</h1><h2 class='sapo'>{OPENING}</h2><div class='{kind}'>{inside}</div>"
        f"<div class='related-news'><h3>Tin liên quan</h3><ul>{others}</ul></div><footer>Phường Bến Đá</footer>"
    )


INTERVIEWS = {
    "bold": "<p><strong>{asked}</strong></p><p>{said}</p>",
    "headings": "<h3>{asked}</h3><p>{said}</p>",
    "classes": '<div class="question"><p>{asked}</p></div><div class="answer"><p>{said}</p></div>',
    "list": "<dl><dt>{asked}</dt><dd>{said}</dd></dl>",
    "breaks": "<b>{asked}</b><br>{said}<br><br>",
}


@pytest.mark.parametrize("markup", INTERVIEWS)
def test_an_interview_is_whole(markup: str) -> None:
    inside = "".join(INTERVIEWS[markup].format(asked=asked, said=said) for asked, said in ASKED)
    article = read(body(inside))
    assert list(article.paragraphs) == [said for pair in ASKED for said in pair if said]
    require_sound(article)


LIVES = {
    "dated": '<div class="entry"><div>{at} 12/03/2026</div><p>{said}</p></div>',
    "paragraphs": "<p><strong>{at}</strong></p><p>{said}</p>",
    "items": '<div class="live-item"><div class="time">{at}</div><div class="content"><p>{said}</p></div></div>',
    "timeline": '<ul class="timeline"><li><span class="timeline-time">{at}</span><p>{said}</p></li></ul>',
    "anchors": '<div class="item-live" id="p{at}"><a class="live-time" href="#p{at}">{at}</a><div>{said}</div></div>',
}  # fmt: skip


@pytest.mark.parametrize("markup", LIVES)
def test_a_live_page_is_whole(markup: str) -> None:
    before, day = (MIDDLE, " 12/03/2026") if markup == "dated" else ("", "")  # a first date would be the article's own
    article = read(body(f"<p>{before}</p>{live(LIVES[markup])}"))
    assert [text for text in article.paragraphs if text != before] == [
        said for at, text in TIMES for said in (at + day, text)
    ]
    require_sound(article)


STORIES = {
    "figures": '<figure><img src="/{n}.jpg"><figcaption>{said}</figcaption></figure>',
    "captions": '<div class="photo"><img data-src="/{n}.jpg"><div class="PhotoCMS_Caption"><p>{said}</p></div></div>',
    "tables": '<table class="picture"><tr><td><img src="/{n}.jpg"></td></tr><tr><td class="caption">{said}</td></tr>'
    "</table>",
    "paragraphs": '<p><img src="/{n}.jpg"></p><p class="Image-caption">{said}</p>',
    "album": '<div class="LayoutAlbumContent"><img src="/{n}.jpg"><div class="LayoutAlbumCaption">{said}</div></div>',
}  # fmt: skip


@pytest.mark.parametrize("markup", STORIES)
def test_a_photo_story_is_whole(markup: str) -> None:
    article = read(body(photos(STORIES[markup])))
    assert list(article.paragraphs) == SHOTS
    assert [(image.url, image.caption) for image in article.images] == [
        (f"{HOST}/{n}.jpg", said) for n, said in enumerate(SHOTS)
    ]
    assert article.html.count("<figcaption>") == len(SHOTS)
    require_sound(article)


def test_captions_beside_a_text_are_none_of_it() -> None:
    article = read(
        body(f"<p>{MIDDLE}</p><p>{CLOSING}</p>{photos(STORIES['figures'], SHOTS[1:3])}<p>{OPENING} Hết.</p>")
    )
    assert article.paragraphs == (MIDDLE, CLOSING, f"{OPENING} Hết.")


LONGFORMS = {
    "sections": '<section class="emag-section"><div class="emag-text"><p>{said}</p></div></section>',
    "blocks": '<div class="block block-text"><div class="inner">{said}</div></div>',
    "quotes": '<div class="sec"><blockquote class="quote">{said}</blockquote></div>',
    "mixed": '<div class="row"><div class="col-6"><h3>Cảnh bến cá</h3><p>{said}</p></div><div class="col-6">'
    '<img src="/a.jpg"></div></div>',
}  # fmt: skip


@pytest.mark.parametrize("kind", ["emagazine", "longform-body", "detail-content"])
@pytest.mark.parametrize("markup", LONGFORMS)
def test_a_longform_is_whole(markup: str, kind: str) -> None:
    article = read(body("".join(LONGFORMS[markup].format(said=said) for said in [*SHOTS, MIDDLE, CLOSING]), kind=kind))
    said = [text for text in article.paragraphs if text != "Cảnh bến cá"]
    assert said == [*SHOTS, MIDDLE, CLOSING]
    assert article.paragraphs.count("Cảnh bến cá") in (0, len(said))
    require_sound(article)


# --- any markup ------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["<p>", "</p>", "<b>", "</b>", "<a href='/x?a=1&b=\"2'>", "<a href='javascript:x()'>", "</a>", "<i>", "</i>",
     "<br>", "<ul>", "<ol>", "<li>", "</li>", "</ul>", "</ol>", "<blockquote>", "</blockquote>", "<h2>", "</h2>",
     "<pre>", "</pre>", "<table><tr>", "<td colspan=2>", "<td rowspan='9999999'>", "<th>", "</tr><tr>", "</tr></table>",
     "<div class='caption'>", "<figure>", "<figcaption>", "</figure>", "</figcaption>", "<img src='/b.jpg'>",
     "<img src='/a.jpg' alt='\"<b>&'>", "<div>", "</div>", "<span style='font-weight:bold'>", "</span>",
     "<div class='related'>", "</tbody>", "<tbody>", "<tr>", "a\u0302\u0301", "o\u0301", " "]
    + [escape(one) for one in (OPENING, MIDDLE, CLOSING, *SHOTS, "10:30", "Xóm <b> Chài", "Đường & bến")]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=50))
def test_html_says_what_the_paragraphs_say_whatever_the_page(pieces: list[str]) -> None:
    markup = "".join(one if one.startswith("<") else f"{at} {one}" for at, one in enumerate(pieces))  # none twice
    try:
        article = read(f"<h1>{TITLE}</h1><div class='detail-content'>{markup}</div><footer>Phường</footer>")
    except Rejected:
        return
    require_sound(article)
