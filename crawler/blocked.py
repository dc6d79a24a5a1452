"""What stands where the page should be: "not found" with status 200, captcha, WAF, login, consent, maintenance.

An article may speak of any of these, quote such a page, or stand beside a box that asks to log in. So there are three
tables for each kind, and each is believed less far than the one before:

- how a part of the page's *title* begins, where the page is short or nobody wrote a paragraph;
- how a clause begins that is *said* to whoever reads the page, where the page is short;
- *words* anywhere, where the page is nearly empty and holds no paragraph.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.errors import (
    Captcha,
    Consent,
    Firewall,
    HttpRefused,
    LoginRequired,
    Maintenance,
    NotFound,
    Rejected,
    ServerError,
    SoftNotFound,
)
from crawler.text import clean, fold, words
from crawler.urls import canonical

_SHORT = 1200  # characters of visible text up to which a title, and what is said to the reader, are believed
_EMPTY = 600  # characters of visible text up to which words are believed
_PROSE = 160  # characters of a paragraph; who was blocked does not see one
_TITLE = 9  # words of a title, or of a part of it; what is longer is a headline
_BUTTON = 40  # characters
_SCRIPT = 100_000  # bytes of a page without text in which a challenge's script is looked for

# All on folded text (no marks, lower case).
_PLEASE = (
    "(?:(?:xin|vui long|ban|quy|vi|khach|doc gia|nguoi dung|hay|moi|can|phai|yeu cau|please|kindly|you|must|need to"
    "|have to) )+"
)
_SEEK = (
    "(?: (?:nay|ma|ban|quy|vi|doc|gia|khach|vua|dang|can|muon|yeu|cau|tim|kiem|xem|truy|cap|nhap|chon|hien|tai|da"
    "|duoc|co the))*"
)
_PAGE = "(?:duong (?:dan|link)|dia chi|trang(?: web)?|bai viet|noi dung|lien ket|tin(?: bai| tuc)?|tai lieu|url)"
_GONE = "(?:khong (?:con )?ton tai|khong (?:duoc )?tim thay|(?:da )?bi (?:xoa|go)|khong con|het han)"
_THIS = "(?:page|file|resource|article|content|document|url|post)"
_LOST = (
    "(?:(?:was )?not found|(?:could not|cannot|can't|couldn't) be found|does(?: not|n't) exist"
    "|(?:is )?no longer (?:exists?|available)|has been (?:removed|deleted|moved))"
)
_CLOSED = "(?:bao tri|bao duong|nang cap|tam (?:ngung|dung)|ngung hoat dong|gian doan|sua chua|khong hoat dong)"
_HOUSE = (
    "(?:(?:website|trang(?: web| thong tin| tin)|cong(?: thong tin| dich vu))(?: [a-z]+){0,6}"
    "|(?:he thong|may chu|dich vu|website|trang|cong)(?: nay| cua chung toi| thong tin)?(?: hien(?: tai| nay)?)?)"
)
_HUMAN = "(?:la )?(?:mot )?(?:con )?(?:nguoi(?: that| may| dung)?|ro-?bot)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signs:
    """How a kind shows itself: in a title's part, in a clause, in a word."""

    title: re.Pattern[str]
    said: re.Pattern[str]
    words: re.Pattern[str]


def _signs(*, title: Iterable[str], said: Iterable[str], words: Iterable[str] = ()) -> _Signs:
    # What begins a title's part ends a word there: "404" is not "4040".
    opening, clause, word = (f"(?:{'|'.join(table) or '(?!)'})" for table in (title, said, words))
    return _Signs(title=re.compile(rf"{opening}(?!\w)"), said=re.compile(clause), words=re.compile(word))


_MISSING = _signs(
    title=(
        f"khong tim thay(?: {_PAGE}| tai nguyen| ket qua| du lieu|$)",
        f"{_PAGE}{_SEEK} {_GONE}",
        "(?:loi|error|page|http|status|ma loi)? ?(?:404|410)(?: (?:page |file )?(?:not found|error|loi|gone))?$",
        f"(?:the |this |that |requested |404 )*(?:{_THIS}(?: or directory)? )?not found",
        f"(?:the |this |that |requested )*{_THIS}(?: [a-z]+){{0,6}} {_LOST}",
        "nothing (?:was )?found",
        "(?:loi|error)$",
    ),
    said=(
        f"(?:rat tiec |xin loi |chung toi |he thong )*khong tim thay {_PAGE}(?: (?:nay|nao|ban|quy|ma|theo|yeu cau)|$)",
        f"{_PAGE}{_SEEK} {_GONE}$",
        f"{_PAGE}(?: nay)?(?: ma)? (?:ban|quy (?:vi|doc gia|khach)){_SEEK} {_GONE}",
        f"(?:sorry |but |oops )*(?:the|this|that)(?: requested)? {_THIS}[^.]{{0,60}} {_LOST}",
        "(?:sorry |but )*we (?:cannot|can't|could not|couldn't) find (?:the|that|this|what)",
        "it looks like nothing was found",
    ),
    words=(
        f"khong tim thay (?:{_PAGE}|tai nguyen|ket qua nao)",
        rf"{_PAGE}(?: [a-z]+){{0,6}} {_GONE}",
        r"\b404\b.{0,30}(?:not found|khong tim thay|loi)",
        r"(?:loi|error|page|http) ?:?-? ?404\b",
        "not found",
        f"(?:requested url|{_THIS})[^.]{{0,40}} {_LOST}",
    ),
)
_CAPTCHA = _signs(
    title=(
        "(?:nhap )?(?:ma )?(?:re|h)?captcha",
        f"(?:xac (?:minh|nhan|thuc)|chung (?:minh|to)) (?:rang )?(?:ban )?(?:khong phai )?{_HUMAN}",
        f"(?:co phai )?ban (?:co phai )?{_HUMAN}",
        f"toi khong phai {_HUMAN}",
        "(?:are you|(?:verify|verifying|confirm|prove)(?: that)? you(?: are|'re)) (?:a |not a )?(?:human|robot|bot)",
        "(?:human|bot|robot) (?:verification|check|challenge)",
        "security (?:check|verification|challenge)$",
        "(?:kiem tra|xac (?:minh|thuc)) (?:bao mat|an ninh|an toan)$",
        "one more step",
    ),
    said=(
        (
            f"{_PLEASE}?(?:nhap|go|dien|giai) (?:dung |lai |day du )?(?:ma |chuoi |cac ky tu )?"
            "(?:xac (?:thuc|nhan|minh)|captcha|bao (?:mat|ve)|kiem tra)[^.]{0,40}? de (?:tiep tuc|truy cap|xem|vao)"
        ),
        f"{_PLEASE}?(?:xac (?:minh|nhan|thuc)|chung (?:minh|to)) [^.]{{0,30}}?(?:khong phai|la) {_HUMAN}$",
        f"toi khong phai {_HUMAN}$",
        f"{_PLEASE}?(?:chon|bam vao) tat ca (?:cac )?(?:hinh|o|anh) (?:vuong )?co",
        "(?:please )?(?:complete|solve|enter|pass) (?:the |this |a )?(?:re|h)?(?:captcha|security check|challenge)",
        "(?:please )?(?:verify|confirm|prove)[^.]{0,20} (?:human|not a (?:ro)?bot)",
        "(?:i'm|i am) not a robot",
        "select all (?:images|squares)",
    ),
    words=(
        "captcha",
        "(?:nhap|go) ma (?:xac (?:thuc|nhan)|bao mat)",
        f"xac (?:minh|nhan|thuc)[^.]{{0,20}} (?:khong phai|la) {_HUMAN}",
        "(?:verify|prove)[^.]{0,20} (?:human|not a robot)",
        "are you (?:a )?(?:human|robot)",
    ),
)
_FIREWALL = _signs(
    title=(
        "just a moment",
        "attention required",
        "access (?:to this page (?:has been |is )?)?(?:denied|blocked|forbidden)",
        "(?:loi|error|http|status|ma loi)? ?(?:403|429)(?: (?:forbidden|error|too many requests))?$",
        "forbidden$",
        "(?:the |your )?request (?:was |has been )?(?:blocked|rejected|denied|unsuccessful)",
        "(?:sorry )?you (?:have been|are|are being) (?:blocked|rate limited|banned)",
        r"error 1\d\d\d$",
        "too many requests",
        "(?:ddos|bot) (?:protection|guard)",
        "(?:(?:[a-z]+ )?(?:web application|website) )?firewall$",
        "checking (?:your browser|if the site|the security)",
        "(?:dang )?kiem tra (?:trinh duyet|ket noi)",
        "(?:truy cap|yeu cau|ket noi|dia chi ip)(?: cua (?:ban|quy vi))? (?:da |dang )?bi (?:tu choi|chan|gioi han)",
        "(?:tu choi|khong co quyen|khong duoc phep) truy cap",
        "ban (?:da |dang )?bi (?:chan|tu choi|gioi han)",
        "qua nhieu (?:yeu cau|truy cap|luot truy cap)$",
        "pardon our interruption",
        "(?:[a-z]+ )?security checkpoint",
        "tuong lua$",
    ),
    said=(
        "(?:sorry )?you have been blocked",
        "why have i been blocked",
        "checking (?:your browser|if the site connection)",
        (
            "(?:your|the) (?:requested url|request|access|connection|ip(?: address)?)[^.]{0,40} (?:has been|was|is)"
            " (?:temporarily )?(?:blocked|rejected|denied|limited|restricted|banned)"
        ),
        "you (?:don't|do not) have (?:permission|access|authorization) to (?:access|view)",
        "access denied$",
        "our systems? (?:has|have) detected (?:unusual|suspicious)",
        "this (?:web)?site is (?:using|protected by) a security service",
        "(?:please )?(?:enable|turn on) (?:javascript|cookies)[^.]{0,60}(?:continue|proceed|access|reload)",
        "(?:performance (?:& |and )?security|ddos protection|protected) by ",
        "(?:your )?support id",
        (
            "(?:yeu cau|truy cap|dia chi ip|ip|ket noi|phien truy cap)(?: cua (?:ban|quy vi)) [^.]{0,20}?bi "
            "(?:tu choi|chan|khoa|gioi han|ngat)"
        ),
        "(?:ban|quy vi) (?:khong (?:co|du|duoc))(?: quyen| phep)+ (?:truy cap|xem)",
        "(?:ban|quy vi) (?:da |dang )?bi (?:chan|tu choi|gioi han)",
        "(?:ban|quy vi) (?:da |dang )?(?:gui|thuc hien|truy cap) qua nhieu",
        "(?:he thong |chung toi )(?:da )?phat hien [^.]{0,30}(?:bat thuong|dang ngo)[^.]{0,20} tu (?:mang|dia chi|ip)",
        f"{_PLEASE}(?:bat|kich hoat|cho phep) (?:javascript|cookie)[^.]{{0,60}}(?:tiep tuc|truy cap|xem trang|tai lai)",
        "(?:he thong )?dang kiem tra (?:trinh duyet|ket noi)",
    ),
    words=(
        "cloudflare",
        r"\b(?:ddos|waf|incapsula|imunify360|sucuri|ray id|support id)\b",
        "security check",
        "checking your browser",
        "access denied",
        "request (?:was )?(?:blocked|rejected|denied)",
        r"\bforbidden\b",
        "web application firewall",
        "unusual traffic",
        "too many requests",
        "qua nhieu (?:yeu cau|truy cap)",
        "kiem tra (?:trinh duyet|bao mat)",
        "truy cap (?:cua ban )?(?:da )?bi (?:tu choi|chan|gioi han)",
        "enable javascript",
        "(?:bat|kich hoat) javascript",
        r"document\.cookie",
    ),
)
_LOGIN = _signs(
    title=(
        (
            "(?:yeu cau |trang )?(?:dang nhap|log ?in|sign ?in)"
            "(?: (?:vao )?(?:he thong|tai khoan|quan tri|hop thu|thanh vien|to [a-z ]+|page|required)| tai day)?$"
        ),
        "phien (?:lam viec|dang nhap|truy cap)(?: cua (?:ban|quy vi))? (?:da )?het (?:han|hieu luc)",
        "(?:your )?session (?:has )?(?:expired|timed out)",
        "(?:authentication|login|registration) required",
        "(?:401 )?unauthorized",
        "(?:dich vu )?(?:xac thuc|dang nhap) (?:tap trung|mot lan)$",
        "(?:central authentication service|single sign-on)",
    ),
    said=(
        (
            f"{_PLEASE}(?:dang nhap|log ?in|sign in|be (?:logged|signed) in)(?: [^.]{{0,40}}?)?"
            " (?:de|truoc khi|to) (?:xem|doc|tiep tuc|truy cap|su dung|vao|view|continue|read|access|see|proceed)"
        ),
        f"de (?:xem|doc|tiep tuc|truy cap)[^.]{{0,40}}?,? {_PLEASE}dang nhap",
        "(?:log ?in|sign in) to (?:view|continue|read|access)",
        "(?:bai viet|noi dung|trang|chuyen muc)(?: nay)?(?: chi)? danh (?:rieng )?cho (?:thanh vien|nguoi dung da"
        "|can bo|tai khoan|doc gia tra)",
        "this (?:page|article|content) is (?:only )?(?:for|available to) (?:members|subscribers|registered)",
        "phien (?:lam viec|dang nhap|truy cap)(?: cua (?:ban|quy vi))? (?:da )?het (?:han|hieu luc)",
        "your session (?:has )?(?:expired|timed out)",
    ),
    words=(
        (
            "(?:vui long|ban (?:can|phai)|hay|yeu cau|please)[^.]{0,20} (?:dang nhap|log ?in|sign in)[^.]{0,60}"
            " (?:xem|tiep tuc|truy cap|continue|view|doc)"
        ),
        "(?:^|ten |username |user name )(?:dang nhap|log ?in|sign in)?(?: (?:he thong|tai khoan))?"
        " ?(?:mat khau|password)",
        "(?:dang nhap|log ?in|sign in)(?: (?:he thong|tai khoan))?$",
        "phien (?:lam viec|dang nhap)[^.]{0,20} het han",
        "session (?:has )?expired",
    ),
)
_MAINTENANCE = _signs(
    title=(
        f"{_HOUSE} (?:dang|tam)(?: (?:duoc|thoi|tien hanh|trong))* {_CLOSED}",
        f"{_HOUSE} (?:tam (?:ngung|dung)|ngung hoat dong|gian doan|dang xay dung|sap ra mat|dang ban|qua tai)",
        "(?:thong bao |tam dung |dang )?(?:bao tri|bao duong|nang cap)"
        "(?: (?:he thong|website|trang web|may chu|dinh ky|cong thong tin|tam thoi|giao dien))*$",
        (
            "(?:[a-z]+ )?(?:is )?(?:currently )?(?:under|down for|in|undergoing) (?:scheduled )?"
            "(?:maintenance|construction)"
        ),
        "(?:site |scheduled |website )?maintenance(?: mode)?$",
        "(?:we'll |we will )?be (?:right )?back(?: soon| shortly)?$",
        r"(?:loi |error |http error |http )?50[0-4](?: [a-z]+){0,4}$",
        "(?:site |website )?service (?:is )?(?:temporarily )?unavailable",
        "(?:site|website) (?:is )?(?:temporarily )?(?:unavailable|offline|down)",
        "(?:bad gateway|gateway time-?out|internal server error|server error|runtime error|application error)",
        "(?:database error|error establishing a database connection|web server is down)",
        "loi (?:he thong|may chu|ket noi(?: co so du lieu)?|co so du lieu|ung dung)$",
        "(?:this )?account (?:has been )?suspended",
        "(?:website|trang web|ten mien|tai khoan) (?:da |dang )?(?:bi )?(?:tam )?(?:khoa|ngung|het han)",
        "bandwidth limit exceeded",
        "(?:coming soon|under construction|dang xay dung|sap ra mat)$",
    ),
    said=(
        (
            f"{_PLEASE}(?:kinh mong |mong )?(?:quay|tro|ghe tham|truy cap) lai"
            "(?: sau| trong (?:giay lat|it phut|thoi gian som nhat)| vao luc khac)(?: (?:it|vai) (?:phut|gio)| nhe)?$"
        ),
        (
            "(?:sorry |but )*(?:we are|we're|(?:our|this|the) (?:site|website|page|server|service))[^.]{0,40}"
            " (?:under|down for|undergoing|performing|in)[^.]{0,20} (?:maintenance|construction|upgrades?)"
        ),
        "(?:please )?(?:check|come) back (?:soon|later|shortly|in a (?:few|while))",
        "the (?:server|service) is (?:temporarily )?(?:unavailable|unable to service)",
        "this account has been suspended",
    ),
    words=(
        f"(?:website|trang|cong|he thong|may chu|dich vu)[^.]{{0,40}} (?:dang|tam)[^.]{{0,20}} {_CLOSED}",
        "(?:bao tri|nang cap) (?:he thong|website|trang|may chu|dinh ky)",
        "under (?:maintenance|construction)",
        "(?:scheduled maintenance|maintenance mode)",
        "be right back",
        "(?:service|site|website) (?:is )?(?:temporarily )?(?:unavailable|down)",
        "(?:bad gateway|gateway time-?out|internal server error|server error in|runtime error|database error)",
        r"\b50[0234]\b.{0,20}error",
        "loi (?:he thong|may chu|ket noi co so du lieu)",
        "account (?:has been )?suspended",
        "bandwidth limit exceeded",
    ),
)
_CONSENT = _signs(
    title=(
        "(?:before you continue|truoc khi (?:ban )?tiep tuc)",
        "(?:cookie|privacy) (?:consent|notice|settings|preferences|choices|wall)$",
        "(?:tuy chon|cai dat|thong bao|dong y|quan ly)(?: (?:ve|su dung|quyen rieng tu va))* cookies?$",
        "(?:we (?:value|care about|respect) )?your privacy(?: choices| settings| matters)?$",
        "chung toi (?:coi trong|ton trong) quyen rieng tu",
        "consent$",
    ),
    said=(),
)
_KINDS: tuple[tuple[type[Rejected], _Signs], ...] = (
    (SoftNotFound, _MISSING),
    (Captcha, _CAPTCHA),
    (Firewall, _FIREWALL),
    (LoginRequired, _LOGIN),
    (Maintenance, _MAINTENANCE),
    (Consent, _CONSENT),
)

# A page that only asks for consent: its lines say so, and there are buttons, and hardly anything else.
_COOKIES = re.compile(
    "cookie|quyen rieng tu|du lieu ca nhan|privacy|consent|personal data|before you continue"
    "|truoc khi (?:ban )?tiep tuc"
)
_ASKED = re.compile(
    r"\b(?:chung toi|(?:trang|website|cong)[^.]{0,30} nay|we|our|this (?:web)?site)\b[^.]{0,60} (?:cookies?|consent)"
    r"|\b(?:ban|quy vi|you)[^.]{0,20} (?:dong y|chap nhan|cho phep|accept|agree|allow|consent)[^.]{0,40} cookies?"
    "|before you continue|truoc khi (?:ban )?tiep tuc|your consent|su dong y cua (?:ban|quy vi)"
)
_AGREE = re.compile(
    "(?:toi |i )?(?:dong y|chap nhan|cho phep|accept|agree|allow|tu choi|reject|decline|got it|toi hieu)"
    r"(?: (?:va|tiep tuc|tat ca|het|cookies?|all|and|continue|necessary|only|can thiet))*\W*"
)

# Where a page of its own says it, the address after a redirect names it.
_ADDRESSES: tuple[tuple[type[Rejected], re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?:.*/)?(?:{names})(?:\.\w{{2,5}})?/?", re.IGNORECASE))
    for kind, names in (
        (SoftNotFound, "404|(?:page-?)?not-?found|error-?404|404-?(?:error|page)|khong-tim-thay(?:-trang)?|loi-?404"),
        (Captcha, "captcha|human-?verification|sorry/index"),
        (Firewall, "access-?denied|403|forbidden|blocked"),
        (LoginRequired, "dang-?nhap|log-?in|sign-?in|users/sign_in|log-?on|sso"),
        (Maintenance, "bao-?tri|maintenance|under-?(?:construction|maintenance)|50[0-4]"),
        (Consent, "consent|cookie-?consent"),
    )
)
_SCRIPTS: tuple[tuple[type[Rejected], re.Pattern[bytes]], ...] = (
    (
        Captcha,
        re.compile(rb"captcha-delivery\.com|recaptcha/(?:api|enterprise)|hcaptcha\.com|cloudflare\.com/turnstile"),
    ),
    (
        Firewall,
        re.compile(
            rb"_cf_chl|/cdn-cgi/challenge-platform|_Incapsula_Resource|AwsWaf|sucuri_cloudproxy|slowAES|vddosw3data"
            rb"|__ddg\d|document\.cookie\s*=[^<]{0,2000}\blocation\b"
        ),
    ),
)
_PARTS = re.compile(r"\s+[-–—|»•·]+\s+|[|:!?.,…]+(?:\s+|$)")
_CLAUSES = re.compile(r"[.!?…;:,|]+(?:\s+|$)|\s+[-–—|]\s+")


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


def refuse_redirect(requested: str, url: str) -> None:
    """Let a page through; raise where the site sent us from the page to its login, its error page, and the like.

    :raises SoftNotFound: its page for what is missing
    :raises Blocked: the kind that the address names
    """
    if canonical(requested) == canonical(url):
        return
    path = urlsplit(canonical(url)).path
    for kind, named in _ADDRESSES:
        if len(path) <= _SHORT and named.fullmatch(path):
            raise kind(f"sent to {path[:80]}")


def refuse_blocked(title: str, lines: Sequence[str], body: bytes = b"") -> None:
    """Let a page through; raise for what only stands in its place.

    :param title: of the document
    :param lines: all visible text
    :param body: as received; a challenge without text is told by its script
    :raises SoftNotFound: "not found", said with status 200
    :raises Blocked: captcha, WAF, login, maintenance, consent
    """
    size, prose = sum(map(len, lines)), max(map(len, lines), default=0)
    if size <= _SHORT or prose < _PROSE:
        for part in _PARTS.split(_folded(title)):
            if len(words(part)) <= _TITLE:
                _refuse([(kind, signs.title.match(part)) for kind, signs in _KINDS], title)
    if size <= _SHORT:
        _refuse_text([_folded(line) for line in lines], empty=size <= _EMPTY and prose < _PROSE)
    if not lines:
        for kind, script in _SCRIPTS:
            if found := script.search(body[:_SCRIPT]):
                raise kind(f"no text, and a script: {found[0][:40].decode('ascii', 'replace')}")


def _refuse_text(lines: Sequence[str], *, empty: bool) -> None:
    for line in lines:
        for clause in (line, *_CLAUSES.split(line)):
            _refuse([(kind, signs.said.match(clause)) for kind, signs in _KINDS], line)
    if asked := _only_consent(lines):
        raise Consent(f"says: {asked[:80]!r}")
    if empty:
        text = " ".join(lines)
        _refuse([(kind, signs.words.search(text)) for kind, signs in _KINDS], text)


def _only_consent(lines: Sequence[str]) -> str | None:
    """What a page says that only asks for consent, or None."""
    agree = [line for line in lines if len(line) <= _BUTTON and _AGREE.fullmatch(line)]
    about = [line for line in lines if line not in agree and _COOKIES.search(line)]
    rest = sum(map(len, lines)) - sum(map(len, agree)) - sum(map(len, about))
    asked = next((line for line in about if _ASKED.search(line)), None)
    return asked if agree and asked and rest < sum(map(len, about)) else None


def _folded(text: str) -> str:
    return fold(clean(text)).replace("’", "'")


def _refuse(found: Iterable[tuple[type[Rejected], re.Match[str] | None]], said: str) -> None:
    for kind, sign in found:
        if sign:
            raise kind(f"says: {clean(said)[:80]!r} ({sign[0][:40]})")
