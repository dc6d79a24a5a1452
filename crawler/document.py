"""Bytes of a response → a parsed page: what it is, in which charset, bounded in size and depth.

    body → markup? → charset → text without control characters → tree, comments and hidden parts gone

The parser (libxml2) gives up below 256 nested elements and keeps what it has read until then; nothing here recurses.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from crawler.errors import Damaged, NoText, NotHtml, TooLarge
from crawler.text import clean
from crawler.types import Snapshot

MAX_SIZE = 16 * 1024 * 1024  # bytes
MAX_ELEMENTS = 60_000  # the largest of the known pages has 12,000
MAX_TAGS = 1_000_000  # a tag's element takes ten times the room of its shortest form
MAX_VALUE = 500  # characters of an attribute that names or styles
MAX_TITLE = 500  # characters; what is longer is no title

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ILLEGAL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)|x0*(?:[0-8bcef]|1[\da-f]|fff[ef])(?![\da-f]));?",
    re.IGNORECASE,
)
# What a CMS escaped twice and nobody means to print; never brackets, which might be markup.
_ESCAPED_TWICE = re.compile(r"&amp;(?=(?:nbsp|quot|amp|apos|[lr][sd]quo|[nm]dash|hellip);)")
_DECLARATION = re.compile(r"^\s*(?:<\?xml[^>]*>|<!--.*?-->|<%[^>]*%>|\s)*", re.DOTALL)
_FEED = re.compile(r"<(rss|feed|rdf:RDF|urlset|sitemapindex|opml|svg|Error|ListBucketResult)[\s>]", re.IGNORECASE)
# A tag with the attributes that it may have, and those beyond. Every step takes what it has read for good: else a page
# could be written for which this takes the square of its length.
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+"""
_ATTRIBUTES = re.compile(rf"<([a-zA-Z][^\s/>]*+)(?:{_ATTRIBUTE}){{0,200}}+((?:{_ATTRIBUTE})++)?+")
_TAG = re.compile(r"<(?:!doctype|html|head|body|[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"RIFF",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
)
_OTHER_TYPES = re.compile(r"^(?:image|audio|video|font)/|/(?:pdf|zip|json|msword|octet-stream|vnd\.|rss|atom)|\+json")

# A byte ≥ 0x80 that windows-1258 uses for Vietnamese alone: ă â ê ô ơ ư đ and the five tones.
_CP1258_TONES = "\u0300\u0301\u0303\u0309\u0323"

_STATED = ("property", "name", "itemprop", "content", "class", "id", "rel", "href", "type", "http-equiv", "scheme")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_CLASSES = frozenset(
    ["hidden", "hide", "d-none", "visually-hidden", "sr-only", "screen-reader-text", "print-only", "is-hidden"]
)
# An icon font whose letters are the icon's name: "person", "schedule".
_ICON = re.compile(r"(?:^|\s)material-(?:icons|symbols)(?=$|[\s-])")
_UNSEEN_TAGS = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "audio", "video", "select",
    "textarea", "input", "map", "math", "applet", "noframes", "datalist", "dialog",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed page. `head` still holds scripts and meta elements; `root` is what people see: `<body>`, or all."""

    url: str
    head: etree._Element
    root: etree._Element
    title: str


def parse(snapshot: Snapshot, *, max_size: int = MAX_SIZE) -> Document:
    """The page of a response.

    :param max_size: bytes a page may have
    :raises TooLarge: more bytes than that
    :raises NotHtml: a feed, an image, a document
    :raises NoText: nothing in it
    :raises Damaged: empty, undecodable or not parsable
    """
    if len(snapshot.body) > max_size:
        raise TooLarge(f"{len(snapshot.body)} bytes, more than {max_size}")
    if not snapshot.body.strip():
        raise Damaged("the answer is empty")  # a server in trouble: there may be an article tomorrow
    kind = snapshot.header("content-type").lower()
    if snapshot.body.startswith(_MAGIC) or (_OTHER_TYPES.search(kind) and "html" not in kind):
        raise NotHtml(f"no page: {kind or 'a file of another kind'}")
    source = decode(snapshot.body, kind)
    _require_html(source)
    tree = _tree(source)
    body = tree.find(".//body")
    title = tree.find(".//title")
    root = tree if body is None else body
    said = clean("".join(map(str, title.itertext()))) if title is not None else ""
    page = Document(url=snapshot.url, head=_head(tree), root=root, title=said if len(said) <= MAX_TITLE else "")
    _fill_pictures(root)
    _drop_unseen(root)
    return page


def base_of(page: Document) -> str:
    """What a page's links are relative to: its address, or what its `<base>` says, where that is on the same host."""
    for element in page.root.getroottree().iter("base"):
        if link := (element.get("href") or "").strip()[:MAX_VALUE]:
            try:
                base = urljoin(page.url, link)
                return base if urlsplit(base).hostname == urlsplit(page.url).hostname else page.url
            except ValueError:
                return page.url
    return page.url


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page: byte order mark, else UTF-16 by its zeros, else UTF-8 if it is that, else as declared.

    A declaration is believed last, for many are wrong: what decodes as UTF-8 is UTF-8. Where Western Europe's
    windows-1252 (or Latin-1) is declared but Vietnamese tones stand in the bytes, it is windows-1258.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    sample = body[:4096]
    if sample.count(0) > len(sample) // 5:
        odd = sample[1::2].count(0) > sample[0::2].count(0)
        return body.decode("utf-16-le" if odd else "utf-16-be", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_declared(body, content_type)


def _decode_declared(body: bytes, content_type: str) -> str:
    found = _HEADER.search(content_type)
    declared = found[1] if found else ""
    if not declared and (meta := _META.search(body[:8192])):
        declared = meta[1].decode("ascii", "ignore")
    lenient = body.decode("utf-8", "replace")
    high = sum(byte >= 0x80 for byte in body[:200_000])
    if lenient[:200_000].count("\ufffd") * 20 <= high:
        return lenient  # UTF-8 with a few broken bytes: cut in the middle of a letter, or a smuggled advertisement
    vietnamese = body.decode("cp1258", "replace")
    if sum(vietnamese.count(tone) for tone in _CP1258_TONES) * 40 > high:
        return vietnamese
    try:
        return body.decode(declared or "cp1258", "replace")
    except (LookupError, UnicodeError):
        return vietnamese


def _require_html(source: str) -> None:
    opening = source[_DECLARATION.match(source).end() :][:2000]  # type: ignore[union-attr]
    if found := _FEED.match(opening):
        raise NotHtml(f"XML: {found[1].lower()}")
    if opening[:1] in "{[" and not _TAG.search(opening):
        raise NotHtml("JSON")
    if not _TAG.search(source):
        raise NotHtml("no markup")


def _tree(source: str) -> etree._Element:
    legal = bounded(_ESCAPED_TWICE.sub("&", _ILLEGAL_REFERENCE.sub(" ", _ILLEGAL.sub("", source))))
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(legal.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError, ValueError) as error:
        raise Damaged(f"not parsable: {error}") from error
    if tree is None:
        raise NoText("the page is empty")
    elements = list(tree.iter())
    if len(elements) > MAX_ELEMENTS:
        raise TooLarge(f"{len(elements)} elements, more than {MAX_ELEMENTS}")
    for element in elements:
        if any(len(value) > MAX_VALUE for value in element.values()):
            _shorten(element)
    return tree


def bounded(markup: str) -> str:
    """The markup, without the attributes of a tag that has hundreds: libxml2 compares each with each.

    :raises TooLarge: there are more tags than any page has
    """
    if markup.count("<") > MAX_TAGS:
        raise TooLarge(f"more than {MAX_TAGS} tags")
    if not any(tag[2] for tag in _ATTRIBUTES.finditer(markup)):
        return markup
    return _ATTRIBUTES.sub(lambda tag: f"<{tag[1]}" if tag[2] else tag[0], markup)


def _shorten(element: etree._Element) -> None:
    """Cut what is read as a list of names: patterns that look for one in it would take the square of its length."""
    for name in ("class", "id", "style", "itemprop", "data-role", "rel"):
        if value := element.get(name):
            element.set(name, value[:MAX_VALUE])


def _head(tree: etree._Element) -> etree._Element:
    """Meta elements and JSON-LD scripts, wherever they stand, in an element of their own."""
    head = etree.Element("head")
    found = [
        *tree.iter("meta"),
        *tree.iter("link"),
        *(s for s in tree.iter("script") if "ld+json" in (s.get("type") or "")),
    ]
    for element in found:
        copy = etree.SubElement(head, str(element.tag))
        for name in _STATED:  # by name: what a broken page has for attributes lxml will not set
            if (value := element.get(name)) is not None:
                copy.set(name, value)
        copy.text = element.text
    return head


def _fill_pictures(root: etree._Element) -> None:
    """Give an image without an address the one that stands behind it for readers without scripts."""
    for unseen in root.iter("noscript"):
        before, shown = unseen.getprevious(), unseen.find(".//img")
        if before is None or shown is None:
            continue
        late = before if before.tag == "img" else before.find(".//img")
        if late is None or late.get("data-src") or not (late.get("src") or "data:").startswith("data:"):
            continue
        for name in ("srcset", "src"):
            if value := shown.get(name):
                late.set(f"data-{name}", value)


def _drop_unseen(root: etree._Element) -> None:
    drop(root, [*root.iter(*_UNSEEN_TAGS), *root.iter("head")])
    total = sum(len(text) for text in root.itertext())
    gone: set[etree._Element] = set()
    for element in root.iter():
        if element.getparent() in gone or (
            _hidden(element) and sum(len(text) for text in element.itertext()) * 2 < total
        ):
            gone.add(element)
    drop(root, gone)


def _hidden(element: etree._Element) -> bool:
    if element.tag in ("body", "html"):
        return False
    if "hidden" in element.attrib and element.get("hidden") != "until-found":
        return True
    style, classes = element.get("style"), element.get("class")
    if classes and element.tag in ("i", "span") and _ICON.search(classes):
        return True
    return bool(
        (style and _HIDDEN_STYLE.search(style)) or (classes and not _HIDDEN_CLASSES.isdisjoint(classes.split()))
    )


def drop(root: etree._Element, elements: Iterable[etree._Element]) -> None:
    """Take elements out of a tree, and leave the text after each where it was; the root stays.

    All of a parent at once: text that is moved element by element is copied anew for each.
    """
    gone = dict.fromkeys(element for element in elements if element is not root)
    for parent in dict.fromkeys(element.getparent() for element in gone):
        if parent is not None:
            _take(parent, gone)


def _take(parent: etree._Element, gone: Mapping[etree._Element, object]) -> None:
    before: etree._Element | None = None
    moved: list[str] = []
    for child in list(parent):
        if child in gone:
            moved.append(child.tail or "")
            parent.remove(child)
            continue
        _append(parent, before, moved)
        before, moved = child, []
    _append(parent, before, moved)


def _append(parent: etree._Element, before: etree._Element | None, texts: list[str]) -> None:
    if not any(texts):
        return
    if before is None:
        parent.text = "".join([parent.text or "", *texts])
    else:
        before.tail = "".join([before.tail or "", *texts])
