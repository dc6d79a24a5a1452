"""Is a page Vietnamese? Told by the letters that only Vietnamese writes; no model, no dictionary."""

import re

from crawler.document import parse
from crawler.errors import Rejected
from crawler.text import nfc
from crawler.types import Snapshot

_OWN = re.compile("[ơưƠƯ\u1ea0-\u1ef9]")  # horns, dots, hooks and double marks; ă and đ have Romanians and Croats too
_LETTER = re.compile(r"[^\W\d_]")
_SHARE = 0.04  # of all letters; Vietnamese texts have 0.12 and more, demonstration texts around them lower it
_FEW = 40  # letters that tell nothing


def is_vietnamese(snapshot: Snapshot) -> bool:
    """Whether most of what a page says is Vietnamese; what is no page is in no language."""
    try:
        text = nfc(" ".join(map(str, parse(snapshot).root.itertext())))
    except Rejected:
        return False
    letters = len(_LETTER.findall(text))
    return letters >= _FEW and len(_OWN.findall(text)) >= _SHARE * letters
