"""The public door: an invented ward's announcement in the markup of several systems, lists, blocks, any bytes."""

import html
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import NotArticle, NoText, NotFound, Rejected, SoftNotFound
from crawler.extract import extract
from crawler.types import Article, Precision, Snapshot, Source, Template

TITLE = "Phường Bến Đá chia lại tổ dân phố sau khi dân số tăng nhanh"
LEAD = "Mười hai tổ dân phố của phường sẽ được chia thành mười lăm tổ từ tháng tư, sau hai tháng lấy ý kiến từng hộ."
TEXT = (
    "Sáng 12/3, Hội đồng nhân dân phường Bến Đá thông qua nghị quyết sắp xếp lại các tổ dân phố trên địa bàn.",
    "Theo tờ trình của Ủy ban nhân dân phường, mỗi tổ mới có không quá năm trăm hộ và một nhà sinh hoạt cộng đồng.",
    "Lấy ý kiến từng hộ",
    "Trong hai tháng, cán bộ phường đã phát hơn sáu nghìn phiếu; chín trên mười hộ đồng ý với phương án được chọn.",
    "Bà con đề nghị giữ tên các xóm chài cũ; phường hứa sẽ gắn tên ấy vào biển của từng tổ trước mùa hè.",
)
OTHERS = ("Phường Bến Đá mở lớp học bơi cho trẻ em", "Chợ Bến Đá dời về khu mới", "Ra quân dọn rác ven biển")
RELATED = "".join(f'<li><a href="/{n}.html">{other}</a></li>' for n, other in enumerate(OTHERS))
VOICES = "<ul><li>Nam miền Bắc</li><li>Nữ miền Bắc</li><li>Nữ miền Nam</li></ul>"
BODY = "".join(f"<p>{text}</p>" for text in TEXT)
SOURCE = Source(name="benda", title="Phường Bến Đá", hosts=("benda.example.vn",))
WHEN = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)

MARKUPS = {
    "epi": f"""<head><title>{TITLE} | Báo Bến Đá</title></head><body><div class="top">Thứ Sáu, 20/03/2026</div>
      <h1 class="article__title cms-title">{TITLE}</h1><div class="article__meta"><time class="time"
      datetime="2026-03-12T16:30:00+07:00">12/03/2026 16:30</time><a class="cms-author">Lê Thị Cát</a></div>
      <div class="tts-player"><div>0:00 / 2:11</div>{VOICES}</div>
      <div class="article__sapo cms-desc">BDN.VN - {LEAD}</div>
      <div class="article__body cms-body">{BODY}<div class="related-news"><h3>Tin liên quan</h3><ul>{RELATED}</ul></div>
      <div class="article__author">Lê Thị Cát</div></div><div class="article__tag">Từ khóa: phường</div></body>""",
    "vccorp": f"""<head><meta property="og:title" content="{TITLE}"><title>{TITLE}</title>
      <meta property="article:published_time" content="2026-03-12T16:30:00"></head><body>
      <h1 class="detail-title" data-role="title">{TITLE}</h1><div class="detail-author">Lê Thị Cát</div>
      <h2 class="detail-sapo" data-role="sapo">(Benda.vn) - {LEAD}</h2>
      <div class="detail-content afcbc-body" data-role="content">{BODY}<div class="VCSortableInPreviewMode"
      type="RelatedOneNews"><a href="/x.htm">{OTHERS[0]}</a></div></div>
      <div class="detail__cmt">Bình luận (0)</div></body>""",
    "json-ld": f"""<head><title>{TITLE} - Cổng phường</title><script type="application/ld+json">
      {{"@type": "NewsArticle", "headline": "{TITLE}", "datePublished": "2026-03-12T09:30:00Z",
      "author": {{"@type": "Person", "name": "Lê Thị Cát"}},
      "publisher": {{"@type": "Organization", "name": "Cổng phường"}}}}</script></head><body>
      <header><nav><a href="/">Trang chủ</a></nav></header><main><h1>{TITLE}</h1><p class="summary">{LEAD}</p>
      <div class="noidung">{BODY}</div></main><aside><h3>Tin mới</h3><ul>{RELATED}</ul></aside>
      <footer>© 2019 Phường Bến Đá</footer></body>""",
    "portal": f"""<head><title>Cổng thông tin điện tử phường Bến Đá</title></head><body>
      <table><tr><td><a href="/">Trang chủ</a></td><td>Thứ Sáu, 20/03/2026 08:00</td></tr></table>
      <table><tr><td><div class="tieude">{TITLE}</div><div>Ngày đăng: 12/03/2026 16:30 | Lượt xem: 204</div>
      <div>Cỡ chữ: A- A A+</div><p><b>{LEAD}</b></p>{BODY}<p style="text-align:right"><b>Lê Thị Cát</b></p>
      <div>Các tin khác</div><ul>{RELATED}</ul></td></tr></table></body>""",
    "wordpress": f"""<head><title>{TITLE} – Bến Đá</title></head><body class="single"><article class="post tag-phuong">
      <h1 class="entry-title">{TITLE}</h1><div class="entry-meta"><time class="entry-date"
      datetime="2026-03-12T16:30:00+07:00">12/03/2026</time> <span class="author vcard">Lê Thị Cát</span></div>
      <div class="entry-content"><p><strong>{LEAD}</strong></p>{BODY}</div>
      <div class="sharedaddy">Chia sẻ lên Facebook</div></article><div id="comments"><h3>Bình luận</h3>
      <p>Tôi ở tổ ba, thấy phương án này rất hợp lý và mong phường làm sớm cho bà con được nhờ.</p></div></body>""",
}


def read(
    page: str | bytes, *, source: Source = SOURCE, url: str = "https://benda.example.vn/tin/7.html", status: int = 200
) -> Article:
    body = page if isinstance(page, bytes) else f"<!DOCTYPE html><html>{page}</html>".encode()
    return extract(Snapshot(requested_url=url, url=url, fetched_at=WHEN, status=status, body=body), source)


@pytest.mark.parametrize("markup", MARKUPS)
def test_an_article_in_the_markup_of(markup: str) -> None:
    article = read(MARKUPS[markup])
    assert article.title == TITLE
    assert article.lead == LEAD
    assert article.paragraphs == TEXT
    assert article.authors == ("Lê Thị Cát",)
    assert article.published is not None
    assert article.published.at == WHEN
    assert article.published.precision is Precision.MINUTE


def test_every_line_has_its_verdict() -> None:
    article = read(MARKUPS["epi"])
    rules = {block.text: block.rule for block in article.blocks}
    assert rules["Nữ miền Bắc"] == "audio"
    assert rules[OTHERS[0]] == "related"
    assert rules[TITLE] == "headline"
    assert rules[f"BDN.VN - {LEAD}"] == "lead"
    assert [text for text, rule in rules.items() if rule is None] == list(TEXT)


def test_unknown_beats_wrong() -> None:
    """A clock, a date in the text and a copyright year are no dates; a first paragraph alone is no lead."""
    article = read(f"<body><div>Thứ Sáu, 20/03/2026</div><h1>{TITLE}</h1>{BODY}<footer>© 2019</footer></body>")
    assert (article.published, article.authors, article.lead) == (None, (), None)
    assert article.paragraphs == TEXT


def test_a_source_credit_is_no_text() -> None:
    article = read(f"<body><h1>{TITLE}</h1>{BODY}<p>Theo: Báo tường Bến Đá</p></body>")
    assert article.credit == "Báo tường Bến Đá"
    assert article.paragraphs == TEXT


def test_templates_come_first() -> None:
    template = Template(
        name="own",
        title=("#t",),
        lead=("#l",),
        published=("#d",),
        author=("#a",),
        body=("#b",),
        strip=(".x",),
        when=("#b",),
    )
    page = f"""<body><h1>Cổng phường Bến Đá nghiêng mình</h1><b id="t">{TITLE}</b><i id="d">12/03/2026 16:30</i>
      <i id="a">Lê Thị Cát</i><p id="l">{LEAD}</p><div id="b">{BODY}<p class="x">{TEXT[0]} Thêm.</p></div></body>"""
    article = read(page, source=replace(SOURCE, templates=(template,)))
    assert (article.template, article.title, article.lead) == ("own", TITLE, LEAD)
    assert article.paragraphs == TEXT
    assert article.authors == ("Lê Thị Cát",)
    assert article.published is not None
    assert article.published.origin == "template:#d"
    assert read(page.replace('id="b"', 'id="c"'), source=replace(SOURCE, templates=(template,))).template is None


@pytest.mark.parametrize(("body", "layout"), [("moi", "2025"), ("cu", "2016"), ("la", None)])
def test_of_several_dated_layouts_the_one_on_the_page_is_taken_and_named(body: str, layout: str | None) -> None:
    newer = Template(name="2025", since=date(2025, 7, 1), when=(".moi",), body=(".moi",), strip=(".nghe",))
    older = Template(name="2016", since=date(2016, 1, 1), when=(".cu",), body=(".cu",), strip=(".binh-chon",))
    page = (
        f'<body><h1>{TITLE}</h1><div class="{body}"><p class="nghe">{TEXT[0]} Một.</p>{BODY}'
        f'<p class="binh-chon">{TEXT[0]} Hai.</p></div></body>'
    )
    article = read(page, source=replace(SOURCE, templates=(newer, older)))
    assert article.template == layout
    own = [block.rule for block in article.blocks if block.rule and block.rule.startswith("strip:")]
    assert own == {"2025": ["strip:.nghe"], "2016": ["strip:.binh-chon"], None: []}[layout]


def listing(item: str) -> str:
    items = "".join(
        item.format(title=f"{other} lần thứ {n}", url=f"/{n}.html", summary=TEXT[0])
        for n, other in enumerate(OTHERS * 5)
    )
    return f"<head><title>Tin tức</title></head><body><h1>Tin tức - Sự kiện</h1><div class='list'>{items}</div></body>"


@pytest.mark.parametrize(
    "item",
    [
        '<div class="item"><h3><a href="{url}">{title}</a></h3><p>{summary}</p></div>',
        '<li><a href="{url}">{title}</a><span>12/03/2026</span><p>{summary}</p></li>',
        '<p><a href="{url}">{title}</a></p><p>{summary}</p>',
        '<tr><td><a href="{url}"><b>{title}</b></a><br>{summary}</td></tr>',
        '<a href="{url}"><h3>{title}</h3><p>{summary}</p></a>',
        '<div><a href="{url}">{title}</a></div>',
        "<div><b>{title}</b><p>{summary:.70}...</p></div>",
    ],
)
def test_lists_are_no_articles(item: str) -> None:
    with pytest.raises(NotArticle):
        read(listing(item), url="https://benda.example.vn/tin-tuc")


@pytest.mark.parametrize("path", ["", "/", "/index.html", "/Default.aspx", "/web/guest/trang-chu"])
def test_a_front_page_is_no_article(path: str) -> None:
    with pytest.raises(NotArticle):
        read(MARKUPS["json-ld"], url=f"https://benda.example.vn{path}")


@pytest.mark.parametrize(
    ("page", "status", "refusal"),
    [
        ("<body></body>", 200, NoText),
        (f"<body><h1>{TITLE}</h1></body>", 200, NoText),
        ("<head><title>Không tìm thấy trang</title></head><body><p>Về trang chủ</p></body>", 200, SoftNotFound),
        ("<head><meta name=x \" a:b='c' <=d><link '' rel=x></head><body></body>", 200, NoText),
        (MARKUPS["epi"], 404, NotFound),
    ],
)
def test_refusals(page: str, status: int, refusal: type[Rejected]) -> None:
    with pytest.raises(refusal):
        read(page, status=status)


def test_a_short_notice_among_many_links_is_an_article() -> None:
    links = "".join(f'<li><a href="/{n}.html">{other} lần thứ {n}</a></li>' for n, other in enumerate(OTHERS * 20))
    page = f"<head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>{TEXT[0]}</p><ul>{links}</ul></body>"
    assert read(page).paragraphs == TEXT[:1]


def test_the_same_page_gives_the_same_article() -> None:
    assert read(MARKUPS["portal"]) == read(MARKUPS["portal"])


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div class='related'>",
        "</div>",
        "<br>",
        "<h1>",
        "</h1>",
        "<a href='/x'>",
        "</a>",
        "<table><tr><td>",
        "<li>",
        "&#0;",
        "\x00",
    ]
    + [
        html.escape(text)
        for text in (TITLE, LEAD, *TEXT, *OTHERS, "Tin khác", "0:00", "Ngày đăng: 31/02/2026 25:99", "Theo: ")
    ]
)


@settings(max_examples=60)
@given(st.one_of(st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode()), st.binary(max_size=300)))
def test_any_bytes_give_an_article_or_a_refusal(body: bytes) -> None:
    try:
        article = read(b"<html><body>" + body)
    except Rejected:
        return
    assert article.paragraphs or article.lead
    assert all(text.strip() for text in article.paragraphs)
