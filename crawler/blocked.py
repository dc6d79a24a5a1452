"""What stands where the page should be: captcha, WAF, maintenance, login, consent, "not found" with status 200.

An article may speak of captchas and maintenance. So what a page's title says counts where the page is short, and what
its text says only where the page is nearly empty.
"""

import re

from crawler.errors import Blocked, HttpRefused, NotFound, Rejected, ServerError, SoftNotFound
from crawler.text import clean, fold

_SHORT = 1200  # characters of visible text up to which a title is believed
_EMPTY = 600  # characters of visible text up to which the text is believed

# All on folded text (no marks, lower case).
_MISSING = "|".join(
    (
        "khong tim thay (?:trang|bai viet|noi dung|duong dan|tai nguyen|ket qua nao cho dia chi|tin bai)",
        (
            "(?:trang|bai viet|noi dung|lien ket|duong dan|tin)(?: [a-z]+){0,6} (?:khong ton tai"
            "|khong con ton tai|khong tim thay|da bi (?:xoa|go)|khong con)"
        ),
        r"\b404\b.{0,30}(?:not found|khong tim thay|loi)",
        r"(?:loi|error|page|http) ?:?-? ?404\b",
        "page not found",
        "not found",
        (
            "(?:page|file|resource|requested url)[^.]{0,40} (?:not found|(?:could not|cannot|can't) be found"
            "|does not exist)"
        ),
    )
)
_CHALLENGE = "|".join(
    (
        "just a moment",
        "attention required",
        "cloudflare",
        "checking your browser",
        "verify(?:ing)? (?:that )?you are (?:a )?human",
        "are you (?:a )?(?:human|robot)",
        "ddos protection",
        "security check",
        "kiem tra (?:trinh duyet|bao mat)",
        "xac (?:minh|nhan|thuc)[^.]{0,20} (?:khong phai|la) (?:la )?(?:con )?(?:nguoi|robot|ro-?bot)",
        "toi khong phai la (?:nguoi may|robot|ro-?bot)",
        "(?:nhap|go) ma (?:xac (?:thuc|nhan)|captcha|bao mat)",
        "captcha",
        "access denied",
        "request (?:was )?(?:blocked|rejected|denied)",
        r"\bforbidden\b",
        "web application firewall",
        r"\bwaf\b",
        "incapsula",
        "support id",
        "truy cap (?:cua ban )?(?:da )?bi (?:tu choi|chan|gioi han)",
        "unusual traffic",
        "too many requests",
        "qua nhieu (?:yeu cau|truy cap)",
        "enable javascript and cookies",
        "(?:bat|kich hoat) javascript",
        r"document\.cookie",
    )
)
_CLOSED = "|".join(
    (
        (
            "(?:website|trang|cong|he thong|may chu|dich vu)[^.]{0,40} (?:dang|tam)[^.]{0,20} (?:bao tri"
            "|nang cap|tam ngung|ngung hoat dong|gian doan)"
        ),
        "(?:bao tri|nang cap) (?:he thong|website|trang|may chu|dinh ky)",
        "under (?:maintenance|construction)",
        "maintenance mode",
        "scheduled maintenance",
        "be right back",
        "service (?:is )?(?:temporarily )?unavailable",
        "temporarily (?:unavailable|down)",
        "bad gateway",
        "gateway time-?out",
        "internal server error",
        r"(?:50[0234])\b.{0,20}error",
        "server error in",
        "runtime error",
        "database error",
        "loi (?:he thong|may chu|ket noi co so du lieu)",
        "account (?:has been )?suspended",
        "bandwidth limit exceeded",
    )
)
_LOGIN = "|".join(
    (
        (
            "(?:vui long|ban (?:can|phai)|hay|yeu cau|please)[^.]{0,20} (?:dang nhap|log ?in"
            "|sign in)[^.]{0,60}(?:de|xem|tiep tuc|to|continue|doc)"
        ),
        "(?:dang nhap|log ?in|sign in)(?: (?:he thong|tai khoan))?$",
        "phien (?:lam viec|dang nhap)[^.]{0,20} het han",
        "session (?:has )?expired",
        "(?:before you continue|dong y (?:voi )?(?:viec su dung )?cookie)",
    )
)
_TITLES: tuple[tuple[type[Rejected], re.Pattern[str]], ...] = (
    (SoftNotFound, re.compile(rf"(?:{_MISSING})|^\W*(?:404|loi|error)\W*$")),
    (Blocked, re.compile(rf"{_CHALLENGE}|{_CLOSED}|^(?:dang nhap|log ?in|sign in)\b")),
)
_TEXTS: tuple[tuple[type[Rejected], re.Pattern[str]], ...] = (
    (SoftNotFound, re.compile(_MISSING)),
    (Blocked, re.compile(f"{_CHALLENGE}|{_CLOSED}|{_LOGIN}")),
)


def refuse_status(status: int) -> None:
    """Let a page through; raise for what is none.

    :raises NotFound: 404, 410
    :raises ServerError: 5xx, 408, 429
    :raises HttpRefused: another 4xx
    """
    if status in (404, 410):
        raise NotFound(f"HTTP {status}")
    if status >= 500 or status in (408, 429):
        raise ServerError(f"HTTP {status}")
    if status >= 400:
        raise HttpRefused(f"HTTP {status}")


def refuse_blocked(title: str, text: str, *, prose: int) -> None:
    """Let a page through; raise for what only stands in its place.

    :param title: of the document
    :param text: all visible text
    :param prose: characters of its longest line; who was blocked does not see a paragraph
    :raises SoftNotFound: "not found", said with status 200
    :raises Blocked: captcha, WAF, maintenance, login, consent
    """
    if len(text) <= _SHORT or prose < 160:
        _refuse(_TITLES, fold(clean(title)), title)
    if len(text) <= _EMPTY:
        _refuse(_TEXTS, fold(clean(text)), text)


def _refuse(rules: tuple[tuple[type[Rejected], re.Pattern[str]], ...], folded: str, said: str) -> None:
    for kind, pattern in rules:
        if found := pattern.search(folded):
            raise kind(f"says: {clean(said)[:80]!r} ({found[0][:40]})")
