"""Entries as a mail (RFC 5322), plain and as HTML. Pure: the same entries make the same mail, by its Message-ID too.

What comes from the web stands in the body only, escaped; the headers are ours and the settings'.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from crawler.text import clean
from crawler.types import VIETNAM, Entry, Precision
from crawler.urls import canonical
from feeds.entries import MAX_TITLE, published, summary, title

NAMESPACE = uuid.UUID("0d6c2f4e-7f0a-5b52-9a55-5a3a4d1f6c28")  # ours, fixed for ever: every Message-ID depends on it
PLAIN = SMTP.clone(cte_type="7bit")  # any server takes it
NAME = "Tin đô thị"
FOOT = "Thư do tindothi tự động gửi. Bài viết thuộc các trang nguồn; xin đọc ở đó."


def compose(entries: Sequence[Entry], *, sender: str, to: Sequence[str], at: datetime) -> EmailMessage:
    """The digest of these entries, in their order.

    Sent again, after nobody knows whether it arrived, it bears the same Message-ID (RFC 5322, 3.6.4).

    :raises ValueError: an address that is none, or a time without a zone: mistakes of ours
    """
    local = at.astimezone(VIETNAM)
    subject = f"{NAME}: {len(entries)} tin mới ({local:%d/%m/%Y})"
    known = uuid.uuid5(NAMESPACE, "\n".join([sender, *sorted(one.id for one in entries)]))
    message = EmailMessage(policy=PLAIN)
    message["Subject"] = subject
    message["From"] = Address(NAME, addr_spec=sender)
    message["To"] = [Address(addr_spec=one) for one in to]
    message["Date"] = format_datetime(local)
    message["Message-ID"] = f"<{known}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    items = [item(one) for one in entries]
    message.set_content(plain(items))
    message.add_alternative(as_html(subject, items), subtype="html")
    message["Content-Language"] = "vi"
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry as it is told, in lines of text. `link`: empty where the address is none that a browser opens."""

    title: str
    origin: str
    summary: str
    link: str


def item(entry: Entry) -> Item:
    """What is told of an entry. `origin`: where and when, as `Báo Mẫu · Hà Nội · 22/11/2026 10:30`."""
    at = published(entry)
    printed = entry.article.published
    form = "%d/%m/%Y" if printed and printed.precision is Precision.DAY else "%d/%m/%Y %H:%M"
    source = clean(entry.source_title) or clean(entry.article.source)
    parts = (source, clean(entry.place), at and at.strftime(form))
    return Item(
        title=title(entry),
        origin=" · ".join(part[:MAX_TITLE] for part in parts if part),
        summary=summary(entry),
        link=canonical(entry.article.url),
    )


def plain(items: Sequence[Item]) -> str:
    """The digest's text: numbered, each with its source, time, summary and address."""
    told = []
    for number, one in enumerate(items, start=1):
        about = (one.origin, one.summary, one.link)
        told.append("\n".join([f"{number}. {one.title}", *(f"   {line}" for line in about if line)]))
    return "\n\n".join([*told, f"-- \n{FOOT}\n"])


def as_html(subject: str, items: Sequence[Item]) -> str:
    """The digest's page; it loads nothing."""
    told = "\n".join(map(_html, items))
    return (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>\n'
        f'<body style="max-width: 40em; font-family: sans-serif; line-height: 1.5">\n<h1>{escape(subject)}</h1>\n'
        f"<ol>\n{told}\n</ol>\n<p><small>{FOOT}</small></p>\n</body></html>\n"
    )


def _html(one: Item) -> str:
    named = f"<strong>{escape(one.title)}</strong>"
    if one.link:
        named = f'<a href="{escape(one.link)}" rel="nofollow noopener">{named}</a>'
    return (
        "<li><p>" + "<br>\n".join([named, *(escape(line) for line in (one.origin, one.summary) if line)]) + "</p></li>"
    )
