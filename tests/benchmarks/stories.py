"""`make bench-stories`: which copies of real texts become one story, which other texts must not, and how quickly.

Recall: every seed and gold text beside generated copies of it (`copies.py`); found is what shares a key and is judged a
copy. Precision: all pairs of different texts, the seeds among them, which share a subject and its words; texts made by
the form of another one; and generated articles. The look-up is timed in a store of generated articles: half of them
share whole sentences (keys are crowded), half are random words.
"""

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import click
from sqlalchemy import Connection, insert

from crawler.copies import alike
from crawler.likeness import VERSION, Wording, jaccard, keys, wording
from crawler.portal.phrases import TITLES
from crawler.portal.prose import write
from storage import schema, stories
from storage.database import Database
from storage.store import Store
from tests.benchmarks.copies import COPIES, FORMS, Said, blanks
from tests.benchmarks.extraction import read_golds, shared

ONE_TEXT = 0.75  # Jaccard index of two gold texts that are one: some pages are templates with the same filler
MOST_POSTS = 300
LOOK_UPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of `tried` pairs, how many share a key, and how many of these are judged to be one story."""

    tried: int
    candidates: int
    joined: int


@click.command()
@click.option(
    "--articles", default=100_000, show_default=True, help="Articles in the store that is asked; 0: no store."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
def main(articles: int, as_json: bool) -> None:
    """Measure stories: recall, precision, speed."""
    folder = shared()
    told = {**recall(texts(folder)), **precision(seeds(folder), golds(folder), posts())}
    for name, score in told.items():
        said = {"kind": name, "tried": score.tried, "candidates": score.candidates, "joined": score.joined}
        click.echo(json.dumps(said) if as_json else f"{name:<45} {score.joined:>6} of {score.tried:<6} joined")
    for said in look_ups(texts(folder), articles) if articles else ():
        click.echo(json.dumps(said) if as_json else "  ".join(f"{name}: {value}" for name, value in said.items()))


# --- texts ------------------------------------------------------------------------------------------------------------


def seeds(folder: Path) -> list[Said]:
    """The seed documents."""
    return list(map(_said, json.loads((folder / "seeds" / "expected.json").read_text(encoding="utf-8"))))


def golds(folder: Path) -> list[Said]:
    """The gold pages' texts."""
    return list(map(_said, read_golds(folder)))


def texts(folder: Path) -> list[Said]:
    """All that are long enough for a copy of them to be told."""
    return [one for one in (*seeds(folder), *golds(folder)) if keys(compared(one))]


def posts() -> list[Said]:
    """Generated articles about invented wards, of few patterns."""
    kinds = list(TITLES)
    made = (write(1, number, "Hà Nội", kinds[number % len(kinds)]) for number in range(MOST_POSTS))
    return [Said(title=one.title, lead=one.lead, paragraphs=one.paragraphs) for one in made]


def _said(found: Mapping[str, object]) -> Said:
    paragraphs = found["text"]
    assert isinstance(paragraphs, list)
    return Said(title=str(found["title"] or ""), lead=str(found["lead"] or ""), paragraphs=tuple(paragraphs))


def compared(said: Said) -> Wording:
    """As the store compares it."""
    return wording(said.title, said.lead, said.paragraphs)


# --- recall and precision ---------------------------------------------------------------------------------------------


def recall(originals: Sequence[Said]) -> dict[str, Score]:
    """For each kind of copy, how many are found."""
    return {name: _against(originals, copy) for name, copy in COPIES.items()}


def precision(subjects: Sequence[Said], pages: Sequence[Said], made: Sequence[Said]) -> dict[str, Score]:
    """For each kind of different texts, how many pairs are joined; each one is a mistake."""
    real = [one for one in (*subjects, *pages) if keys(compared(one))]
    forms = {
        f"NOT ONE: {name}": _against([one for one in real if blanks(one) >= 3 * every], form)
        for name, (every, form) in FORMS.items()
    }
    return {
        **forms,
        "NOT ONE: all pairs of seeds": _pairs(subjects),
        "NOT ONE: all pairs of seeds and gold texts": _pairs(real),
        "NOT ONE: all pairs of generated articles": _pairs(made),
    }


def _against(originals: Sequence[Said], change: Callable[[Said], Said]) -> Score:
    pairs = [(compared(one), compared(change(one))) for one in originals]
    return _score(pairs)


def _pairs(different: Sequence[Said]) -> Score:
    read = [compared(one) for one in different]
    return _score([pair for pair in combinations(read, 2) if jaccard(pair[0].shingles, pair[1].shingles) < ONE_TEXT])


def _score(pairs: Sequence[tuple[Wording, Wording]]) -> Score:
    known: dict[int, frozenset[int]] = {}
    for one in (side for pair in pairs for side in pair):
        if id(one) not in known:
            known[id(one)] = frozenset(keys(one))
    candidates = [(one, other) for one, other in pairs if known[id(one)] & known[id(other)]]
    joined = sum(alike(one, other) for one, other in candidates)
    return Score(tried=len(pairs), candidates=len(candidates), joined=joined)


# --- speed ------------------------------------------------------------------------------------------------------------


def look_ups(real: Sequence[Said], count: int) -> Iterator[dict[str, object]]:
    """CPU time of the look-up in a store of that many articles, for copies of what is in it and for new texts."""
    vocabulary = [word for one in real for line in one.paragraphs for word in line.split()]
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'stories.db'}"
        Store.open(url, Path(name) / "archive").close()
        database = Database(url)
        start = time.perf_counter()
        for first in range(1, count + 1, 500):
            with database.writing() as db:
                _fill(db, range(first, min(first + 500, count + 1)), vocabulary)
        yield {"articles": count, "stored a second": round(count / (time.perf_counter() - start))}
        rng = random.Random(1)
        for kind, offset, step in (("sentences that many share", 2, 2), ("random words", 1, 2)):
            for known in (True, False):
                numbers = [
                    offset + step * rng.randrange(count // 2) + (0 if known else 2 * count) for _ in range(LOOK_UPS)
                ]
                yield {"of": kind, "copy": known, **_timed(database, [made(one, vocabulary) for one in numbers])}
        database.close()


def made(number: int, vocabulary: Sequence[str]) -> Said:
    """An article: of shared sentences (even numbers), or of random words."""
    if number % 2:
        rng = random.Random(number)
        return Said(
            title=f"Tin {number}", lead="", paragraphs=tuple(" ".join(rng.choices(vocabulary, k=100)) for _ in range(4))
        )
    kinds = list(TITLES)
    post = write(7, number, "Hà Nội", kinds[number // 2 % len(kinds)])
    return Said(title=post.title, lead=post.lead, paragraphs=post.paragraphs)


def _fill(db: Connection, numbers: range, vocabulary: Sequence[str]) -> None:
    now = datetime.now(UTC)
    if numbers[0] == 1:
        db.execute(insert(schema.source).values(name="bao", first_run_at=now, run_at=now))
    said = {number: made(number, vocabulary) for number in numbers}
    seen = dict.fromkeys(("first_seen", "last_read", "last_checked", "last_changed"), now)
    db.execute(insert(schema.story), [{"id": number, "created_at": now} for number in numbers])
    db.execute(
        insert(schema.article),
        [
            {"id": one, "key": f"bao:{one}", "url": f"https://bao.example/{one}", "source": "bao", "story_id": one,
             "revision": 1, "text_key": str(one), "text_id": one, "seen_hash": "", **seen}
            for one in numbers
        ],
    )  # fmt: skip
    db.execute(
        insert(schema.revision),
        [
            {"id": one, "article_id": one, "sequence": 1, "title": text.title, "lead": text.lead, "authors": [],
             "paragraphs": list(text.paragraphs), "blocks": [], "content_hash": "", "cause": "site", "stored_at": now}
            for one, text in said.items()
        ],
    )  # fmt: skip
    found = ((one, key) for one, text in said.items() for key in keys(compared(text)))
    db.execute(insert(schema.band), [{"key": key, "article_id": one, "version": VERSION} for one, key in found])


def _timed(database: Database, asked: Sequence[Said]) -> dict[str, object]:
    took, found = [], 0
    for one in asked:
        said = wording("Một tựa đề khác", one.lead, one.paragraphs[:-1])
        with database.reading() as db:
            start = time.process_time()
            found += stories.near(db, said, "khac") is not None
            took.append(1000 * (time.process_time() - start))
    took.sort()
    median, late = took[len(took) // 2], took[len(took) * 95 // 100]
    return {"found": f"{found}/{len(asked)}", "CPU ms, median": round(median, 1), "95th percentile": round(late, 1)}


if __name__ == "__main__":
    main()
