"""The five seeds as unknown sites would print them: every visible line an element of its own, or a mere line break."""

import html
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.extract import extract
from crawler.text import normal
from crawler.types import Article, Snapshot, Source

NUMBERS = range(5)
Lines = list[str]


def _wrapped(tag: str) -> Callable[[Lines, str], str]:
    return lambda lines, title: _page(title, "\n".join(f"<{tag}>{html.escape(line)}</{tag}>" for line in lines))


def _broken(between: str) -> Callable[[Lines, str], str]:
    return lambda lines, title: _page(title, f"<div>{between.join(map(html.escape, lines))}</div>")


def _framed(lines: Lines, title: str) -> str:
    body = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
    menu = '<ul><li><a href="/">Trang chủ</a></li><li><a href="/tin">Tin tức</a></li></ul>'
    side = '<h3>Mới</h3><ul><li><a href="/a">Khai mạc giải bóng chuyền hơi phường Bến Đá năm nay</a></li></ul>'
    return _page(title, f"<div>{menu}</div><div>{body}</div><div>{side}</div>")


def _headed(lines: Lines, title: str) -> str:
    parts = [f"<h1>{line}</h1>" if line == title else f"<p>{html.escape(line)}</p>" for line in lines]
    return _page(title, ("" if title in lines or not title else f"<h1>{title}</h1>") + "".join(parts))


def _page(title: str, body: str) -> str:
    return f"<html><head><meta charset='utf-8'><title>{html.escape(title)}</title></head><body>{body}</body></html>"


MARKUPS: dict[str, Callable[[Lines, str], str]] = {
    "p": _wrapped("p"),
    "div": _wrapped("div"),
    "table": lambda lines, title: _page(
        title, "<table>" + "".join(f"<tr><td>{html.escape(line)}</td></tr>" for line in lines) + "</table>"
    ),
    "br": _broken("<br>\n"),
    "br br": _broken("<br/><br/>"),
    "pre": lambda lines, title: _page(title, "<pre>" + html.escape("\n".join(lines)) + "</pre>"),
    "framed": _framed,
    "headed": _headed,
}


@pytest.fixture(scope="session")
def seeds(shared: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "seeds" / "expected.json").read_text(encoding="utf-8"))
    for seed in found:
        text = (shared / "seeds" / seed["file"]).read_text(encoding="utf-8")
        seed["lines"] = [line.strip() for line in text.splitlines() if line.strip()]
    return found


def read(seed: dict[str, Any], markup: str) -> Article:
    url = f"https://{seed['source']}/tin/bai-1234.html"
    page = MARKUPS[markup](seed["lines"], seed["title"] or "")
    snapshot = Snapshot(requested_url=url, url=url, fetched_at=datetime.now(UTC), status=200, body=page.encode())
    return extract(snapshot, Source(name="seed", title="seed", hosts=(seed["source"],)))


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("number", NUMBERS)
def test_seed(seeds: list[dict[str, Any]], number: int, markup: str) -> None:
    seed = seeds[number]
    article = read(seed, markup)
    if seed["title"]:
        assert article.title == seed["title"]
    assert article.lead == seed["lead"]
    assert (article.published.at.isoformat() if article.published else None) == seed["published"]
    assert "; ".join(article.authors) == (seed["author"] or "")
    allowed = {normal(text) for text in (*seed["text"], *seed["optional"])}
    assert [text for text in article.paragraphs if normal(text) not in allowed] == []
    missing = [text for text in seed["text"] if normal(text) not in {normal(kept) for kept in article.paragraphs}]
    assert missing == []
    everything = normal(f"{article.lead or ''}\n{article.text}")
    assert [text for text in seed["without"] if normal(text) in everything] == []
