"""The acceptance test: the five seed documents, rendered at test time in their portals' markup and as bare lines."""

import json
from collections.abc import Callable
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest

from crawler.citations import citations
from crawler.classify import classify, read_topics
from crawler.extract import extract
from crawler.portal import render_article
from crawler.types import Article, Snapshot, Source
from spiders.read import read_sources

SEEDS = range(5)
URLS = {
    "anninhthudo.vn": "https://anninhthudo.vn/ha-noi-chuan-bi-so-ket-post533333.antd",
    "dbndhanoi.gov.vn": "https://dbndhanoi.gov.vn/chi-tiet-tin-tuc/de-an-hdnd-10045.html",
    "tcnn.vn": "https://tcnn.vn/news/detail/50888/Trien-khai-mo-hinh.html",
    "haiphong.gov.vn": "https://thanhphohaiphong.gov.vn/hoi-thao-gop-y-de-an.html",
    "longbien.hanoi.gov.vn": "https://longbien.hanoi.gov.vn/dang-doan-the/-/view_content/7001-so-ket.html",
}
SITES = {
    "anninhthudo.vn": "anninhthudo",
    "dbndhanoi.gov.vn": "dbndhanoi",
    "tcnn.vn": "tcnn",
    "haiphong.gov.vn": "thanhphohaiphong",
    "longbien.hanoi.gov.vn": "longbien-cu",
}
NOW = datetime.fromisoformat("2026-11-22T12:00:00+07:00")
UNTITLED = "Ban hành đề án về hoạt động của Hội đồng nhân dân các cấp"  # for the seed whose text has no title


def seed(shared: Path, number: int) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((shared / "seeds/expected.json").read_text(encoding="utf-8"))[number]
    return expected


def source_of(name: str) -> Source:
    sources, errors = read_sources()
    assert errors == ()
    return next(source for source in sources.values() if name in source.hosts)


def in_its_portal(shared: Path, number: int) -> str:
    want = seed(shared, number)
    printed = want["published"]
    paragraphs = list(want["text"])
    return render_article(
        SITES[want["source"]],
        title=want["title"] or UNTITLED,
        lead=want["lead"],
        published=datetime.fromisoformat(printed) if printed else None,
        author=want["author"],
        paragraphs=paragraphs,
        section=want.get("section"),
        captions=tuple(text for text in want["optional"] if text != want["author"] and not text.startswith("Theo:")),
        credit="chinhphu.vn" if number == 2 else None,
        visit=688,
    )


def lines(shared: Path, number: int) -> list[str]:
    path: Path = shared / "seeds" / str(seed(shared, number)["file"])
    return path.read_text(encoding="utf-8").splitlines()


def page(want: dict[str, Any], body: str) -> str:
    title = escape(want["title"] or UNTITLED)
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return f"<!DOCTYPE html><html lang='vi'>{head}<body>{body}</body></html>"


def as_paragraphs(shared: Path, number: int) -> str:
    rows = "\n".join(f"<p>{escape(line)}</p>" for line in lines(shared, number) if line.strip())
    return page(seed(shared, number), f"<div id='content'>{rows}</div>")


def as_divisions(shared: Path, number: int) -> str:
    rows = "\n".join(f"<div>{escape(line)}</div>" for line in lines(shared, number) if line.strip())
    return page(seed(shared, number), rows)


def as_breaks(shared: Path, number: int) -> str:
    return page(
        seed(shared, number), "<div>" + "<br>\n".join(escape(line) for line in lines(shared, number)) + "</div>"
    )


def extracted(shared: Path, number: int, html: str, source: Source | None = None) -> Article:
    want = seed(shared, number)
    url = URLS[want["source"]]
    snapshot = Snapshot(
        requested_url=url,
        url=url,
        fetched_at=NOW,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=html.encode(),
    )
    return extract(snapshot, source or source_of(want["source"]), now=NOW)


def bare(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("number", SEEDS)
class TestInItsPortal:
    """Read with the shipped source file, in the portal's own markup."""

    def test_fields(self, shared: Path, number: int) -> None:
        want = seed(shared, number)
        article = extracted(shared, number, in_its_portal(shared, number))
        assert article.title == (want["title"] or UNTITLED)
        assert bare(article.lead or "") == bare(want["lead"] or "")
        assert (article.published.at.isoformat() if article.published else None) == want["published"]
        assert "; ".join(article.authors) == (want["author"] or "")

    def test_text(self, shared: Path, number: int) -> None:
        want = seed(shared, number)
        article = extracted(shared, number, in_its_portal(shared, number))
        optional = {bare(text) for text in want["optional"]}
        kept = [bare(paragraph) for paragraph in article.paragraphs if bare(paragraph) not in optional]
        assert kept == [bare(paragraph) for paragraph in want["text"]]

    def test_citations_and_topic(self, shared: Path, number: int) -> None:
        want = seed(shared, number)
        article = extracted(shared, number, in_its_portal(shared, number))
        named = {citation.key for citation in citations(f"{article.title}\n{article.lead or ''}\n{article.text}")}
        assert named == set(want["citations"])
        topics, errors = read_topics(())
        assert errors == ()
        assert "chinh-quyen-do-thi" in {match.topic for match in classify(article, topics)}


@pytest.mark.parametrize("number", SEEDS)
@pytest.mark.parametrize("render", [in_its_portal, as_paragraphs, as_divisions, as_breaks])
@pytest.mark.parametrize("with_source", [True, False])
def test_no_boilerplate_and_nothing_lost(
    shared: Path, number: int, render: Callable[[Path, int], str], with_source: bool
) -> None:
    want = seed(shared, number)
    unknown = (
        None if with_source else Source(name="la.example", title="la.example", hosts=("la.example",), implicit=True)
    )
    article = extracted(shared, number, render(shared, number), unknown)
    text = bare(f"{article.lead or ''} {article.text}")
    assert [words for words in want["without"] if bare(words) in text] == []
    assert [paragraph for paragraph in want["text"] if bare(paragraph) not in text] == []
    if want["published"] and article.published:
        assert article.published.at.isoformat() == want["published"]
    if not want["published"]:
        assert article.published is None
