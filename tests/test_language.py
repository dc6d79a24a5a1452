"""Which pages are Vietnamese; and a replay of a foreign archive that takes only what is wanted."""

from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest

from crawler.language import is_vietnamese
from crawler.types import Snapshot
from storage import warc
from tests.running import Operator

SAID = {
    "Phường Bến Đò họp bàn việc sắp xếp lại các tổ dân phố, lấy ý kiến từng hộ trước khi quyết định.": True,
    "Primăria orașului a hotărât astăzi să înființeze o piață nouă și să repare șoseaua împreună.": False,
    "Đurađ i Živko šetaju gradom, pričaju o đacima i školi, ćaskaju o životu u gradu.": False,
    "Le conseil municipal a décidé hier d'élire un nouveau maire, où l'on espère être prêt à Noël.": False,
    "The city council met on Monday to discuss the new plan for the wards of Hanoi and Hai Phong.": False,
    "市议会星期一开会讨论新的城市计划，市民可以提出意见，会议持续两个小时，下周继续讨论这个计划。": False,
    "Họp": False,
}


def page(body: str, url: str = "https://bendo.example.vn/tin/1.html") -> Snapshot:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Snapshot(requested_url=url, url=url, fetched_at=at, status=200, body=body.encode())


@pytest.mark.parametrize("said", SAID)
def test_by_letters_that_only_vietnamese_writes(said: str) -> None:
    marked = "".join(f"&#{ord(letter)};" if ord(letter) > 127 else escape(letter) for letter in said)
    for text in (said, marked):
        body = f"<html><head><script>var a = 'Phường họp dân ở chợ';</script></head><body><p>{text}</p></body></html>"
        assert is_vietnamese(page(body)) is SAID[said]


def test_what_is_no_page_is_in_no_language() -> None:
    assert not is_vietnamese(replace(page(""), body=b"%PDF-1.4"))


def test_a_replay_takes_the_hosts_and_the_language_that_are_wanted(tmp_path: Path) -> None:
    row = "<p>Tổ dân phố {} của phường họp bàn về chính quyền đô thị trong nhiều buổi.</p>"
    rows = "".join(map(row.format, (1, 2, 3)))
    title = "Phường Bến Đò họp bàn về chính quyền đô thị"
    vietnamese = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{rows}</body></html>"
    said = "They talk about the plan of the wards. " * 20
    english = f"<html><body><h1>The wards of the city meet</h1><p>{said}</p></body></html>"
    saved = tmp_path / "news.warc.gz"
    hosts = ("bendo.gov.example", "www.xa.gov.example", "notgov.example", "gov.example")
    pages = [page(body, f"https://{host}/{len(body)}.html") for body in (vietnamese, english) for host in hosts]
    saved.write_bytes(warc.start("news") + b"".join(map(warc.pack, pages)))
    ops = Operator(data=tmp_path / "data", settings={"TINDOTHI_LOG_LEVEL": "WARNING"})
    ran = ops.run("replay", "--json", "--host", ".GOV.example", "--vietnamese", str(saved))
    assert ran.code == 0, ran.err
    assert (ran.json["fetched"], ran.json["new"] + ran.json["duplicate"]) == (3, 3)
    assert "5 pages of other hosts or languages left out" in ran.err
