"""Topics: what an article is about, by which words, and what a topic file may get wrong."""

import csv
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.classify import classify, read_topics
from crawler.types import Article, Match
from tests.effort import at_most

TOPICS, ERRORS = read_topics()
URBAN, TWO_LEVEL = "chinh-quyen-do-thi", "chinh-quyen-hai-cap"


def article(title: str | None = None, *paragraphs: str, lead: str | None = None) -> Article:
    return Article(
        key="anhoa:1", url="https://anhoa.gov.vn/1", source="anhoa", title=title, lead=lead, paragraphs=paragraphs
    )


def scores(one: Article) -> dict[str, float]:
    return {match.topic: match.score for match in classify(one, TOPICS)}


def match(topic: str, one: Article) -> Match:
    (found,) = (found for found in classify(one, TOPICS) if found.topic == topic)
    return found


def test_the_shipped_topics_are_in_order() -> None:
    assert ERRORS == ()
    assert [topic.name for topic in TOPICS] == [URBAN, TWO_LEVEL]
    assert all(topic.title and topic.subtitle for topic in TOPICS)


def test_the_seeds_match(shared: Path) -> None:
    for seed in json.loads((shared / "seeds" / "expected.json").read_text("utf-8")):
        found = match(URBAN, article(seed["title"], *seed["text"], lead=seed["lead"]))
        assert found.score >= 2 and len(found.evidence) >= 2, seed["file"]


def test_headlines_of_a_month_do_not_match(shared: Path) -> None:
    with (shared / "data" / "feed_items.tsv").open(encoding="utf-8", newline="") as lines:
        titles = [row["title"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert sum("đô thị" in unicodedata.normalize("NFC", title).lower() for title in titles) > 20
    matches = [(title, found) for title in titles for found in classify(article(title), TOPICS)]
    assert [title for title, found in matches if found.topic == URBAN] == []
    for title, found in matches:
        assert any(one.phrase.startswith(("chính quyền (", "luật (")) for one in found.evidence), title


@pytest.mark.parametrize(
    "title",
    [
        "Quận Cái Sâu sơ kết một năm thí điểm tổ chức mô hình chính quyền đô thị",
        "CHÍNH QUYỀN ĐÔ THỊ: PHƯỜNG AN HOÀ LÀM GÌ?",
        unicodedata.normalize("NFD", "Góp ý Đề án tổ chức chính quyền đô thị"),
        "Góp ý đề án tổ chức chính\xa0quyền\n đô\u2009thị",
        "Xây dựng “chính quyền đô thị” ở phường An Hoà",
        "Hà Nội: không tổ chức HĐND phường, dân góp ý qua mạng",
        "Đà Nẵng thôi tổ chức Hội đồng nhân dân ở cấp quận",
        "Uỷ ban nhân dân phường ở Hải Phòng làm việc theo chế độ thủ trưởng",
    ],
)
def test_headlines_on_the_subject(title: str) -> None:
    assert scores(article(title))[URBAN] >= 2


@pytest.mark.parametrize(
    "title",
    [
        "Khu đô thị An Hoà bàn giao nhà, chính quyền chứng kiến",
        "Chính quyền, đô thị và nông thôn cùng đổi mới",
        "Chính quyền khu đô thị mới An Hoà",
        "Chính quyền. Đô thị ngày nay",
        "Phần mềm hỗ trợ chính quyền đô thị chống ngập",
        "Chỉ số: hoạt động hiệu quả của bộ máy Chính quyền Đô Thị",
        "Xây dựng chính quyền đô thị thông minh",
        "Chính quyền đô thị",  # a section's name
        "Xã An Hoà xây dựng chính quyền số",
        "Phường ra mắt CQĐT",
        "HĐND phường An Hoà thông qua sáu nghị quyết",
        "Xã An Hoà bàn việc bỏ HĐND phường",  # no city near
        "chinh quyen do thi",
        "Chính quyền dô thị",
        "Nghị quyết 97/2019/QH14 và Nghị quyết 131/2020/QH14",  # documents prove nothing
    ],
)
def test_headlines_beside_the_subject(title: str) -> None:
    assert URBAN not in scores(article(title))
    assert URBAN not in scores(article(title, title, lead=title)) or "bỏ HĐND" in title


def test_one_mention_in_the_text_is_passing_two_are_not() -> None:
    once = "Bệnh viện nhắc tới đề án chính quyền đô thị."
    assert scores(article("Khám bệnh", once)) == {}
    assert scores(article("Khám bệnh", once + " Theo Nghị quyết 136/2024/QH15.")) == {}
    passing = scores(article("Khám bệnh", once, "Trạm y tế chờ chính quyền đô thị."))[URBAN]
    subject = scores(article("Sơ kết chính quyền đô thị", once, "Phường chờ mô hình chính quyền đô thị."))[URBAN]
    assert 2 <= passing < subject


def test_a_tag_line_is_no_mention() -> None:
    assert scores(article("Khám bệnh", "Chính quyền đô thị", "chính quyền đô thị.", "• Chính quyền đô thị")) == {}


def test_words_of_two_paragraphs_do_not_join() -> None:
    assert scores(article("An Hoà", *["Phường bàn với chính quyền", "đô thị An Hoà đang lớn"] * 3)) == {}


def test_documents_raise_the_score_of_a_match() -> None:
    text = "Phường An Hoà thí điểm chính quyền đô thị"
    plain, with_document = (scores(article(text, text + end))[URBAN] for end in (".", " theo Nghị quyết 97/2019/QH14."))
    assert with_document == plain + 0.5
    assert match(URBAN, article(text, "Theo Nghị quyết 97/2019/QH14.")).evidence[-1].phrase == "97/2019/QH14"


def test_the_abbreviation_counts_with_the_full_form_only() -> None:
    full = "Phường thí điểm chính quyền đô thị (CQĐT). CQĐT giúp dân. CQĐT mới."
    assert scores(article("An Hoà", full)) == {URBAN: 2.5}
    assert scores(article("An Hoà", full.replace("chính quyền đô thị", "mô hình"))) == {}
    assert scores(article("An Hoà", full, "Đây là chính quyền điện tử.")) == {}


def test_many_mentions_say_no_more_than_ten() -> None:
    ten, thousand = (scores(article("An Hoà", *["Phường có chính quyền đô thị."] * n))[URBAN] for n in (10, 1000))
    assert ten == thousand == 10


def test_evidence_says_what_stands_where() -> None:
    found = match(
        URBAN,
        article("Bàn về Chính\xa0quyền đô thị", "Hôm nay phường An Hoà bàn.", "Mô hình chính quyền đô thị ở phường."),
    )
    assert [(one.part, one.printed, one.phrase) for one in found.evidence] == [
        ("title", "Chính quyền đô thị", "chính quyền đô thị"),
        ("text", "chính quyền đô thị", "chính quyền đô thị"),
    ]
    assert found.evidence[1].context == "Mô hình chính quyền đô thị ở phường."


@pytest.mark.parametrize(
    ("title", "yes"),
    [
        ("Chính quyền địa phương 2 cấp sau một năm ở An Hoà", True),
        ("Vận hành chính quyền địa phương hai cấp", True),
        ("An Hoà vận hành mô hình chính quyền 02 cấp", True),
        ("Góp ý dự thảo Luật Phát triển đô thị", True),
        ("Bàn về đô thị đặc biệt", False),  # one word of it is little
        ("Phát triển đô thị An Hoà", False),
        ("Trường học hai cấp ở An Hoà", False),
        ("Chính quyền địa phương các cấp", False),
    ],
)
def test_the_successor_vocabulary_is_a_topic_of_its_own(title: str, yes: bool) -> None:
    assert scores(article(title)).keys() == ({TWO_LEVEL} if yes else set())


def test_both_topics_at_once() -> None:
    assert scores(article("Từ chính quyền đô thị đến chính quyền địa phương hai cấp")).keys() == {URBAN, TWO_LEVEL}


# --- topic files -----------------------------------------------------------------------------------------------------

GOOD = """
title = "Cầu đường"
threshold = 1
[[tier]]
name = "core"
title = 1
lead = 1
text = 1
phrases = ["(khánh thành|khởi công) cầu (mới)? … An Hoà"]
"""


def test_an_operator_adds_a_topic_and_replaces_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "cau.toml").write_text(GOOD, "utf-8")
    (tmp_path / f"{TWO_LEVEL}.toml").write_text(GOOD.replace("Cầu đường", "Của tôi"), "utf-8")
    topics, errors = read_topics([tmp_path])
    assert errors == ()
    titles = {one.name: one.title for one in topics}
    assert (titles["cau"], titles[TWO_LEVEL]) == ("Cầu đường", "Của tôi")
    for title, yes in (
        ("Phường khánh thành cầu mới bắc qua rạch An Hòa", True),
        ("HÔM NAY KHỞI CÔNG CẦU VÀO AN HOÀ", True),
        ("Khánh thành cầu. Xã An Hoà vui", False),
        ("Khánh thành cầu ở một nơi rất xa và không phải là An Hoà", False),
    ):
        assert bool(classify(article(title), topics[:1])) is yes, title


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (GOOD.replace("threshold", "treshold"), ["treshold", "no such key", "threshold: missing; add it"]),
        (GOOD.replace("lead = 1\n", ""), ["tier.0.lead", "missing"]),
        (GOOD.replace("text = 1\n", 'text = "much"\n'), ["tier.0.text"]),
        (GOOD.replace("|khởi công)", "|khởi công"), ["tier.0.phrases.0", "cannot read"]),
        (GOOD.replace("|khởi công)", "|)"), ["tier.0.phrases.0", "empty choice"]),
        (GOOD.replace("… An Hoà", "…"), ["tier.0.phrases.0", "words around"]),
        (GOOD.replace("(mới)? … An Hoà", "(mới)?").replace("cầu", "…"), ["tier.0.phrases.0", "words around"]),
        (GOOD.replace("An Hoà", "a" * 300), ["tier.0.phrases.0", "split it"]),
        (GOOD.replace('["(khánh', '["cầu.*(a+)+$", "(khánh'), ["tier.0.phrases.0", "cannot read"]),
        (GOOD + 'requires = "nothing"\n', ["requires 'nothing'", "stands before it"]),
        (GOOD + GOOD[GOOD.index("[[tier]]") :], ["two tiers", "rename"]),
        (GOOD[: GOOD.index("[[tier]]")], ["tier", "missing"]),
        ("title = ", ["cannot be read as TOML"]),
    ],
)
def test_a_bad_file_names_its_mistakes_and_stops_only_itself(tmp_path: Path, wrong: str, named: list[str]) -> None:
    (tmp_path / "bad.toml").write_text(wrong, "utf-8")
    (tmp_path / "good.toml").write_text(GOOD, "utf-8")
    topics, errors = read_topics([tmp_path])
    assert [one.name for one in topics] == [URBAN, TWO_LEVEL, "good"]
    said = "\n".join(map(str, errors))
    assert all(str(error).startswith(str(tmp_path / "bad.toml") + ": ") for error in errors)
    assert all(words in said for words in named), said


def test_bytes_that_are_no_text_and_a_missing_directory(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"title = '\xff'")
    topics, errors = read_topics([tmp_path, tmp_path / "none"])
    assert len(topics) == 2
    assert [str(error).partition(":")[0] for error in errors] == [str(tmp_path / "bad.toml"), str(tmp_path / "none")]


@given(st.text(max_size=200), st.lists(st.text("chínhquyềnđôthịCQĐT97/2019/QH14 \n\0", max_size=80), max_size=3))
def test_nothing_escapes(title: str, paragraphs: list[str]) -> None:
    for found in classify(article(title, *paragraphs), TOPICS):
        assert found.evidence and found.score >= 2


@pytest.mark.parametrize("piece", ["chính quyền đô thị ", "UBND phường ", "không tổ chức ", "đô thị ", "\u0301", "a"])
def test_long_texts_take_no_long_time(piece: str) -> None:
    with at_most(400):
        classify(article(piece * 8_000, piece * 20_000, *[piece] * 4_000), TOPICS)
