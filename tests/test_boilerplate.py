"""Lines that no text has: every rule with examples, and sentences that look alike and stay."""

import time

import pytest

from crawler.boilerplate import Line, line_rule, section_rule, verdicts, without_prefix
from crawler.widgets import HEAD, LINES, SECTIONS, TAIL

PROSE = (
    "Sáng 12/3, Hội đồng nhân dân phường Bến Đá họp bàn việc sắp xếp lại các tổ dân phố sau khi dân số tăng nhanh.",
    "Theo tờ trình của Ủy ban nhân dân phường, mười hai tổ dân phố sẽ được chia lại thành mười lăm tổ mới.",
    "Các đại biểu đề nghị lấy ý kiến của từng hộ trước khi biểu quyết, và công khai kết quả trên cổng của phường.",
)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("audio", "0:00 / 3:15"),
        ("audio", "• Nữ miền Trung"),
        ("audio", "Nghe bài viết"),
        ("back-to-top", "^ Về đầu trang"),
        ("captcha", "Mã xác nhận không đúng."),
        ("comments", "Bình luận (12)"),
        ("comments", "Gửi ý kiến của bạn"),
        ("counter", "Lượt xem: 1.204"),
        ("counter", "1.204 lượt xem"),
        ("counter", "Đang truy cập: 17"),
        ("counter", "Tổng truy cập: 1.234.567"),
        ("follow", "Theo dõi Cổng phường Bến Đá trên"),
        ("font-size", "Cỡ chữ A- A A+"),
        ("login", "Đăng nhập"),
        ("photo-credit", "Ảnh: Văn phòng phường"),
        ("poll", "Thăm dò ý kiến"),
        ("poll", "204 người đã bình chọn"),
        ("poll", "Bạn đánh giá thế nào về giao diện mới của cổng"),
        ("print", "Bản in"),
        ("print", "Print Send email"),
        ("qr-code", "QR Code Fanpage"),
        ("qr-code", "Quét mã QR để xem trên điện thoại"),
        ("rating", "Đánh giá:"),
        ("rating", "Tổng số điểm của bài viết là: 5 trong 1 đánh giá"),
        ("share", "Chia sẻ bài viết này lên Facebook"),
        ("share", "Facebook | Zalo | Copy link"),
    ],
)
def test_widgets(rule: str, line: str) -> None:
    assert line_rule(line) == rule


@pytest.mark.parametrize(
    "line",
    [
        "Nam miền Bắc rét đậm, nhiều trường cho học sinh nghỉ.",
        "In ấn tài liệu tuyên truyền được giao cho nhà văn hóa.",
        "Đánh giá: phường hoàn thành sớm ba chỉ tiêu của quý một.",
        "Bình chọn công trình tiêu biểu năm nay sẽ kết thúc vào tháng sau.",
        "Ảnh hưởng của bão khiến chợ đóng cửa hai ngày.",
        "Thống kê cho thấy phường có 4.922 hộ.",
        "Chia sẻ với bà con, Chủ tịch phường cho biết đường sẽ thông xe trước Tết.",
        "Mã số định danh được cấp cho mọi trẻ em trong phường.",
        "Kết quả khảo sát được gửi tới từng tổ dân phố.",
        "Hôm nay 35 hộ nhận nhà mới.",
    ],
)
def test_sentences_stay(line: str) -> None:
    assert line_rule(line) is None
    assert section_rule(line) is None


def test_each_table_is_sorted() -> None:
    for table in (LINES, HEAD, TAIL, SECTIONS):
        assert list(table) == sorted(table)


def rules(*texts: str) -> list[str | None]:
    return list(verdicts([Line(text=text) for text in texts]))


def test_a_section_takes_all_that_follows_the_text() -> None:
    tail = ("Các tin khác", "Phường Bến Đá mở lớp học bơi cho trẻ em", PROSE[1])
    assert rules(*PROSE, *tail) == [None, None, None, *["related-section"] * 3]


def test_a_box_between_paragraphs_takes_only_its_list() -> None:
    box = ("Tin liên quan", "Phường Bến Đá mở lớp học bơi")
    assert rules(PROSE[0], *box, *PROSE) == [None, "related-section", "related-section", None, None, None]


def test_the_clock_goes_before_the_text_and_stays_within() -> None:
    assert rules("Bến Đá, ngày 12/03/2026", *PROSE)[0] == "clock"
    assert rules(*PROSE, "Bến Đá, ngày 12 tháng 3 năm 2026", *PROSE)[3] is None


def test_tags_credit_and_address_go_behind_the_text_only() -> None:
    tail = ("Từ khóa: phường, tổ dân phố", "Nguồn: Báo tường", "Địa chỉ: 1 Đường Biển, phường Bến Đá")
    assert rules(*PROSE, *tail)[3:] == ["tags", "credit", "contact"]
    assert rules(PROSE[0], tail[2], *PROSE)[1] is None


def test_a_line_that_is_one_link_is_a_headline_of_another() -> None:
    link = Line(text="Phường Bến Đá mở lớp học bơi cho trẻ em", linked=1.0)
    assert verdicts([Line(text=PROSE[0]), link, Line(text=PROSE[1])])[1] == "link"


@pytest.mark.parametrize(
    ("printed", "bare"),
    [
        ("BDTV.VN - Phường Bến Đá họp bàn việc nước.", "Phường Bến Đá họp bàn việc nước."),
        ("(Bendá.vn) - Phường Bến Đá họp bàn việc nước.", "Phường Bến Đá họp bàn việc nước."),
        ("(BĐO)- Phường Bến Đá họp bàn việc nước.", "Phường Bến Đá họp bàn việc nước."),
        ("BĐO – Phường Bến Đá họp bàn việc nước.", "Phường Bến Đá họp bàn việc nước."),
        ("(Tiếp theo kỳ trước) Phường Bến Đá họp bàn.", "(Tiếp theo kỳ trước) Phường Bến Đá họp bàn."),
        ("UBND phường Bến Đá họp bàn việc nước.", "UBND phường Bến Đá họp bàn việc nước."),
        ("Hà Nội - Huế là tuyến bay mới của mùa hè này.", "Hà Nội - Huế là tuyến bay mới của mùa hè này."),
    ],
)
def test_bylined_prefixes(printed: str, bare: str) -> None:
    assert without_prefix(printed)[0] == bare


def test_a_source_has_prefixes_of_its_own() -> None:
    assert without_prefix("Bến Đá TV: Phường họp.", [r"Bến Đá TV:\s*"]) == ("Phường họp.", "Bến Đá TV:")


@pytest.mark.parametrize("unit", ["a", "x ", "Facebook ", "a- ", "1:", "lượt xem ", "- ", "(", "bình luận "])
def test_bounded_time_on_any_line(unit: str) -> None:
    start = time.process_time()
    for size in (20, 60, 235):
        text = (unit * size)[:238] + "!"
        line_rule(text)
        section_rule(text)
        verdicts([Line(text=PROSE[0]), Line(text=text)])
    assert time.process_time() - start < 1
