"""`make bench-store`: a store of a million generated articles, on SQLite or any database URL.

How quickly it is filled (rows alone; with full text and the keys of likeness), and what questions then cost. Texts are
of made-up syllables, as frequent as words are (Zipf), so that common ones are in nearly every article.
"""

import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice, product
from pathlib import Path
from typing import Any

import click
from sqlalchemy import insert, select

from crawler.text import content_hash, text_key
from crawler.types import Article, Instant, Judged, Precision, Snapshot
from storage import schema, search, stories
from storage.page import page_of
from storage.rows import revision_values
from storage.store import Store

START = datetime(2026, 1, 1, tzinfo=UTC)
SOURCES = 50
SYLLABLES = 300  # of an article, in the mean
AT_ONCE = 500
ASKED = 200
ONSETS = "b c ch d đ g gi h k kh l m n ng nh ph qu r s t th tr v x".split()  # noqa: SIM905
RIMES = (  # noqa: SIM905
    "a ac ai am an ang anh ao ap at ay âm ân âu e em en eo ê i ia ich iên inh iêu o oa oan oi on ong ô ôi ông ơ ơi"
    " u ung uôc uy ư ươi ương ưu á ắc ài ảm ản áng ành ạo ấp ất ầy ẩm ẫn ậu ề ệ ì ị ía ích iện ình iếu ọ òa oán ọi"
    " ố ội ộng ờ ới ụ úng uộc ủy ự ười ường ừu"
).split()
WORDS = ["".join(pair) for pair in product(ONSETS, RIMES)]
random.Random(0).shuffle(WORDS)
WEIGHTS = list(accumulate(1 / (rank + 10) for rank in range(len(WORDS))))


def article(number: int) -> Article:
    """The article of that number: always the same."""
    chance = random.Random(number)
    said = chance.choices(WORDS, cum_weights=WEIGHTS, k=chance.randint(SYLLABLES // 2, SYLLABLES * 3 // 2))
    title, lead, *paragraphs = [" ".join(some).capitalize() for some in _parts(said)]
    source = f"nguon-{number % SOURCES}"
    url = f"https://{source}.example.vn/tin/{number}.html"
    return Article(
        key=f"{source}:{number}",
        url=url,
        source=source,
        title=title,
        lead=lead,
        paragraphs=tuple(f"{line}." for line in paragraphs),
        published=Instant(at=START + timedelta(minutes=number), precision=Precision.MINUTE, raw="", origin="meta"),
    )


def _parts(said: Sequence[str]) -> Iterator[Sequence[str]]:
    yield said[:12]
    yield said[12:40]
    for at in range(40, len(said), 60):
        yield said[at : at + 60]


def fill(store: Store, count: int, *, indexed: bool) -> float:
    """Articles a second: rows alone, or with full text and the keys of likeness. Making the texts is not counted."""
    seconds, numbers = 0.0, iter(range(1, count + 1))
    with store._database.writing() as db:
        names = [f"nguon-{number}" for number in range(SOURCES)]
        db.execute(insert(schema.source), [{"name": name, "first_run_at": START, "run_at": START} for name in names])
    while some := [(number, article(number)) for number in islice(numbers, AT_ONCE)]:
        began = time.perf_counter()
        with store._database.writing() as db:
            for table, values in rows(some).items():
                db.execute(insert(table), values)
            if indexed:
                search.index(db, dict(some))
                stories.keep(db, {number: (number, stories.wording_of(said)) for number, said in some})
        seconds += time.perf_counter() - began
    return count / seconds


def rows(some: Sequence[tuple[int, Article]]) -> dict[Any, list[dict[str, Any]]]:
    """What the tables hold of articles with these numbers, by table."""
    tables: dict[Any, list[dict[str, Any]]] = {
        schema.story: [], schema.article: [], schema.address: [], schema.revision: []
    }  # fmt: skip
    for number, said in some:
        hashed = content_hash(said.title, said.lead, said.paragraphs)
        seen = dict.fromkeys(("first_seen", "last_read", "last_checked", "last_changed"), START)
        mine = {"key": said.key, "url": said.url}
        tables[schema.story].append({"id": number, "created_at": START})
        tables[schema.article].append(
            {**mine, **seen, "id": number, "source": said.source, "story_id": number, "revision": 1}
            | {"text_key": text_key(said.paragraphs), "seen_hash": hashed}
        )
        tables[schema.address].append({**mine, "article_id": number, "seen_at": START, "content_hash": hashed})
        tables[schema.revision].append(
            {**revision_values(said), "id": number, "article_id": number, "sequence": 1}
            | {"content_hash": hashed, "cause": "site", "stored_at": START}
        )
    return tables


def asked(work: Callable[[int], object], count: int) -> tuple[float, float]:
    """Milliseconds: the median and the 95th percentile of many questions."""
    chance, spent = random.Random(1), []
    for _ in range(ASKED):
        number = chance.randint(1, count)
        began = time.perf_counter()
        work(number)
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


def questions(store: Store, count: int) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each question, with what it costs."""

    def judged(number: int) -> Judged:
        said = article(number)
        page = Snapshot(requested_url=said.url, url=said.url, fetched_at=START, status=200)
        return Judged(snapshot=page, article=said)

    def duplicate(number: int) -> None:
        with store._database.reading() as db:
            assert stories.twins(db, page_of(judged(number)))

    def near(number: int) -> None:
        said = article(number)
        with store._database.reading() as db:
            assert stories.near(db, stories.wording_of(said), "mot-nguon-khac").id == number

    def words(number: int, some: slice) -> str:
        return " ".join(article(number).paragraphs[0].lower().split()[some])

    yield "duplicate check", asked(duplicate, count)
    yield "near-duplicate look-up", asked(near, count)
    yield "search: a common word", asked(lambda number: store.search(WORDS[number % 20]), count)
    yield "search: two words", asked(lambda number: store.search(words(number, slice(3, 5))), count)
    yield "search: a phrase of three", asked(lambda number: store.search(f'"{words(number, slice(3, 6))}"'), count)
    yield "search: four words apart", asked(lambda number: store.search(words(number, slice(0, 40, 11))), count)
    yield "search: nothing is found", asked(lambda number: store.search(f'"{WORDS[0]} {WORDS[number % 99]} zz"'), count)
    yield "one article", asked(lambda number: store.article(number), count)


@click.command()
@click.option("--articles", default=1_000_000, show_default=True)
@click.option("--database", metavar="URL", help="An empty database; else SQLite in a temporary folder.")
def main(articles: int, database: str | None) -> None:
    """Fill a store, and ask it."""
    with tempfile.TemporaryDirectory() as name:
        if not database:
            with Store.open(f"sqlite:///{name}/rows.db", Path(name, "archive")) as store:
                click.echo(f"{'bulk insert: rows alone':<32}{fill(store, articles, indexed=False):>9.0f} a second")
            Path(name, "rows.db").unlink()
        with Store.open(database or f"sqlite:///{name}/bench.db", Path(name, "archive")) as store:
            click.echo(f"{'bulk insert: with all indexes':<32}{fill(store, articles, indexed=True):>9.0f} a second")
            click.echo(f"{'memory':<32}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>9.0f} MB at most")
            for what, (median, most) in questions(store, articles):
                click.echo(f"{what:<32}{median:>9.1f} ms at the median{most:>9.1f} ms at the 95th percentile")
            with store._database.reading() as db:
                assert db.execute(select(schema.article.c.id).order_by(schema.article.c.id.desc())).scalar() == articles


if __name__ == "__main__":
    main()
