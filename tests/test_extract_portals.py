"""Pages in the markup of portals and themes that were never saved: what surrounds their text, dates and names."""

from datetime import UTC, datetime

import pytest

from crawler.errors import NotArticle
from crawler.extract import extract
from crawler.types import Article, Snapshot, Source

TITLE = "Phường Gò Me bàn giao ba nhà văn hóa cho các tổ dân phố"
LEAD = "Ba ngôi nhà dựng trên nền trường cũ, mỗi nhà đủ chỗ cho hai trăm người, sẽ mở cửa từ tuần tới."
TEXT = (
    "Sáng 4/8, Ủy ban nhân dân phường Gò Me trao chìa khóa ba nhà văn hóa cho các tổ dân phố số 4, số 7 và số 9.",
    "Chủ tịch phường cho biết việc xây dựng bắt đầu từ tháng mười năm ngoái, và mọi khoản chi đều được niêm yết.",
    "Các bà trong tổ số 7 vui vì từ nay không phải họp nhờ ở trường tiểu học, trẻ con cũng có chỗ đọc sách.",
    "Trong quý tới, phường sửa hai con đường dẫn vào tổ số 9 để xe cứu hỏa ra vào được cả ban đêm.",
)
OTHERS = (
    "Thanh niên phường Gò Me dọn rác bên bờ kênh",
    "Lớp học đêm cho người làm nghề chài lưới",
    "Chợ Gò Me thôi dùng túi nhựa một lần",
)
BODY = "".join(f"<p>{text}</p>" for text in TEXT)
NAME = "Đỗ Thị Mận"
LIST = "".join(
    f"<li><a href='/{n}.html'>{one}</a> <span>(0{n + 1}/08/2025)</span></li>" for n, one in enumerate(OTHERS)
)
SITE = "Cổng thông tin điện tử phường Gò Me"
FOOT = """<div>Người chịu trách nhiệm: Bà Lý Thị Sen - Chủ tịch UBND phường Gò Me</div>
  <div>Địa chỉ: 5 đường Bờ Kênh, phường Gò Me. Điện thoại: 0299.123456</div>"""


def read(page: str, *, title: str = TITLE) -> Article:
    url = "https://gome.example.vn/tin-tuc/ban-giao-12.html"
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{page}{FOOT}</body></html>".encode()
    snapshot = Snapshot(requested_url=url, url=url, fetched_at=datetime.now(UTC), status=200, body=body)
    return extract(snapshot, Source(name="gome", title="Phường Gò Me", hosts=("gome.example.vn",)))


def day(article: Article) -> str:
    return article.published.at.strftime("%d/%m/%Y %H:%M") if article.published else ""


MARKUPS = {
    "joomla": f"""<div class="item-page"><div class="page-header"><h2 itemprop="headline">{TITLE}</h2></div>
      <dl class="article-info"><dt>Chi tiết</dt><dd class="createdby">Viết bởi <span>{NAME}</span></dd>
      <dd class="modified"><time datetime="2025-08-09T10:00:00+07:00">Cập nhật lần cuối: 09 Tháng 8 2025</time></dd>
      <dd><time itemprop="datePublished" datetime="2025-08-05T07:39:00+07:00">Được đăng: 05 Tháng 8 2025</time></dd>
      <dd class="hits">Lượt xem: 12</dd></dl><div itemprop="articleBody"><p><b>{LEAD}</b></p>{BODY}</div>
      <table><tr><td class="modifydate">Lần cập nhật cuối ( Thứ bảy, 09 Tháng 8 2025 10:15 )</td></tr></table>
      <div>&lt; Lùi</div><div>Tiếp theo &gt;</div></div>""",
    "k2": f"""<div class="itemView"><div class="itemHeader"><span class="itemDateCreated">Thứ ba, 05 Tháng 8 2025 07:39
      </span><h2 class="itemTitle">{TITLE}</h2><span class="itemAuthor">Viết bởi <a>{NAME}</a></span></div>
      <ul><li>cỡ chữ</li><li>In</li></ul><div class="itemIntroText"><p>{LEAD}</p></div>
      <div class="itemFullText">{BODY}</div><div>(0 bình chọn)</div><div>Sửa lần cuối vào Thứ tư, 06 Tháng 8 2025</div>
      <div class="itemLinks">Xuất bản ở <a>Tin phường</a> Gắn thẻ <a>nhà văn hóa</a></div><a>trở lên trên</a></div>""",
    "nukeviet": f"""<div class="news_column"><h1>{TITLE}</h1><span class="time">Thứ ba - 05/08/2025 07:39</span>
      <div id="hometext"><div class="fl"><a><img></a><p><em>Toàn cảnh tổ số 7</em></p></div>{LEAD}</div>
      <div class="bodytext">{BODY}</div><p style="text-align: right"><b>Tác giả bài viết: </b>{NAME}</p>
      <div>Tổng số điểm của bài viết là: 0 trong 0 đánh giá</div><div>Click để đánh giá bài viết</div>
      <div>Bạn cần đăng nhập với tư cách là Thành viên để có thể bình luận</div><div>Sắp xếp theo bình luận mới</div>
      <p><b>Những tin mới hơn</b></p><ul>{LIST}</ul></div>""",
    "newspaper theme": f"""<article><div class="td-post-header"><h1 class="entry-title">{TITLE}</h1>
      <p class="td-post-sub-title">{LEAD}</p><div class="td-module-meta-info"><div class="td-post-author-name">
      <div>By</div> <a>{NAME}</a></div><span><time datetime="2025-08-05T07:39:12+07:00">05/08/2025</time></span>
      <div class="td-post-views"><span>123</span></div></div></div><div class="td-post-content">{BODY}</div>
      <div class="author-box-wrap"><a>{NAME}</a><p>Phóng viên, mười năm đi các phường ven kênh và viết về những
      đổi thay của bà con nơi đây.</p></div></article>""",
    "row of fields": f"""<h1>{TITLE}</h1><div class="flex text-sm"><span>{NAME}</span><span>•</span><span>05/08/2025
      07:39</span><span>•</span><span>3 phút đọc</span></div><div class="box"><div>Tóm tắt bằng AI</div><ul><li>Ba nhà
      văn hóa được trao cho các tổ dân phố, vốn gần sáu tỷ đồng.</li></ul></div><p class="font-semibold">{LEAD}</p>
      <div class="prose">{BODY}</div><div><button>Chia sẻ</button><button>Sao chép liên kết</button></div>""",
    "icon font": f"""<h1>{TITLE}</h1><div class="meta"><span class="author"><i class="material-icons">person</i>{NAME}
      </span><span class="date"><i class="material-icons">schedule</i>05/08/2025 07:39</span></div>
      <h2 class="sapo">{LEAD}</h2><div class="content">{BODY}</div>""",
    "brackets": f"""<h3 class="title-news">{TITLE}</h3><div>Ngày đăng [05/08/2025 07:39] | Lượt xem: 12</div>
      <p><strong>{LEAD}</strong></p><div>{BODY}</div><p style="text-align:right"><em>Tin, ảnh: {NAME}</em></p>
      <div><a>In bài viết</a> <a>Gửi bạn bè</a> <a>Chia sẻ Zalo</a></div>""",
}


@pytest.mark.parametrize("markup", MARKUPS)
def test_an_article_in_the_markup_of(markup: str) -> None:
    article = read(MARKUPS[markup])
    assert (article.title, article.lead) == (TITLE, LEAD)
    assert [text for text in article.paragraphs if not text.startswith("Toàn cảnh")] == list(TEXT)
    assert (day(article), article.authors) == ("05/08/2025 07:39", (NAME,))


@pytest.mark.parametrize(
    ("header", "printed"),
    [
        ("<div>Ngày ban hành: 01/08/2025</div><div>Ngày hiệu lực: 15/08/2025</div>", ""),
        ("<div>Thời gian tổ chức: 15/09/2025 08:00</div>", ""),
        ("<div>Hạn nộp hồ sơ: 15/09/2025</div>", ""),
        ("<table><tr><td>Ngày ban hành</td><td>01/08/2025</td></tr></table>", ""),
        ("<div>Thời gian: 14h00 ngày 15/09/2025</div><div>Địa điểm: Nhà văn hóa tổ số 4</div>", ""),
        ("<ul><li>Thứ ba</li><li>05/08/2025</li><li>07:39</li><li>GMT+7</li></ul>", "05/08/2025 07:39"),
        (f"<div class='hot'><h3>Tin nổi bật</h3><ul>{LIST}</ul></div>", ""),
        ("<div>Cập nhật: 06/08/2025 10:00 | Ngày đăng: 05/08/2025 07:39</div>", "05/08/2025 07:39"),
        ("<div>Cập nhật: 06/08/2025 10:00</div><div>Ngày đăng: 05/08/2025 07:39</div>", "05/08/2025 07:39"),
        ("<div>Cập nhật: 06/08/2025 10:00</div>", "06/08/2025 10:00"),
    ],
)
def test_which_day_of_a_header_is_the_articles_own(header: str, printed: str) -> None:
    article = read(f"<h1>{TITLE}</h1>{header}<h2 class='sapo'>{LEAD}</h2><div class='c'>{BODY}</div>")
    assert day(article) == printed
    assert not set(OTHERS) & {text.partition(" (")[0] for text in article.paragraphs}


@pytest.mark.parametrize("clock", ["Thứ sáu, 20/03/2026", "Thứ sáu, 20/03/2026 09:10"])
def test_a_clock_that_is_named_as_a_date_of_news_is_still_a_clock(clock: str) -> None:
    top = f"<div class='date-today'>{clock}</div><div class='news-date'>{clock}</div>"
    assert day(read(f"{top}<h1>{TITLE}</h1><h2 class='sapo'>{LEAD}</h2><div>{BODY}</div>")) == ""


def test_a_zone_in_the_box_of_the_headline_tells_a_date_from_a_clock() -> None:
    date = "<div class='date'>Thứ ba, ngày 05/08/2025 07:39 AM (GMT+7)</div>"
    title = f"<h1>{TITLE}</h1><h2 class='sapo'>{LEAD}</h2>"
    assert day(read(f"<div class='w'><div>Tin phường</div>{date}{title}{BODY}</div>")) == "05/08/2025 07:39"
    assert day(read(f"<div class='w'><div class='top'>{date}</div>{title}{BODY}</div>")) == ""
    assert day(read(f"<div class='w'>{date.replace('(GMT+7)', '')}{title}{BODY}</div>")) == ""


def test_the_dates_of_a_table_are_text() -> None:
    row = "<tr><td>Tổ số 4</td><td>04/08/2025</td><td>200 chỗ</td></tr>"
    assert "04/08/2025" in read(f"<h1>{TITLE}</h1><div>{BODY}<table>{row}</table></div>").paragraphs


CHRONICLE = (
    "Ngày 12/3/2024",
    "Phường trình hội đồng chủ trương xây ba nhà văn hóa trên nền trường cũ đã bỏ không.",
    "Ngày 5/10/2024",
    "Thợ đào móng nhà văn hóa đầu tiên, bà con góp cơm trưa và nước uống suốt tháng.",
)
EVENT = ("Thời gian: 08h00, ngày 25/9/2025", "Địa điểm: Nhà văn hóa tổ số 4")


@pytest.mark.parametrize("told", [CHRONICLE, EVENT])
def test_the_days_of_a_text_are_text(told: tuple[str, ...]) -> None:
    between = "".join(f"<p>{line}</p>" for line in told)
    article = read(f"<h1>{TITLE}</h1><div>05/08/2025 07:39</div><div><p>{TEXT[0]}</p>{between}<p>{TEXT[1]}</p></div>")
    assert article.paragraphs == (TEXT[0], *told, TEXT[1])
    assert day(article) == "05/08/2025 07:39"


def test_a_weeks_plan_is_whole() -> None:
    plan = tuple(one for n, text in enumerate(TEXT) for one in (f"Thứ {n + 2}, ngày 2{n}/9/2025", text))
    said = "".join(f"<p>{line}</p>" for line in plan)
    assert read(f"<h1>{TITLE}</h1><div>05/08/2025 07:39</div><div class='c'>{said}</div>").paragraphs == plan


@pytest.mark.parametrize(
    "markup",
    [
        "<div><span>Đăng lúc 07:39, 05/08/2025</span> <span>Cập nhật lúc 09:40, 06/08/2025</span></div>{}",
        "<div><time class='entry-date published' datetime='2025-08-05T07:39:12+07:00'>05/08/2025</time>"
        "<time class='updated' datetime='2025-08-06T09:40:00+07:00'>06/08/2025</time></div>{}",
        "<div>05/08/2025 07:39</div>{}<div>Lần cập nhật cuối ( Thứ tư, 06 Tháng 8 2025 09:40 )</div>",
    ],
)
def test_a_change_beside_the_publication(markup: str) -> None:
    article = read(f"<h1>{TITLE}</h1>{markup.format(BODY)}")
    assert day(article) == "05/08/2025 07:39"
    assert article.updated
    assert article.updated.at.strftime("%d %H:%M") == "06 09:40"
    assert article.paragraphs == TEXT


def test_a_box_is_told_whatever_parts_the_words_of_its_name() -> None:
    box = f"<div class='tin_lien_quan'><p>{OTHERS[0]}</p><p>{OTHERS[1]}</p></div>"
    article = read(f"<h1>{TITLE}</h1><div><p>{TEXT[0]}</p>{box}<p>{TEXT[1]}</p></div>")
    assert article.paragraphs == TEXT[:2]


def test_a_date_behind_the_lead_or_behind_the_text() -> None:
    lead = f"<h1>{TITLE}</h1><p>{LEAD}</p>"
    assert day(read(f"{lead}<div>05/08/2025 07:39</div>{BODY}")) == "05/08/2025 07:39"
    assert day(read(f"{lead}{BODY}<div>Đăng ngày: 05/08/2025 07:39 | Tác giả: {NAME}</div>")) == "05/08/2025 07:39"
    assert day(read(f"{lead}<p>Ngày 4/8/2025</p>{BODY}")) == ""
    assert day(read(f"{lead}{BODY}<div>Cập nhật: 05/08/2025</div>")) == ""


@pytest.mark.parametrize(
    ("tail", "authors", "credit"),
    [
        (f"<p align=right><b>{NAME}</b></p><p>Theo</p><p>Báo tường Gò Me</p>", (NAME,), "Báo tường Gò Me"),
        (f"<p>Theo <b>{NAME}</b></p><p align=right><i>Báo tường Gò Me</i></p>", (NAME,), "Báo tường Gò Me"),
        (f"<div class='who'><h3><a>{NAME}</a></h3><p>Tác giả {NAME} là cô giáo đã nghỉ hưu.</p></div>", (NAME,), None),
        ("<p>Theo Báo tường Gò Me</p>", (), "Báo tường Gò Me"),
        ("<p align=right><b>Đoàn Thanh Niên</b></p>", (), None),
        (f"<p align=right><b>{NAME}<br>Ảnh: Lý Sen</b></p>", (NAME,), None),
        (f"<p align=right><b>CHỦ TỊCH</b></p><p align=right><b>{NAME}</b></p>", (), None),
    ],
)
def test_who_wrote_it_and_where_it_is_from(tail: str, authors: tuple[str, ...], credit: str | None) -> None:
    article = read(f"<h1>{TITLE}</h1><div class='c'>{BODY}{tail}</div>")
    assert (article.authors, article.credit) == (authors, credit)
    assert article.paragraphs[: len(TEXT)] == TEXT


def test_an_outlet_beside_a_name_is_no_author() -> None:
    article = read(
        f"<h1>{TITLE}</h1><p class='author'>{NAME} - Theo Tiếng Sóng Mới</p><h2 class='sapo'>{LEAD}</h2>{BODY}"
    )
    assert article.authors == (NAME,)


@pytest.mark.parametrize(
    ("header", "authors"),
    [
        ("05/08/2025 7:39:00 SA", ()),
        (f"Đăng bởi <a>{NAME}</a> · 05 Tháng Tám, 2025", (NAME,)),
        (f"Người tạo: {NAME}", (NAME,)),
        (f"CTV: {NAME}", (NAME,)),
        (f"<span class='author'>Thạc sĩ {NAME}</span>", (NAME,)),
        (f"<div class='author'><a>{NAME}</a> man@gome.example.vn</div>", (NAME,)),
        (f"{NAME} - 05/08/2025 07:39", (NAME,)),
        ("Chuyển Đổi Số - 05/08/2025 07:39", ()),
        ("Nông Thôn Mới, 05/08/2025 07:39", ()),
        ("<div class='meta'>Hoạt Động Của Phường - 05/08/2025 07:39</div>", ()),
        ("Số: 112/BC-UBND ngày 01/8/2025", ()),
        ("<span class='author'>Phòng Văn Hóa</span>", ()),
        ("<span class='author'>Trang Anh</span>", ("Trang Anh",)),
    ],
)
def test_who_is_a_person_in_a_header(header: str, authors: tuple[str, ...]) -> None:
    assert read(f"<h1>{TITLE}</h1><div>{header}</div><h2 class='sapo'>{LEAD}</h2>{BODY}").authors == authors


def test_a_place_that_style_alone_parts_from_the_lead() -> None:
    page = (
        f"<h1>{TITLE}</h1><p class='description'><span class='location-stamp'>Gò Me</span>{LEAD}</p><div>{BODY}</div>"
    )
    assert read(page).lead == f"Gò Me {LEAD}"


def test_an_article_within_the_article_is_another() -> None:
    other = f"<article class='x'><a href='/x'>{OTHERS[0]}</a><span>Hơn trăm bạn trẻ cùng xuống kênh.</span></article>"
    article = read(f"<h1>{TITLE}</h1><article>{BODY}{other}<p>{LEAD}</p></article>")
    assert article.paragraphs == (*TEXT, LEAD)


def test_a_headline_of_two_lines() -> None:
    page = f"<div><p style='text-align:center'><b>BÀN GIAO NHÀ VĂN HÓA<br>CHO CÁC TỔ DÂN PHỐ</b></p>{BODY}</div>"
    assert read(page, title="Cho các tổ dân phố - Phường Gò Me").title == "BÀN GIAO NHÀ VĂN HÓA CHO CÁC TỔ DÂN PHỐ"


def test_a_site_that_puts_its_own_name_into_the_title() -> None:
    """Its headline is the line before the text; a site's name is no title, an address in the foot weighs nothing."""
    others = f"<div class='left'><ul>{LIST}</ul></div>"
    article = read(f"{others}<div><div class='t1'>{TITLE}</div><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div>", title=SITE)
    assert (article.title, article.paragraphs) == (TITLE, TEXT[:2])


def test_a_headline_that_links_to_its_own_page_below_a_sites_name_that_links_home() -> None:
    page = (
        f"<h1><a href='/'>{SITE}</a></h1><h2><a href='/tin-tuc/ban-giao-12.html'>{TITLE}</a></h2>"
        f"<div>05/08/2025 07:39</div><div>{BODY}</div>"
    )
    article = read(page, title=SITE)
    assert (article.title, day(article)) == (TITLE, "05/08/2025 07:39")


def test_a_section_that_the_title_names_is_no_headline() -> None:
    page = (
        f"<div class='head-title'>TIN PHƯỜNG</div><div><b>{TITLE}</b></div><div>05/08/2025 07:39</div><div>{BODY}</div>"
    )
    assert read(page, title="Tin phường - Gò Me").title == TITLE


def test_the_blogs_name_before_the_title() -> None:
    page = (
        f"<h1><a href='/'>Quê tôi bên kênh</a></h1><p>Chuyện của người con xa quê</p><h3>{TITLE}</h3><div>{BODY}</div>"
    )
    assert read(page, title=f"Quê tôi bên kênh: {TITLE}").title == TITLE


def test_one_summary_cut_short_is_no_article() -> None:
    item = f"<div><a href='/x.html'>{OTHERS[0]}</a><div>05/08/2025 07:39</div><p>{TEXT[0][:-1]}...</p></div>"
    with pytest.raises(NotArticle):
        read(f"<h1>Tin trong phường</h1>{item}", title="Tin trong phường")


def test_words_parted_by_a_word_processor_stay_whole() -> None:
    parted = "<div class='MsoNormal'><span>Bà con tổ số 9 ph</span><span>ấn khởi</span></div>"
    assert "Bà con tổ số 9 phấn khởi" in read(f"<h1>{TITLE}</h1><div>{BODY}{parted}{BODY}</div>").text


def test_captions_in_lines_make_no_lead() -> None:
    """Two short lines between paragraphs do not order a text, so the paragraph before them is just its first."""
    page = f"<p>{TEXT[0]}</p><p>Bà con xem nhà mới</p><p>{TEXT[1]}</p><p>Trẻ con đọc sách ở tổ số 7</p>{BODY}"
    assert read(f"<h1>{TITLE}</h1><div>{page}</div>").lead is None
