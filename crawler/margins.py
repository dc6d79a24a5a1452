"""What stands before and behind the text of Vietnamese pages, as lines: the sorted tables beside `crawler.widgets`.

In the middle of a text the same words would be text. Patterns are for a whole line without its bullet, case ignored.
"""

from collections.abc import Mapping

# Lines that go where they stand before the prose.
HEAD: Mapping[str, tuple[str, ...]] = {
    "author-label": (r"(?:by|bởi|tác giả|(?:viết|đăng|posted|written) (?:bởi|by))\s*:?",),
    "clock": (
        (
            r"(?:[\w .]{2,40}, )?(?:thứ \w+|chủ nhật|t\d|cn)?,?\s*(?:ngày )?\d{1,2}[/-]\d{1,2}[/-]\d{4}(?:[\s,"
            r"|-]+\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?)?(?: ?\(?gmt.{0,6}\)?)?"
        ),
        "hôm nay(?:,| là) .{6,40}",
        r"(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật),?|\(?(?:gmt|utc) ?\+ ?0?7(?::00)?\)?",
        r"\d{1,2}[:h]\d{2} ?(?:sáng|trưa|chiều|tối|am|pm)",
        r"\d{1,2} (?:phút|giờ|ngày|tuần|tháng|năm) trước|\d{1,2} ?th\d{1,2}",
        r"(?:ngày|thời gian|giờ) (?:đăng|cập nhật|xuất bản)(?: tin| bài)?\s*:?",
        r"(?:đã )?(?:chỉnh )?sửa(?: lúc| ngày| lần cuối)?\s*:\s*\d.{4,40}",
        r"(?:[\w .]{2,40}, )?ngày \d{1,2} tháng \d{1,2} năm \d{4}",
    ),
    "counter": (r"\d[\d.,]{0,8}",),
    "label": (r"(?:sự kiện|chủ đề|chuyên mục|từ khóa|tags?|chuyên đề)\s*:(?: .{2,80})?",),
    "menu": (
        r"(?:trang chủ|home)\s*[>»›/|].*",
        r".{0,60}\s[»›]\s.{0,80}",
    ),
    "weather": (
        "(?:thời tiết|nhiệt độ)(?: .{0,40})?",
        r"-?\d{1,2} ?°\s?c?",
    ),
}

# Lines that go where they stand after the prose.
TAIL: Mapping[str, tuple[str, ...]] = {
    "attachment": (
        r"\S.{0,120}\.(?:pdf|docx?|xlsx?|pptx?|rtf|zip|rar|7z)(?:\s*[(\[–-]?\s*\d[\d.,]* ?[kmg]?b\s*[)\]]?)?",
        r"\(?\d[\d.,]* ?[kmg]b\)?|(?:dung lượng|kích thước)(?: (?:file|tệp))?\s*:?",
    ),
    "author-label": (r"tác giả\s*:",),
    "captcha": ("xác nhận", "làm mới"),
    "contact": (
        (
            "(?:địa chỉ|trụ sở|tòa soạn|điện thoại|đt|tel|fax|hotline|đường dây nóng|e-?mail|website"
            r"|bộ phận tiếp nhận|đơn vị (?:quản lý|chủ quản|thiết kế|vận hành))\b[^.:]{0,60}:.{0,200}"
        ),
        "(?:cổng|trang) thông tin điện tử .{2,120}",
        "(?:người )?chịu trách nhiệm(?: chính| nội dung| xuất bản| biên tập)?(?: .{0,20})?:.{2,160}",
        "(?:cơ quan chủ quản|trưởng ban biên tập|(?:phó )?tổng biên tập)[^.]{0,40}:.{2,120}",
    ),
    "cookies": (
        "[^.]{0,40}(?:chúng tôi|website|trang)[^.]{0,40} cookies?[^.]{0,60} trải nghiệm.{0,140}",
        "(?:tôi )?đồng ý",
    ),
    "copyright": (
        r"(?:thiết kế|phát triển|xây dựng|designed|developed|powered)(?: và [^.]{2,20})? (?:bởi|by)\b.{0,60}",
    ),
    "credit": (
        r"\(?(?:theo|nguồn(?: tin)?|source|tổng hợp(?: từ)?)\s*:?\s+.{2,60}",
        r"nguồn\s*:",
        r"(?:đồ họa|đồ hoạ|infographics?|thiết kế|trình bày|kỹ thuật)\s*:\s*[^.:]{2,50}",
    ),
    "heading": (
        "(?:văn bản|thông báo|video|tin)(?: mới(?: nhất)?)?",
        "(?:ảnh|video clip|thư viện (?:ảnh|video)|multimedia|infographics?|podcast|media)",
        "lịch (?:công tác|làm việc|tiếp (?:công )?dân)(?: tuần)?(?: \\d+)?",
        r"(?:mời )?(?:bạn đọc|độc giả|quý vị) (?:xem|đọc) thêm\s*:?",
    ),
    "pager": (
        r"\W*(?:lùi|tiếp theo|tiếp|trước|sau|(?:bài|trang|tin) (?:trước|sau|tiếp theo|kế tiếp)|previous|prev|next)\W*",
    ),
    "shop": (r"số lượng\s*:?", "thêm vào giỏ(?: hàng)?", "mua ngay"),
    "tags": (
        r"(?:từ kh[óo][áa]|tags?|chủ đề|thẻ|keywords?|xem thêm về|sự kiện)\s*:?(?: .{0,200})?",
        r"#\s?\w.{0,120}",
        r"nhãn\s*:(?: .{0,200})?",
        "(?:xuất bản ở|posted in|được gắn thẻ|gắn thẻ|đăng trong)(?: .{0,160})?",
        "this entry was posted .{0,160}",
    ),
    "time": (
        r"(?:(?:cập nhật|ngày đăng|đăng lúc|đăng ngày)\b.{0,40})",
        "(?:lần )?(?:cập nhật|sửa|chỉnh sửa) (?:lần )?cuối.{0,50}",
    ),
}

# Lines that begin what follows the text: they go with all that stands behind them.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "comments-section": (
        r"(?:bình luận|ý kiến bạn đọc|ý kiến độc giả|độc giả bình luận)(?: \(?\d+\)?)?\s*:?",
        r"(?:viết|gửi) bình luận(?: của bạn)?\s*:?",
    ),
    "rating-section": (r"đánh giá(?: bài viết| của bạn| chung)?\s*:",),
    "related-section": (
        (
            "(?:các |những |xem )?(?:tin|bài|tin,? bài|tin tức|bài viết|thông tin)(?: tức| viết)? (?:khác"
            "|liên quan|(?:cùng|trong) (?:chuyên mục|chủ đề|mục|danh mục|lĩnh vực|loại)|mới(?: nhất| hơn| đăng)?"
            "|cũ(?: hơn)?|đã (?:đưa|đăng)|nổi bật|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?|tiêu điểm|nóng"
            r"|đáng chú ý|tiếp theo|trước(?: đó)?)(?: .{0,20})?\s*:?"
        ),
        (
            "(?:cùng (?:chuyên mục|chủ đề|mục|tác giả)|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?|đọc thêm"
            "|có thể bạn (?:quan tâm|thích|muốn đọc)|bạn (?:nên|có thể) (?:đọc|quan tâm)|được quan tâm"
            r"|đang được quan tâm|mới nhất|tin mới|nổi bật|văn bản mới ban hành)\s*:?"
        ),
    ),
    "tools-section": (
        "tiện ích thông tin",
        "chúng tôi trên mạng xã hội",
    ),
    "weblinks-section": (
        r"liên kết (?:website|web|trang web|hữu ích|nhanh|khác)s?\s*:?",
        "thông tin thời tiết",
        "thư viện (?:ảnh|video|hình ảnh)",
    ),
}
