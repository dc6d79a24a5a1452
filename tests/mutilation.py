"""What the tests of mutilated pages share: an article in every portal's markup, edits, and what the store can take."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.errors import Rejected
from crawler.extract import extract
from crawler.portal import SITES, render_article
from crawler.text import clean
from crawler.types import Article, Snapshot, Source
from crawler.urls import by_host, owner
from spiders.fingerprints import with_families
from spiders.read import read_families, read_sources
from storage.rows import article_of, revision_values

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TITLE = "Phường Bến Mây mở phiên chợ cuối tuần ở bãi xe cũ ven kênh"
LEAD = "Từ tháng tư, bãi xe bỏ không bên kênh thành phiên chợ của hơn trăm hộ buôn bán nhỏ, họp mỗi chiều thứ bảy."
TEXT = (
    "Chiều 14/3, Ủy ban nhân dân phường Bến Mây cùng các tổ dân phố bàn việc kẻ ô, chia lối và giữ vệ sinh phiên chợ.",
    "Theo phương án đã lấy ý kiến, mỗi hộ được một ô rộng bốn mét vuông, không thu phí trong sáu tháng đầu tiên.",
    "Giữ lối cho xe chữa cháy",
    "Lực lượng trật tự của phường sẽ giữ một lối đi rộng năm mét suốt dọc chợ để xe chữa cháy ra vào lúc cần.",
)
RELATED = tuple((f"https://benmay.example.vn/{n}.html", f"Bến Mây trồng thêm hàng cây bên kênh đợt {n}") for n in "123")
FORMS = (*SITES, "longbien-cu")
FEW = ("anninhthudo", "haiphong", "longbien")


def rendered(site: str) -> str:
    return render_article(
        site,
        title=TITLE,
        lead=LEAD,
        published=datetime(2026, 3, 14, 9, 30, tzinfo=UTC),
        author="Trần Thị Sen",
        paragraphs=TEXT,
        credit="chinhphu.vn",
        captions=("Bãi xe cũ nhìn từ cầu",),
        related=RELATED,
    )


PAGES = {site: rendered(site) for site in FORMS}
HOSTS = by_host(read_sources()[0].values())
FAMILIES = read_families()[0]


def address(site: str) -> str:
    return f"https://{SITES['longbien' if site == 'longbien-cu' else site].host}/tin-tuc/phien-cho-post4711.html"


def source_of(url: str, *, declared: bool) -> Source:
    return with_families(owner(HOSTS if declared else {}, url), FAMILIES if declared else {})


def read(page: str | bytes, url: str, *, kind: str = "", declared: bool = True) -> Article | None:
    """What a page yields, found fit for the store; None where it is refused. Nothing else may come out."""
    body = page if isinstance(page, bytes) else page.encode("utf-8", "surrogatepass")
    headers = (("content-type", kind),) if kind else ()
    snapshot = Snapshot(requested_url=url, url=url, fetched_at=NOW, status=200, headers=headers, body=body)
    try:
        article = extract(snapshot, source_of(url, declared=declared), now=NOW)
    except Rejected:
        return None
    require_fit(article)
    return article


def require_fit(article: Article) -> None:
    singles = [one for one in (article.title, article.lead, article.credit, article.section) if one is not None]
    for text in (*singles, *article.paragraphs, *article.authors, *(block.text for block in article.blocks)):
        assert text == clean(text) != "", text[:200]  # one line, NFC, nothing unseen or illegal
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
    assert max(map(len, (article.title or "", article.section or "", article.credit or "", *article.authors))) <= 500
    if when := article.published:
        assert datetime(1995, 1, 1, tzinfo=UTC) <= when.at <= NOW + timedelta(days=1)
        assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in when.raw if one not in "\t\n\r")
    row = revision_values(article)
    instants = {name: value.astimezone(UTC) for name, value in row.items() if isinstance(value, datetime)}
    others = json.dumps({name: value for name, value in row.items() if name not in instants}).encode()
    stored: Any = {**json.loads(others), **instants}
    assert article_of(stored, key=article.key, url=article.url, source=article.source) == article


Edit = tuple[str, int, int, int]
EDITS = ("cut", "drop", "copy", "move", "put", "byte")
PIECES = (
    "<", ">", "&#", "&#xD800;", "&amp;lt;", "\0", "\x85", "<!--", "-->", "]]>", "<script>", "</script>", "<title>",
    "</body>", "<html>", "<table><tr>", "</td>", "'", '"', "\u202e", "\u0301" * 40, "<svg><p>", "<template>",
    "<div hidden>", "<h1>", "<time datetime='9999-99-99'>", "<pre>\n\n</pre>", "<li><a href=/1.html>", "<br>" * 30,
    "Ð\u1ea4\u0323",
)  # fmt: skip


def edited(body: bytes, edit: Edit) -> bytes:
    """The body after one edit: what is done, and three numbers below a million that say where and with what."""
    name, first, second, third = edit
    start, to = (point * len(body) // 1_000_000 for point in (first, second))
    end = min(len(body), start + third % 3000)
    match name:
        case "cut":
            return body[:start] if third % 2 else body[start:]
        case "drop":
            return body[:start] + body[end:]
        case "copy":
            return body[:to] + body[start:end] * (third % 7) + body[to:]
        case "move":
            rest = body[:start] + body[end:]
            return rest[:to] + body[start:end] + rest[to:]
        case "put":
            return body[:start] + PIECES[third % len(PIECES)].encode() + body[start:]
    return body[:start] + bytes([third % 256]) + body[start + 1 :]
