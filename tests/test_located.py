"""Places of an article: which, old or new, with the words that prove it and where they stand."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.located import MAX_EVIDENCE, MAX_PLACES, locate
from crawler.places import places
from crawler.types import Article, Located
from tests.effort import at_most

OLD = date(2023, 5, 4)
NEW = date(2026, 8, 1)
HCM = "ho-chi-minh"


def article(*paragraphs: str, title: str | None = None, lead: str | None = None) -> Article:
    return Article(key="bo:1", url="https://bo.example/1", source="bo", title=title, lead=lead, paragraphs=paragraphs)


def found(text: str, on: date = OLD, own: str = "") -> dict[str, int]:
    return {one.place: one.named for one in locate(article(text), own, on)}


@pytest.mark.parametrize(
    "printed",
    [
        "TP. HCM",
        "TP.HCM",
        "TP HCM",
        "TPHCM",
        "Tp Hồ Chí Minh",
        "TP. Hồ Chí Minh",
        "Thành phố Hồ Chí Minh",
        "thành phố\xa0Hồ Chí Minh",
        "THÀNH PHỐ HỒ CHÍ MINH",
        "Thành ủy Hồ Chí Minh",
        "Sài Gòn",
    ],
)
def test_one_city_of_many_names(printed: str) -> None:
    (one,) = locate(article(f"Sáng nay {printed} trồng thêm cây."), "", OLD)
    assert (one.place, one.now, one.named) == (HCM, HCM, 1)
    (naming,) = one.evidence
    assert (naming.printed, naming.part, naming.paragraph, naming.start) == (printed, "text", 0, 9)
    assert "trồng thêm cây" in naming.context


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hà Nội và Hà Nội.", {"ha-noi": 2}),
        ("TP Hà nội đón gió mùa.", {"ha-noi": 1}),
        ("UBND TP.HN họp; HN thì không rõ.", {"ha-noi": 1}),
        ("HẢI PHÒNG: CẦU MỚI THÔNG XE", {"hai-phong": 1}),
        ("tp hà nội và quận long biên cùng họp", {"ha-noi": 1, "ha-noi/quan-long-bien": 1}),
        ("Tỉnh Hoà Bình giáp Hòa Bình xưa.", {"hoa-binh": 2}),
        ("Tỉnh Thừa Thiên - Huế, tức Thừa Thiên Huế.", {"thua-thien-hue": 2}),
        ("Bà Rịa – Vũng Tàu, Bà Rịa-Vũng Tàu", {"ba-ria-vung-tau": 2}),
        ("Tỉnh Đắc Lắc, Đăk Lăk", {"dak-lak": 2}),
        ("Tỉnh Hải Dương mở hội ở TP Hải Dương.", {"hai-duong": 1, "hai-duong/thanh-pho-hai-duong": 1}),
        ("Tỉnh ủy Hải Dương và Thành ủy Hải Dương", {"hai-duong": 1, "hai-duong/thanh-pho-hai-duong": 1}),
        ("Quận 1 và Q.10", {f"{HCM}/quan-1": 1, f"{HCM}/quan-10": 1}),
        ("TP Thủ Đức trả lời.", {f"{HCM}/thanh-pho-thu-duc": 1}),
        ("Thủ Đức (TP.HCM) trả lời.", {f"{HCM}/thanh-pho-thu-duc": 1, HCM: 1}),
        ("Thủ Đức trả lời.", {}),
        ("Quận Long Biên có phường Long Biên.",
         {"ha-noi/quan-long-bien": 1, "ha-noi/quan-long-bien/phuong-long-bien": 1}),
        ("Các quận Ba Đình, Hoàn Kiếm và Hai Bà Trưng", dict.fromkeys(
            ["ha-noi/quan-ba-dinh", "ha-noi/quan-hoan-kiem", "ha-noi/quan-hai-ba-trung"], 1)),
        ("Quận ủy Ngô Quyền", {"hai-phong/quan-ngo-quyen": 1}),
        ("Quận 1, 3 và 5 họp; quận 4,6 và 7.", dict.fromkeys([f"{HCM}/quan-{it}" for it in (1, 3, 4, 6, 7)], 1)),
        ("Ở quận 1, 3, 5.", dict.fromkeys([f"{HCM}/quan-{it}" for it in (1, 3, 5)], 1)),
        ("Quận 1, 3 người; quận 4 và 5 phường; quận 6, 15.000 hộ",
         dict.fromkeys([f"{HCM}/quan-{it}" for it in (1, 4, 6)], 1)),
        ("Quận Ngô Quyền, Lê Chân và Hồng Bàng; ông Ngô Quyền",
         dict.fromkeys([f"hai-phong/quan-{it}" for it in ("ngo-quyen", "le-chan", "hong-bang")], 1)),
        ("TP Hà Nội, Hải Dương và Hưng Yên", dict.fromkeys(["ha-noi", "hai-duong", "hung-yen"], 1)),
        ("Các phường Chốn Lạ, Ngọc Lâm, Xa Xôi và Bồ Đề của Hà Nội",
         {f"ha-noi/quan-long-bien/phuong-{it}": 1 for it in ("ngoc-lam", "bo-de")} | {"ha-noi": 1}),
        ("Phường Ngọc Lâm, Long Biên và Gia Lâm, Hà Nội",
         {"ha-noi/quan-long-bien/phuong-ngoc-lam": 1, "ha-noi/quan-long-bien": 1, "ha-noi/huyen-gia-lam": 1,
          "ha-noi": 1}),
        ("Huyện đảo Cát Hải, thị xã Sơn Tây", {"hai-phong/huyen-cat-hai": 1, "ha-noi/thi-xa-son-tay": 1}),
        ("Huyện An Lão (Bình Định)", {"binh-dinh": 1}),
        ("Huyện An Lão, Hải Phòng", {"hai-phong/huyen-an-lao": 1, "hai-phong": 1}),
        ("Đề án lập thành phố Quảng Ninh", {"quang-ninh": 1}),
        ("Yêu cầu Hà Nội báo cáo; đường phố Hà Nội vắng.", {"ha-noi": 2}),
    ],
)  # fmt: skip
def test_what_is_told_right(text: str, expected: dict[str, int]) -> None:
    assert found(text) == expected
    assert found(unicodedata.normalize("NFD", text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Chủ tịch Hồ Chí Minh, tư tưởng Hồ Chí Minh, Đoàn TNCS Hồ Chí Minh, đường Hồ Chí Minh.",
        "Xe chạy trên đường Hà Nội rồi phố Huế.",
        "Cao tốc Hà Nội - Hải Phòng và đường sắt Lào Cai – Hà Nội – Hải Phòng ùn ứ.",
        "Ông Nguyễn Hòa Bình và bà Trần Thị Khánh Hòa đến dự.",
        "Tàu vượt Thái Bình Dương; trận Điện Biên Phủ; báo Sài Gòn Giải Phóng.",
        "Người ta mong hòa bình, thái bình; ngành hải dương phát triển.",
        "VÌ HÒA BÌNH THẾ GIỚI",
        "Sông Đồng Nai, cầu Bình Thuận, ngân hàng Sài Gòn, thôn Hà Nam.",
        "Phường Hải Dương họp.",  # in 2023 there was none
        "Xã Hà Tĩnh, huyện Hà Nội, phường Sài Gòn.",
        "Hai Bà Trưng, Ngô Quyền và Lê Chân đánh giặc.",
        "Cầu Long Biên, hồ Hoàn Kiếm, quảng trường Ba Đình.",
        "Ông Nguyễn Long Biên ra Huyện Tân Phú.",
        "Doanh thu Q.1/2026 tăng 10%.",
        "Phường Minh Khai họp.",  # of which city?
        "Tỉnh Hà Nam (Trung Quốc) chịu lũ.",
        "Xem: Văn kiện, Nxb. Chính trị quốc gia, Hà Nội, 2021.",
    ],
)
def test_what_is_no_place(text: str) -> None:
    assert found(text) == {}


@pytest.mark.parametrize(
    ("text", "on", "place", "now"),
    [
        ("Tỉnh Hà Giang", OLD, "ha-giang", "tuyen-quang"),
        ("Tỉnh Hà Giang cũ", NEW, "ha-giang", "tuyen-quang"),
        ("Phường Long Biên, Hà Nội", OLD, "ha-noi/quan-long-bien/phuong-long-bien", "ha-noi"),
        ("Phường Long Biên, Hà Nội", NEW, "ha-noi/phuong-long-bien", "ha-noi/phuong-long-bien"),
        ("Phường Long Biên (cũ), Hà Nội", NEW, "ha-noi/quan-long-bien/phuong-long-bien", "ha-noi"),
        ("Phường Ngọc Lâm, Hà Nội", NEW, "ha-noi/quan-long-bien/phuong-ngoc-lam", "ha-noi/phuong-bo-de"),
        ("Quận Long Biên, Hà Nội", NEW, "ha-noi/quan-long-bien", "ha-noi"),
        ("Long Biên, Hà Nội", OLD, "ha-noi/quan-long-bien", "ha-noi"),
        ("Long Biên, Hà Nội", NEW, "ha-noi", "ha-noi"),  # the old district, or the ward of today?
        ("Long Biên cũ (Hà Nội)", NEW, "ha-noi/quan-long-bien", "ha-noi"),
        ("Quận Thủ Đức", date(2019, 1, 1), f"{HCM}/quan-thu-duc", HCM),
        ("Huế", OLD, "thua-thien-hue", "hue"),
        ("Huế", NEW, "hue", "hue"),
        ("TP Huế", OLD, "thua-thien-hue/thanh-pho-hue", "hue"),
        ("Huyện Thủy Nguyên", OLD, "hai-phong/huyen-thuy-nguyen", "hai-phong"),
        ("TP Thuỷ Nguyên", date(2025, 2, 1), "hai-phong/thanh-pho-thuy-nguyen", "hai-phong"),
        ("Phường Hải Dương, Hải Phòng", NEW, "hai-phong/phuong-hai-duong", "hai-phong/phuong-hai-duong"),
        ("Xã Hà Nam của Hải Phòng", NEW, "hai-phong/xa-ha-nam", "hai-phong/xa-ha-nam"),
        ("TP Đồng Nai", NEW, "dong-nai", "dong-nai"),
    ],
)
def test_the_day_of_the_article_decides(text: str, on: date, place: str, now: str) -> None:
    first = locate(article(text), "", on)[0]
    assert (first.place, first.now) == (place, now)


@pytest.mark.parametrize(
    ("said", "own", "expected"),
    [
        (article("Phường Minh Khai, quận Hai Bà Trưng."), "", "ha-noi/quan-hai-ba-trung/phuong-minh-khai"),
        (article("Phường Minh Khai họp.", title="Hà Nội: họp"), "", None),  # there are two of that name
        (article("Phường Sài Đồng họp.", title="Hà Nội: họp"), "", "ha-noi/quan-long-bien/phuong-sai-dong"),
        (article("Phường Sài Đồng họp."), "Long Biên, Hà Nội", "ha-noi/quan-long-bien/phuong-sai-dong"),
        (article("Phường Sài Đồng họp."), "Hải Phòng", None),
        (article("Phường Sài Đồng họp.", "Tin từ Hà Nội."), "", "ha-noi/quan-long-bien/phuong-sai-dong"),
        (article("Phường Sài Đồng họp ở Đà Nẵng.", title="Hà Nội"), "", None),
        (article("Phường Trần Hưng Đạo, TP Hải Dương, tiễn khách về Hà Nội."), "", None),
        (article("Hải Phòng và Hà Nội: phường Hàng Bạc."), "", None),
        (article("Hải Phòng và phường Hàng Bạc (Hà Nội)."), "", "ha-noi/quan-hoan-kiem/phuong-hang-bac"),
        (article("Gò Vấp giãn cách.", title="TP HCM giãn cách"), "", f"{HCM}/quan-go-vap"),
    ],
)
def test_what_proves_a_ward_or_a_bare_district(said: Article, own: str, expected: str | None) -> None:
    names = {"phuong-minh-khai", "phuong-sai-dong", "phuong-tran-hung-dao", "phuong-hang-bac", "quan-go-vap"}
    told = [one.place for one in locate(said, own, OLD) if one.place.rpartition("/")[2] in names]
    assert told == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("own", "on", "expected"),
    [
        ("Hà Nội", OLD, "ha-noi"),
        ("Long Biên, Hà Nội", OLD, "ha-noi/quan-long-bien"),
        ("Long Biên, Hà Nội", NEW, "ha-noi/phuong-long-bien"),
        ("Hải Dương", NEW, "hai-duong"),
        ("", OLD, None),
        ("Chốn Xa", OLD, None),
    ],
)
def test_where_no_place_is_named_it_is_the_sources_own(own: str, on: date, expected: str | None) -> None:
    said = locate(article("Phường họp tổ dân phố."), own, on)
    assert [(one.place, one.named, one.evidence) for one in said] == ([(expected, 0, ())] if expected else [])
    assert [one.place for one in locate(article("Cần Thơ họp."), own, on)] == ["can-tho"]


def test_title_and_lead_count_and_the_order_is_of_first_mention() -> None:
    said = article("Huế, rồi Cà Mau.", "Cà Mau", title="Cà Mau: hội", lead="Ở An Giang")
    told = locate(said, "", NEW)
    assert [(one.place, one.named) for one in told] == [("ca-mau", 3), ("an-giang", 1), ("hue", 1)]
    assert [(it.part, it.paragraph, it.start) for it in told[0].evidence] == [
        ("title", 0, 0), ("text", 0, 9), ("text", 1, 0),
    ]  # fmt: skip


def at_its_place(said: Article, one: Located) -> bool:
    parts = {"title": [said.title or ""], "lead": [said.lead or ""], "text": list(said.paragraphs)}
    return all(parts[it.part][it.paragraph].startswith(it.printed, it.start) for it in one.evidence)


NAMES = st.sampled_from([name for one in places().values() for name in (one.name, *one.kinds, *one.also)])
PIECES = st.one_of(NAMES, NAMES.map(str.upper), st.sampled_from(["TP.", "các", ",", " và", "-", "(", "đường", "\xa0"]))
TEXTS = st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=60)


@given(texts=st.lists(TEXTS, max_size=4), title=TEXTS, own=TEXTS, on=st.dates())
def test_nothing_escapes_and_evidence_is_at_its_place(texts: list[str], title: str, own: str, on: date) -> None:
    composed = [unicodedata.normalize("NFC", text) for text in (title, *texts)]
    said = article(*composed[1:], title=composed[0])
    told = locate(said, own, on)
    assert len({one.place for one in told}) == len(told) <= MAX_PLACES
    for one in told:
        assert one.place in places() and places()[one.now].until is None
        assert len(one.evidence) == min(one.named, MAX_EVIDENCE)
    assert all(at_its_place(said, one) for one in told)


@pytest.mark.parametrize(
    "piece",
    ["Hà Nội, ", "các quận ", "phường Minh Khai ", "Hà ", "TP. ", "1 ", "- ", "Bà Rịa - ", "quận 1, 3, ", "xã A, "],
)
def test_long_input_takes_no_long_time(piece: str) -> None:
    with at_most(400):
        told = locate(article(piece * 8_000, *[piece] * 1_000), "Hà Nội", NEW)
    assert all(len(one.evidence) <= MAX_EVIDENCE for one in told)
