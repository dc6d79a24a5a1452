"""A clock that ran ahead and was set back: what it has dated to come, the next run dates anew.

Else a page would count as just read, or just failed, until that time has come: three days of edits unseen, say. Nobody
knows when it was read in truth: it counts as read so long ago that it is soon read again, and whole. What is told to
others (`updated`, a revision's time) stays as it is: it never goes back.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, case, literal, or_, update

from storage import schema
from storage.policy import TRUST

NOW = timedelta()
MOMENTS: dict[Table, dict[str, timedelta]] = {  # and how long ago they are taken to be
    schema.article: {
        "last_read": TRUST, "last_checked": TRUST, "announced_modified": NOW, "gone_at": NOW, "tried_at": NOW,
    },
    schema.pending: {"tried_at": NOW},
    schema.listing: {"read_at": TRUST},
}  # fmt: skip


def redate(db: Connection, source: str, now: datetime) -> None:
    """No moment of a source's articles, announcements and listings is to come."""
    given = literal(now, schema.Utc())
    for table, moments in MOMENTS.items():
        values = {
            name: case((table.c[name] > given, literal(now - ago, schema.Utc())), else_=table.c[name])
            for name, ago in moments.items()
        }
        ahead = or_(*(table.c[name] > given for name in moments))
        db.execute(update(table).where(table.c.source == source, ahead).values(values))
