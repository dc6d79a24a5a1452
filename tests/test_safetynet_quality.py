"""The floor of discovery on real home and listing pages: it may be raised at will, and lowered only on purpose, here.

Truth is what each site's articles are known by (the shipped files, public crawlers, or looked at); no rule knows them.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.document import decode, parse
from crawler.links import Link, read_site
from crawler.patterns import Pattern, elsewhere, matches, propose, target
from crawler.types import Snapshot
from spiders.fingerprints import family_of
from spiders.read import read_families

FLOOR = {"precision": 0.99, "recall": 0.955, "pages with a pattern": 34}

# The article addresses of each site, by how the names of its files begin; sites without one show no article.
ARTICLES = {
    "24h.com.vn": r"-c\d+a\d+\.html$",
    "bacgiang": r"/-/asset_publisher/",
    "baocaobang": r"^/[^/]+/[^/]+/\d+\.bcb$",
    "baochinhphu.vn__2026": r"-\d{15,}\.htm$",
    "baodautu": r"-d\d{5,}\.html$",
    "baohatinh": r"^/(?!video/).*/\d{5,}\.htm$",
    "danang": r"^(?!.*thu-vien).*chi-tiet\?id=",
    "dantri": r"-\d{12,}\.html?$",
    "icd": r"^/details/",
    "kenh14": r"-\d{14,}\.chn$",
    "ncov": r"/-/",
    "odp": r"^/blog/.",
    "sgd": r"/read/[^/]+/tintuc/",
    "sotttt": r"/-/view_content/",
    "toaan": r"chi-tiet-tin(?:-xet-xu)?\?",
    "tuoitre": r"/\d{6}\.html$",
    "vietnamnet": r"-\d{6,}\.html$",
    "vnexpress": r"-\d{6,}\.html$",
    "vpcp": r"-\d{15,}\.htm$",
}
FAMILIES = {
    "bacgiang": "liferay", "bacninh": "liferay", "baochinhphu.vn__2026": "vccorp", "danang": "liferay",
    "dantri.com.vn__home-2017": "vccorp", "kenh14": "vccorp", "ncov": "liferay", "sotttt": "liferay", "vpcp": "vccorp",
    "nhandan.vn-epi": "epi", "24h": "", "baocaobang": "", "baodautu": "", "baohatinh": "", "icd": "", "odp": "",
    "toaan": "", "tuoitre": "", "vietnamnet": "", "vnexpress": "", "sgd": "",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Page:
    file: str
    source: str
    links: tuple[Link, ...]
    patterns: tuple[Pattern, ...]

    @property
    def known(self) -> set[str]:
        truth = next((one for name, one in ARTICLES.items() if self.file.startswith(name)), "(?!)")
        return {link.url for link in self.links if re.search(truth, target(link.url))}

    @property
    def told(self) -> set[str]:
        return {
            link.url
            for link in self.links
            if any(matches(one, link.url) for one in self.patterns) and not elsewhere(link.url)
        }


@pytest.fixture(scope="module")
def pages(shared: Path) -> list[Page]:
    return list(_read(shared / "pages"))


def _read(folder: Path) -> Iterator[Page]:
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        if row["kind"].removesuffix("-template") not in ("home", "listing"):
            continue
        body = (folder / "html" / row["file"]).read_bytes()
        url = row["url"]
        page = parse(Snapshot(requested_url=url, url=url, fetched_at=datetime.now(UTC), status=200, body=body))
        links = read_site(page).links
        yield Page(file=row["file"], source=decode(body), links=links, patterns=propose(links))


def test_links_that_look_like_articles_are_articles_and_all_of_them(pages: list[Page]) -> None:
    right = sum(len(page.known & page.told) for page in pages)
    told, known = sum(len(page.told) for page in pages), sum(len(page.known) for page in pages)
    assert len(pages) >= 55
    assert known >= 1400
    assert (right / told >= FLOOR["precision"], right / known >= FLOOR["recall"]) == (True, True), (right, told, known)


def test_what_has_articles_has_a_pattern_and_nothing_else_has(pages: list[Page]) -> None:
    assert [page.file for page in pages if not page.known and page.patterns] == []
    assert sum(bool(page.known & page.told) for page in pages) >= FLOOR["pages with a pattern"]


def test_the_first_pattern_is_right_wherever_there_is_one(pages: list[Page]) -> None:
    wrong = [
        page.file
        for page in pages
        if page.patterns and not {link.url for link in page.patterns[0].links if not elsewhere(link.url)} <= page.known
    ]
    assert wrong == []


def test_the_system_is_told_by_its_marks(pages: list[Page]) -> None:
    families, _ = read_families()
    truth = {
        page.file: next((one for name, one in FAMILIES.items() if page.file.startswith(name)), None) for page in pages
    }
    found = {page.file: family_of(page.source, families) for page in pages if truth[page.file] is not None}
    assert len(found) >= 39
    assert {file: family for file, family in found.items() if family != truth[file]} == {}
