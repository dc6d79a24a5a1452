"""The tables. Columns stand in groups: what the site said, and what we know of it.

Instants are UTC through `Utc`, which refuses naive ones; printed text goes through `Printed`, which any database takes.
The full-text table is each engine's own kind (`storage.sqlite`, `storage.postgresql`) and made by the migration.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    literal_column,
)
from sqlalchemy.dialects import postgresql

from storage.changes import MAX_RESTLESS

HEAD = "0017"  # the migration that makes these tables
FULL_TEXT = "search"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """For Alembic's comparison: hides the full-text table and its shadow tables, which are not of the metadata."""
    return not (kind == "table" and name is not None and name.split("_")[0] == FULL_TEXT)


def storable(text: str) -> str:
    """The text without what a database refuses: lone surrogates and NUL become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


class Utc(TypeDecorator[datetime]):
    """An instant, UTC in the database, aware in Python; a naive one is a mistake of ours."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


NAME = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")  # ordered by its bytes on both engines


class Printed(TypeDecorator[str]):
    """Text from outside, ordered by its bytes."""

    impl = NAME
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _text(name: str, **kwargs: Any) -> Column[str]:
    return Column(name, Printed, nullable=False, server_default="", **kwargs)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _list(name: str) -> Column[Any]:
    return Column(name, JSON, nullable=False, server_default="[]")


def _instant(name: str) -> tuple[Column[Any], ...]:
    """A printed date: `crawler.types.Instant`."""
    return (
        Column(f"{name}_at", Utc),
        Column(f"{name}_offset", Integer),  # minutes east of Greenwich, as printed
        Column(f"{name}_precision", NAME),
        Column(f"{name}_raw", Printed),
        Column(f"{name}_origin", Printed),
        Column(f"{name}_confidence", NAME),
    )


meta = Table("meta", metadata, Column("name", NAME, primary_key=True), Column("value", NAME, nullable=False))

source = Table(
    "source",
    metadata,
    Column("name", Printed, primary_key=True),
    # declared
    _text("title"),
    _text("place"),
    # we know
    Column("first_run_at", Utc, nullable=False),
    Column("settled_at", Utc),  # the end of its first run; until then its entries are held back
    Column("net_at", Utc),  # when the safety net began to find its articles, the last time that it had to
    Column("run_at", Utc, nullable=False),  # start of the latest run
    Column("failure_url", Printed),
    Column("failure_kind", Printed),
    Column("failure_message", Printed),
    Column("failure_at", Utc),
)

listing = Table(
    "listing",
    metadata,
    Column("url", Printed, primary_key=True),
    Column("source", ForeignKey("source.name"), nullable=False),
    # the site said
    _text("etag"),
    _text("last_modified"),
    Column("hint", Integer),  # seconds for which it says that it stays as it is
    # we know
    Column("read_at", Utc, nullable=False),  # last answer with a body
    _count("shown"),  # articles that it announced then
)

host = Table(  # crawler.types.Host
    "host",
    metadata,
    Column("name", Printed, primary_key=True),
    # we know
    _count("failures"),
    _text("kind"),
    Column("first_failure", Utc),
    Column("last_failure", Utc),
    Column("not_before", Utc),
    Column("last_success", Utc),
    Column("lying_since", Utc),
)

pending = Table(
    "pending",
    metadata,
    _id(),
    Column("key", Printed, nullable=False, unique=True),
    Column("source", ForeignKey("source.name"), nullable=False),
    # the site said
    Column("url", Printed, nullable=False, index=True),
    _text("title"),
    Column("published_at", Utc),
    # we know
    Column("announced_at", Utc, nullable=False),
    Column("run_at", Utc, nullable=False),  # start of the run that found it
    Column("state", NAME, nullable=False),  # storage.pending.State
    _count("attempts"),
    Column("tried_at", Utc),
    Column("failure_kind", Printed),
    Column("failure_message", Printed),
    Index(None, "source", "state"),
)

record = Table(
    "record",
    metadata,
    _id(),
    # the site said
    _text("source"),
    Column("requested_url", Printed, nullable=False),
    Column("url", Printed, nullable=False),
    Column("status", Integer, nullable=False),
    Column("fetched_at", Utc, nullable=False),
    # we know: where it lies in the archive
    Column("file", NAME, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    Column("digest", NAME, nullable=False, index=True),  # of the payload, `sha256:` and 64 hexadecimal digits
    Column("body_in", ForeignKey("record.id"), index=True),  # the record that holds the same body; none: this one does
    Column("removed_at", Utc),  # since when its file need not be there any more (storage.retention)
    Column("part_of", ForeignKey("record.id"), index=True),  # a further page of the article that this record begins
    _text("waived"),  # what was let pass of the host's TLS, and why; empty: nothing, it was verified
    UniqueConstraint("file", "offset"),
    Index(None, "url", "fetched_at"),
)

story = Table("story", metadata, _id(), Column("created_at", Utc, nullable=False))

article = Table(
    "article",
    metadata,
    _id(),
    Column("key", Printed, nullable=False, unique=True),
    Column("source", ForeignKey("source.name"), nullable=False),
    # the site said
    Column("url", Printed, nullable=False),  # where it lives today
    _text("etag"),
    _text("last_modified"),
    Column("announced_modified", Utc),  # the latest time of change that a listing gave
    # we know
    Column("story_id", ForeignKey("story.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),  # sequence number of the current one
    Column("text_key", NAME, index=True),  # of the current revision
    Column("text_id", Integer, index=True),  # the revision that first said the text that it carries (storage.stories)
    Column("announced_at", Utc),  # by a listing; none: found otherwise (replay)
    Column("first_seen", Utc, nullable=False),
    Column("last_read", Utc, nullable=False),  # last answer with a body
    Column("last_checked", Utc, nullable=False),  # last answer, 304 too
    Column("last_changed", Utc, nullable=False),
    Column("gone_at", Utc),  # since when it is not there
    Column("gone_how", NAME),  # crawler.types.Departure; none: not gone, or nobody wrote it down
    Column("withdrawn_at", Utc),  # since when we believe that (storage.leaving)
    Column("seen_hash", NAME, nullable=False),  # of the last visit, stored or not; empty: nothing was there
    _count("restless"),  # visits in a row that each found another text
    Column("noisy", Boolean, nullable=False, server_default=false()),  # two readings at once differed
    _count("attempts"),
    Column("tried_at", Utc),
    Index(None, "source", "first_seen"),
)
# Articles that change at each visit. Few do: by an index of their own they are found at once among very many.
RESTLESS = article.c.noisy | (article.c.restless >= literal_column(str(MAX_RESTLESS)))
Index("ix_article_restless", article.c.source, sqlite_where=RESTLESS, postgresql_where=RESTLESS)

absence = Table(  # of an article that was withdrawn, and is back
    "absence",
    metadata,
    _id(),
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
    # the site said
    Column("gone_at", Utc, nullable=False),
    Column("gone_how", NAME),
    # we know
    Column("withdrawn_at", Utc, nullable=False),
    Column("back_at", Utc, nullable=False),
)

address = Table(
    "address",
    metadata,
    Column("key", Printed, primary_key=True),
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
    # the site said
    Column("url", Printed, nullable=False, index=True),
    Column("content_hash", NAME),  # of the page last seen there; none: it only redirects
    # we know
    Column("seen_at", Utc, nullable=False),
    Column("gone_at", Utc),
)

revision = Table(
    "revision",
    metadata,
    _id(),
    Column("article_id", ForeignKey("article.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    # the site said
    Column("title", Printed),
    Column("lead", Printed),
    Column("paragraphs", JSON, nullable=False),  # [text]
    _text("html"),  # the paragraphs as clean HTML
    _list("images"),  # [[url, alt, caption]]
    _list("attachments"),  # [[name, url]]
    _list("also"),  # [[about, value, origin]], what was not believed
    Column("blocks", JSON, nullable=False),  # [[text, tag, rule or null, path]]
    *_instant("published"),
    *_instant("updated"),
    Column("authors", JSON, nullable=False),  # [name]
    Column("credit", Printed),
    Column("section", Printed),
    Column("template", Printed),
    # we know
    Column("content_hash", NAME, nullable=False),
    Column("record_id", ForeignKey("record.id")),
    Column("cause", NAME, nullable=False),
    Column("stored_at", Utc, nullable=False),
    UniqueConstraint("article_id", "sequence"),
)

CURRENT = (revision.c.article_id == article.c.id) & (
    revision.c.sequence == article.c.revision
)  # an article with its current text

band = Table(
    "band",
    metadata,
    # we know
    Column("key", BigInteger, primary_key=True),  # crawler.likeness.keys of the current text
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("version", Integer, nullable=False),  # crawler.likeness.VERSION
    sqlite_with_rowid=False,
)

match = Table(
    "match",
    metadata,
    _id(),
    Column("revision_id", ForeignKey("revision.id"), nullable=False, index=True),
    Column("topic", NAME, nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("evidence", JSON, nullable=False),  # [[phrase, printed, part, context]]
)

citation = Table(
    "citation",
    metadata,
    _id(),
    Column("revision_id", ForeignKey("revision.id"), nullable=False, index=True),
    Column("key", Printed, nullable=False, index=True),
    Column("printed", Printed, nullable=False),
    Column("family", Printed, nullable=False),
    Column("context", Printed, nullable=False),
    Column("signed", Date, index=True),
    _text("signed_raw"),
)

located = Table(
    "located",
    metadata,
    _id(),
    Column("revision_id", ForeignKey("revision.id"), nullable=False, index=True),
    Column("place", NAME, nullable=False, index=True),  # ids of crawler/places.tsv: the unit as it was then
    Column("now", NAME, nullable=False),  # and the one it belonged to when this was found
    Column("named", Integer, nullable=False),  # so often; 0: the source's own place, for the text names none
    Column("evidence", JSON, nullable=False),  # [[printed, part, paragraph, start, context]]
)

feed = Table(  # beside the topics', which need no row
    "feed",
    metadata,
    Column("name", NAME, primary_key=True),
    # declared
    Column("search", JSON, nullable=False),  # storage.searches: {name of a filter: what it asks for}
    # we know
    Column("begun_at", Utc, nullable=False),  # since when what comes and meets that search is told
)

entry = Table(
    "entry",
    metadata,
    _id(),
    Column("feed", NAME, nullable=False),
    Column("uuid", NAME, nullable=False),
    Column("story_id", ForeignKey("story.id"), nullable=False, index=True),
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
    Column("revision_id", ForeignKey("revision.id"), nullable=False),  # the one it shows
    Column("state", NAME, nullable=False),  # storage.standing.Standing
    Column("announced", Utc, nullable=False),
    Column("updated", Utc, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("volume", Integer),  # the one that has it as it is now; none: only the feed's current document has
    UniqueConstraint("feed", "story_id"),
    Index(None, "feed", "state", "updated"),
    Index(None, "feed", "state", "volume", "updated"),
)

volume = Table(  # a sealed document of a feed (storage.volumes)
    "volume",
    metadata,
    # we know
    Column("feed", NAME, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("sealed_at", Utc, nullable=False),
)

channel = Table(
    "channel",
    metadata,
    # we know
    Column(
        "name", NAME, primary_key=True
    ),  # `mail`, `hub:` and its address; of a target, a secret, its scheme and a hash
    Column("began", Utc, nullable=False),
    Column("up_to", Integer, nullable=False),  # entries with ids up to this one, announced
    Column("since", Utc, nullable=False),  # until then, are settled: told, or there before the channel was
    Column("told_at", Utc),  # last time that something reached it
)

notice = Table(
    "notice",
    metadata,
    _id(),
    # we know
    Column("channel", ForeignKey("channel.name"), nullable=False),
    Column("subject", NAME, nullable=False),  # an entry's uuid; for a hub, a feed's address
    Column("entry_id", ForeignKey("entry.id"), index=True),
    Column("digest", NAME),  # for a hub: of the feed's document
    Column("state", NAME, nullable=False),  # storage.notices.State
    Column("since", Utc, nullable=False),  # when it was written down
    _count("attempts"),
    Column("tried_at", Utc),
    Column("next_at", Utc),  # not tried again before that
    Column("failure", Printed),  # of the last try
    UniqueConstraint("channel", "subject"),
    Index(None, "channel", "state"),
)

run = Table(
    "run",
    metadata,
    _id(),
    _text("source"),
    Column("started", Utc, nullable=False),
    Column("ended", Utc),
    *(
        _count(name)
        for name in ("fetched", "listings", "new", "revised", "unchanged", "duplicate", "rejected", "failed", "blind")
    ),
    Column("reasons", JSON, nullable=False),  # {class name: count}
    Column("rules", JSON, nullable=False, server_default="{}"),  # {rule: blocks stripped}
    Column("fields", JSON, nullable=False, server_default="{}"),  # {field of crawler.judgement: articles that had it}
    Column("failure_url", Printed),
    Column("failure_kind", Printed),
    Column("failure_message", Printed),
    Column("failure_at", Utc),
    Column("mend", JSON(none_as_null=True)),  # [because, [[kind, URL]], [pattern], found]: crawler.types.Mend; or none
    Index(None, "source", "started"),
    Index(None, "source", "ended"),
)

incident = Table(  # crawler.incidents.Incident
    "incident",
    metadata,
    # we know
    _id(),
    _text("source"),  # empty: of all
    Column("about", NAME, nullable=False),
    Column("kind", NAME, nullable=False),
    Column("detail", Printed, nullable=False),
    Column("level", Integer, nullable=False),
    Column("opened", Utc, nullable=False),
    Column("seen", Utc, nullable=False),
    Column("closed", Utc, index=True),
    Column("kinds", JSON, nullable=False),  # [kind]
    Column("worst", Integer, nullable=False),
    _count("returns"),
)

certificate = Table(
    "certificate",
    metadata,
    # the site said
    Column("host", Printed, primary_key=True),
    Column("expires", Utc, nullable=False),
    # we know
    _text("source"),
    Column("seen", Utc, nullable=False),
)

rejection = Table(
    "rejection",
    metadata,
    _id(),
    # the site said
    _text("source", index=True),
    Column("url", Printed, nullable=False),
    Column("record_id", ForeignKey("record.id"), unique=True),
    # we know
    Column("reason", NAME, nullable=False),
    Column("message", Printed, nullable=False),
    Column("at", Utc, nullable=False),
)
