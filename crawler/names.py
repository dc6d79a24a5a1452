"""What a person's name looks like in a byline, and what only looks like one: outlets, sections, towns, buttons."""

import re

from crawler.boilerplate import line_rule
from crawler.metadata import Metadata, squeezed
from crawler.text import clean, fold

_CAPITAL = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_SYLLABLE = rf"[{_CAPITAL}][^\W\d_]*\.?"
_PERSON = re.compile(rf"{_SYLLABLE}(?:[ .-]{{1,2}}{_SYLLABLE}){{1,4}}")
_DESK = re.compile(
    r"(?:nhóm )?(?:p\.? ?v\.?|phóng viên|nhóm phóng viên|ban biên tập|btv|ctv)(?: thực hiện)?", re.IGNORECASE
)
_INITIALS = re.compile(rf"[{_CAPITAL}]{{2}}|[{_CAPITAL}](?:\. ?[{_CAPITAL}]){{1,3}}\.?|[{_CAPITAL}]\.[^\W\d_]+")
_SPLIT = re.compile(r"\s*(?:[,;&/+]|\s[-–—]\s|\bvà\b|\bthực hiện\b)\s*", re.IGNORECASE)
_ROLES = (
    "bài và ảnh", "bài, ảnh", "bài", "ảnh", "tin, ảnh", "tin và ảnh", "tin", "tác giả bài viết", "tác giả", "thực hiện",
    "người viết", "người đăng", "người tạo", "viết bởi", "đăng bởi", "được đăng bởi", "đăng tải bởi", "bởi", "by",
    "posted by", "written by", "author", "phóng viên", "pv", "cộng tác viên", "ctv", "btv", "biên tập",
)  # fmt: skip
_ROLE = re.compile(rf"^(?:(?:{'|'.join(_ROLES)})\s*[:.]?\s+)+(?=\S)", re.IGNORECASE)
_WRITTEN = re.compile(r"^(?:(?:viết|được đăng|đăng|đăng tải) bởi|(?:posted|written) by)\b", re.IGNORECASE)
_PHOTOS = re.compile(r"\s*[.;,|/–-]?\s*\(?(?:ảnh|clip|video|đồ họa|đồ hoạ)\s*:.*$", re.IGNORECASE)
_OUTLET = re.compile(r"\b(?:online|news|báo|tạp chí|tv|tivi|plus|media|net|ttxvn)\b", re.IGNORECASE)
# An office or a place, by the words that its name begins with.
_OFFICE = re.compile(
    r"(?:phòng|văn phòng|ban (?:biên|chấp|chỉ|dân|quản|tuyên|tổ)|sở|bộ|cục|chi cục|vụ|viện|hội|liên đoàn|công đoàn"
    r"|đoàn (?:thanh niên|tncs|phường|xã)|đảng (?:ủy|uỷ|bộ)|chi bộ|công an|trung tâm|trạm"
    r"|trường (?:đại|cao|tiểu|mầm|thcs|thpt)|tỉnh|thành phố|quận|huyện|thị xã|phường|xã|thị trấn"
    r"|ủy ban|uỷ ban|ubnd|hđnd|mttq|mặt trận|đài (?:phát|truyền)|cổng|trang (?:thông|tin)|website"
    r"|tin|bản tin|tổng hợp|thông tin|quản trị|công ty)(?!\w)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^()]{0,40}\)\s*$")
_CREDIT = re.compile(
    r"^\(?\s*(?:theo|nguồn(?: tin| bài viết)?|source)\s*(?::|\s)\s*(?P<credit>.{2,60}?)\s*\)?$", re.IGNORECASE
)
_ATTRIBUTED = re.compile(r"^(?P<name>[^-–—]{2,40}?)\s*[-–—,/|(]\s*(?:theo )?(?P<rest>[^-–—]{2,40}?)\)?$", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,64}")
_DEGREE = re.compile(
    r"^(?:thạc|tiến|bác|kỹ|nhạc|họa) s[ĩỹ]\s+|^(?:luật sư|nhà (?:báo|văn|thơ)|cử nhân)\s+", re.IGNORECASE
)
_SURNAME = re.compile(
    r"(?:nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|đinh|đoàn|trịnh|trương)\b",
    re.IGNORECASE,
)
# Words of sections' names, and hardly of a person's.
_TOPIC = re.compile(
    r"\b(?:hoạt|động|của|xã|phường|mới|số|trong|ngoài|chuyển|đổi|tin|tức|kinh|tế|luật|dục|thao|thôn|nước|sự|kiện|việc"
    r"|người|điện|tử|hội|đảng|cải|cách)\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")  # a document's number, a date
_LONGEST = 40  # characters of a name
_NOT_NAMES = frozenset(
    (
        # places and buttons
        "ha noi", "ho chi minh", "viet nam", "da nang", "hai phong", "can tho", "thanh pho", "trang chu", "tin tuc",
        # whoever runs the site
        "admin", "administrator", "admin admin", "quan tri", "vccorp", "ban bien tap", "tong bien tap",
        # outlets that sign alone, as "Theo …" would
        "lao dong", "tuoi tre", "thanh nien", "nhan dan", "tien phong", "dan tri", "tri thuc tre", "phu nu",
        "doi song phap luat", "kinh te do thi", "ha noi moi", "an ninh thu do", "nguoi lao dong", "gia dinh",
        "suc khoe doi song", "vietnam plus", "dan viet", "nguoi dua tin",
        # sections
        "thoi su", "xa hoi", "kinh te", "phap luat", "the gioi", "doi song", "van hoa", "giao duc", "the thao",
        "giai tri", "suc khoe", "du lich", "khoa hoc", "cong nghe", "bat dong san", "quoc te", "chinh tri",
        "moi truong", "giao thong", "do thi", "trong nuoc", "dia phuong", "nghien cuu", "trao doi",
    )
)  # fmt: skip


def people(text: str, facts: Metadata) -> list[str]:
    """The names in a byline, without roles, outlets and asides; empty where more than one part of it is no name."""
    line = clean(_MAIL.sub(" ", text))
    if credit_of(line):
        return []
    bare = _DEGREE.sub("", _ASIDE.sub("", _PHOTOS.sub("", _ROLE.sub("", line))).strip(" .:-–—|"))
    if _DESK.fullmatch(bare):
        return [bare]
    if _DIGIT.search(bare):
        return []
    names = [part.strip(" .:") for part in _SPLIT.split(bare) if part.strip(" .:")]
    found = [name for name in names if _is_name(name, facts)]
    return found if found and len(found) >= len(names) - 1 else []


def attributed(text: str, facts: Metadata) -> list[str]:
    """The names of a line that names the outlet beside them: "Long Trần - Theo Trí Thức Trẻ"."""
    parts = _ATTRIBUTED.match(clean(text))
    return people(parts["name"], facts) if parts else []


def credit_of(text: str) -> str | None:
    """The source that a credit line names: "Theo: chinhphu.vn" → "chinhphu.vn"."""
    found = _CREDIT.match(text)
    return found["credit"] if found else None


def labelled_author(text: str) -> bool:
    """Whether a line begins with a role and a colon, "Tác giả: …", or with "Viết bởi …"."""
    return (":" in text and _ROLE.match(text) is not None) or _WRITTEN.match(text) is not None


def is_topic(text: str) -> bool:
    """Whether a line that could be a name rather names a section: "Chuyển Đổi Số", "Nông Thôn Mới"."""
    return _TOPIC.search(text) is not None and not _SURNAME.match(text)


def are_initials(text: str) -> bool:
    """Whether a line is a pen name of initials: "N.T.H", "P.V"."""
    return _INITIALS.fullmatch(text) is not None


def is_person(text: str, facts: Metadata) -> bool:
    """Whether a text is one person's name in full, and nothing else."""
    return _is_name(text, facts) and _PERSON.fullmatch(text) is not None


def _is_name(name: str, facts: Metadata) -> bool:
    if line_rule(name) or credit_of(name) or _OUTLET.search(name) or len(name) > _LONGEST or fold(name) in _NOT_NAMES:
        return False
    if _DESK.fullmatch(name) or _INITIALS.fullmatch(name):
        return squeezed(name) not in facts.sites
    if _OFFICE.match(name):
        return False
    short = squeezed(name)
    own = any(short in site or (len(site) > 3 and site in short) for site in facts.sites)
    return not own and _PERSON.fullmatch(name.title() if name.isupper() else name) is not None
