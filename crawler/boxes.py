"""What a box of a page is, told from its class, id, role and tag: the vocabulary that sites and their CMS share.

A box is named by its rule; the rules are sorted. Words are English and Vietnamese without marks, as sites write them,
matched as whole words of a name: `tin-lien-quan`, `tinLienQuan` and `box_related` are found, `correlated` is not.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice, takewhile

from lxml import etree

from crawler.boilerplate import is_prose, section_rule
from crawler.segments import Segment

# rule → words of a class name or id
# fmt: off
_WORDS: Mapping[str, tuple[str, ...]] = {
    "about-author": (
        "author-?(?:bio|desc|description|about|card)", "about-?(?:the-?)?author", "author-box-wrap",
    ),
    "advertisement": (
        "ads?", "adv", r"advert\w*", "adsbygoogle", "adsense", "ad-?zone", "adm-?zone", "banners?", "quang-?cao",
        r"sponsor\w*", r"promo\w*", "dfp", "taboola", "outbrain",
    ),
    "ai-summary": (
        r"ai-(?:summary|box|tom-?tat)\w*", "(?:summary|tom-?tat)-?ai",
    ),
    "audio": (
        "audio", "tts", "tts-player", "voice", "voices", "text-to-speech", "nghe-bai", "doc-bao-noi",
        "podcast-player", "read-speaker",
    ),
    "captcha": (
        "captcha", "recaptcha", "ma-xac-(?:thuc|nhan)",
    ),
    "caption": (
        "caption", "captions", "img-?desc", "image-?desc", "photo-?desc", "photo-?cms-?caption",
        "chu-?thich(?:-anh)?", "wp-caption-text", "pic-?desc", "image-?caption", "desc-?img",
        "(?:img|image|photo|pic|picture)-?(?:note|title|legend|cap)",
    ),
    "comments": (
        "comments?", r"comment-?(?:box|list|form|area|wrap\w*|respond)", "binh-?luan", "disqus", "fb-comments",
        "y-?kien(?:-ban-doc)?", "respond", "reply-form",
    ),
    "contents": (
        r"(?:ez|lwp|rank-?math|wp)-?toc\w*", "toc-(?:container|wrapper|box|list|title)", "table-of-contents?",
        "muc-luc",
    ),
    "counter": (
        "counter", "visitors?", "view-?count", "luot-?xem", "luot-?truy-?cap", "truy-?cap", "so-luot",
        "online-users", "hit-?counter", "thong-ke-truy-cap",
    ),
    "follow": (
        "follow", "theo-?doi", "fanpage", "fan-page", "subscribe", "newsletter", "google-?news", "app-download",
        "tai-ung-dung", "like-?box",
    ),
    "footer": (
        "footer", "foot", "site-footer", "page-footer", "chan-trang", "copyright", "colophon",
    ),
    "login": (
        "login", "log-in", "sign-?in", "sign-?up", "dang-?nhap", "dang-?ky",
    ),
    "menu": (
        "menus?", "nav", "navbar", "navigation", "mega-?menu", "main-?nav", "sub-?menu", "breadcrumbs?",
        "bread-crumb", "duong-dan", "pagination", "paging", "pager", "phan-trang", "topbar", "top-bar",
        "skip-links?", "dropdown-menu", "sitemap", "site-map",
    ),
    "poll": (
        "polls?", "vote", "voting", "votes", "binh-?chon", "tham-?do(?:-y-kien)?", "survey", "khao-sat",
    ),
    "popup": (
        "popup", "pop-up", "modal", "lightbox", "tooltip", "toast", "overlay",
    ),
    "qr-code": (
        "qr", "qr-?code", "ma-qr",
    ),
    "rating": (
        "ratings?", "rate", "rate-box", "star-?rating", "stars", "danh-?gia", "post-ratings",
    ),
    "related": (
        "related", "relate", "relates", r"related-?\w+", "relate-?(?:news|box|list)", "lien-?quan",
        "tin-?lien-?quan", "bai-?lien-?quan", "tin-?khac", "tin-?cung-?chuyen-?muc", "cung-?chuyen-?muc",
        "cung-?muc", r"same-?(?:cate\w*|topic)", "other-?(?:news|post|posts|articles?|items?)", "news-?other",
        "more-?news", "read-?(?:more|next)", "see-?more", "xem-?them", "doc-?them", "bai-?doc-?tiep",
        r"recommend\w*", "suggest(?:ed|ion|ions)?", "goi-?y", "you-may-like", "tin-?moi(?:-nhat)?",
        "tin-?doc-?nhieu", "doc-?nhieu", "xem-?nhieu", "most-?(?:read|view|viewed|popular)", "hot-?news",
        "latest-?news", "tin-?noi-?bat", "tin-?nong", "list-?news", "link-content-footer", "article-relate",
        "tin-?bai-?khac",
    ),
    "share": (
        "share", "shares", "sharing", "share-?(?:box|bar|buttons?)", "social", "socials", r"social-\w+",
        r"add-?this\w*", "share-?this", "fb-like", r"fb-share\w*", "zalo-share-button", "zalo", "twitter",
        "facebook", "chia-?se", "like-button", "send-?print", "send-?mail",
    ),
    "sidebar": (
        "side-?bar", "sidebars", "aside", "widget-area", r"right-?col\w*", "col-?right", "left-?sidebar", "cot-phai",
    ),
    "tags": (
        "tags?", "tag-?(?:box|list|links|cloud)", "tu-?khoa", "key-?words?", "post-tags", "hash-?tags?",
    ),
    "tools": (
        "tools?", "tool-?(?:bar|box)", "article-tools?", "print", "printer", "in-bai", "btn-print", "font-?size",
        "co-?chu", "text-?size", "action-?bar", "article-actions",
    ),
    "weblinks": (
        "web-?links?", r"lien-?ket(?:-web\w*)?", "link-?website", "site-links",
    ),
}
# fmt: on

# Boxes that may be long, and are never text where they hold neither the headline nor the marked body.
_FIRM = frozenset(("comments", "footer", "menu", "poll", "related", "weblinks", "tags", "audio", "captcha", "popup"))
_TAGS: Mapping[str, str] = {"nav": "menu", "aside": "sidebar", "footer": "footer", "figcaption": "caption"}
_ROLES: Mapping[str, str] = {
    "navigation": "menu", "complementary": "sidebar", "contentinfo": "footer", "search": "menu", "menu": "menu",
    "menubar": "menu", "dialog": "popup", "alertdialog": "popup",
}  # fmt: skip
_WHOLES = frozenset(("html", "body", "main", "article"))
_BOX = re.compile(
    "(?:^|[-_ ])(?:"
    + "|".join(f"(?P<{rule.replace('-', '_')}>{'|'.join(words)})" for rule, words in _WORDS.items())
    + ")(?=$|[-_ ])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MACHINE = re.compile(
    r"(?:✨\s*)?(?:ai tóm tắt|(?:bản )?tóm tắt(?: nhanh)?(?: nội dung| bài viết| tin)?(?: (?:bằng|bởi|từ|với|do))?"
    r" (?:ai|trí tuệ nhân tạo))(?: .{0,20})?\s*:?",
    re.IGNORECASE,
)
_HIGH, _MOST = 4, 40  # ancestors of a label that may be its box, lines in it
_LINKED = 0.5  # share of links that tells a list of others
_SHOTS, _SENTENCE = 3, 60  # captions that make a story, characters of one that tells something
_LONG = 80  # characters of a line of prose
_SHARE, _FIRM_SHARE = 0.3, 0.6  # of the page's prose: what holds more is no box


@lru_cache(maxsize=4096)
def named(names: str) -> str | None:
    """The rule that the class names and ids stand for, or None."""
    found = _BOX.search(_CAMEL.sub("-", names).lower().replace("_", "-"))
    return found.lastgroup.replace("_", "-") if found and found.lastgroup else None


def box_of(element: etree._Element) -> str | None:
    """The rule by which an element is a box, told from itself alone."""
    tag = str(element.tag)
    if tag in _WHOLES:
        return None
    if tag in _TAGS:
        return _TAGS[tag]
    if (role := element.get("role")) and role in _ROLES:
        return _ROLES[role]
    names = f"{element.get('class', '')} {element.get('id', '')}".strip()
    return named(names) if names else None


def boxed(
    lines: Sequence[Segment], protected: Sequence[etree._Element]
) -> tuple[tuple[str | None, ...], tuple[etree._Element, ...]]:
    """For each line the rule of the outermost box that it stands in, or None; and the elements that are those boxes.

    Where the captions are the text, as in a story of photographs, they are no boxes.

    :param protected: elements that no box may hold: the headline, the marked body
    """
    found = _boxed(lines, protected, frozenset())
    return _boxed(lines, protected, frozenset(("caption",))) if _are_the_text(lines, found[0]) else found


def _are_the_text(lines: Sequence[Segment], boxes: Sequence[str | None]) -> bool:
    """Whether captions, several of them sentences, are longer together than all prose outside of boxes."""
    captions = [len(line.text) for line, box in zip(lines, boxes, strict=True) if box == "caption"]
    if sum(size >= _SENTENCE for size in captions) < _SHOTS:
        return False
    prose = (line for line, box in zip(lines, boxes, strict=True) if box is None and line.linked < _LINKED)
    return sum(captions) > sum(len(line.text) for line in prose if len(line.text) >= _SENTENCE)


def _boxed(
    lines: Sequence[Segment], protected: Sequence[etree._Element], allowed: frozenset[str]
) -> tuple[tuple[str | None, ...], tuple[etree._Element, ...]]:
    """The same, where what some rules call a box is `allowed` in a text."""
    prose = _prose(lines)
    whole = prose.get(None, 0)
    kept = {ancestor for element in protected for ancestor in (element, *element.iterancestors())}
    labels = _labelled(lines)
    verdicts: dict[etree._Element, str | None] = {}
    outermost: list[etree._Element] = []

    def verdict(element: etree._Element) -> str | None:
        if element in verdicts:
            return verdicts[element]
        parent = element.getparent()
        rule = verdict(parent) if parent is not None else None
        if rule is None and element not in kept:
            rule = box_of(element)
            rule = None if rule in allowed else rule
            if rule and prose.get(element, 0) > (_FIRM_SHARE if rule in _FIRM else _SHARE) * whole:
                rule = None
            rule = rule or (labels.get(element) if prose.get(element, 0) <= _SHARE * whole else None)
            if rule:
                outermost.append(element)
        verdicts[element] = rule
        return rule

    return tuple(verdict(line.element) for line in lines), tuple(outermost)


def _labelled(lines: Sequence[Segment]) -> dict[etree._Element, str]:
    """Boxes told by their first line: a summary that a machine wrote, or a heading over a list of links to others."""
    found: dict[etree._Element, str] = {}
    last = max((at for at, line in enumerate(lines) if is_prose(line.text) and line.linked < _LINKED), default=-1)
    for at, line in enumerate(lines[: last + 1]):  # behind the text the rules of sections hold
        machine = _MACHINE.fullmatch(line.text) is not None
        if not machine and section_rule(line.text) != "related-section":
            continue
        for element in islice((line.element, *line.element.iterancestors()), _HIGH):
            if element.tag in _WHOLES or (at and _holds(element, lines[at - 1])):
                break
            held = list(takewhile(partial(_holds, element), islice(lines, at + 1, at + 1 + _MOST)))
            if not held or len(held) == _MOST:
                continue
            size = sum(len(one.text) for one in held)
            if machine or sum(one.linked * len(one.text) for one in held) > _LINKED * size:
                found[element] = "ai-summary" if machine else "related"
    return found


def _holds(element: etree._Element, line: Segment) -> bool:
    return line.element is element or any(one is element for one in line.element.iterancestors())


def _prose(lines: Sequence[Segment]) -> dict[etree._Element | None, int]:
    """Characters of prose in each element; in all under None."""
    sums: dict[etree._Element | None, int] = {None: 0}
    for line in lines:
        if len(line.text) < _LONG or line.linked > 0.5:
            continue
        sums[None] += len(line.text)
        for element in (line.element, *line.element.iterancestors()):
            sums[element] = sums.get(element, 0) + len(line.text)
    return sums
