"""One URL per page, one key per article: what varies between two links to the same thing is taken away.

Nothing here raises: what is no http(s) URL becomes an empty string, which belongs to no source and is no article.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urljoin, urlsplit

from crawler.types import Source

MAX_LENGTH = 2048
STATE = ("gov.vn", "chinhphu.vn", "quochoi.vn")  # given to state bodies only; the Government's, the National Assembly's

_INVISIBLE = re.compile(r"[\t\r\n\u200b\ufeff]+")
_JUNK = re.compile(r"(?:[\s\"'`<>,;\\{}|^‘’“”…]|%2[027]|%3[ce]|%c2%a0)+$", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9!$&'()*+,;=:@/?._~-]")
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?]*", re.IGNORECASE)

# Parameters that say how the reader came, not what is read. Seen in links of Google, Meta, Microsoft, Zalo (zarsrc,
# gidzl), BBC (at_), VnExpress (vn_), Mailchimp, HubSpot, TikTok, LinkedIn, Twitter; and session ids.
_TRACKING = re.compile(
    r"(?:utm|at|itm|mtm|hsa)_\w+|vn_(?:source|medium|campaign|term|content)|fb_(?:action|comment|ref|source)\w*|_hs\w+"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid?|li_fat_id|mc_[ce]id|_g[al]|_gac"
    r"|zarsrc|gidzl|spm|ocid|cmpid|s_cid|ncid|mkt_tok|phpsessid|jsessionid",
    re.IGNORECASE,
)
# `/print/…` before a path that has words of its own, `…/print` after one; a bare `/print/123` names no other page.
_PRINT_HEAD = re.compile(r"^(?:/print)+(?=/[^/]*[^\W\d])", re.IGNORECASE)
_PRINT_TAIL = re.compile(r"(?<=[^/])(?:/print)+/?$", re.IGNORECASE)
_PRINT_SWITCH = re.compile(r"(?:print|printview|printable)(?:=(?:1|true|yes)?)?|view=print", re.IGNORECASE)
_PRINT_HELPER = re.compile(r"tmpl=component|layout=(?:default|print)", re.IGNORECASE)
_HOME = re.compile(r"/(?:(?:index|default|home)(?:\.\w{3,5})?/?)?(?:\?.*)?", re.IGNORECASE)
_FRONT = re.compile(r"/*(?:(?:.*/)?(?:index|default|home|homepage|trang-?chu|main)(?:\.\w{2,5})?/*)?", re.IGNORECASE)
_NUMBERED = re.compile(r"[?&]p=\d+(?:&|$)")  # WordPress without pretty links


def canonical(url: str, base: str = "") -> str:
    """The one URL of a page: absolute, https; no `www.`, default port, credentials, fragment, tracking or session id.

    Percent-encoding and dot segments are normalised, a print view becomes the article where that is sure, the order of
    the remaining query stays. Empty string for what is no http(s) URL or is longer than 2,048 characters.
    """
    one = _pass(url, base)
    while one != (again := _pass(one, "")):  # what one pass took away may leave more to take
        one = again
    return one


def is_home(url: str) -> bool:
    """Whether the address is a site's front page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and not parts.query and bool(_FRONT.fullmatch(parts.path))


def _pass(url: str, base: str) -> str:
    if len(url) > MAX_LENGTH or len(base) > MAX_LENGTH:
        return ""
    link = _JUNK.sub("", _INVISIBLE.sub("", url).strip(" \xa0\"'<>")).replace("&amp;", "&")
    try:
        parts = urlsplit(urljoin(base, link))
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    path, query = _reading_view(_resolve(_escape(_SESSION.sub("", parts.path))), _kept(_escape(parts.query)))
    authority = host if port in (None, 80, 443) else f"{host}:{port}"
    result = f"https://{authority}{path}" + (f"?{query}" if query else "")
    return result if len(result) <= MAX_LENGTH else ""


def absolute(link: str, base: str) -> str:
    """The address that a link leads to, as the site means it, safe to print: absolute, percent-encoded; http(s) only.

    Unlike `canonical` it keeps scheme, `www.`, query and fragment. Empty string for what is no such address.
    """
    printed = _INVISIBLE.sub("", link).strip(" \xa0\"'<>")
    if not printed or len(printed) > MAX_LENGTH:
        return ""
    try:
        parts = urlsplit(urljoin(base, printed))
        host, port = (parts.hostname or "").lower(), parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return ""
    query, fragment = _escape(parts.query), _escape(parts.fragment)
    rest = (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    address = f"{parts.scheme}://{host}{f':{port}' if port else ''}{_escape(parts.path) or '/'}{rest}"
    return address if len(address) <= MAX_LENGTH else ""


def _host(name: str) -> str:
    """Lower case, IDNA, without `www.`; empty for what cannot be a host. May raise UnicodeError, a ValueError."""
    name = name.rstrip(".").lower()
    if len(name) > 253:
        return ""
    if ":" in name:
        name = f"[{name}]"
    elif not name.isascii():
        name = name.encode("idna").decode("ascii")
    bare = name.removeprefix("www.")
    name = bare if "." in bare else name
    return name if _HOST.fullmatch(name) else ""


def _escape(text: str) -> str:
    """Percent-encoding in one form: what needs none stands plain, the rest is UTF-8 in capitals, a lone % is %25."""
    return _ESCAPE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    if found[1] is None:
        return quote(found[0], safe="", errors="replace")
    byte = int(found[1], 16)
    return chr(byte) if byte in _UNRESERVED else f"%{byte:02X}"


def _resolve(path: str) -> str:
    """The path without `.` and `..` (RFC 3986 §5.2.4), never empty."""
    kept: list[str] = []
    segments = path.lstrip("/").split("/") if path.startswith("/") else path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept).lstrip("/")


def _kept(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0]))


def _reading_view(path: str, query: str) -> tuple[str, str]:
    """Path and query of the article whose print view this is; else unchanged."""
    pairs = query.split("&") if query else []
    if any(_PRINT_SWITCH.fullmatch(pair) for pair in pairs):
        pairs = [pair for pair in pairs if not (_PRINT_SWITCH.fullmatch(pair) or _PRINT_HELPER.fullmatch(pair))]
    return _PRINT_TAIL.sub("", _PRINT_HEAD.sub("", path)), "&".join(pairs)


def host_of(url: str) -> str:
    """The host in canonical form (lower case, without `www.` and port); empty for what is no http(s) URL."""
    try:
        return urlsplit(canonical(url)).hostname or ""
    except ValueError:
        return ""


def is_official(url: str) -> bool:
    """Whether a state body publishes there."""
    host = host_of(url)
    return any(host == name or host.endswith(f".{name}") for name in STATE)


def belongs(source: Source, url: str) -> bool:
    """Whether the URL is on one of the source's own hosts, with or without `www.`; a subdomain is another host."""
    return host_of(url) in source.hosts


def is_article(source: Source, url: str) -> bool:
    """Whether the URL's path and query look like an article of the source; its host is not looked at.

    A source without patterns takes everything but home pages.
    """
    target = _target(url)
    if not target or any(re.search(pattern, target) for pattern in source.not_articles):
        return False
    if source.articles:
        return any(re.search(pattern, target) for pattern in source.articles)
    return not _HOME.fullmatch(target) or bool(_NUMBERED.search(target))


def article_key(source: Source, url: str) -> str:
    """What identifies the article in all sources: `name:id` by a pattern's group `id`, else `name:/path?query`.

    The id survives an edited slug, and neither form names the host, so a moved source keeps its keys.
    """
    target = _target(url)
    for pattern in source.articles:
        found = re.search(pattern, target)
        if found and found.groupdict().get("id"):
            return f"{source.name}:{found['id']}"
    return f"{source.name}:{target}"


def by_host(sources: Iterable[Source]) -> dict[str, Source]:
    """The sources by each of their hosts, as `owner` asks for them."""
    return {host: source for source in sources for host in source.hosts}


def owner(sources: Mapping[str, Source], url: str) -> Source:
    """The declared source of the URL's host (`sources` by host), else an implicit one named by the host."""
    host = host_of(url)
    name = host or "unknown"
    return sources.get(host) or Source(name=name, title=name, hosts=(name,), implicit=True)


def _target(url: str) -> str:
    """Path and query of the canonical URL; empty for what is none."""
    parts = urlsplit(canonical(url))
    return parts.path + (f"?{parts.query}" if parts.query else "")
