"""Announcements of other articles: elements that repeat beside each other, each with a headline that is a link.

On a list of articles they are the page; in an article they are boxes without a telling name.
"""

import re
from collections import Counter
from collections.abc import Iterable

from lxml import etree

from crawler.dates import page_date
from crawler.headline import Headline
from crawler.layout import Layout
from crawler.segments import Segment

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINK = 10  # characters of a link that may announce an article
_ALIKE = 3  # siblings of one shape that announce
_FEW = 2  # of them, where they are small
# What stands behind a headline in a list.
_DATED = re.compile(r"\(?\b\d{1,2}[/.-]\d{1,2}(?:[/.-](?:19|20)\d\d)?(?:[ ,|-]+\d{1,2}:\d{2})?\)?$")
_SMALL, _LARGEST = 500, 2000  # characters of an announcement with its summary


def announcements(layout: Layout, title: Headline) -> frozenset[int]:
    """The places of the lines that stand in announcements of other articles."""
    own = frozenset(_chain(layout.lines[title.place])) if _is_own(layout, title) else frozenset()
    sizes = _sizes(layout)
    announcing = {element for line in layout.lines if announces(line) for element in _chain(line)}
    headed = _headed(layout)
    known: dict[etree._Element, Counter[tuple[str, str]]] = {}

    def is_announcement(element: etree._Element, above: bool) -> bool:
        size = sizes.get(element, 0)
        if element in own:
            return False
        if not above and element.tag == "article" and size <= _SMALL and _begins_with_link(element):
            return True  # an article within the article is another
        if element not in announcing or (own and size > _LARGEST):
            return False
        if above and not (element.get("class") and element in headed):
            return False
        alike = _alike(element, announcing, known)
        if above or size > _SMALL:
            return alike >= _ALIKE
        return alike >= _FEW or (element in headed and bool(element.get("class")) and element.tag not in ("p", "li"))

    places = set()
    for at, line in enumerate(layout.lines):
        above = not layout.inside[at]
        for element in () if above else _chain(line):
            above = above or element is layout.body
            if is_announcement(element, above):
                places.add(at)
                break
    return frozenset(places)


def announces(line: Segment) -> bool:
    """Whether a line is a link to an article, or one beside a date, or a heading that holds one."""
    if line.linked * len(line.text) < _LINK:
        return False
    if line.linked > 0.8 or line.tag in _HEADINGS:
        return True
    return line.linked > 0.4 and (_DATED.search(line.text) is not None or page_date(line.text) is not None)


def _begins_with_link(element: etree._Element) -> bool:
    """Whether its first words are a link."""
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if event == "start" and one.tag == "a" and "".join(map(str, one.itertext())).strip():
            return True
        said = one.text if event == "start" else one.tail
        if said and said.strip():
            return False
    return False


def _is_own(layout: Layout, title: Headline) -> bool:
    return title.place >= 0 and layout.lines[title.place].linked < 0.5


def _headed(layout: Layout) -> frozenset[etree._Element]:
    """The elements whose first line is a link to an article, as an announcement's is."""
    first: dict[etree._Element, Segment] = {}
    for line in layout.lines:
        for element in _chain(line):
            first.setdefault(element, line)
    return frozenset(element for element, line in first.items() if announces(line))


def _chain(line: Segment) -> Iterable[etree._Element]:
    return (line.element, *line.element.iterancestors())


def _sizes(layout: Layout) -> dict[etree._Element, int]:
    sizes: dict[etree._Element, int] = {}
    for line in layout.lines:
        for element in _chain(line):
            sizes[element] = sizes.get(element, 0) + len(line.text)
    return sizes


def _alike(
    element: etree._Element,
    announcing: set[etree._Element],
    known: dict[etree._Element, Counter[tuple[str, str]]],
) -> int:
    """How many siblings, itself among them, have its tag and class and announce too."""
    parent = element.getparent()
    if parent is None:
        return 0
    if parent not in known:
        known[parent] = Counter(_shape(one) for one in parent if one in announcing)
    return known[parent][_shape(element)]


def _shape(element: etree._Element) -> tuple[str, str]:
    """Tag and first class name: the others tell a video from a photo story."""
    return str(element.tag), (element.get("class") or "").split(" ")[0]
