"""Where an element stands, in words that hold from page to page of one site: `div.sidebar>ul.list>li`.

The element and those around it, each with its id or its first class; numbers, which often are an article's own, are 0.
"""

import re

from lxml import etree

_STEPS = 5  # elements that a path names
_NAME = 24  # characters of an id or class
_NUMBER = re.compile(r"\d+")


def path_of(element: etree._Element, known: dict[etree._Element, str]) -> str:
    """The path of an element. `known`: the steps of this page so far, kept by the caller."""
    steps: list[str] = []
    one: etree._Element | None = element
    while one is not None and len(steps) < _STEPS and one.tag not in ("html", "body"):
        step = known.get(one)
        if step is None:
            step = known[one] = _step(one)
        steps.append(step)
        one = one.getparent()
    return ">".join(reversed(steps))


def _step(element: etree._Element) -> str:
    tag = str(element.tag)
    if identity := (element.get("id") or "").strip():
        return f"{tag}#{_named(identity)}"
    first = next(iter((element.get("class") or "").split()), "")
    return f"{tag}.{_named(first)}" if first else tag


def _named(name: str) -> str:
    return _NUMBER.sub("0", name[:_NAME])
