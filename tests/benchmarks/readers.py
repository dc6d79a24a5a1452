"""One extraction library over saved pages, in a process of its own: a library that hangs or dies takes nothing along.

    python -P readers.py READER ROUNDS

It says `{"reader": …, "version": …}` once it is loaded. Then each line of its input, `FILE<TAB>URL`, is answered by one
JSON object: `title`, `lead`, `text`, `published`, `author` as the scorer takes them, `description` where a library has
that for a lead, `ms` of CPU (the best of the rounds), and `error` where it failed. It runs in the environment of the
peers as well as in ours, so nothing is imported before it is asked for.
"""

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

Fields = dict[str, Any]
Read = Callable[[bytes, str], Fields]


def ours(*, declared: bool) -> Read:
    """As `tindothi extract` reads a page, with the shipped sources and families or with none of them."""
    from crawler.errors import Rejected
    from crawler.extract import extract
    from crawler.types import Snapshot
    from crawler.urls import owner
    from spiders.fingerprints import with_families
    from spiders.read import read_families, read_sources

    sources = {host: one for one in read_sources()[0].values() for host in one.hosts} if declared else {}
    families = read_families()[0] if declared else {}
    now = datetime.now(UTC)

    def read(body: bytes, url: str) -> Fields:
        snapshot = Snapshot(requested_url=url, url=url, fetched_at=now, status=200, body=body)
        try:
            article = extract(snapshot, with_families(owner(sources, url), families), now=now)
        except Rejected as refusal:
            return {"error": f"{refusal.reason}: {refusal}"}
        return {
            "title": article.title,
            "lead": article.lead,
            "text": list(article.paragraphs),
            "published": article.published.at.isoformat() if article.published else None,
            "author": list(article.authors),
        }

    return read


def trafilatura(**options: bool) -> Read:
    """With metadata, as our own extraction has to find it too."""
    bare_extraction = import_module("trafilatura").bare_extraction

    def read(body: bytes, url: str) -> Fields:
        found = bare_extraction(body, url=url, with_metadata=True, **options)
        if found is None:
            return {}
        told = found.as_dict()
        return {
            "title": told["title"],
            "description": told["description"],
            "text": told["text"],
            "published": told["date"],
            "author": told["author"],
        }

    return read


def readability() -> Read:
    document, html = import_module("readability").Document, import_module("lxml.html")

    def read(body: bytes, url: str) -> Fields:
        page = document(_text(body), url=url)
        tree = html.fromstring(page.summary(html_partial=True))
        for block in tree.iter("p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4"):
            block.tail = f"\n{block.tail or ''}"  # lines for the scorer, who reads words only
        author = page.author()
        return {"title": page.short_title(), "text": tree.text_content(), "author": _known(author)}

    return read


def resiliparse() -> Read:
    plain_text = import_module("resiliparse.extract.html2text").extract_plain_text
    tree_of = import_module("resiliparse.parse.html").HTMLTree

    def read(body: bytes, url: str) -> Fields:
        tree = tree_of.parse(_text(body))
        return {"title": tree.title, "text": plain_text(tree, main_content=True, alt_texts=False, list_bullets=False)}

    return read


def justext() -> Read:
    library = import_module("justext")
    stop_words = library.get_stoplist("Vietnamese")

    def read(body: bytes, url: str) -> Fields:
        found = library.justext(body, stop_words)
        return {"text": [one.text for one in found if not one.is_boilerplate]}

    return read


def newspaper() -> Read:
    library = import_module("newspaper")

    def read(body: bytes, url: str) -> Fields:
        page = library.Article(url, language="vi", fetch_images=False)
        page.download(input_html=_text(body))
        page.parse()
        return {
            "title": page.title,
            "description": page.meta_description,
            "text": page.text,
            "published": _moment(page.publish_date),
            "author": page.authors,
        }

    return read


def news_please() -> Read:
    from_html = import_module("newsplease").NewsPlease.from_html

    def read(body: bytes, url: str) -> Fields:
        page = from_html(_text(body), url=url, fetch_images=False)
        return {
            "title": page.title,
            "description": page.description,
            "text": page.maintext,
            "published": _moment(page.date_publish),
            "author": page.authors,
        }

    return read


def goose() -> Read:
    goose3 = import_module("goose3")
    reader = goose3.Goose({"enable_image_fetching": False, "use_meta_language": False, "target_language": "vi"})

    def read(body: bytes, url: str) -> Fields:
        page = reader.extract(url=url, raw_html=_text(body))
        return {
            "title": page.title,
            "description": page.meta_description,
            "text": page.cleaned_text,
            "published": _moment(page.publish_datetime_utc) or page.publish_date,
            "author": page.authors,
        }

    return read


# name in the table → (distribution, how it is made)
READERS: dict[str, tuple[str, Callable[[], Read]]] = {
    "tindothi": ("tindothi", lambda: ours(declared=True)),
    "tindothi --no-sources": ("tindothi", lambda: ours(declared=False)),
    "trafilatura": ("trafilatura", trafilatura),
    "trafilatura, precision": ("trafilatura", lambda: trafilatura(favor_precision=True)),
    "readability-lxml": ("readability-lxml", readability),
    "resiliparse": ("resiliparse", resiliparse),
    "jusText": ("jusText", justext),
    "newspaper4k": ("newspaper4k", newspaper),
    "news-please": ("news-please", news_please),
    "goose3": ("goose3", goose),
}
OURS = ("tindothi", "tindothi --no-sources")
BASE = "trafilatura"  # what the others' time is measured by


def _text(body: bytes) -> str:
    """For libraries that take no bytes; all pages of the gold are UTF-8."""
    return body.decode("utf-8", "replace")


def _known(name: str | None) -> str | None:
    """A name, but not a library's word for none."""
    return None if not name or name.startswith("[no-") else name


def _moment(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def answer(read: Read, file: Path, url: str, rounds: int) -> Fields:
    """What the library makes of a page, and the CPU it takes."""
    body = file.read_bytes()
    best = float("inf")
    found: Fields = {}
    for _ in range(rounds):
        start = time.process_time()
        try:
            found = read(body, url)
        except Exception as error:  # whatever a library throws is its result on this page
            found = {"error": f"{type(error).__name__}: {error}"[:200]}
        best = min(best, time.process_time() - start)
    return {"file": file.name, "ms": 1000 * best, **found}


def main(name: str, rounds: int) -> None:
    warnings.simplefilter("ignore")
    logging.disable()
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    distribution, make = READERS[name]
    try:
        read = make()
        started = {"reader": name, "version": version(distribution)}
    except Exception as error:
        started = {"reader": name, "error": f"{type(error).__name__}: {error}"[:200]}
    print(json.dumps(started), file=answers, flush=True)
    if "error" in started:
        return
    for line in sys.stdin:
        file, _, url = line.rstrip("\n").partition("\t")
        print(json.dumps(answer(read, Path(file), url, rounds), default=str), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
