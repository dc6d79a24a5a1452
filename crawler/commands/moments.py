"""How commands print an instant: in Việt Nam's time, to the minute."""

from datetime import datetime

from crawler.types import VIETNAM


def moment(at: datetime | None) -> str:
    """`22/11/2026 12:37` in +07:00; a dash where there is none."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if at else "–"
