"""Which texts are one: copies, however edited or cut; and which are not: other notices of one form, and quotations."""

import pytest

from crawler.copies import alike, nearest
from crawler.likeness import wording
from crawler.portal.phrases import TITLES
from crawler.portal.prose import write
from tests.benchmarks.copies import COPIES, FORMS, Said
from tests.effort import at_most

RELEASE = Said(
    title="Phường Bến Gỗ đưa bàn tiếp nhận hồ sơ về từng tổ dân phố",
    lead="Từ tháng tới, người dân phường Bến Gỗ nộp hồ sơ đất đai ngay tại nhà văn hóa của tổ mình.",
    paragraphs=(
        "Theo kế hoạch mà Ủy ban nhân dân phường Bến Gỗ vừa ban hành, mỗi tổ dân phố có một bàn tiếp nhận, mở cửa vào"
        " chiều thứ ba và sáng thứ bảy hằng tuần, do hai cán bộ địa chính thay nhau trực.",
        "Bà Lê Thị Cát, phó chủ tịch phường, cho biết năm ngoái phường nhận 4.260 hồ sơ, trong đó gần một nửa phải nộp"
        " lại vì thiếu giấy tờ; người ở xa phải đi ba bốn lần mới xong việc.",
        "Ông Trần Văn Đỗ, tổ trưởng tổ 15, nói bàn tiếp nhận đặt ở nhà văn hóa giúp người già khỏi phải leo dốc Cây"
        " Sung và giúp cán bộ biết rõ từng thửa đất đang vướng chuyện gì.",
        "Mỗi bàn có một máy quét và một đường truyền riêng. Hồ sơ được đưa lên hệ thống ngay trước mặt người nộp, kết"
        " quả trả tại nhà trong bảy ngày làm việc. Lệ phí không thay đổi.",
        "Sau ba tháng, phường sẽ hỏi ý kiến từng nhà rồi mới quyết định có mở thêm bàn ở khu tập thể Nhà Đèn hay không."
        " Kinh phí của đợt thử lấy từ nguồn tiết kiệm chi thường xuyên, khoảng 380 triệu đồng.",
        "Trước đó, Hội đồng nhân dân thành phố đã nghe phường báo cáo và đề nghị ghi lại mọi trường hợp chậm trả, để"
        " rút kinh nghiệm trước khi các phường khác làm theo.",
    ),
)


def schedule(ward: str, chair: str, days: tuple[str, str], hour: str, phone: str) -> Said:
    """A notice as every ward prints it."""
    return Said(
        title=f"Lịch tiếp công dân của lãnh đạo phường {ward}",
        lead="",
        paragraphs=(
            f"Ủy ban nhân dân phường {ward} thông báo lịch tiếp công dân định kỳ của lãnh đạo phường như sau, để các"
            " tổ chức, cá nhân có nhu cầu biết và sắp xếp thời gian đến làm việc.",
            f"Ông {chair}, chủ tịch, tiếp công dân vào ngày {days[0]} và ngày {days[1]}, từ {hour}, tại trụ sở tiếp"
            " công dân; trường hợp vắng mặt sẽ ủy quyền cho phó chủ tịch tiếp thay.",
            "Công dân đến trụ sở mang theo giấy tờ tùy thân, trình bày trung thực sự việc, cung cấp tài liệu liên quan"
            " và chấp hành nội quy; không ghi âm, ghi hình khi chưa được đồng ý của người tiếp.",
            f"Mọi thắc mắc xin liên hệ văn phòng, điện thoại {phone}, trong giờ hành chính các ngày làm việc.",
        ),
    )


NOTICE = schedule("Bến Gỗ", "Lê Văn Cát", ("5/11/2031", "19/11/2031"), "8 giờ", "0225 3111 222")
DIGEST = Said(
    title="Điểm tin tuần",
    lead="",
    paragraphs=(
        *NOTICE.paragraphs,
        *write(1, 1, "Hà Nội", next(iter(TITLES))).paragraphs,
        "Tuần qua, đường Vành Đai thông xe đoạn cuối, bến phà cũ đóng cửa sau bốn mươi năm đưa khách qua sông.",
        "Chợ Đầu Nguồn dời vào trong, các hộ bán cá có thêm sáu tuần để thu xếp chỗ ngồi mới và đăng ký nước sạch.",
        "Trường tiểu học Bãi Dài xây thêm tám phòng học, học sinh lớp một tạm học ở nhà thiếu nhi đến hết học kỳ.",
        "Thư viện quận mở cửa đến chín giờ tối; ai mượn sách lần đầu chỉ cần số định danh và một lời hứa trả đúng hạn.",
        RELEASE.lead,
        *RELEASE.paragraphs,
    ),
)


def one(said: Said, other: Said) -> bool:
    read = [wording(side.title, side.lead, side.paragraphs) for side in (said, other)]
    assert alike(read[0], read[1]) == alike(read[1], read[0])
    return alike(read[0], read[1])


def replaced(said: Said, *pairs: tuple[str, str]) -> Said:
    def change(part: str) -> str:
        for old, new in pairs:
            part = part.replace(old, new)
        return part

    changed = Said(title=change(said.title), lead=change(said.lead), paragraphs=tuple(map(change, said.paragraphs)))
    assert changed != said
    return changed


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_is_the_same_story(kind: str) -> None:
    assert one(RELEASE, COPIES[kind](RELEASE))


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(replaced(RELEASE, ("380 triệu", "390 triệu")), id="a figure corrected"),
        pytest.param(replaced(RELEASE, ("Trần Văn Đỗ", "Trần Văn Đổ")), id="a name corrected"),
        pytest.param(
            replaced(RELEASE, ("Ủy ban nhân dân", "UBND"), ("Hội đồng nhân dân", "HĐND")), id="names shortened"
        ),
        pytest.param(replaced(RELEASE, ("4.260", "4260"), ("ba tháng", "03 tháng")), id="figures printed otherwise"),
        pytest.param(
            Said(title=RELEASE.title.upper(), lead=RELEASE.lead, paragraphs=RELEASE.paragraphs), id="title in capitals"
        ),
    ],
)
def test_an_editors_hand_makes_no_other_story(copy: Said) -> None:
    assert one(RELEASE, copy)


@pytest.mark.parametrize("kind", FORMS)
def test_the_same_form_filled_in_otherwise_is_another_story(kind: str) -> None:
    assert not one(RELEASE, FORMS[kind][1](RELEASE))
    assert not one(NOTICE, FORMS[kind][1](NOTICE))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            schedule("Sông Mây", "Đỗ Thị Na", ("6/11/2031", "20/11/2031"), "14 giờ", "0225 3999 888"), id="another ward"
        ),
        pytest.param(
            schedule("Bến Gỗ", "Lê Văn Cát", ("3/12/2031", "17/12/2031"), "8 giờ", "0225 3111 222"), id="another month"
        ),
        pytest.param(replaced(NOTICE, ("Bến Gỗ", "Sông Mây")), id="only the ward"),
        pytest.param(replaced(NOTICE, ("8 giờ", "14 giờ"), ("3111 222", "3111 999")), id="two figures"),
        pytest.param(replaced(NOTICE, ("Lê Văn Cát", "Đỗ Thị Na"), ("8 giờ", "9 giờ")), id="a name and a figure"),
        pytest.param(replaced(RELEASE, ("Trần Văn Đỗ", "Lê Thị Na"), ("380", "520")), id="of another month"),
        pytest.param(replaced(RELEASE, ("Bến Gỗ", "Sông Mây")), id="only the ward, in a title too"),
        pytest.param(DIGEST, id="a digest that quotes it whole"),
        pytest.param(Said(title=RELEASE.title, lead="", paragraphs=RELEASE.paragraphs[2:3]), id="one paragraph of it"),
        pytest.param(Said(title=RELEASE.title, lead=RELEASE.lead, paragraphs=()), id="its lead"),
        pytest.param(Said(title=RELEASE.title, lead="", paragraphs=()), id="nothing"),
    ],
)
def test_another_text_is_another_story(other: Said) -> None:
    assert not one(NOTICE if "tiếp công dân" in other.title else RELEASE, other)


@pytest.mark.parametrize(
    ("one_says", "other_says"),
    [
        pytest.param(("Tin số 3", "tổ 15"), ("Tin số 15", "tổ 15"), id="a figure that the other says somewhere"),
        pytest.param(
            ("Tổ 3 họp lần 3", "tổ 15"), ("Tổ 13 họp lần 3", "tổ 15"), id="a figure that the title says elsewhere"
        ),
        pytest.param(("Họp ở xóm trại", "xóm trại"), ("Họp ở xóm chài", "xóm chài"), id="a name without capitals"),
    ],
)
def test_titles_that_differ_in_what_was_filled_in(one_says: tuple[str, str], other_says: tuple[str, str]) -> None:
    notices = [
        Said(
            title=f"{title} bàn chuyện đưa hồ sơ về tổ", lead="", paragraphs=(*RELEASE.paragraphs, f"Nơi họp: {place}.")
        )
        for title, place in (one_says, other_says)
    ]
    assert not one(*notices)
    assert one(notices[0], replaced(notices[0], (notices[0].title, "Họp bàn đưa hồ sơ về tổ")))


def test_what_is_one_with_two_joins_the_nearer() -> None:
    other = replaced(RELEASE, ("Trần Văn Đỗ", "Lê Thị Na"), ("380", "520"))
    between = replaced(RELEASE, ("Trần Văn Đỗ", "Lê Thị Na"), (RELEASE.paragraphs[0], RELEASE.lead))
    first, second, said = (wording(one.title, one.lead, one.paragraphs) for one in (RELEASE, other, between))
    assert not alike(first, second)
    assert alike(first, said) and alike(second, said)
    near = wording(other.title, other.lead, (RELEASE.lead, *other.paragraphs[1:]))
    assert nearest(said, [first, second, near]) == 2
    assert (nearest(said, [first, second]), nearest(said, [second, second])) == (1, 0)
    assert nearest(said, []) is None


def test_two_releases_are_not_joined_by_one_that_opens_with_either() -> None:
    both = Said(title="Hai việc", lead="", paragraphs=(*RELEASE.paragraphs, *NOTICE.paragraphs))
    assert not one(NOTICE, both)


@pytest.mark.parametrize(
    "word", ["a ", "1/", "Một Hai ", "một hai ba bốn ", "UBND ", "1.000.", "…“", "\u0301", "_", "12:30-"]
)
def test_no_text_takes_long(word: str) -> None:
    with at_most(700):
        long = Said(title="", lead="", paragraphs=(word * 100_000, *RELEASE.paragraphs))
        one(long, Said(title="", lead="", paragraphs=(*RELEASE.paragraphs, word * 99_000 + "khác")))
