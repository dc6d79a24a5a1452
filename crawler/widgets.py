"""The widgets of Vietnamese pages as lines of text: the sorted tables that `crawler.boilerplate` judges by.

Each rule has patterns (regular expressions, case ignored), each for a whole line without its bullet. A new widget is
one line here, under the name that a stripped block then shows.
"""

from collections.abc import Mapping

# Lines that no text has, wherever they stand.
LINES: Mapping[str, tuple[str, ...]] = {
    "attachment": (
        (
            "(?:tải (?:về|xuống|file|tệp|tài liệu|ứng dụng)|download|(?:file|tệp|tài liệu|văn bản) đính kèm"
            r"|đính kèm)\s*:?(?: .{0,40})?"
        ),
    ),
    "audio": (
        r"\d{1,2}:\d{2}(?: ?/ ?\d{1,2}:\d{2})?",
        "(?:giọng )?(?:nam|nữ)(?: miền)? (?:bắc|trung|nam)",
        "(?:giọng|đọc) (?:nam|nữ)(?: .{2,12})?",
        "(?:bấm |nhấn )?(?:nghe|đọc) (?:bài|bài viết|bài báo|nội dung|audio|tin|podcast)(?: này)?",
        r"tốc độ(?: đọc)?(?: ?:? ?[\d.x]+)?",
        r"[\d.]+x",
        "audio",
        "your browser does not support .{0,60}",
        "trình duyệt .{0,40}không hỗ trợ .{0,60}",
    ),
    "back-to-top": (
        r"\W*(?:lên|về) đầu trang\W*",
        r"\W*(?:quay|trở) (?:lại|về)(?: .{2,30})?",
        "về trang chủ",
        "trang chủ",
        "xem (?:bản|phiên bản) (?:desktop|mobile|đầy đủ)",
        "giao diện (?:web|máy tính)",
    ),
    "captcha": (
        r"(?:nhập )?mã (?:xác (?:thực|nhận)|bảo (?:vệ|mật)|captcha)(?: .{0,40})?\s*[.:*]*",
        "captcha",
        "tôi không phải là (?:người máy|rô-?bốt|robot)",
    ),
    "comments": (
        (
            "(?:bình luận|ý kiến(?: của bạn| bạn đọc| độc giả)?|độc giả bình luận|thảo luận|phản hồi"
            r"|comments?)\s*(?:\(?[\d.,]+\)?)?\s*:?"
        ),
        "(?:gửi|viết|xem thêm|đăng|thêm|tất cả|ẩn|hiện)(?: ý kiến| bình luận| phản hồi)+(?: .{0,30})?",
        "(?:hiện )?chưa có (?:bình luận|ý kiến)(?: .{0,60})?",
        r"(?:\*\s*)?(?:xin )?vui lòng (?:nhập|gõ|không|viết) .{0,80}",
        "ý kiến của bạn sẽ được .{0,60}",
        "hãy (?:là|trở thành) người đầu tiên .{0,80}",
        "trả lời",
        "thích",
        r"[\d.,]+ (?:thích|trả lời|bình luận)",
        r"(?:nội dung|tiêu đề) bình luận\W*",
        "bình luận được gửi .{0,40}",
        "hủy(?: bỏ)?",
        "gửi(?: đi)?",
        r"họ (?:và )?tên\W*",
        r"e-?mail\W*",
        r"nội dung câu hỏi\W*",
    ),
    "copyright": (
        "(?:©|copyright|bản quyền (?:thuộc|©)|giấy phép (?:số|xuất bản|hoạt động|thiết lập)).{0,160}",
        r"\(\*\) không sao chép .{0,60}",
        r"(?:® |\*)?(?:đề nghị )?ghi rõ nguồn.{0,120}",
        r".{0,40}all rights reserved\.?",
    ),
    "counter": (
        (
            "(?:tổng )?(?:số )?(?:lượt|lần) (?:xem|đọc|truy cập|view|người xem)(?: bài viết"
            r"| trang)?\s*:?\s*(?:[\d.,]+)?"
        ),
        r"[\d.,]+ (?:lượt|lần) (?:xem|đọc|truy cập|view)s?",
        r"(?:views?|hits?|lượt xem)\s*:?\s*[\d.,]+",
        r"(?:đã )?(?:xem|đọc)\s*:?\s*[\d.,]+(?: lần| lượt)?",
        r"[\d.,]+ views?",
        r"(?:đang )?(?:online|trực tuyến|truy cập)\s*:?\s*[\d.,]+",
        r"(?:số người )?đang (?:online|xem|truy cập|trực tuyến)\s*:?\s*(?:[\d.,]+)?",
        r"(?:khách|thành viên)(?: online| trực tuyến)?\s*:\s*[\d.,]+",
        r"(?:thống kê|tổng|tổng cộng|tổng số)(?: lượt)?(?: truy cập| khách)?\s*:?\s*(?:[\d.,]+)?",
        "thống kê (?:truy cập|website|trang)(?: .{0,30})?",
        (
            "(?:hôm nay|hôm qua|tuần (?:này|trước)|tháng (?:này|trước)|năm nay|trong (?:ngày|tuần|tháng|năm)"
            r"|tất cả)\s*:?\s*[\d.,]+"
        ),
    ),
    "follow": (
        r"(?:theo dõi|đón đọc|like|quan tâm) .{2,40} (?:trên|tại|qua)(?: .{0,30})?\s*:?",
        "chúng tôi trên (?:mạng xã hội|facebook|zalo)",
        "google news",
        "follow us.{0,20}",
        "kết nối với chúng tôi",
        "(?:quý )?(?:mời )?(?:bạn đọc|độc giả|quý vị).{0,30}theo dõi .{0,60}",
        r"(?:tải|cài) (?:ứng dụng|app)\b.{0,40}",
    ),
    "font-size": (
        r"(?:mặc định|bình thường)?\s*(?:cỡ|kích cỡ|kích thước) (?:chữ|font)\s*:?(?: .{0,25})?",
        r"(?:tăng|giảm|phóng to|thu nhỏ|đổi|chọn) (?:(?:cỡ|kích cỡ|kích thước) )?(?:chữ|font)(?: .{0,25})?",
        r"(?:a\s?[-+]?\s*){2,4}",
        "phóng to",
        "thu nhỏ",
        "mặc định",
        "font size.{0,20}",
        "xem (?:với )?cỡ chữ.{0,20}",
        "tương phản",
        "đọc bài viết",
    ),
    "language": (
        r"(?:chọn )?ngôn ngữ\s*:?",
        "tiếng việt",
        "english",
        "vietnamese",
        "bản tiếng (?:anh|việt)",
    ),
    "login": (
        (
            "(?:đăng nhập|đăng ký|đăng xuất|quên mật khẩu|tài khoản|login|log in|sign in)(?: (?:với|bằng|để|ngay"
            r"|tài khoản|thành viên|nhận tin) ?[^@:]{0,60})?\s*\??"
        ),
    ),
    "newsletter": (
        "(?:đăng ký )?nhận (?:bản )?tin(?: .{0,40})?",
        "subscribe.{0,20}",
    ),
    "photo-credit": (
        r"\(?(?:nguồn )?ảnh\s*:\s*.{2,60}",
        (
            r"\(?(?:hình |nguồn )?ảnh (?:chỉ )?(?:mang tính )?(?:minh họa|minh hoạ|tư liệu|internet|đại diện"
            r"|tl)\b.{0,40}"
        ),
    ),
    "poll": (
        "bình chọn(?: của bạn)?",
        "thăm dò(?: ý kiến)?",
        r"[\d.,]+ người (?:đã )?bình chọn",
        "(?:xem )?kết quả(?: bình chọn)?",
        "biểu quyết",
        "gửi (?:bình chọn|đánh giá)",
        "khảo sát",
        (
            "(?:theo bạn|bạn|đánh giá của bạn|ý kiến của bạn)[^.]{0,30} về (?:trang|cổng|website|trang thông tin"
            "|giao diện)[^.]{0,120}"
        ),
    ),
    "print": (
        "print(?: page| gốc)?",
        "in(?: bài(?: viết)?| trang| tin)?",
        "bản in",
        "phiên bản in",
        "gốc",
        "gửi (?:e-?mail|mail|bài(?: viết)?|cho bạn(?: bè)?|tin)(?: .{0,20})?",
        "send e-?mail",
        "lưu (?:bài|tin)(?: viết)?",
        "đánh dấu",
        "báo lỗi(?: .{0,20})?",
        r"(?:(?:e-?mail|send e-?mail|print|in|gửi e-?mail|in bài viết|aa?|lưu|chia sẻ)[\s|/,]*){1,5}",
    ),
    "qr-code": (
        r"(?:mã )?qr[ -]?code\b.*",
        r"(?:quét )?mã qr\b.*",
        "quét mã .{0,60}",
    ),
    "rating": (
        r"đánh giá(?: bài viết| của bạn)?\s*:?",
        r"(?:[\d.,]+ )?(?:lượt )?đánh giá\s*:?\s*,?.{0,12}(?:trung bình.{0,40})?",
        "lượt đánh giá.{0,50}",
        "tổng số điểm(?: của bài viết)?(?: là)?.{0,60}",
        r"xếp hạng\s*:?\s*[\d.,]+.{0,30}",
        "(?:click|nhấn|bấm|chọn)[^.]{0,20} để đánh giá.{0,40}",
        r"trung bình\s*:?\s*(?:[\d.,]+(?: ?/ ?\d+)?)?",
        r"[\d.,]+ ?/ ?(?:5|10)(?: sao| điểm)?",
        r"\d sao",
    ),
    "share": (
        (
            "(?:chia sẻ|chia sẽ|share|tweet|like|pin it|gửi)(?: bài(?: viết| này)*| tin| link| on| this| lên"
            r"| qua| trên| với| bạn bè| facebook| twitter| zalo| mạng xã hội)*\s*:?"
        ),
        (
            "(?:(?:facebook|zalo|twitter|x|linkedin|pinterest|telegram|whatsapp|messenger|instagram|youtube"
            r"|tiktok|viber|e-?mail|copy link|zl|fb|tw|link)[\s,|/•·]*)+"
        ),
        "(?:sao chép|copy|lấy|chép) (?:liên kết|link|đường dẫn|url)(?: .{0,20})?",
        "(?:đã )?(?:copy|sao chép) ?!?",
        "link bài gốc(?: .{0,40})?",
    ),
    "tools": (
        "tiện ích(?: thông tin| bài viết)?",
        "nguồn tin",
        "công cụ",
        "chức năng",
        "truy cập nội dung luôn",
        "bỏ qua (?:đến )?nội dung",
        "skip to .{0,20}",
        "xem các bài viết của tác giả",
        "xem thêm bài viết của .{0,40}",
        "tất cả bài viết",
        "xem tất cả",
        "xem chi tiết",
        "chi tiết",
        "đọc tiếp",
        "xem tiếp",
        "no video found.{0,30}",
        "đang tải.{0,20}",
        r"loading\W*",
    ),
}

# Lines that go where they stand before the prose.
HEAD: Mapping[str, tuple[str, ...]] = {
    "clock": (
        (
            r"(?:[\w .]{2,40}, )?(?:thứ \w+|chủ nhật|t\d|cn)?,?\s*(?:ngày )?\d{1,2}[/-]\d{1,2}[/-]\d{4}(?:[\s,"
            r"|-]+\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?)?(?: ?\(?gmt.{0,6}\)?)?"
        ),
        "hôm nay(?:,| là) .{6,40}",
        r"(?:[\w .]{2,40}, )?ngày \d{1,2} tháng \d{1,2} năm \d{4}",
    ),
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
    "contact": (
        (
            "(?:địa chỉ|trụ sở|tòa soạn|điện thoại|đt|tel|fax|hotline|đường dây nóng|e-?mail|website"
            r"|bộ phận tiếp nhận)\b[^.:]{0,60}:.{0,200}"
        ),
        "(?:cổng|trang) thông tin điện tử .{2,120}",
    ),
    "credit": (
        r"\(?(?:theo|nguồn(?: tin)?|source|tổng hợp(?: từ)?)\s*:?\s+.{2,60}",
        r"nguồn\s*:",
    ),
    "tags": (
        r"(?:từ kh[óo][áa]|tags?|chủ đề|thẻ|keywords?|xem thêm về|sự kiện)\s*:?(?: .{0,200})?",
        r"#\s?\w.{0,120}",
    ),
    "time": (r"(?:(?:cập nhật|ngày đăng|đăng lúc|đăng ngày)\b.{0,40})",),
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
            "(?:các |những |xem )?(?:tin|bài|tin bài|tin tức|bài viết|thông tin)(?: tức| viết)? (?:khác"
            "|liên quan|(?:cùng|trong) (?:chuyên mục|chủ đề|mục|danh mục|lĩnh vực)|mới(?: nhất| hơn| đăng)?"
            "|cũ(?: hơn)?|đã (?:đưa|đăng)|nổi bật|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?|tiêu điểm|nóng"
            r"|đáng chú ý|tiếp theo|trước đó)(?: .{0,20})?\s*:?"
        ),
        (
            "(?:cùng (?:chuyên mục|chủ đề|mục|tác giả)|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?|đọc thêm"
            "|có thể bạn (?:quan tâm|thích|muốn đọc)|bạn (?:nên|có thể) (?:đọc|quan tâm)|được quan tâm"
            r"|đang được quan tâm|mới nhất|tin mới|nổi bật)\s*:?"
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
