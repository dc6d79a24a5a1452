"""Which articles carry one text: those of several sources that are copies of one another, in one story.

    text → keys → candidates (rows of `band`, bounded) → `crawler.copies.nearest`, on stored texts → one `text_id`

`article.text_id` is the revision that first said the text; articles with the same one carry it today, so an article
joins and leaves a text as its revisions come and go. `article.story_id` is the ledger's: given once, for ever. Within a
source nothing is joined by likeness, for its notices are alike by their form; an equal `text_key` does that, as ever.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Integer,
    Row,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from crawler.copies import nearest
from crawler.likeness import MOST_KEYS, VERSION, Wording, keys, wording
from crawler.types import Article
from storage import schema
from storage.page import Page

article, band, meta, revision = schema.article, schema.band, schema.meta, schema.revision

MOST_OF_KEY = 32  # candidates that one key gives, the newest: under a common one stands what everybody prints
MOST_FOUND = 256
MOST_COMPARED = 5
REFILLED = "likeness"  # in `meta`: the version of the keys; while they are made anew, and the last article done
_AT_ONCE = 200


def wording_of(said: Article) -> Wording:
    """An article's text, ready for comparing."""
    return wording(said.title, said.lead, said.paragraphs)


def twins(db: Connection, page: Page) -> Sequence[Row[Any]]:
    """Articles with the very same text, the oldest first; a short text tells nothing."""
    if page.text_key is None:
        return ()
    return db.execute(select(article).where(article.c.text_key == page.text_key).order_by(article.c.id)).all()


def near(db: Connection, said: Wording, source: str) -> Any:
    """The article of another source that this is a copy of, as `id`, `story_id`, `text_id`; None: there is none."""
    return _nearest(db, said, _foreign(db, source, _candidates(db, keys(said))))


def keep(db: Connection, said: Mapping[int, tuple[int, Wording]]) -> None:
    """Notes which text each of these new articles carries, by id, and the keys under which copies find them."""
    db.execute(_CARRIES, [{"an_article": one, "a_text": text_id} for one, (text_id, _) in said.items()])
    _add(db, ((one, key) for one, (_, text) in said.items() for key in keys(text)))


def move(db: Connection, known: Row[Any], before: Row[Any], page: Page, revision_id: int) -> bool:
    """A known article has a new revision: it stays with its text, joins another one, or says one of its own now.

    Gives whether it carries another text than before.
    """
    said = wording_of(page.article)
    old, new = keys(wording(before.title, before.lead, before.paragraphs)), keys(said)
    _remove(db, known.id, set(old) - set(new))
    _add(db, ((known.id, key) for key in new if key not in old))
    text_id = _text_of(db, known, page, said) or revision_id
    db.execute(update(article).where(article.c.id == known.id).values(text_id=text_id))
    return bool(text_id != known.text_id)


def is_filled(state: str | None) -> bool:
    """Whether every article has today's keys, as `meta` says under `REFILLED`."""
    return state == str(VERSION)


def refill(db: Connection) -> bool:
    """Makes the keys of some stored articles, oldest first, and finds what they carry; gives whether some are left.

    A text that an article was found to carry stays its text. Nothing is announced: entries are left as they are.
    """
    state = db.execute(select(meta.c.value).where(meta.c.name == REFILLED)).scalar()
    if is_filled(state):
        return False
    version, _, done = (state or "").partition(":")
    if state is None:
        db.execute(insert(meta).values(name=REFILLED, value=""))
    if version != str(VERSION) or not done:
        db.execute(delete(band))
        done = "0"
    rows = db.execute(
        select(article.c.id, article.c.source, article.c.text_key, article.c.text_id, *_TEXT)
        .join(revision, schema.CURRENT)
        .where(article.c.id > int(done))
        .order_by(article.c.id)
        .limit(_AT_ONCE)
    ).all()
    for row in rows:
        _enter(db, row)
    state = f"{VERSION}:{rows[-1].id}" if rows else str(VERSION)
    db.execute(update(meta).where(meta.c.name == REFILLED).values(value=state))
    return bool(rows)


# --- inside -----------------------------------------------------------------------------------------------------------

_CARRIES = (
    update(article).where(article.c.id == bindparam("an_article")).values(text_id=bindparam("a_text", type_=Integer))
)
_TEXT = (revision.c.id.label("revision_id"), revision.c.title, revision.c.lead, revision.c.paragraphs)


def _enter(db: Connection, row: Any) -> None:
    said = wording(row.title, row.lead, row.paragraphs)
    text_id = row.text_id
    if text_id is None:
        same = article.c.text_key == row.text_key
        known = select(article.c.text_id).where(same, article.c.source != row.source, article.c.text_id.is_not(None))
        text_id = db.execute(known.order_by(article.c.id).limit(1)).scalar()
    if text_id is None:
        copy = near(db, said, row.source)
        text_id = copy.text_id if copy else row.revision_id
    keep(db, {row.id: (text_id, said)})


def _text_of(db: Connection, known: Row[Any], page: Page, said: Wording) -> int | None:
    """The text that a revised article carries, its own of before where that may be; None: one that nobody said yet."""
    others = article.c.id != known.id
    if page.text_key is not None:
        same = select(article.c.text_id).where(
            article.c.text_key == page.text_key, others, article.c.source != known.source
        )
        told = db.execute(same.order_by(article.c.text_id != known.text_id, article.c.id).limit(1)).scalar()
        if told is not None:
            return int(told)
    fellows = select(article.c.id).where(article.c.text_id == known.text_id, others).order_by(article.c.id)
    ids = db.execute(fellows.limit(MOST_COMPARED)).scalars().all()
    copy = _nearest(db, said, ids)
    if copy is None:
        found = [one for one in _candidates(db, keys(said)) if one != known.id]
        copy = _nearest(db, said, _foreign(db, known.source, found))
    if copy is not None:
        return int(copy.text_id)
    return None if ids else int(known.text_id)


def _nearest(db: Connection, said: Wording, ids: Sequence[int]) -> Any:
    """Of these articles the one that the text is a copy of, as it is stored today."""
    if not said.shingles or not ids:
        return None
    query = select(article.c.id, article.c.story_id, article.c.text_id, *_TEXT).join(revision, schema.CURRENT)
    found = {row.id: row for row in db.execute(query.where(article.c.id.in_(ids)))}
    rows = [found[one] for one in ids]
    place = nearest(said, [wording(row.title, row.lead, row.paragraphs) for row in rows])
    return None if place is None else rows[place]


def _foreign(db: Connection, source: str, ids: Sequence[int]) -> list[int]:
    """The first of these articles that are another source's, and whose text no article of this one carries."""
    if not ids:
        return []
    rows = db.execute(select(article.c.id, article.c.source, article.c.text_id).where(article.c.id.in_(ids)))
    texts = {row.id: row.text_id for row in rows if row.source != source and row.text_id is not None}
    mine = select(article.c.text_id).where(article.c.source == source, article.c.text_id.in_(set(texts.values())))
    taken = set(db.execute(mine).scalars())
    return [one for one in ids if one in texts and texts[one] not in taken][:MOST_COMPARED]


def _candidates(db: Connection, found: Sequence[int]) -> list[int]:
    """Articles that share a key, those that share most first; and of equals the older."""
    if not found:
        return []
    named: dict[str, int | None] = {f"key_{place}": None for place in range(MOST_KEYS)}
    named |= {f"key_{place}": key for place, key in enumerate(found)}
    shared = Counter(db.execute(_LOOK_UP, named).scalars())
    return sorted(shared, key=lambda one: (-shared[one], one))[:MOST_FOUND]


def _look_up() -> CompoundSelect[Any]:
    each = (
        select(band.c.article_id)
        .where(band.c.key == bindparam(f"key_{place}", type_=BigInteger))
        .order_by(band.c.article_id.desc())
        .limit(literal_column(str(MOST_OF_KEY)))
        .subquery()
        for place in range(MOST_KEYS)
    )
    return union_all(*(select(one.c.article_id) for one in each))


_LOOK_UP = _look_up()


def _add(db: Connection, added: Iterable[tuple[int, int]]) -> None:
    rows = [{"key": key, "article_id": article_id, "version": VERSION} for article_id, key in added]
    if rows:
        db.execute(insert(band), rows)


def _remove(db: Connection, article_id: int, gone: Iterable[int]) -> None:
    db.execute(delete(band).where(band.c.key.in_(list(gone)), band.c.article_id == article_id))
