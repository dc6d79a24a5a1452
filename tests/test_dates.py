"""Dates: what a page or a feed prints → an instant, or nothing where it cannot be proved."""

import csv
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import feed_date, labelled_date, page_date, url_day
from crawler.types import VIETNAM, Instant, Precision
from tests.effort import at_most

NOW = datetime(2026, 8, 10, 12, 0, tzinfo=VIETNAM)


def said(instant: Instant | None) -> str:
    """What was read, in Vietnam's time: the day, with the clock where it is known."""
    if instant is None:
        return ""
    form = "%Y-%m-%d %H:%M" if instant.precision is Precision.MINUTE else "%Y-%m-%d"
    return instant.at.astimezone(VIETNAM).strftime(form)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_form_seen_in_the_field(shared: Path) -> None:
    table = rows(shared / "data" / "dates_vi.tsv")
    assert len(table) > 70
    for row in table:
        where, printed, expected = row.values()
        read = (feed_date if where.startswith("rss") else page_date)(printed)
        local = read.at.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M") if read else ""
        assert (where, printed, local) == (where, printed, expected)


def test_every_feed_date_seen_in_the_field(shared: Path) -> None:
    table = rows(shared / "data" / "feed_items.tsv")
    assert len(table) > 4000
    for row in table:
        read = feed_date(row["published_raw"])
        assert read and read.at == datetime.fromisoformat(row["published"]), row["published_raw"]


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("2023-08-02T23:10:00", "2023-08-02 23:10"),
        ("2023-08-02T16:10:00.123Z", "2023-08-02 23:10"),
        ("2023-08-02T17:10:00+01:00", "2023-08-02 23:10"),
        ("2023-08-02T23:10:00.000+0700", "2023-08-02 23:10"),
        ("2023-08-02 23:10", "2023-08-02 23:10"),
        ("2023/08/02 23:10:05", "2023-08-02 23:10"),
        ("THỨ TƯ, NGÀY 02/08/2023 - 23:10 (GMT+7)", "2023-08-02 23:10"),
        ("14h30 ngày 2/8/2023", "2023-08-02 14:30"),
        ("14h ngày 2/8/2023", "2023-08-02 14:00"),
        ("7:15 chiều 02/08/2023", "2023-08-02 19:15"),
        ("02/08/2023, 7 giờ 15 phút tối", "2023-08-02 19:15"),
        ("02/08/2023 2:05 sáng", "2023-08-02 02:05"),
        ("02/08/2023 11:45 trưa", "2023-08-02 11:45"),
        ("02/08/2023 12:10 CH", "2023-08-02 12:10"),
        ("02/08/2023 12:10 SA", "2023-08-02 00:10"),
        ("02.08.2023 - 23g10", "2023-08-02 23:10"),
        ("Xuất bản 02/08/2023 lúc 23:10", "2023-08-02 23:10"),
        ("Cập nhật lần cuối: 02-08-2023, 23:10", "2023-08-02 23:10"),
        ("An Hoà, ngày 2 tháng 8 năm 2023", "2023-08-02"),
        ("2 thg 8, 2023", "2023-08-02"),
        ("Tháng Tám 2, 2023", "2023-08-02"),
        ("August 2nd, 2023 at 11:10 PM", "2023-08-02 23:10"),
        ("Wed Aug 02 2023 23:10:00 GMT+0700 (Giờ Đông Dương)", "2023-08-02 23:10"),
        ("2 August at 5pm, 2023", "2023-08-02"),  # by dateparser
        ("02/08/2023 99:99", "2023-08-02"),
        ("Lượt xem: 1.204 | 02/08/2023 23:10", "2023-08-02 23:10"),
        # the publication, not the update
        ("Cập nhật: 05/08/2023 08:00 | Ngày đăng: 02/08/2023 07:00", "2023-08-02 07:00"),
        ("Ngày đăng: 02/08/2023 - Cập nhật lúc 08:11 05/08/2023", "2023-08-02"),
        # two clocks that differ
        ("07:39 02/08/2023 15:40", "2023-08-02"),
        # midnight
        ("2023-08-02T00:00:00+07:00", "2023-08-02"),
        ("2023-08-01T17:00:00Z", "2023-08-02"),
        ("2023-08-02T00:00:00Z", "2023-08-02"),
        ("02/08/2023 12:00:00 SA", "2023-08-02"),
        ("02/08/2023 00:00", "2023-08-02 00:00"),
    ],
)
def test_page_dates(printed: str, read: str) -> None:
    assert said(page_date(printed)) == read
    assert said(page_date(unicodedata.normalize("NFD", printed).replace(" ", "\xa0"))) == read
    assert said(page_date(f" \n {printed}\t")) == read


@pytest.mark.parametrize(
    "printed",
    [
        "", " ", "97/2019/QH14", "Nghị quyết số 97/2019/QH14 ngày 27/11/2019", "số 12-KH/TU, ngày 3/4/2021", "12.5.2",
        "31/02/2023", "2025-02-30T10:00:00", "00/08/2023", "12/31/2023", "32 Tháng Năm 2022", "12 Tháng Mười Ba 2022",
        "31/12/1994", "5/8/22 10:00", "Tháng 8/2023", "8/2023", "24/24", "454/459", "2021-2026", "688", "1690992600",
        "/Date(1690992600000)/", "0001-01-01T00:00:00", "Lượt xem: 02.082.023", "192.02.08.2023",
        "Ngày 3/8/2022, phường An Hoà tổ chức lễ khánh thành cây cầu mới bắc qua rạch",
        "Đại diện các hộ dân của khu phố cho biết từ ngày khởi công đến nay, tính đến 02/08/2023, cầu đã xong",
        "2 giờ trước", "hôm qua 14:30",
    ],
)  # fmt: skip
def test_unknown_beats_wrong(printed: str) -> None:
    assert page_date(printed) is None


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("15 phút trước", "2026-08-10 11:45"),
        ("2 giờ trước", "2026-08-10 10:00"),
        ("Cập nhật 2 giờ trước", "2026-08-10 10:00"),
        ("3 ngày trước", "2026-08-07"),
        ("hôm qua, lúc 14h30", "2026-08-09 14:30"),
        ("Hôm nay", "2026-08-10"),
        ("1 tháng trước", ""),
        ("999 giờ trước đây", ""),
        ("11/08/2026 11:59", "2026-08-11 11:59"),
        ("12/08/2026 12:00", ""),
    ],
)
def test_dates_seen_from_now(printed: str, read: str) -> None:
    assert said(page_date(printed, now=NOW)) == read
    assert said(page_date(printed, now=NOW.astimezone(UTC))) == read


def test_order_is_given_and_never_guessed() -> None:
    assert said(page_date("8/2/2023 11:10 PM", order="MDY")) == "2023-08-02 23:10"
    assert said(page_date("8/2/2023 11:10 PM")) == "2023-02-08 23:10"
    assert page_date("13/2/2023", order="MDY") is None
    assert said(page_date("2023-08-02", order="MDY")) == "2023-08-02"


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("Wed, 02 Aug 2023 23:10:00 +07", "2023-08-02 23:10"),
        ("Wed, 02 Aug 23 23:10:00 +0700", "2023-08-02 23:10"),
        ("02 Aug 2023 16:10:00 GMT", "2023-08-02 23:10"),
        ("Wed, 02 Aug 2023 16:10 UTC", "2023-08-02 23:10"),
        ("Wed, 02 Aug 2023 12:10:00 EDT", "2023-08-02 23:10"),
        ("Wed, 02 Aug 2023 23:10:00", "2023-08-02 23:10"),
        ("Wed, 02 Aug 2023 23:10:00 GMT+0700", "2023-08-02 23:10"),
        ("8/2/2023 11:10:00 PM", "2023-08-02 23:10"),
        ("8/2/2023 12:00:05\u202fAM", "2023-08-02 00:00"),
        ("02/08/2023 23:10", "2023-08-02 23:10"),
        ("02/08/2023 11:10:00 CH", "2023-08-02 23:10"),
        ("2023-08-02T16:10:00Z", "2023-08-02 23:10"),
        ("13/2/2023 11:10:00 PM", ""),
        ("Wed, 31 Feb 2023 23:10:00 +0700", ""),
        ("yesterday", ""),
    ],
)
def test_feed_dates(printed: str, read: str) -> None:
    assert said(feed_date(printed)) == read


def test_a_feed_may_be_day_first_and_not_of_tomorrow() -> None:
    assert said(feed_date("8/2/2023 11:10:00 PM", order="DMY")) == "2023-02-08 23:10"
    assert feed_date("Wed, 12 Aug 2026 13:00:00 +0700", now=NOW) is None
    assert feed_date("Wed, 12 Aug 26 13:00:00 +0700", now=NOW) is None


@pytest.mark.parametrize(
    ("line", "read", "origin"),
    [
        ("Ngày đăng: 04/05/2021 \xa0 08:51", "2021-05-04 08:51", "label:Ngày đăng"),
        ("Ngày đăng 05/08/2022 | 07:39\xa0 | Lượt xem: 688", "2022-08-05 07:39", "label:Ngày đăng"),
        ("Đăng lúc: Thứ tư - 02/08/2023 23:10 - Người đăng: quản trị", "2023-08-02 23:10", "label:Đăng lúc"),
        ("Cập nhật lúc 23:10 02/08/2023", "2023-08-02 23:10", "label:Cập nhật lúc"),
        ("Thời gian: 11/05/2022 12:15", "2022-05-11 12:15", "label:Thời gian"),
        ("Print Thứ Tư, 02/08/2023 23:10 Gốc", "2023-08-02 23:10", "line"),
        ("18:53, 04/08/2026", "2026-08-04 18:53", "line"),
        ("12 Tháng Năm 2022 - 16:33:05", "2022-05-12 16:33", "line"),
    ],
)
def test_header_lines(line: str, read: str, origin: str) -> None:
    found = labelled_date(line)
    assert found and (said(found), found.origin) == (read, origin)


@pytest.mark.parametrize(
    "line",
    [
        "Hà Nội, Ngày 16/05/2021",  # where a page prints today
        "Ngày đăng ký tham gia: trước 05/08/2022",
        "Ngày 3/8/2022, phường An Hoà khánh thành cầu",
        "Thời gian: 8h00 ngày 02/08/2023, tại hội trường phường",
        "Khánh thành cầu An Hoà 02/08/2023",
        "Lượt xem: 688",
        "Ngày đăng: ",
        "02/08/2023 " * 20,
        "",
    ],
)
def test_other_lines_are_no_date_lines(line: str) -> None:
    assert labelled_date(line) is None


def test_the_raw_string_and_the_printed_zone_are_kept() -> None:
    read = page_date(" 2023-08-02T17:10:00+01:00 ", origin="meta:date")
    assert read and (read.raw, read.origin) == ("2023-08-02T17:10:00+01:00", "meta:date")
    assert read.at.utcoffset() == timedelta(hours=1)


DAYS = st.dates(datetime(1995, 1, 1, tzinfo=UTC).date(), datetime(2099, 12, 31, tzinfo=UTC).date())


@given(
    DAYS, st.times(), st.sampled_from(["/", "-", ".", " tháng "]), st.sampled_from([" ", " - ", ", ", " | ", " lúc "])
)
def test_what_is_printed_is_read_back(day: datetime, clock: datetime, between: str, gap: str) -> None:
    year = " năm " if between == " tháng " else between
    printed = f"{day.day:02}{between}{day.month:02}{year}{day.year}{gap}{clock:%H:%M}"
    assert said(page_date(printed)) == f"{day:%Y-%m-%d} {clock:%H:%M}"
    assert (
        said(page_date(f"{clock:%H:%M}, {day.day}{between}{day.month}{year}{day.year}"))
        == f"{day:%Y-%m-%d} {clock:%H:%M}"
    )


ALPHABET = "0123456789/-.:, |+tThHgGnNăâáờíTzZ()\n\xa0ngàytháng năm giờ phút trước AMPMSACH QHKĐ"


@given(st.text() | st.text(ALPHABET, max_size=60))
def test_nothing_escapes_and_every_instant_is_aware(raw: str) -> None:
    for read in (page_date(raw), page_date(raw, now=NOW, order="MDY"), feed_date(raw, now=NOW), labelled_date(raw)):
        if read:
            assert read.at.tzinfo is not None
            assert read.at.year >= 1995
            assert read.precision is Precision.MINUTE or read.at.astimezone(VIETNAM).hour == 0


@pytest.mark.parametrize(
    "piece", ["1", "00:", "ngay ", "1/1/", " ", "thứ hai ", "((", "ngày,lúc,", "12 thang ", "\u0301"]
)
def test_long_input_takes_no_long_time(piece: str) -> None:
    with at_most(200):
        for reader in (page_date, feed_date, labelled_date):
            reader(piece * 300_000)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2026/03/14/phuong-hop", "2026-03-14"),
        ("/tin/20260314/phuong-hop/7.html", "2026-03-14"),
        ("/phuong-hop-20260314080054340.htm", "2026-03-14"),
        ("/phuong-hop-2014021509250334717ca32.chn", "2014-02-15"),
        ("/phuong-hop-188260314224558711.chn", "2026-03-14"),
        ("/phuong-hop-18826031422484142.chn", "2026-03-14"),
        ("/phuong-hop-102260228093004191.htm", "2026-02-28"),
        ("/phuong-hop-20260231.html", None),
        ("/phuong-hop-post397051.html", None),
        ("/nghi-quyet-131-2020-qh14.html", None),
        ("/phuong-hop-4954454.html", None),
        ("/", None),
    ],
)
def test_the_day_in_an_address(path: str, day: str | None) -> None:
    found = url_day(f"https://bendo.example.vn{path}")
    assert (found and found.isoformat()) == day
