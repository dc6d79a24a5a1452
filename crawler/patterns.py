"""The addresses of articles, told by their shapes: links of one shape whose words are headlines. Pure.

    links → the shape of each → shapes that announce articles → a regular expression for each (`Source.articles`)

No shape names a site. They are what the content management systems in use make of an article:

    query    /chi-tiet?id=123, /Pages/tin.aspx?ItemID=123, index.php?view=article&id=123
    asset    /-/view_content/123-slug, /-/asset_publisher/…, /-/slug, /w/slug
    tail     /slug-123.html, /slug-post123.vnp, /muc/slug/123.bcb, /slug-c48a123.html
    head     /news/detail/123/slug.html, /123-slug
    dated    /2026/11/27/slug
    slug     /muc/mot-dia-chi-toan-chu.html
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.links import Link, announces

MAX_PATTERNS = 4
_LONGEST = 400  # characters of an address that is looked at: the longest known one has 290

# Directories of what is no article anywhere: lists, documents, media, services. Whole segments, folded by the address.
_ELSEWHERE = frozenset(
    """
    tag tags tu-khoa keyword topic topics chu-de event events category categories chuyen-muc danh-muc author tac-gia
    search rss feed sitemap video videos clip media multimedia album albums photo photos gallery anh hinh-anh
    podcast audio infographic e-magazine epaper login logout dang-nhap dang-ky register user users account tai-khoan
    lien-he contact gop-y hoi-dap faq van-ban vbpq documents document downloads download uploads upload portals
    wp-content wp-json wp-admin thu-tuc thu-tuc-hanh-chinh lich-cong-tac danh-ba san-pham san_pham product products
    shop cart gian-hang quang-cao ads folder page trang print in api ajax static assets
    """.split()  # noqa: SIM905 (a table)
)
_ELSEWHERE_BEGIN = ("thu-vien", "video-", "chi-tiet-video", "album-", "hinh-anh-", "photo-", "van-ban-", "tim-kiem-")
_FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|jpe?g|png|gif|webp|svg|mp[34]|avi|apk|exe|css|js|json|xml|rss|ics)$",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\.([a-z]{2,5}\d?)$", re.IGNORECASE)
_ID_NAME = re.compile(
    r"(?:[a-z]+_?)?(?:id|oid|nid|docname|no|code|key)|p|n|idtin|idbaiviet|idnews|matin|tin|bai|news|article|item",
    re.IGNORECASE,
)
_NO_ID_NAME = re.compile(
    r".*(?:cat|cate|category|chuyenmuc|danhmuc|zone|site|group|page|portlet|portletid|col|lang|menu|parent|tag|topic"
    r"|item|p)_?id|p_.*|.*_p_.*|_c|page|trang|lang|language",
    re.IGNORECASE,
)
_ARTICLE_ITEM = re.compile(r"item_?id", re.IGNORECASE)
_ID_VALUE = re.compile(r"[A-Za-z]{0,8}\d+")
_VIEW = ("view", "task", "act", "op", "name")  # parameters that say which kind of page
_YEAR = r"(?:19|20)\d\d"
_DATED = re.compile(rf"/{_YEAR}/\d{{1,2}}/(?:\d{{1,2}}/)?[^/]*[a-z][^/]*/?$", re.IGNORECASE)
_DAILY = re.compile(rf"/{_YEAR}/\d{{1,2}}/\d{{1,2}}/")
_ASSET = re.compile(r"/-/(view_content|asset_publisher)/|/(-|w)/[a-z0-9][a-z0-9._-]{7,}/?$", re.IGNORECASE)
_TAIL = re.compile(r"(^|[-_~./])((?:[a-z]{0,8}\d+){1,3})/?$", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z]{0,8}(?:\d+[a-z]{1,2})*\d+", re.IGNORECASE)
_SLUG = re.compile(r"[^/]*[a-z][^/-]*[-_][^/]+", re.IGNORECASE)
_HEAD = re.compile(r"/(\d{2,})(?:-|(/)(?:([a-z][^/]*)/)?)[^/]*[a-z][^/]*[-_][^/]*(/\d{1,3})?/?$", re.IGNORECASE)
_LONG_SLUG = re.compile(r"/[^/-]+(?:-[^/-]+){4,}/?$")
_LEAST_DIGITS, _BARE_DIGITS, _LONG_NUMBER = 3, 4, 12  # of a number behind a slug, without one, made of the time
_SURE_DIGITS = 5  # of a number that is an article's wherever it stands
_HEADLINE_DASHES = 5  # in a segment that is a headline, whatever its first word

_FEW, _ENOUGH = 3, {"asset": 1, "slug": 4}  # headlines that prove a shape
_FAR_MORE = 3
_SHARE, _SURE = 0.5, 0.7  # of the links with words, that must be headlines; where nothing but words tells them


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regular expression for the addresses of articles, with how many links of the page speak for it."""

    regex: str
    links: tuple[Link, ...]
    words: bool = False  # nothing but words tells them: the weakest sign


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What is alike in the addresses of one kind: links with the same one may be told by one expression."""

    kind: str
    marks: tuple[str, ...]
    digits: int = 0  # of the number, where there is one


def propose(links: Iterable[Link]) -> tuple[Pattern, ...]:
    """The shapes whose links announce articles, the one with the most links first.

    :param links: of one site, from one page or several; each address once
    """
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[Link, _Shape]]] = defaultdict(list)
    for link in links:
        if shape := _shape(link.url):
            groups[shape.kind, shape.marks].append((link, shape))
    found = [pattern for (kind, marks), group in groups.items() if (pattern := _pattern(kind, marks, group))]
    ranked = sorted(_proved(found), key=lambda one: -len(one.links))
    most = len(ranked[0].links) if ranked else 0
    kept: list[Pattern] = []
    for one in ranked[: 2 * MAX_PATTERNS]:
        known = {link.url for other in kept for link in other.links}
        new = tuple(link for link in one.links if link.url not in known)
        if len(new) * 20 >= most and len(kept) < MAX_PATTERNS:
            kept.append(Pattern(regex=one.regex, links=new))
    return tuple(kept)


def _proved(found: Sequence[Pattern]) -> Sequence[Pattern]:
    """Those that more than words tell; the others only where they are far more, for sections may have long names."""
    sure = [one for one in found if not one.words]
    many = sum(len(one.links) for one in sure)
    return [*sure, *(one for one in found if one.words and len(one.links) >= _FAR_MORE * many)]


def without_id(regex: str) -> str:
    """The expression without its `id`: what a number names that another site made is not known to be the same here."""
    return re.sub(r"\(\?P<id>([^()]*)\)", r"\1", regex)


def matches(pattern: Pattern, url: str) -> bool:
    """Whether an address is of the pattern."""
    return bool(re.search(pattern.regex, target(url)))


def target(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def elsewhere(url: str) -> bool:
    """Whether an address says by itself that it is no article: a file, a list, a document, media, a service."""
    path = unquote(urlsplit(url).path).lower().rstrip("/")
    if _FILES.search(path):
        return True
    *directories, last = path.split("/")[1:] or [""]
    bare = _EXTENSION.sub("", last)
    whole = [*directories, bare]
    if bare in _ELSEWHERE or any(one in _ELSEWHERE for one in directories) or whole[0] == "tim-kiem":
        return True
    return any(one.startswith(_ELSEWHERE_BEGIN) and one.count("-") < _HEADLINE_DASHES for one in whole)


def _shape(url: str) -> _Shape | None:
    if len(url) > _LONGEST or elsewhere(url):
        return None
    parts = urlsplit(url)
    path = parts.path
    extension = found[1].lower() if (found := _EXTENSION.search(path)) else ""
    if by_query := _query_shape(path, parts.query):
        return by_query
    if asset := _ASSET.search(path):
        return _Shape(kind="asset", marks=((asset[1] or asset[2]).lower(),))
    if parts.query:
        return None  # a page of a list, a portlet's state
    bare = path[: -len(extension) - 1] if extension else path
    if tail := _tail_shape(bare, extension):
        return tail
    if _DATED.search(bare):
        return _Shape(kind="dated", marks=("day" if _DAILY.search(bare) else "month", extension))
    if head := _HEAD.search(bare):
        between, behind = "section" if head[3] else "", "number" if head[4] else ""
        return _Shape(kind="head", marks=(head[2] or "-", between, behind, extension), digits=len(head[1]))
    if _LONG_SLUG.search(bare):
        return _Shape(kind="slug", marks=(str(bare.rstrip("/").count("/")), extension))
    return None


def _query_shape(path: str, query: str) -> _Shape | None:
    pairs = parse_qsl(query)
    for name, value in pairs:
        known = _ARTICLE_ITEM.fullmatch(name) or (_ID_NAME.fullmatch(name) and not _NO_ID_NAME.fullmatch(name))
        if known and (number := _ID_VALUE.match(value)):
            if name.lower() == "p" and path not in ("/", "/index.php"):
                continue
            view = next(((key, said) for key, said in pairs if key.lower() in _VIEW), ("", ""))
            last = path.rstrip("/").rpartition("/")[2]
            return _Shape(kind="query", marks=(last, name, *view), digits=len(number[0]))
    return None


def _tail_shape(bare: str, extension: str) -> _Shape | None:
    """A number at the end, behind a slug in the same segment or the one before, or a longer one."""
    found = _TAIL.search(bare)
    if not found or not _TOKEN.fullmatch(found[2]):
        return None
    separator, token = found[1] or "/", found[2]
    before = bare[: found.start()]
    slug = before.rpartition("/")[2]
    skeleton = re.sub(r"\d+", "#", token)
    number = re.findall(r"\d+", token)[-1]
    if len(number) < (_LEAST_DIGITS if _SLUG.fullmatch(slug) else _BARE_DIGITS):
        return None
    if re.fullmatch(_YEAR, token) and separator != "/":
        return None  # a year in the words
    return _Shape(kind="tail", marks=(separator, skeleton, extension), digits=len(number))


def _pattern(kind: str, marks: tuple[str, ...], group: Sequence[tuple[Link, _Shape]]) -> Pattern | None:
    least = _least(group) if kind in ("tail", "head", "query") else 0
    kept = [link for link, shape in group if shape.digits >= least]
    spoken = [link for link in kept if link.text]
    told = sum(announces(link) for link in spoken)
    words = kind == "slug"
    if told < _ENOUGH.get(kind, _FEW) or told < (_SURE * len(kept) if words else _SHARE * len(spoken)):
        return None
    return Pattern(regex=_REGEX[kind](marks, least, kept), links=tuple(kept), words=words)


def _least(group: Sequence[tuple[Link, _Shape]]) -> int:
    """How many digits an article's number has at least: what most headlines have, or one less; sections have fewer."""
    lengths = Counter(shape.digits for link, shape in group if announces(link))
    core = [length for length, count in lengths.items() if 10 * count >= sum(lengths.values())]
    if not core:
        return _LEAST_DIGITS
    shortest = min(core)
    if shortest >= _LONG_NUMBER:
        return _LONG_NUMBER  # its end has no fixed length
    others = [shape.digits for link, shape in group if link.text and not announces(link)]
    relaxed = shortest - 1 if shortest > _LEAST_DIGITS else shortest
    return relaxed if sum(length == relaxed for length in others) == 0 else shortest


def _tail_regex(marks: tuple[str, ...], least: int, links: Sequence[Link]) -> str:
    separator, skeleton, extension = marks
    *before, last = skeleton.split("#")[:-1]
    token = "".join(_literal(part) + r"\d+" for part in before)
    ending = rf"\.{extension}$" if extension else "/?$"
    slug = "[^/-]+-[^/]*" if separator == "/" and least < _BARE_DIGITS else ""
    return rf"{'/' + slug if slug else ''}{_literal(separator)}{token}{_literal(last)}(?P<id>\d{{{least},}}){ending}"


def _head_regex(marks: tuple[str, ...], least: int, links: Sequence[Link]) -> str:
    """A short number says little by itself: then the word before it belongs to it, where all have the same."""
    separator, between, behind, extension = marks
    heads = [_HEAD.search(path) for path in (_EXTENSION.sub("", urlsplit(link.url).path) for link in links)]
    words = {head.string[: head.start()].rpartition("/")[2] for head in heads if head}
    named = len(words) == 1 and separator == "/" and least < _SURE_DIGITS and not "".join(words).isdigit()
    before = f"{_literal(words.pop())}/" if named else ""
    slug = ("[^/]+/" if between else "") + "[^/]+" + (r"/\d+" if behind else "")
    ending = rf"\.{extension}$" if extension else "/?$"
    return rf"/{before}(?P<id>\d{{{least},}}){separator}{slug}{ending}"


def _query_regex(marks: tuple[str, ...], least: int, links: Sequence[Link]) -> str:
    last, name, view, said = (*marks, "", "")[:4]
    looked = rf"(?=[^#]*\b{_literal(view)}={_literal(said)}(?:&|$))" if view else ""
    value = r"[A-Za-z]*\d+" if any(re.search(rf"{name}=[A-Za-z]", link.url) for link in links) else r"\d+"
    return rf"/{_literal(last)}\?{looked}(?:.*&)?{_literal(name)}=(?P<id>{value})"


def _asset_regex(marks: tuple[str, ...], least: int, links: Sequence[Link]) -> str:
    return {
        "view_content": r"/-/view_content/(?P<id>\d+)",
        "asset_publisher": r"/-/asset_publisher/[^/]+/content/",
        "-": r"/-/[^/]{8,}$",
        "w": r"/w/[^/]{8,}$",
    }[marks[0]]


def _dated_regex(marks: tuple[str, ...], least: int, links: Sequence[Link]) -> str:
    length, extension = marks
    ending = rf"\.{extension}$" if extension else "/?$"
    day = r"\d{1,2}/" if length == "day" else ""
    return rf"/{_YEAR}/\d{{1,2}}/{day}[^/]+{ending}"


def _slug_regex(marks: tuple[str, ...], least: int, links: Sequence[Link]) -> str:
    """Words alone: only where a page of the site is a directory of such, or all stand at one depth."""
    depth, extension = int(marks[0]), marks[1]
    first = {urlsplit(link.url).path.split("/")[1] for link in links}
    directories = [_literal(first.pop())] if len(first) == 1 and depth > 1 else ["[^/]+"] * min(1, depth - 1)
    directories += ["[^/]+"] * (depth - 1 - len(directories))
    ending = rf"\.{extension}$" if extension else "/?$"
    return rf"^/{''.join(one + '/' for one in directories)}[^/-]+(?:-[^/-]+){{4,}}{ending}"


def _literal(text: str) -> str:
    """The text as an expression, readable: a dash outside of brackets means itself."""
    return re.escape(text).replace(r"\-", "-")


_REGEX = {
    "query": _query_regex,
    "asset": _asset_regex,
    "tail": _tail_regex,
    "head": _head_regex,
    "dated": _dated_regex,
    "slug": _slug_regex,
}
