"""What stands where the page should be, told by its kind; and articles that speak of it, which are articles."""

from datetime import UTC, datetime

import pytest

from crawler.blocked import refuse_blocked, refuse_redirect, refuse_status
from crawler.errors import (
    Blocked,
    Captcha,
    Consent,
    Firewall,
    HomeServed,
    HttpRefused,
    LoginRequired,
    Maintenance,
    NotArticle,
    NotFound,
    Rejected,
    ServerError,
    SoftNotFound,
)
from crawler.extract import extract
from crawler.types import Article, Snapshot, Source

PAGE = "https://benda.example.vn/tin-tuc/phuong-ben-da-chia-to-dan-pho-4711.html"
HOME = "https://benda.example.vn/"
SOURCE = Source(name="benda", title="Phường Bến Đá", hosts=("benda.example.vn",))
HEADLINE = "Phường Bến Đá chia lại tổ dân phố sau khi dân số tăng nhanh"
TEXT = (
    "Sáng 12/3, Hội đồng nhân dân phường Bến Đá thông qua nghị quyết sắp xếp lại các tổ dân phố trên địa bàn.",
    "Theo tờ trình của Ủy ban nhân dân phường, mỗi tổ mới có không quá năm trăm hộ và một nhà sinh hoạt cộng đồng.",
    "Trong hai tháng, cán bộ phường đã phát hơn sáu nghìn phiếu; chín trên mười hộ đồng ý với phương án được chọn.",
)
OTHERS = (
    "Phường Bến Đá mở lớp học bơi cho trẻ em",
    "Chợ Bến Đá dời về khu đất mới ven sông",
    "Ra quân dọn rác ven biển Bến Đá",
    "Hai mươi hộ được cấp lại số nhà mới",
    "Đường ven kênh thông xe trước mùa mưa",
    "Trạm y tế phường khám thêm ngày thứ bảy",
    "Thư viện phường mở cửa buổi tối",
    "Lịch tiếp công dân tháng tư của phường",
)


@pytest.mark.parametrize("status", [200, 203, 206, 304])
def test_let_through(status: int) -> None:
    refuse_status(status)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (404, NotFound),
        (410, NotFound),
        (400, HttpRefused),
        (403, HttpRefused),
        (408, ServerError),
        (429, ServerError),
        (500, ServerError),
        (503, ServerError),
    ],
)
def test_status(status: int, refusal: type[Rejected]) -> None:
    with pytest.raises(refusal) as caught:
        refuse_status(status)
    assert type(caught.value) is refusal
    assert caught.value.temporary is (status not in (404, 410)), "a gate keeper's 403 is gone tomorrow"


# Title and text; a bar parts the text's lines.
PAGES: dict[type[Rejected], tuple[tuple[str, str], ...]] = {
    SoftNotFound: (
        ("Không tìm thấy trang", "Về trang chủ"),
        ("Cổng phường", "Trang bạn yêu cầu không tồn tại hoặc đã bị xóa"),
        ("404 Not Found", "nginx"),
        ("Cổng phường", "Bài viết không còn tồn tại."),
        ("Cổng phường Bến Đá - Lỗi 404", "Trang chủ|Liên hệ"),
        ("Page not found – Bến Đá", "It looks like nothing was found at this location. Maybe try a search?"),
        ("Bến Đá", "Oops! That page can’t be found.|Try the search box"),
        ("Bến Đá", "Sorry, the page you are looking for could not be found."),
        ("404", "Trang này đi vắng rồi"),
        ("Error", "Try the home page"),
        ("Bến Đá", "Rất tiếc, không tìm thấy nội dung bạn đang tìm kiếm!|Trang chủ"),
        ("Bến Đá", "Liên kết quý vị vừa truy cập không tồn tại, hoặc đã được chuyển đi nơi khác."),
        ("Bến Đá", "Tin bài này đã bị gỡ.|Quay về trang trước"),
        ("Bến Đá", "The requested URL /tin/4711.html was not found on this server."),
        ("Bến Đá", "We can't find the page you asked for. " + "Here is what others read this week. " * 20),
        ("", "HTTP Error 404 - File or directory not found."),
    ),
    Captcha: (
        ("Xác thực", "Vui lòng xác nhận bạn không phải là người máy"),
        ("", "Nhập mã xác thực để tiếp tục"),
        ("Bến Đá", "Để chắc rằng bạn không phải robot, hãy gõ mã bảo mật trong hình.|Gửi"),
        ("Captcha", "Bến Đá|Gửi"),
        ("Xác minh bạn là con người", "benda.example.vn cần xem xét kết nối trước khi đi tiếp"),
        ("Bạn có phải là người không?", "Gửi"),
        ("Are you a robot?", "Tick the box below"),
        ("Bến Đá", "Please verify that you are human before you go on|Submit"),
        ("Bến Đá", "I'm not a robot|Submit"),
        ("Security check", "One moment"),
        ("Human Verification", ""),
        ("Bến Đá", "Please complete the security check to reach benda.example.vn. " + "It keeps robots away. " * 30),
        ("Bến Đá", "Tôi không phải là người máy|Tiếp tục"),
        ("Bến Đá", "Hãy chọn tất cả các hình có đèn giao thông"),
        ("One more step", "Solve the puzzle"),
    ),
    Firewall: (
        ("Just a moment...", "Checking your browser before accessing the site"),
        ("Just a moment...", ""),
        ("Request Rejected", "The requested URL was rejected. Your support ID is: 12"),
        ("Attention Required! | Cloudflare", "Sorry, you have been blocked|You are unable to access benda.example.vn"),
        ("Bến Đá", "Sorry, you have been blocked|" + "This site guards itself against attacks from the web. " * 15),
        ("Access Denied", "You don't have permission to access this page. Reference #18.5c1"),
        ("403 Forbidden", "openresty"),
        ("Error 1015", "You are being rate limited"),
        ("Too Many Requests", "Slow down"),
        ("Bến Đá", "Truy cập của bạn đã bị từ chối bởi tường lửa của cổng thông tin."),
        ("Truy cập bị chặn", "Mã sự việc 88123"),
        ("Bến Đá", "Bạn đã gửi quá nhiều yêu cầu trong thời gian ngắn."),
        ("Bến Đá", "Địa chỉ IP của bạn tạm thời bị chặn vì có dấu hiệu tấn công."),
        ("Bến Đá", "Bạn không có quyền truy cập trang này.|Trở về"),
        ("Bến Đá", "Hệ thống phát hiện truy cập bất thường từ mạng của bạn."),
        ("Bến Đá", "Đang kiểm tra trình duyệt, xin đợi năm giây..."),
        ("Bến Đá", "Vui lòng bật JavaScript và cookie để tiếp tục."),
        ("Bến Đá", "Please enable JavaScript and cookies to continue"),
        ("DDoS protection by Bến Đá Guard", "Wait"),
        ("Bến Đá", "Our systems have detected unusual traffic from your network."),
        ("Pardon Our Interruption", "Something about your browser made us think"),
        ("", "Web Application Firewall|Event 4711"),
    ),
    LoginRequired: (
        ("Đăng nhập", "Tên đăng nhập Mật khẩu"),
        ("Cổng phường", "Bạn cần đăng nhập để xem nội dung này"),
        ("Đăng nhập hệ thống | Cổng phường Bến Đá", "Tài khoản|Mật khẩu|Quên mật khẩu?"),
        ("Sign in", "User name|Password"),
        ("Bến Đá", "Please log in to continue reading."),
        ("Bến Đá", "You must be logged in to view this page."),
        ("Bến Đá", "Để đọc tiếp, quý vị vui lòng đăng nhập bằng tài khoản công vụ."),
        ("Bến Đá", "Nội dung này chỉ dành cho thành viên.|Đăng ký"),
        ("Bến Đá", "Phiên làm việc của bạn đã hết hạn.|Tải lại"),
        ("Bến Đá", "Your session has expired. Please start again."),
        ("401 Unauthorized", "Bến Đá"),
        ("Login required", ""),
        ("Bến Đá", "This article is for subscribers only. " + "See what subscribers read at home this week. " * 15),
    ),
    Maintenance: (
        ("Cổng phường Bến Đá", "Hệ thống đang bảo trì, xin quay lại sau"),
        ("503 Service Temporarily Unavailable", "nginx"),
        ("Bảo trì hệ thống", "Mong quý vị thông cảm"),
        ("Thông báo bảo trì", ""),
        ("Bến Đá", "Website đang được nâng cấp.|Số điện thoại trực: 0200 300 400"),
        ("Bến Đá", "Cổng thông tin điện tử phường Bến Đá tạm ngừng hoạt động để sửa chữa."),
        ("Bến Đá", "Máy chủ đang quá tải. Vui lòng truy cập lại sau ít phút.|" + "Ủy ban phường Bến Đá. " * 20),
        ("Site under maintenance", "Back on Monday"),
        ("Bến Đá", "We are currently performing scheduled maintenance. Please check back soon."),
        ("We'll be back soon!", ""),
        ("502 Bad Gateway", "nginx"),
        ("Bến Đá", "The server is temporarily unable to service your request."),
        ("Lỗi máy chủ", "Mã lỗi 77"),
        ("Bến Đá", "Server Error in '/' Application.|Runtime Error"),
        ("Error establishing a database connection", ""),
        ("Bến Đá", "This account has been suspended.|Contact your provider"),
        ("Website đang bảo trì", "Cổng phường"),
        ("Coming soon", "Bến Đá"),
    ),
    Consent: (
        ("Before you continue", "Bến Đá"),
        ("Trước khi bạn tiếp tục", "Ngôn ngữ: tiếng Việt"),
        ("Bến Đá", "Chúng tôi sử dụng cookie để trang hoạt động và để đếm lượt đọc.|Đồng ý|Từ chối"),
        ("Bến Đá", "We and our partners store cookies.|You may withdraw your consent.|Accept all|Reject all"),
        ("Cookie settings", "Necessary|Statistics|Save"),
        ("Tùy chọn cookie", "Cần thiết|Thống kê|Lưu"),
        ("Bến Đá", "Trang này cần sự đồng ý của bạn trước khi đặt cookie.|Chấp nhận tất cả"),
        ("We value your privacy", "Bến Đá"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "title", "text"), [(kind, *page) for kind, pages in PAGES.items() for page in pages]
)
def test_refused_by_its_kind(refusal: type[Rejected], title: str, text: str) -> None:
    with pytest.raises(Rejected) as caught:
        refuse_blocked(title, text.split("|"))
    assert type(caught.value) is refusal, caught.value
    assert caught.value.reason == refusal.__name__
    assert caught.value.temporary is (refusal is not SoftNotFound)


def test_each_kind_of_blocking_has_examples_in_both_languages() -> None:
    for kind in (*Blocked.__subclasses__(), SoftNotFound):
        texts = [f"{title} {text}" for title, text in PAGES[kind]]
        assert sum(not text.isascii() for text in texts) >= 3, kind
        assert any("the" in text.lower() or text.isascii() for text in texts), kind


@pytest.mark.parametrize(
    ("refusal", "script"),
    [
        (Firewall, "document.cookie='D1N=4711;expires=x';window.location.reload(true)"),
        (Firewall, "window._cf_chl_opt={cvId:'3'}"),
        (Firewall, "var a=toNumbers('f6');slowAES.decrypt(a,2,b,c)"),
        (Captcha, "var dd={host:'geo.captcha-delivery.com'}"),
    ],
)
def test_a_challenge_without_text(refusal: type[Rejected], script: str) -> None:
    with pytest.raises(Rejected) as caught:
        read(f"<html><head><title>Bến Đá</title></head><body><script>{script}</script></body></html>")
    assert type(caught.value) is refusal


@pytest.mark.parametrize("script", ["document.cookie='seen=1'", "grecaptcha.render()", "_cf_chl", "slowAES"])
def test_an_article_may_hold_such_a_script(script: str) -> None:
    assert read(article(inside=f"<script>{script};location.reload()</script>")).title == HEADLINE


PARAGRAPH = "Công ty cấp nước cho biết đường ống chính qua phường Bến Đá sẽ được thay trong hai đêm cuối tuần này. "
TITLES = (
    "Hệ thống nước sạch bảo trì, 3.000 hộ mất nước",
    "Cảnh báo trang giả mạo đòi nhập mã xác thực",
    "Lỗi 404 là gì?",
    "Đăng nhập",
    "Access denied: bộ phim về tin tặc ra rạp",
)
SHORT = (
    (
        "Bảo trì hệ thống dịch vụ công trực tuyến từ 22 giờ ngày 14/3",
        (
            "Cổng Dịch vụ công của thành phố tạm dừng nhận hồ sơ trong đêm để nâng cấp máy chủ; bộ phận một cửa của "
            "phường vẫn làm việc từ 8 giờ sáng hôm sau, và hồ sơ đã nộp không phải nộp lại."
        ),
    ),
    (
        "Công an phường Bến Đá cảnh báo trang giả mạo",
        (
            "Kẻ gian lập trang giống trang của phường, hiện dòng chữ “Vui lòng nhập mã xác nhận để tiếp tục”, rồi xin "
            "mã captcha và mật khẩu ngân hàng của người nhẹ dạ; công an đã chặn ba trang như vậy."
        ),
    ),
    (
        "Học sinh Bến Đá giải captcha bằng máy học",
        (
            "Em Lê Thị Cát, lớp 11, viết một chương trình đọc được mã captcha của nhiều trang trong nửa giây; thầy "
            "giáo khuyên em dùng nó để giúp người khiếm thị vào cổng dịch vụ công dễ hơn trước."
        ),
    ),
    (
        "Phường Bến Đá lắp tường lửa cho mạng nội bộ",
        (
            "Tường lửa ứng dụng web (WAF) mới đã chặn hơn hai nghìn yêu cầu đáng ngờ trong tuần đầu; người truy cập "
            "từ nước ngoài có lúc bị từ chối nhầm, và tổ công nghệ số đang sửa các quy tắc ấy."
        ),
    ),
    (
        "Từ tháng tư phải đăng nhập bằng VNeID để nộp hồ sơ",
        (
            "Người dân muốn nộp hồ sơ trên cổng dịch vụ công phải đăng nhập bằng tài khoản định danh mức hai; ai chưa "
            "có, tổ dân phố sẽ giúp lập tài khoản tại nhà sinh hoạt vào chiều thứ bảy."
        ),
    ),
    (
        "Cookie là gì và vì sao trang nào cũng hỏi",
        (
            "Mỗi trang web sử dụng cookie để nhớ người đọc; luật mới buộc trang phải xin phép trước khi lưu, nên bạn "
            "thấy nút chấp nhận ở khắp nơi. Từ chối thì phần lớn trang vẫn đọc được như thường."
        ),
    ),
    (
        "Bến Đá: nhiều trang tin cũ không còn tồn tại",
        (
            "Sau khi sáp nhập, ba trang tin của các phường cũ không còn tồn tại; người đọc gõ địa chỉ cũ gặp lỗi 404. "
            "Phường đã xin thành phố chuyển hướng các địa chỉ ấy về cổng mới trong tháng tư."
        ),
    ),
    (
        "Cây cầu Bến Đá đóng để bảo trì trong ba ngày",
        (
            "Cầu đang được bảo trì, xe máy đi vòng qua đường Kênh Mới; riêng xe cứu thương và xe chữa cháy vẫn qua "
            "được làn bên phải. Sở Xây dựng hẹn mở lại cầu trước năm giờ sáng ngày thứ hai tuần sau."
        ),
    ),
)
MARGIN = (
    "Vui lòng đăng nhập để gửi bình luận", "Đăng nhập", "Nhập mã xác nhận", "Hãy bật JavaScript để nghe bài viết",
    "Chúng tôi sử dụng cookie để phục vụ bạn đọc tốt hơn.", "Đồng ý", "Trang chủ", "Please try again later.",
)  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_a_long_article_may_be_titled_so(title: str) -> None:
    refuse_blocked(title, [PARAGRAPH * 6] * 4)


@pytest.mark.parametrize(("title", "text"), SHORT)
def test_a_short_article_may_speak_of_it(title: str, text: str) -> None:
    refuse_blocked(title, [title, text])
    refuse_blocked(f"{title} - Cổng thông tin phường Bến Đá", [title, "14/03/2026", text])


@pytest.mark.parametrize("line", MARGIN)
def test_a_short_article_may_stand_beside_such_a_line(line: str) -> None:
    for title, text in SHORT:
        refuse_blocked(title, [line, title, text, line])


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/dang-nhap", LoginRequired),
        ("/account/login.aspx?ReturnUrl=%2ftin", LoginRequired),
        ("/users/sign_in", LoginRequired),
        ("/404.html", SoftNotFound),
        ("/vi/khong-tim-thay", SoftNotFound),
        ("/page-not-found/", SoftNotFound),
        ("/bao-tri.html", Maintenance),
        ("/maintenance", Maintenance),
        ("/sorry/index?continue=x", Captcha),
        ("/access-denied", Firewall),
        ("/consent?next=%2Ftin", Consent),
    ],
)
def test_where_a_redirect_leads_says_what_it_is(path: str, refusal: type[Rejected]) -> None:
    with pytest.raises(refusal) as caught:
        refuse_redirect(PAGE, f"https://benda.example.vn{path}")
    assert type(caught.value) is refusal


@pytest.mark.parametrize(
    ("requested", "url"),
    [
        (PAGE, PAGE),
        (PAGE.replace("https", "http"), PAGE + "?utm_source=x"),
        (PAGE, "https://benda.example.vn/tin-tuc/huong-dan-dang-nhap-4711.html"),
        (PAGE, "https://benda.example.vn/tin-tuc/bao-tri-cau-404.html"),
        ("https://benda.example.vn/bao-tri", "https://benda.example.vn/bao-tri"),
    ],
)
def test_other_redirects_say_nothing(requested: str, url: str) -> None:
    refuse_redirect(requested, url)


# --- the home page in the article's place ----------------------------------------------------------------------------


def read(page: str, *, url: str = PAGE, requested: str = PAGE) -> Article:
    now = datetime(2026, 3, 20, tzinfo=UTC)
    snapshot = Snapshot(
        requested_url=requested, url=url, fetched_at=now, status=200, headers=(), body=page.encode("utf-8")
    )
    return extract(snapshot, SOURCE, now=now)


def article(*, head: str = f"<title>{HEADLINE}</title>", inside: str = "") -> str:
    rows = "".join(f"<p>{text}</p>" for text in TEXT)
    return (
        f"<html><head>{head}</head><body><h1>{HEADLINE}</h1><div class='date'>Ngày đăng: 12/03/2026 16:30</div>"
        f"{rows}{inside}</body></html>"
    )


def home(head: str) -> str:
    rows = "".join(f"<li><a href='/{at}.html'>{other}</a></li>" for at, other in enumerate(OTHERS * 3))
    return f"<html><head>{head}</head><body><ul>{rows}</ul></body></html>"


SAYS_HOME = (
    f"<link rel=canonical href='{HOME}'><title>Phường Bến Đá</title>",
    "<link rel='Canonical' href='/index.html'><title>Phường Bến Đá</title>",
    f"<meta property='og:url' content='{HOME}'><title>Phường Bến Đá</title>",
    "<title>Trang chủ - Phường Bến Đá</title>",
    "<title>Phường Bến Đá | Home</title>",
    "<meta property='og:site_name' content='Phường Bến Đá'><title>Phường Bến Đá</title>",
)


def test_sent_home_instead_of_to_the_article() -> None:
    for page in (article(), home("<title>Phường Bến Đá</title>"), "<html><body></body></html>"):
        with pytest.raises(HomeServed) as caught:
            read(page, url=HOME)
        assert caught.value.temporary


@pytest.mark.parametrize("requested", [HOME, "http://benda.example.vn", "https://www.benda.example.vn/?utm_source=x"])
def test_the_home_page_that_was_asked_for_is_no_article(requested: str) -> None:
    with pytest.raises(NotArticle):
        read(home(SAYS_HOME[0]), url=HOME, requested=requested)


@pytest.mark.parametrize("head", SAYS_HOME)
def test_the_home_page_under_the_articles_address(head: str) -> None:
    with pytest.raises(HomeServed):
        read(home(head))


@pytest.mark.parametrize("date", ["", "<div>Cập nhật: 12/03/2026 16:30</div>"])
def test_a_home_page_that_looks_like_an_article(date: str) -> None:
    """The site's name, a date, a greeting: seen on a ministry's portal of 2020."""
    name = "Trang thông tin về cuộc sống ở phường Bến Đá"
    rows = "".join(f"<p>{text}</p>" for text in TEXT)
    page = f"<head><link rel=canonical href='{HOME}'><title>Trang chủ - {name}</title></head>"
    with pytest.raises(HomeServed):
        read(f"<html>{page}<body><h1>{name}</h1>{date}{rows}</body></html>")


@pytest.mark.parametrize("head", SAYS_HOME)
def test_an_article_whose_page_says_home_is_an_article(head: str) -> None:
    """Some CMSs write the site's address and name on every page."""
    assert read(article(head=head)).title == HEADLINE
    assert read(article(head="<title>Trang chủ</title>" + head)).paragraphs == TEXT


def test_a_list_with_an_address_of_its_own_is_no_home_page() -> None:
    head = f"<link rel=canonical href='/tin-tuc'><meta property='og:url' content='{HOME}'><title>Trang chủ</title>"
    with pytest.raises(NotArticle):
        read(home(head))
