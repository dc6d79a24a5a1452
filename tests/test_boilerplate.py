"""Lines that no text has: every rule with examples, and sentences that look alike and stay."""

import pytest

from crawler.boilerplate import Line, line_rule, section_rule, verdicts, without_prefix
from crawler.margins import HEAD, SECTIONS, TAIL
from crawler.widgets import LINES
from tests.effort import at_most

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
        ("audio", "Nghe bài viết 0:00/0:00 1x Giọng nữ"),
        ("audio", "Nghe đọc bài"),
        ("audio", "Bấm để nghe"),
        ("audio", "Chuyển giọng đọc"),
        ("back-to-top", "Về trang trước"),
        ("back-to-top", "trở lên trên"),
        ("captcha", "Bạn hãy nhập mã xác nhận"),
        ("captcha", "Mã chống spam"),
        ("comments", "Bạn cần đăng nhập với tư cách là Thành viên để có thể bình luận"),
        ("comments", "Còn lại: 1000 ký tự"),
        ("comments", "Nhập nội dung bình luận"),
        ("comments", "Không có nhận xét nào:"),
        ("comments", "Để lại một bình luận"),
        ("comments", "Email của bạn sẽ không được hiển thị công khai."),
        ("counter", "Hiện có 12 khách và không thành viên đang online"),
        ("counter", "Khách viếng thăm: 12"),
        ("counter", "Lượt truy cập hôm nay: 345"),
        ("counter", "3 phút đọc"),
        ("follow", "Bấm theo dõi Zalo OA của phường để nhận tin"),
        ("font-size", "Chế độ tương phản"),
        ("print", "In trang này"),
        ("print", "In bài viết Gửi bạn bè Chia sẻ Zalo"),
        ("rating", "Bài viết này có hữu ích với bạn không? Có Không"),
        ("rating", "5/5 - (1 bình chọn)"),
        ("audio", "Nghe đọc bài - Giọng nam"),
        ("audio", "🔊 Nghe bài viết: Nữ miền Bắc"),
        ("audio", "Giọng đọc: Nữ miền Bắc"),
        ("audio", "Nữ Hà Nội"),
        ("audio", "Nghe bản tin"),
        ("audio", "Tạm dừng"),
        ("attachment", "Tập tin đính kèm: quyet-dinh.pdf"),
        ("attachment", "Văn bản kèm theo"),
        ("captcha", "Nhập mã"),
        ("captcha", "Đổi mã khác"),
        ("comments", "Tối đa: 1500 ký tự"),
        ("comments", "Viết bình luận..."),
        ("counter", "Thời gian đọc: 3 phút"),
        ("follow", "Đọc báo Bến Đá trên Google News"),
        ("font-size", "Độ tương phản"),
        ("font-size", "Giao diện tối"),
        ("poll", "Thăm dò dư luận"),
        ("poll", "Bạn thấy trang mới này thế nào?"),
        ("poll", "Cảm ơn bạn đã bình chọn!"),
        ("poster", "Người đăng: admin"),
        ("tools", "Xem thêm »"),
        ("tools", "Trang 1 2 3"),
        ("tools", "Đang xử lý..."),
        ("tools", "Chuyên mục: Tin phường"),
        ("share", "Chia sẻ: Facebook LinkedIn"),
        ("share", "Thích 0"),
        ("audio", "Nghe đọc bài 0:00/3:211x"),
        ("follow", ">>> Mời độc giả xem thêm video: Chợ Bến Đá ngày giáp Tết"),
        ("poll", "Cảm ơn bạn đã phản hồi!"),
        ("poster", "Người tạo: vanphong"),
        ("advertisement", "- Quảng cáo -"),
        ("audio", "Giọng miền Bắc"),
        ("audio", "Current Time 0:00"),
        ("comments", "Chưa có phản hồi nào"),
        ("follow", "Theo dõi Bến Đá trên Zalo, Facebook để cập nhật tin tức nhanh nhất"),
        ("follow", "Bấm vào đây để theo dõi Bến Đá trên Google News"),
        ("newsletter", "Nhập email của bạn"),
        ("related", "Xem thêm: Chợ Bến Đá dời về khu mới"),
        ("share", "Chia sẻ 3"),
        ("tools", "Trang 1 / 12"),
        ("tools", "Mục lục [Ẩn]"),
    ],
)
def test_widgets(rule: str, line: str) -> None:
    assert line_rule(line) == rule


@pytest.mark.parametrize(
    "line",
    [
        "Nam miền Bắc rét đậm, nhiều trường cho học sinh nghỉ.",
        "In ấn tài liệu tuyên truyền được giao cho nhà văn hóa.",
        "Nghe báo cáo của Ủy ban nhân dân phường, các đại biểu thảo luận.",
        "Phát biểu của Chủ tịch phường Bến Đá",
        "Đọc: Nghị quyết của phường",
        "Góp ý cho dự thảo đến hết tháng tư",
        "Bạn nghĩ gì về việc sắp xếp phường?",
        "Mở rộng đường vào chợ Bến Đá",
        "Chuyên đề: Sắp xếp tổ dân phố",
        "Trang thiết bị của trạm y tế",
        "Báo nói gì về phường Bến Đá",
        "Đánh giá: phường hoàn thành sớm ba chỉ tiêu của quý một.",
        "Bình chọn công trình tiêu biểu năm nay sẽ kết thúc vào tháng sau.",
        "Ảnh hưởng của bão khiến chợ đóng cửa hai ngày.",
        "Thống kê cho thấy phường có 4.922 hộ.",
        "Chia sẻ với bà con, Chủ tịch phường cho biết đường sẽ thông xe trước Tết.",
        "Mã số định danh được cấp cho mọi trẻ em trong phường.",
        "Kết quả khảo sát được gửi tới từng tổ dân phố.",
        "Hôm nay 35 hộ nhận nhà mới.",
        "Bài viết này hữu ích cho những ai sắp làm nhà bên kênh.",
        "Bấm để nghe tiếng chuông, trẻ con xếp hàng dài trước cổng.",
        "Để lại một bình luận khiếm nhã, anh bị nhắc nhở.",
        "Email của bạn đọc gửi về cho thấy con đường hỏng đã lâu.",
        "Hãy theo dõi sức khỏe của người già trong tổ.",
        "Hiện có 12 khách hàng đến nộp hồ sơ trực tuyến tại phường.",
        "In trang này xong, cán bộ phát cho từng hộ.",
        "Mã chống giả được dán lên từng chai nước mắm.",
        "Nghe bài viết được đọc trên loa, bà con vỗ tay.",
        "Thích 0 đồng, nhiều hộ vẫn góp gạo.",
        "Trở về trang trước của cuốn sổ, bà thấy tên mình.",
        "Mời bạn đọc xem thêm sách ở nhà văn hóa vào chiều thứ bảy.",
        "Nghe tin 3 hộ được nhận nhà, cả tổ sang chia vui.",
        "Quảng cáo sai sự thật, hai cửa hàng bị nhắc nhở.",
        "Xem thêm: Trần Mộc (2019), Sổ tay nghề lưới, tr. 12.",
        "Theo dõi lịch cúp nước trên Facebook để xem ngày nào tới lượt mình, bà con chủ động hứng nước.",
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


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("attachment", "ke-hoach 12.signed.pdf (512 KB)"),
        ("attachment", "1,2 MB"),
        ("author-label", "Tác giả:"),
        ("captcha", "Làm mới"),
        ("contact", "Chịu trách nhiệm nội dung: Ban biên tập"),
        ("contact", "Người chịu trách nhiệm: Bà Lý Thị Sen - Chủ tịch UBND phường"),
        ("contact", "Tổng biên tập: Lý Thị Sen"),
        ("cookies", "Chúng tôi sử dụng cookie để cải thiện trải nghiệm của bạn."),
        ("copyright", "Thiết kế và phát triển bởi tổ tin học Bến Đá"),
        ("credit", "Đồ họa: Lý Sen"),
        ("heading", "Lịch công tác tuần 32"),
        ("heading", "Văn bản mới"),
        ("pager", "Tiếp theo >"),
        ("pager", "< Trước"),
        ("shop", "Số lượng"),
        ("tags", "Nhãn: phường, nhà văn hóa"),
        ("tags", "Xuất bản ở Tin phường Gắn thẻ nhà văn hóa"),
        ("time", "Sửa lần cuối vào Thứ tư, 06 Tháng 8 2025 10:15"),
    ],
)
def test_what_stands_behind_the_text_only(rule: str, line: str) -> None:
    assert rules(*PROSE, line)[3] == rule
    assert rules(*PROSE, line, *PROSE)[3] is None


@pytest.mark.parametrize(
    "line",
    [
        "Người chịu trách nhiệm chính là trưởng công trình, theo lời bà Sen.",
        "Lịch công tác của tổ được dán ở cổng.",
        "Số lượng hồ sơ tăng gấp đôi.",
        "Sửa lần này, con đường sẽ bền hơn.",
        "Tổng biên tập tờ báo tường là một cô giáo về hưu.",
        "Trang trước của cuốn sổ còn bỏ trống.",
        "Website của phường không dùng cookie.",
        "Xuất bản sách cho thiếu nhi là việc khó.",
    ],
)
def test_a_last_sentence_stays(line: str) -> None:
    assert rules(*PROSE, line)[3] is None


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("author-label", "By"),
        ("clock", "7:39 sáng"),
        ("clock", "Thứ sáu"),
        ("clock", "2 năm trước"),
        ("clock", "Ngày đăng:"),
        ("clock", "19 Th9"),
        ("clock", "(GMT+7)"),
        ("counter", "1.204"),
    ],
)
def test_what_stands_before_the_text_only(rule: str, line: str) -> None:
    assert rules(line, *PROSE)[0] == rule
    assert rules(*PROSE, line, *PROSE)[3] is None


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
    with at_most(100):
        for size in (20, 60, 235):
            text = (unit * size)[:238] + "!"
            line_rule(text)
            section_rule(text)
            verdicts([Line(text=PROSE[0]), Line(text=text)])


def test_a_polls_answers_go_with_its_question() -> None:
    asked = ["Thăm dò ý kiến", "Có nên mở chợ đêm?", "Rất nên", "Để xem đã", "Bình chọn", "Xem kết quả"]
    found = verdicts([Line(text=text) for text in (PROSE[0], *asked, PROSE[1], PROSE[2])])
    assert found == (None, *["poll"] * 6, None, None)
    usual = ["Bạn thấy trang này thế nào?", "Rất tốt", "• Khá", "Không hài lòng"]
    found = verdicts([Line(text=text) for text in (PROSE[0], *usual, "Phường họp dân", PROSE[1], PROSE[2])])
    assert found == (None, *["poll"] * 4, None, None, None)


@pytest.mark.parametrize("head", ["Mức độ hài lòng", "Xếp loại", "Ý kiến của cử tri?"])
def test_the_cells_of_a_table_are_no_answers(head: str) -> None:
    cells = [head, "Tốt", "Khá", "Có", "Không", "Hài lòng"]
    found = verdicts([Line(text=text) for text in (PROSE[0], *cells, PROSE[1], PROSE[2])])
    assert set(found) == {None}


def test_the_words_of_widgets_in_a_table_of_data_are_text() -> None:
    words = ["Tổ", "Chất lượng", "Điểm", "Tổ số 4", "Trung bình", "8/10", "Tổ số 7", "Tốt", "5/5"]
    cells = [Line(text=text, cell=True) for text in words]
    assert set(verdicts([Line(text=PROSE[0]), *cells, Line(text=PROSE[1])])) == {None}
    buttons = [Line(text=text, cell=True) for text in ("In bài", "Gửi bạn bè", "Facebook", "Zalo", "Chia sẻ", "Bản in")]
    assert None not in verdicts([Line(text=PROSE[0]), *buttons])[1:]


@pytest.mark.parametrize("head", ["Kết quả", "Thảo luận", "Khảo sát", "Chức năng", "Trả lời", "Đánh giá"])
def test_a_word_over_a_paragraph_is_a_heading(head: str) -> None:
    assert rules(*PROSE, head, *PROSE)[3] is None
    assert rules(*PROSE, head)[3] is not None
    assert rules(*PROSE, "Thích", head, *PROSE)[4] is not None


def test_a_short_link_under_a_label_of_attachments() -> None:
    lines = [*(Line(text=text) for text in (*PROSE, "Tệp đính kèm:")), Line(text="Phụ lục", linked=1.0)]
    assert verdicts(lines)[3:] == ("attachment", "attachment")


def test_tags_behind_their_label() -> None:
    lines = [*(Line(text=text) for text in (*PROSE, "Từ khóa:")), Line(text="nhà mới", linked=1.0)]
    assert verdicts(lines)[3:] == ("tags", "tags")


def test_the_numbers_of_counters() -> None:
    counters = ("Lượt truy cập", "15", "Hôm nay", "1.024", "Tháng hiện tại", "34.567")
    assert rules(*PROSE, *counters)[3:] == ["counter"] * 6
    assert rules(*PROSE, "Hôm nay", "1.024", PROSE[0])[3:5] == [None, None]


def test_the_answers_of_a_rating_behind_its_score() -> None:
    rating = ("Đánh giá bài viết", "0/5", "0 đánh giá", "Rất kém", "Trung bình", "Tốt")
    assert rules(*PROSE, *rating)[3:] == ["rating"] * 6


@pytest.mark.parametrize("head", ["Tin cùng loại", "Tin, bài liên quan:", "Các bài viết trước", "Văn bản mới ban hành"])
def test_headings_of_others(head: str) -> None:
    assert section_rule(head) == "related-section"


def test_what_follows_the_credit_and_is_no_sentence_is_another_thing() -> None:
    tail = ["Theo: Báo tường Bến Đá", "Ông Tư: 'Chúng tôi chờ cây cầu này mười năm'", "Lê Thị Cát"]
    found = verdicts([Line(text=text) for text in (*PROSE, *tail)])
    assert found == (None, None, None, "credit", "behind-credit", None)
    found = verdicts([Line(text=text) for text in (*PROSE[:2], *tail[:2], PROSE[2])])
    assert found[3] is None, "the text goes on"
