"""A clock that ran ahead and was set back: what it has dated to come, the next run dates now.

Else a page would count as just read, or just failed, until that time has come: three days of edits unseen, say. What is
told to others (`updated`, a revision's time) stays as it is: it never goes back.
"""

from datetime import datetime

from sqlalchemy import Column, Connection, Table, and_, case, literal, or_, update

from storage import schema

MOMENTS: dict[Table, tuple[str, ...]] = {
    schema.article: ("last_read", "last_checked", "announced_modified", "gone_at", "tried_at"),
    schema.pending: ("tried_at",),
    schema.listing: ("read_at",),
}


def date_now(db: Connection, source: str, now: datetime) -> None:
    """Moments of a source's articles, announcements and listings that are to come are now."""
    given = literal(now, schema.Utc())
    for table, names in MOMENTS.items():
        columns: list[Column[datetime]] = [table.c[name] for name in names]
        values = {column.name: case((column > given, given), else_=column) for column in columns}
        ahead = or_(*(column > given for column in columns))
        db.execute(update(table).where(and_(table.c.source == source, ahead)).values(values))
