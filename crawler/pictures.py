"""The pictures of a text: which of a page's images belong to it, where each really is, and its caption.

    img elements → inside the text, or a figure above it → the real address → what stands below it

Pages load pictures late: `src` then holds a placeholder, and the address stands in an attribute that a script reads.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from crawler.boxes import box_of
from crawler.layout import Layout
from crawler.segments import Segment
from crawler.text import clean
from crawler.types import Image
from crawler.urls import absolute

MAX_PICTURES = 200
MAX_SEEN = 2_000  # images of a page that are looked at; the longest of the known pages has 400
MAX_WORDS = 1_000  # characters of alt, and of a caption of several lines

_LATE = ("data-src", "data-original", "data-lazy-src", "data-photo-original-src", "data-lazy", "data-url")
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_LONGEST_SET = 20_000  # characters of a srcset
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp)$", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?:^|[-_.])(?:spacer|blank|loading|loader|lazy-?load|placeholder|pixel|transparent|no-?(?:image|img|photo|pic)"
    r"|1x1|(?:ratio)?\d{1,2}x\d{1,2}|emoji)(?=$|[-_.\d])|^(?:default|lazy|gr[ae]y|empty|white|trans)\.\w+$"
    r"|^(?:facebook|twitter|google|zalo|youtube|buzz|print|mail|share|fb)\d?\.\w+$",
    re.IGNORECASE,
)
_SIGN = re.compile(r"(?:^|[-_.])(?:avatar|logo|icons?|ico|btn|button)(?=$|[-_.\d])", re.IGNORECASE)
_SIGN_WORDS = 3  # of a file name that tells a site's own sign: "logo-footer", not "logo-thanh-pho-thu-duc-moi"
_SIGN_FOLDER = re.compile(r"/(?:icons?|emojis?|emoticons?|smil(?:ey|ie)s)/", re.IGNORECASE)
_SIGN_CLASS = re.compile(r"(?:^|\s)(?:[\w-]+[-_])?(?:logo|icons?|emoji|smiley|user-avatar|author-avatar)(?=$|\s)")
_FRAME = re.compile(r"(?:^|[-_ ])(?:figure|picture|photo|image|img|thumb\w*|cover|featured|avatar)(?=$|[-_ \d])")
_TINY, _SMALL = 3, 48  # pixels
_TINY_STYLE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*[0-2](?:px|\s*(?:;|$))")
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_CAPTION = 300  # characters of a caption that only its looks tell
_TABLE_LINES = 3  # lines of a table that frames a picture
# Rules of lines beside which a picture may stand.
_OWN = frozenset((None, "caption", "photo-credit", "lead", "headline", "credit", "signature", "orphan"))
_BELOW = frozenset(("caption", "photo-credit"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """An image of a page, with the elements round it while the boxes were still in the tree."""

    element: etree._Element = field(repr=False)
    around: tuple[etree._Element, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """A picture of the text. `at`: the place of the line before which it stands; `captions`: of its caption's lines."""

    image: Image
    at: int
    captions: tuple[int, ...]
    around: tuple[etree._Element, ...] = field(repr=False)


def seen_images(root: etree._Element) -> tuple[Seen, ...]:
    """The images of a page in page order, as many as a page has."""
    return tuple(Seen(element=one, around=tuple(one.iterancestors())) for one in islice(root.iter("img"), MAX_SEEN))


def pictures(
    seen: Sequence[Seen], layout: Layout, rules: Sequence[str | None], place: int, base: str
) -> tuple[Picture, ...]:
    """The pictures of the text in page order, each address once.

    :param rules: for each line the rule by which it is no text, or None
    :param place: of the headline's line, or -1
    :param base: what the page's links are relative to
    """
    first = next((at for at, rule in enumerate(rules) if rule is None), -1)
    if first < 0 or not seen or layout.body is None:
        return ()
    starts = [line.pictures for line in layout.lines]
    held = _held(layout, rules)
    found: dict[str, Picture] = {}
    for number, one in enumerate(seen, 1):
        at = bisect_left(starts, number)
        inside = layout.body in one.around
        if not (_is_beside(one, layout, rules, held, at) if inside else place < at <= first and _is_framed(one)):
            continue
        if _is_sign(one.element) or _is_elsewhere(one) or not (address := _address(one, base)) or address in found:
            continue
        captions = tuple(_captions(one, layout, rules, at, number))
        image = Image(url=address, alt=_words(one.element.get("alt") or ""), caption=_text(layout.lines, captions))
        found[address] = Picture(image=image, at=at, captions=captions, around=one.around)
        if len(found) == MAX_PICTURES:
            break
    return tuple(found.values())


def _words(text: str) -> str:
    return clean(text[: 4 * MAX_WORDS])[:MAX_WORDS]


def _text(lines: Sequence[Segment], places: Sequence[int]) -> str:
    return " ".join(lines[at].text for at in places)


# --- whether it belongs to the text ----------------------------------------------------------------------------------


def _held(layout: Layout, rules: Sequence[str | None]) -> Mapping[etree._Element, bool]:
    """The elements of the body, and of captions, that hold lines, and whether one of these lines is the text's own."""
    held: dict[etree._Element, bool] = {}
    for line, rule, inside, box in zip(layout.lines, rules, layout.inside, layout.boxes, strict=True):
        if not inside and box != "caption":
            continue
        own = rule in _OWN
        for element in (line.element, *line.element.iterancestors()):
            if element is layout.body or held.get(element) or (not own and element in held):
                break
            held[element] = own
    return held


def _is_beside(
    one: Seen, layout: Layout, rules: Sequence[str | None], held: Mapping[etree._Element, bool], at: int
) -> bool:
    """Whether the words next to an image of the body, in its own block or around it, are the text's."""
    for element in one.around:
        if element is layout.body:
            break
        if element in held:
            return held[element]
    return any(0 <= near < len(rules) and rules[near] in _OWN for near in (at - 1, at))


def _is_framed(one: Seen) -> bool:
    """Whether an image above the text stands in an element made for pictures."""
    return any(element.tag in ("figure", "picture") or _FRAME.search(_names(element)) for element in one.around[:3])


def _names(element: etree._Element) -> str:
    return (element.get("class") or "").lower()


def _is_elsewhere(one: Seen) -> bool:
    """Whether it stands in a box that is no caption, or leads to another page."""
    for element in one.around:
        if element.tag == "a" and (link := (element.get("href") or "").strip()):
            path = link.partition("?")[0].partition("#")[0]
            if path and not link.startswith("javascript:") and not _FILE.search(path):
                return True
        if element.getparent() is None and element is not one.around[-1]:
            return box_of(element) != "caption"
    return False


def _is_sign(image: etree._Element) -> bool:
    """Whether it is an icon or a counter by its size, or by its own name."""
    sides = [int(found[0]) for side in ("width", "height") if (found := re.match(r"\d{1,5}", image.get(side) or ""))]
    if any(side < _TINY for side in sides) or (len(sides) == 2 and max(sides) <= _SMALL):
        return True
    return bool(_TINY_STYLE.search(image.get("style") or "") or _SIGN_CLASS.search(_names(image)))


# --- where it is -----------------------------------------------------------------------------------------------------


def _address(one: Seen, base: str) -> str:
    """The first of its addresses that is one and no placeholder."""
    for link in _links(one):
        if link[:5].lower() != "data:" and (address := absolute(link, base)) and not _is_placeholder(address):
            return address
    return ""


def _links(one: Seen) -> Iterator[str]:
    image = one.element
    frame = next((element for element in one.around[:4] if element.tag == "picture"), None)  # an open <source> between
    yield from (link for name in _LATE if (link := image.get(name)))
    sets = [image.get(name) for name in _SETS]
    if frame is not None:
        sets += [source.get(name) for source in frame.iter("source") for name in _SETS]
    yield from (link for each in sets if each and (link := _largest(each)))
    if link := image.get("src"):
        yield link
    yield from (element.get("href") or "" for element in one.around[:2] if element.tag == "a")


def _largest(srcset: str) -> str:
    """The largest candidate of `a.jpg 640w, b.jpg 1280w`, the first of equals."""
    best, size = "", -1.0
    for candidate in re.split(r",\s+|,(?=https?:|//|/)", srcset[:_LONGEST_SET].strip()):
        link, _, descriptor = candidate.strip().rstrip(",").partition(" ")
        number = re.match(r"\s*(\d{1,6}(?:\.\d{1,3})?)[wx]", descriptor)
        if link and (found := float(number[1]) if number else 0.0) > size:
            best, size = link, found
    return best


def _is_placeholder(address: str) -> bool:
    path = urlsplit(address).path
    name = path.rpartition("/")[2]
    if _PLACEHOLDER.search(name) or _SIGN_FOLDER.search(path):
        return True
    return bool(_SIGN.search(name)) and len(re.split(r"[-_.]+", name)) - 1 <= _SIGN_WORDS


# --- what stands below it --------------------------------------------------------------------------------------------


def _captions(one: Seen, layout: Layout, rules: Sequence[str | None], at: int, number: int) -> Iterator[int]:
    """The places of the lines of its caption: those right behind it, before the next image.

    They are all stripped, as captions are, or, in a story of photographs, all text.
    """
    first, size = at, 0
    while at < len(rules) and layout.lines[at].pictures == number and (rules[at] is None) == (rules[first] is None):
        size += len(layout.lines[at].text)
        if size > MAX_WORDS and at > first:
            return
        if rules[at] not in _BELOW and not (rules[at] is None and _is_caption(one, layout, at)):
            return
        yield at
        at += 1


def _is_caption(one: Seen, layout: Layout, at: int) -> bool:
    """Whether a line of the text is an image's caption: in its figure, named so, in its frame, or set apart below."""
    line = layout.lines[at]
    around = (line.element, *islice(line.element.iterancestors(), 6))
    if any(element.tag == "figure" and element in one.around for element in around):
        return True
    if any(box_of(element) == "caption" for element in around[:2]):
        return True
    table = next((element for element in around if element.tag == "table"), None)
    if table is not None and table in one.around and table is not layout.body:
        return len(line.text) <= _CAPTION and line.element not in one.around and _is_small(table, layout, at)
    if (
        len(line.text) > _CAPTION
        or line.element in one.around
        or any(not str(said).isspace() for said in one.around[0].itertext())
    ):
        return False
    return line.italic > 0.9 or bool(line.element.get("align") == "center" or _CENTRED.search(_style(line.element)))


def _style(element: etree._Element) -> str:
    return element.get("style") or ""


def _is_small(table: etree._Element, layout: Layout, at: int) -> bool:
    """Whether a table holds few lines, the one at a place among them; they stand one behind the other."""
    near = layout.lines[max(at - _TABLE_LINES, 0) : at + _TABLE_LINES + 1]
    return sum(table in line.element.iterancestors() for line in near) <= _TABLE_LINES
