"""Vietnamese widgets as lines of text: what is left of voice menus, polls, counters and lists once markup is gone.

Every rule is anchored to a whole line. `LINES` go wherever they stand, `HEAD` and `TAIL` only before or after the
prose. `SECTIONS` begin what follows the text: the line goes and all after it. The tables are sorted by name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_D = r"[\d.,]+"

# Whole lines that are no sentence of any article.
LINES: Mapping[str, str] = {
    "attachment": r"(?:tải (?:về|xuống|file|tệp|tài liệu|ứng dụng)|download|(?:file|tệp|tài liệu|văn bản) đính kèm|đính kèm)\s*:?(?: .{0,40})?",
    "audio": (
        r"\d{1,2}:\d{2}(?: ?/ ?\d{1,2}:\d{2})?|(?:giọng )?(?:nam|nữ)(?: miền)? (?:bắc|trung|nam)|(?:giọng|đọc) (?:nam|nữ)(?: .{2,12})?"
        r"|(?:bấm |nhấn )?(?:nghe|đọc) (?:bài|bài viết|bài báo|nội dung|audio|tin|podcast)(?: này)?|tốc độ(?: đọc)?(?: ?:? ?[\d.x]+)?|[\d.]+x"
        r"|audio|your browser does not support .{0,60}|trình duyệt .{0,40}không hỗ trợ .{0,60}"
    ),
    "back-to-top": r"\W*(?:lên|về) đầu trang\W*|\W*(?:quay|trở) (?:lại|về)(?: .{2,30})?|về trang chủ|trang chủ|xem (?:bản|phiên bản) (?:desktop|mobile|đầy đủ)|giao diện (?:web|máy tính)",
    "captcha": r"(?:nhập )?mã (?:xác (?:thực|nhận)|bảo (?:vệ|mật)|captcha)(?: .{0,40})?\s*[.:*]*|captcha|tôi không phải là (?:người máy|rô-?bốt|robot)",
    "comments": (
        rf"(?:bình luận|ý kiến(?: của bạn| bạn đọc| độc giả)?|độc giả bình luận|thảo luận|phản hồi|comments?)\s*(?:\(?{_D}\)?)?\s*:?"
        r"|(?:gửi|viết|xem thêm|đăng|thêm|tất cả|ẩn|hiện)(?: ý kiến| bình luận| phản hồi)+(?: .{0,30})?|(?:hiện )?chưa có (?:bình luận|ý kiến)(?: .{0,60})?"
        r"|(?:\*\s*)?(?:xin )?vui lòng (?:nhập|gõ|không|viết) .{0,80}|ý kiến của bạn sẽ được .{0,60}|hãy (?:là|trở thành) người đầu tiên .{0,80}|trả lời|thích"
        rf"|{_D} (?:thích|trả lời|bình luận)|(?:nội dung|tiêu đề) bình luận\W*|bình luận được gửi .{{0,40}}|hủy(?: bỏ)?|gửi(?: đi)?|họ (?:và )?tên\W*|e-?mail\W*|nội dung câu hỏi\W*"
    ),
    "copyright": r"(?:©|copyright|bản quyền (?:thuộc|©)|giấy phép (?:số|xuất bản|hoạt động|thiết lập)).{0,160}|\(\*\) không sao chép .{0,60}|(?:® |\*)?(?:đề nghị )?ghi rõ nguồn.{0,120}|.{0,40}all rights reserved\.?",
    "counter": (
        rf"(?:tổng )?(?:số )?(?:lượt|lần) (?:xem|đọc|truy cập|view|người xem)(?: bài viết| trang)?\s*:?\s*(?:{_D})?|{_D} (?:lượt|lần) (?:xem|đọc|truy cập|view)s?|(?:views?|hits?|lượt xem)\s*:?\s*{_D}"
        rf"|(?:đã )?(?:xem|đọc)\s*:?\s*{_D}(?: lần| lượt)?|{_D} views?"
        rf"|(?:đang )?(?:online|trực tuyến|truy cập)\s*:?\s*{_D}|(?:số người )?đang (?:online|xem|truy cập|trực tuyến)\s*:?\s*(?:{_D})?|(?:khách|thành viên)(?: online| trực tuyến)?\s*:\s*{_D}"
        rf"|(?:thống kê|tổng|tổng cộng|tổng số)(?: lượt)?(?: truy cập| khách)?\s*:?\s*(?:{_D})?|thống kê (?:truy cập|website|trang)(?: .{{0,30}})?"
        rf"|(?:hôm nay|hôm qua|tuần (?:này|trước)|tháng (?:này|trước)|năm nay|trong (?:ngày|tuần|tháng|năm)|tất cả)\s*:?\s*{_D}"
    ),
    "follow": (
        r"(?:theo dõi|đón đọc|like|quan tâm) .{2,40} (?:trên|tại|qua)(?: .{0,30})?\s*:?|chúng tôi trên (?:mạng xã hội|facebook|zalo)|google news|follow us.{0,20}|kết nối với chúng tôi"
        r"|(?:quý )?(?:mời )?(?:bạn đọc|độc giả|quý vị).{0,30}theo dõi .{0,60}|(?:tải|cài) (?:ứng dụng|app)\b.{0,40}"
    ),
    "font-size": r"(?:mặc định|bình thường)?\s*(?:cỡ|kích (?:cỡ|thước)|tăng|giảm|phóng to|thu nhỏ|đổi|chọn)(?: (?:cỡ|kích cỡ))?(?: (?:chữ|font))(?: .{0,25})?|(?:a\s?[-+]?\s*){2,4}|phóng to|thu nhỏ|mặc định|font size.{0,20}|xem (?:với )?cỡ chữ.{0,20}|tương phản|đọc bài viết",
    "language": r"(?:chọn )?ngôn ngữ\s*:?|tiếng việt|english|vietnamese|bản tiếng (?:anh|việt)",
    "login": r"(?:đăng nhập|đăng ký|đăng xuất|quên mật khẩu|tài khoản|login|log in|sign in)(?: (?:với|bằng|để|ngay|tài khoản|thành viên|nhận tin) ?[^@:]{0,60})?\s*\??",
    "newsletter": r"(?:đăng ký )?nhận (?:bản )?tin(?: .{0,40})?|subscribe.{0,20}",
    "photo-credit": r"\(?(?:nguồn )?ảnh\s*:\s*.{2,60}|\(?(?:hình |nguồn )?ảnh (?:chỉ )?(?:mang tính )?(?:minh họa|minh hoạ|tư liệu|internet|đại diện|tl)\b.{0,40}",
    "poll": rf"bình chọn(?: của bạn)?|thăm dò(?: ý kiến)?|{_D} người (?:đã )?bình chọn|(?:xem )?kết quả(?: bình chọn)?|biểu quyết|gửi (?:bình chọn|đánh giá)|khảo sát|(?:theo bạn|bạn|đánh giá của bạn|ý kiến của bạn)[^.]{{0,30}} về (?:trang|cổng|website|trang thông tin|giao diện)[^.]{{0,120}}",
    "print": r"print(?: page| gốc)?|in(?: bài(?: viết)?| trang| tin)?|bản in|phiên bản in|gốc|gửi (?:e-?mail|mail|bài(?: viết)?|cho bạn(?: bè)?|tin)(?: .{0,20})?|send e-?mail|lưu (?:bài|tin)(?: viết)?|đánh dấu|báo lỗi(?: .{0,20})?|(?:(?:e-?mail|send e-?mail|print|in|gửi e-?mail|in bài viết|aa?|lưu|chia sẻ)[\\s|/,]*){1,5}",
    "qr-code": r"(?:mã )?qr[ -]?code\b.*|(?:quét )?mã qr\b.*|quét mã .{0,60}",
    "rating": rf"đánh giá(?: bài viết| của bạn)?\s*:?|(?:{_D} )?(?:lượt )?đánh giá\s*:?\s*,?.{{0,12}}(?:trung bình.{{0,40}})?|lượt đánh giá.{{0,50}}|tổng số điểm(?: của bài viết)?(?: là)?.{{0,60}}|xếp hạng\s*:?\s*{_D}.{{0,30}}|(?:click|nhấn|bấm|chọn)[^.]{{0,20}} để đánh giá.{{0,40}}|trung bình\s*:?\s*(?:{_D}(?: ?/ ?\d+)?)?|{_D} ?/ ?(?:5|10)(?: sao| điểm)?|\d sao",
    "share": (
        r"(?:chia sẻ|chia sẽ|share|tweet|like|pin it|gửi)(?: bài(?: viết| này)*| tin| link| on| this| lên| qua| trên| với| bạn bè| facebook| twitter| zalo| mạng xã hội)*\s*:?"
        r"|(?:(?:facebook|zalo|twitter|x|linkedin|pinterest|telegram|whatsapp|messenger|instagram|youtube|tiktok|viber|e-?mail|copy link|zl|fb|tw|link)[\s,|/•·]*)+"
        r"|(?:sao chép|copy|lấy|chép) (?:liên kết|link|đường dẫn|url)(?: .{0,20})?|(?:đã )?(?:copy|sao chép) ?!?|link bài gốc(?: .{0,40})?"
    ),
    "tools": r"tiện ích(?: thông tin| bài viết)?|nguồn tin|công cụ|chức năng|truy cập nội dung luôn|bỏ qua (?:đến )?nội dung|skip to .{0,20}|xem các bài viết của tác giả|xem thêm bài viết của .{0,40}|tất cả bài viết|xem tất cả|xem chi tiết|chi tiết|đọc tiếp|xem tiếp|no video found.{0,30}|đang tải.{0,20}|loading\W*",
}  # fmt: skip

# Before the prose only.
HEAD: Mapping[str, str] = {
    "clock": r"(?:[\w .]{2,40}, )?(?:thứ \w+|chủ nhật|t\d|cn)?,?\s*(?:ngày )?\d{1,2}[/-]\d{1,2}[/-]\d{4}(?:[\s,|-]+\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?)?(?: ?\(?gmt.{0,6}\)?)?|hôm nay(?:,| là) .{6,40}|(?:[\w .]{2,40}, )?ngày \d{1,2} tháng \d{1,2} năm \d{4}",
    "label": r"(?:sự kiện|chủ đề|chuyên mục|từ khóa|tags?|chuyên đề)\s*:(?: .{2,80})?",
    "menu": r"(?:trang chủ|home)\s*[>»›/|].*|.{0,60}\s[»›]\s.{0,80}",
    "weather": r"(?:thời tiết|nhiệt độ)(?: .{0,40})?|-?\d{1,2} ?°\s?c?",
}  # fmt: skip

# After the prose only.
TAIL: Mapping[str, str] = {
    "contact": r"(?:địa chỉ|trụ sở|tòa soạn|điện thoại|đt|tel|fax|hotline|đường dây nóng|e-?mail|website|bộ phận tiếp nhận)\b[^.:]{0,60}:.{0,200}|(?:cổng|trang) thông tin điện tử .{2,120}",
    "credit": r"\(?(?:theo|nguồn(?: tin)?|source|tổng hợp(?: từ)?)\s*:?\s+.{2,60}|nguồn\s*:",
    "tags": r"(?:từ kh[óo][áa]|tags?|chủ đề|thẻ|keywords?|xem thêm về|sự kiện)\s*:?(?: .{0,200})?|#\s?\w.{0,120}",
    "time": r"(?:(?:cập nhật|ngày đăng|đăng lúc|đăng ngày)\b.{0,40})",
}  # fmt: skip

# The line and all that follows.
SECTIONS: Mapping[str, str] = {
    "comments-section": r"(?:bình luận|ý kiến bạn đọc|ý kiến độc giả|độc giả bình luận)(?: \(?\d+\)?)?\s*:?|(?:viết|gửi) bình luận(?: của bạn)?\s*:?",
    "rating-section": r"đánh giá(?: bài viết| của bạn| chung)?\s*:",
    "related-section": (
        r"(?:các |những |xem )?(?:tin|bài|tin bài|tin tức|bài viết|thông tin)(?: tức| viết)? (?:khác|liên quan|(?:cùng|trong) (?:chuyên mục|chủ đề|mục|danh mục|lĩnh vực)|mới(?: nhất| hơn| đăng)?|cũ(?: hơn)?|đã (?:đưa|đăng)|nổi bật|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?|tiêu điểm|nóng|đáng chú ý|tiếp theo|trước đó)(?: .{0,20})?\s*:?"
        r"|(?:cùng (?:chuyên mục|chủ đề|mục|tác giả)|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?|đọc thêm|có thể bạn (?:quan tâm|thích|muốn đọc)|bạn (?:nên|có thể) (?:đọc|quan tâm)|được quan tâm|đang được quan tâm|mới nhất|tin mới|nổi bật)\s*:?"
    ),
    "tools-section": r"tiện ích thông tin|chúng tôi trên mạng xã hội",
    "weblinks-section": r"liên kết (?:website|web|trang web|hữu ích|nhanh|khác)s?\s*:?|thông tin thời tiết|thư viện (?:ảnh|video|hình ảnh)",
}  # fmt: skip

# Bylined prefixes of a first paragraph: "ANTD.VN - ", "(Chinhphu.vn) - ", "(PLO)- ", "TTO - ", "GDVN- ".
PREFIX = re.compile(
    r"^(?:\((?P<inner>[^()\n]{2,40})\)\s*[-–—:]*\s*|(?P<host>[A-ZĐa-z][\w.-]{1,30}\.(?:VN|vn|Vn|COM|com|ORG|org|NET|net)(?:\.vn)?)\s*[-–—:|]+\s*"
    r"|(?P<capitals>[A-ZĐ][A-ZĐ&.]{1,11})\s?[-–—]{1,2}\s+)(?=[\"“'‘«(\w])"
)
_AGENCY = re.compile(r"[A-ZĐ]{2,}|\.\w{2,3}$|^(?:Báo|Dân trí|TTXVN|Vietnam\+)|(?i:dân trí|chinhphu|ảnh minh)")


def _table(rules: Mapping[str, str]) -> re.Pattern[str]:
    parts = (f"(?P<{name.replace('-', '_')}>{pattern})" for name, pattern in sorted(rules.items()))
    return re.compile("|".join(parts), re.IGNORECASE)


_TABLES = {
    "lines": _table(LINES),
    "head": _table(HEAD),
    "tail": _table(TAIL),
    "sections": _table(SECTIONS),
}
_BULLETS = "•·▪►■●○◦-–*+>» "
_LONGEST = 240  # characters of a line that a rule may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the rules see of a line: its text, the share of links in it (0…1)."""

    text: str
    linked: float = 0.0


@lru_cache(maxsize=8192)
def _match(table: str, text: str) -> str | None:
    if len(text) > _LONGEST:
        return None
    found = _TABLES[table].fullmatch(text.lstrip(_BULLETS))
    return found.lastgroup.replace("_", "-") if found and found.lastgroup else None


def line_rule(text: str) -> str | None:
    """The rule by which a line is no text wherever it stands, or None."""
    return _match("lines", text)


def section_rule(text: str) -> str | None:
    """The rule by which a line begins what follows the text, or None."""
    return _match("sections", text)


def is_prose(text: str) -> bool:
    """A line that only a text has: long, or a sentence."""
    return len(text) >= 120 or (len(text) >= 60 and text[-1] in '.!?…:;”"')


def verdicts(lines: Sequence[Line]) -> tuple[str | None, ...]:
    """For each line of a body the rule that strips it, or None: kept."""
    rules: list[str | None] = [line_rule(line.text) for line in lines]
    prose = [
        place for place, line in enumerate(lines) if rules[place] is None and is_prose(line.text) and line.linked < 0.5
    ]
    if not prose:
        return tuple(rules)
    for place in range(prose[0]):
        rules[place] = rules[place] or _match("head", lines[place].text) or section_rule(lines[place].text)
    _cut(lines, rules, prose)
    _trim(lines, rules)
    _strip_links(lines, rules)
    return tuple(rules)


def _cut(lines: Sequence[Line], rules: list[str | None], prose: Sequence[int]) -> None:
    """All from the first section that stands behind most of the text; a box between paragraphs takes only its list."""
    total = sum(len(lines[place].text) for place in prose)
    before = 0
    for place, line in enumerate(lines):
        if rules[place] is None and place in prose:
            before += len(line.text)
        rule = section_rule(line.text) if before else None
        if not rule:
            continue
        if before * 2 >= total or _is_list(lines[place + 1 :]):
            for later in range(place, len(lines)):
                rules[later] = rules[later] or rule
            return
        rules[place] = rule
        for later in range(place + 1, len(lines)):
            if is_prose(lines[later].text) and lines[later].linked < 0.5:
                break
            rules[later] = rules[later] or rule


def _trim(lines: Sequence[Line], rules: list[str | None]) -> None:
    """From the end back to the first paragraph that no rule knows: credits, tags, the outlet's address."""
    for place in range(len(lines) - 1, -1, -1):
        rules[place] = rules[place] or _match("tail", lines[place].text)
        if rules[place] is None and is_prose(lines[place].text):
            break


def _is_list(after: Sequence[Line]) -> bool:
    """Whether what follows is a list of headlines with their summaries: no paragraph follows a paragraph."""
    kinds = [is_prose(line.text) and line.linked < 0.5 for line in after]
    return not any(one and next_one for one, next_one in zip(kinds, kinds[1:], strict=False))


def _strip_links(lines: Sequence[Line], rules: list[str | None]) -> None:
    """Lines that are one link each and no sentence: headlines of others, wherever two of them meet or a text ends."""
    for place, line in enumerate(lines):
        if rules[place] is None and _is_headline_link(line):
            rules[place] = "link"


def _is_headline_link(line: Line) -> bool:
    return line.linked > 0.9 and len(line.text) > 20 and line.text[-1] not in '.!…:;”"'


def without_prefix(text: str, patterns: Sequence[str] = ()) -> tuple[str, str | None]:
    """A first paragraph without its bylined prefix, and that prefix; patterns are a source's own."""
    for pattern in patterns:
        found = re.match(pattern, text)
        if found and found.end():
            return text[found.end() :].strip(), found[0].strip()
    found = PREFIX.match(text)
    if not found or len(text) - found.end() < 20:
        return text, None
    inner = found["inner"]
    if inner is not None and not _AGENCY.search(inner):
        return text, None
    return text[found.end() :].strip(), found[0].strip()
