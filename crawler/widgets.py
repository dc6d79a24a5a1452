"""The widgets of Vietnamese pages as lines of text: the sorted tables that `crawler.boilerplate` judges by.

Each rule has patterns (regular expressions, case ignored), each for a whole line without its bullet. A new widget is
one line here, under the name that a stripped block then shows.
"""

from collections.abc import Mapping

# Lines that no text has, wherever they stand.
LINES: Mapping[str, tuple[str, ...]] = {
    "advertisement": (r"\W*(?:quảng cáo|advertisements?|nội dung (?:quảng cáo|được tài trợ))\W*",),
    "attachment": (
        (
            "(?:tải (?:về|xuống|file|tệp|tài liệu|ứng dụng)|download"
            "|(?:file|tệp(?: tin)?|tập tin|tài liệu|văn bản) (?:đính kèm|kèm theo)"
            r"|đính kèm)\s*:?(?: .{0,40})?"
        ),
    ),
    "audio": (
        r"\d{1,2}:\d{2}(?: ?/ ?\d{1,2}:\d{2})?",
        "(?:giọng )?(?:nam|nữ)(?: miền)? (?:bắc|trung|nam)",
        "(?:nam|nữ) (?:hà nội|sài gòn|huế|đà nẵng)|giọng (?:miền )?(?:bắc|trung|nam)",
        "(?:giọng|đọc) (?:nam|nữ)(?: .{2,12})?",
        r"giọng đọc\s*:?(?: .{0,25})?|(?:chọn|chuyển|đổi) giọng(?: đọc)?(?:\s*:.{0,25})?",
        (
            r"\W*(?:bấm |nhấn )?(?:nghe|đọc)(?: đọc)? (?:nội dung )?(?:bài(?: viết| báo)?(?: này)?|bản tin|tin|báo nói)"
            r"(?:\s*[-–:|(]+\s*(?:giọng |nam|nữ|ai\b|miền ).{0,25})"
        ),
        "(?:nghe|đọc) (?:nội dung bài(?: viết)?|bản tin|báo nói|bằng giọng.{0,25})|báo nói|bản tin (?:âm thanh|audio)",
        "tạm dừng|tiếp tục (?:nghe|phát)|phát|dừng|play|pause|stop|mute|âm lượng|tắt tiếng|bật tiếng",
        "(?:bấm |nhấn |dừng )?(?:nghe|đọc)(?: đọc)? (?:bài|bài viết|bài báo|nội dung|audio|tin|podcast)(?: này)?",
        r"(?:nghe|đọc)(?: đọc)? (?:bài|tin|nội dung)(?: viết| báo)?(?: này)?"
        r"(?:[\s\d:/.x]|giọng|nam|nữ|miền|bắc|trung)+",
        "(?:bấm|nhấn|chạm) để nghe|dừng (?:đọc|nghe)|(?:chuyển|chọn|đổi) giọng(?: đọc)?",
        r"tốc độ(?: đọc)?(?: ?:? ?[\d.x]+)?",
        r"[\d.]+x",
        "audio",
        "(?:play|replay) video|unmute|fullscreen|picture-in-picture|playback rate",
        r"(?:current time|duration|loaded|remaining time|stream type)\b[^a-z]{0,20}(?:live)?",
        r"(?:this is a|beginning of|end of) (?:modal|dialog) window\..{0,80}",
        "your browser does not support .{0,60}",
        "trình duyệt .{0,40}không hỗ trợ .{0,60}",
    ),
    "back-to-top": (
        r"\W*(?:lên|về) đầu trang\W*",
        r"\W*(?:quay|trở) (?:lại|về)(?: .{2,30})?",
        r"\W*(?:quay |trở )?(?:về|lên) trang trước\W*|\W*trở lên trên\W*",
        "về trang chủ",
        "trang chủ",
        "xem (?:bản|phiên bản) (?:desktop|mobile|đầy đủ)",
        "giao diện (?:web|máy tính)",
    ),
    "captcha": (
        r"(?:(?:bạn )?(?:hãy )?nhập )?mã (?:xác (?:thực|nhận)|bảo (?:vệ|mật)|captcha|chống spam)(?: .{0,40})?\s*[.:*]*",
        r"(?:nhập )?mã kiểm tra\W*|nhập mã\W*|(?:đổi|làm mới|lấy|tải lại) mã(?: khác| mới)?",
        "captcha",
        "tôi không phải là (?:người máy|rô-?bốt|robot)",
    ),
    "comments": (
        (
            "(?:bình luận|ý kiến(?: của bạn| bạn đọc| độc giả)?|độc giả bình luận|thảo luận|phản hồi"
            r"|comments?)\s*(?:\(?[\d.,]+\)?)?\s*:?"
        ),
        "(?:gửi|viết|xem thêm|đăng|thêm|tất cả|ẩn|hiện)(?: ý kiến| bình luận| phản hồi)+(?: .{0,30})?",
        "(?:hiện )?chưa có (?:bình luận|ý kiến|phản hồi|nhận xét)(?: .{0,60})?",
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
        r"(?:nhập )?(?:nội dung bình luận|tên của bạn)\W*",
        r"còn lại\s*:?\s*\d+ ký tự|(?:số )?ký tự còn lại\s*:?\s*\d*|tối đa\s*:?\s*\d+ (?:ký tự|từ)",
        r"(?:gửi )?góp ý\W*|(?:gửi|viết) bình luận\W*|địa chỉ e-?mail\W*",
        "(?:bạn )?(?:cần|phải|hãy|vui lòng) đăng nhập .{0,60}bình luận",
        "sắp xếp theo bình luận.{0,20}",
        "để lại (?:một )?(?:bình luận|nhận xét|trả lời)(?: .{0,20})?",
        "(?:đăng|không có|gửi|xem) (?:nhận xét|phản hồi)(?: nào)?\\s*:?",
        "(?:email|thư điện tử) của bạn sẽ không .{0,120}",
    ),
    "copyright": (
        "(?:©|copyright|bản quyền (?:thuộc|©)|giấy phép (?:số|xuất bản|hoạt động|thiết lập)).{0,160}",
        r"\(\*\) không sao chép .{0,60}",
        r"(?:® |\*)?(?:đề nghị )?ghi rõ nguồn.{0,120}",
        r".{0,40}all rights reserved\.?",
        "ch[uứ]ng nh[aậ]n t[ií]n nhi[eệ]m m[aạ]ng",
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
        r"(?:lượt|số lượt) truy cập(?: hôm nay| hôm qua| tháng này)\s*:?\s*[\d.,]+",
        r"khách (?:viếng thăm|truy cập|thăm|đang xem)\s*:?\s*[\d.,]+",
        r"(?:hiện )?(?:có|đang có) \d+ khách.{0,40}(?:online|trực tuyến|truy cập)",
        r"\d+ phút đọc|thời gian đọc\s*:?.{0,8}\d+ phút|đọc (?:khoảng|trong|mất) \d+ phút",
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
        "(?:đọc|xem) (?:bài|tin|báo)(?: .{2,30})? trên google news",
        "quan tâm zalo(?: oa)?(?: .{0,30})?|like (?:và|&) (?:theo dõi|share|chia sẻ) [^.]{0,80}",
        (
            "(?:theo dõi|quan tâm|like) [^.]{2,60}(?:zalo|facebook|fanpage|google news|youtube|tiktok)[^.]{0,40}"
            " để (?:cập nhật|nhận|đọc|xem|không bỏ lỡ) [^.]{2,60}"
        ),
        (
            "(?:bấm|nhấn|hãy|mời bạn)(?: vào đây)?(?: để)? theo dõi [^.]{0,60}"
            "(?:zalo|fanpage|facebook|google news|youtube)[^.]{0,50}"
        ),
        "follow us.{0,20}",
        "kết nối với chúng tôi",
        "(?:quý )?(?:mời )?(?:bạn đọc|độc giả|quý vị).{0,30}theo dõi .{0,60}",
        r"(?:tải|cài) (?:ứng dụng|app)\b.{0,40}",
        r"\W*mời (?:quý )?(?:bạn đọc|độc giả|quý vị|bạn) (?:xem|đọc) thêm(?: .{2,20})?\s*:.{2,160}",
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
        "(?:độ |chế độ )?tương phản(?: cao| thấp)?|màu (?:chữ|nền)",
        "(?:chế độ|giao diện) (?:đọc|ban đêm|ban ngày|tối|sáng)",
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
        r"nhập (?:địa chỉ )?e-?mail(?: của bạn)?\W*",
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
        "bình chọn(?: của bạn| bài viết(?: này)?)?",
        "thăm dò(?: ý kiến| dư luận)?",
        (
            "(?:bạn|anh/chị|quý vị)[^.?]{0,30} (?:bài viết|bài|trang|cổng|website|giao diện)[^.?]{0,20} (?:này|mới)"
            r"[^.?]{0,40}\?"
        ),
        "(?:cảm|cám) ơn (?:bạn|quý vị) đã (?:đánh giá|bình chọn|góp ý|phản hồi|gửi .{0,30})[.!]?",
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
    "poster": (r"(?:người (?:đăng|cập nhật|nhập|gửi|tạo)|(?:đăng|cập nhật) bởi)\s*:\s*.{0,40}",),
    "print": (
        "print(?: page| gốc)?",
        "in(?: bài(?: viết)?| trang| tin)?(?: này)?",
        "bản in",
        "phiên bản in",
        "gốc",
        "gửi (?:e-?mail|mail|bài(?: viết)?|cho bạn(?: bè)?|tin)(?: .{0,20})?",
        "send e-?mail",
        "lưu (?:bài|tin)(?: viết)?",
        "đánh dấu",
        "báo lỗi(?: .{0,20})?",
        (
            r"(?:(?:(?:send |gửi )?e-?mail|print|in(?: bài(?: viết)?| trang)?|gửi (?:cho )?bạn bè|quay lại|aa?"
            r"|lưu(?: tin)?|chia sẻ(?: qua)?|facebook|zalo|twitter|(?:đã )?sao chép liên kết)[\s|/,:•·-]*){1,8}"
        ),
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
        (
            "(?:bài viết|thông tin|nội dung|trang)(?: này| trên)? (?:có )?hữu ích (?:với bạn|cho bạn)?(?: ?không)?"
            r"\s*\??(?: ?(?:có|không)){0,2}"
        ),
        r"\(?\d+ (?:bình chọn|phiếu bầu|votes?)\)?|(?:bình quân|trung bình) \(\d+ .{2,12}\)",
        r"\d(?:[.,]\d)? ?/ ?5 ?-? ?\(\d+ .{2,12}\)",
    ),
    "related": (r"\W*(?:xem|đọc|tìm hiểu) thêm\s*:.{10,200}(?<![.;)])",),
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
        "tạo liên kết",
        r"(?:thích|chia sẻ) \d+",
        r"chia sẻ:(?: (?:facebook|zalo|twitter|x|linkedin|telegram|youtube))+",
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
        "xem (?:tất cả|nhanh)",
        "xem chi tiết",
        "chi tiết",
        "đọc tiếp",
        "xem tiếp",
        "no video found.{0,30}",
        "đang (?:tải|xử lý).{0,20}",
        r"xem thêm\s*[:»>.…]*|(?:thu gọn|mở rộng|ẩn bớt|ẩn/hiện)\W*",
        r"tìm kiếm\W*|nhập từ khóa.{0,20}",
        "(?:vui lòng |hãy )?bật javascript.{0,60}",
        r"trang (?:đầu|cuối|sau|trước|tiếp)(?: theo)?|đầu trang|trang\s*:?\s*\d+(?:[\s|,]+\d+)+|trang \d+ ?/ ?\d+",
        r"mục lục\W*(?:ẩn|hiện|toggle|hide|show)\W*",
        "sơ đồ (?:cổng|trang|site|website).{0,10}",
        r"(?:chuyên mục|dòng sự kiện)\s*:.{0,60}",
        r"loading\W*",
    ),
}
