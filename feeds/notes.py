"""What stands around an entry's text: what became of it, whom its page credits, where else it stands, why it is told.

As HTML, one paragraph each, before nh3 looked at it. Whatever a page said is escaped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from itertools import islice
from urllib.parse import quote, urlsplit

from crawler.differences import differences, summary
from crawler.text import clean, cut
from crawler.types import Article, Entry
from crawler.urls import canonical

MENTIONS = "van_ban.html"  # the page that tells which entries name a document; no feed's name has an underscore
MAX_NAME = 300  # characters of a name, a phrase or a document's number
MAX_CHANGE = 400
MAX_ALSO = 20  # other places that are named; documents, too
MAX_PHRASES = 5  # that tell why

NOTICE = "Trang nguồn đã gỡ bài này."
CHANGED = "Trang nguồn sửa bài lúc"
CREDITED = "Nguồn ghi trên trang:"
ALSO = "Cùng tin:"
DOCUMENTS = "Văn bản được nhắc đến:"
WHY = "Vì sao có tin này:"
PARTS = {"title": "tiêu đề", "lead": "đoạn mở đầu", "text": "nội dung"}  # of an article, as evidence names them


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another place where the text stands.

    `rel` (RFC 4287, 4.2.7.2) is `via` where the shown page says that it took the text from there, else `related`.
    """

    rel: str
    href: str
    title: str


def others(entry: Entry, link: str = "") -> tuple[Other, ...]:
    """The other places where the text stands, each address once, in the order they came; not too many."""
    named: dict[str, str] = {}
    for name, url in entry.also:
        named.setdefault(canonical(url), cut(clean(name), MAX_NAME))
    places = ((url, name) for url, name in named.items() if url and url != link)
    return tuple(
        Other(rel="via" if _credit(entry) in (name.casefold(), _host(url)) else "related", href=url, title=name or url)
        for url, name in islice(places, MAX_ALSO)
    )


def before(entry: Entry, updated: datetime) -> Iterator[str]:
    """What has become of the article since it was first told."""
    if entry.withdrawn:
        yield f"<p><em>{NOTICE}</em></p>"
    elif change := cut(clean(_change(*entry.edit)), MAX_CHANGE) if entry.edit else "":
        yield f"<p><em>{CHANGED} {updated:%H:%M, %d/%m/%Y}: {escape(change)}</em></p>"


def mentions(key: str) -> str:
    """Where the folder of the feeds tells who names the document with this key."""
    return f"{MENTIONS}#{quote(key, safe='/')}"


def behind(entry: Entry, link: str, source_title: str, documents: Mapping[str, str], home: str) -> Iterator[str]:
    """Where the text is from and where else it stands, which documents it names, and why it is told.

    `documents`: their keys with their numbers as printed, which lead to their mentions where `home`, the address of the
    feeds' folder, is known.
    """
    if _credit(entry) not in ("", source_title.casefold(), _host(link)):
        yield f"<p>{CREDITED} {escape(cut(clean(entry.article.credit or ''), MAX_NAME))}</p>"
    if places := others(entry, link):
        links = (f'<a href="{escape(one.href)}">{escape(one.title)}</a>' for one in places)
        yield f"<p>{ALSO} {', '.join(links)}</p>"
    if documents:
        named = ((escape(printed), escape(home + mentions(key))) for key, printed in documents.items())
        shown = (f'<a href="{where}">{printed}</a>' if home else printed for printed, where in islice(named, MAX_ALSO))
        yield f"<p>{DOCUMENTS} {', '.join(shown)}</p>"
    if reasons := list(islice(_reasons(entry), MAX_PHRASES)):
        yield f"<p>{WHY} {escape('; '.join(reasons))}</p>"


@lru_cache(maxsize=256)  # it takes long, and a story may be told by several feeds
def _change(before: Article, after: Article) -> str:
    return summary(differences(before, after))


def _reasons(entry: Entry) -> Iterator[str]:
    """Each phrase that proves the feed's topic, as first printed, and the parts of the article where it stands."""
    mine = [one for one in entry.matches if one.topic == entry.feed] or entry.matches
    printed: dict[str, str] = {}
    parts: dict[str, set[str]] = {}
    for found in (found for one in mine for found in one.evidence):
        if phrase := cut(clean(found.printed), MAX_NAME):
            printed.setdefault(phrase.casefold(), phrase)
            parts.setdefault(phrase.casefold(), set()).add(found.part)
    for key, phrase in printed.items():
        where = [name for part, name in PARTS.items() if part in parts[key]]
        yield f"“{phrase}”" + (f" trong {', '.join(where)}" if where else "")


def _credit(entry: Entry) -> str:
    """Whom the page names as the source of its text, ready for comparing: a name or a host."""
    return clean(entry.article.credit or "").casefold().removeprefix("theo ")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
