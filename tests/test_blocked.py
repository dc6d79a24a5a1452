"""What stands where the page should be."""

import pytest

from crawler.blocked import refuse_blocked, refuse_status
from crawler.errors import Blocked, HttpRefused, NotFound, Rejected, ServerError, SoftNotFound


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


@pytest.mark.parametrize(
    ("title", "text", "refusal"),
    [
        ("Just a moment...", "Checking your browser before accessing the site", Blocked),
        ("Xác thực", "Vui lòng xác nhận bạn không phải là người máy", Blocked),
        ("", "Nhập mã xác thực để tiếp tục", Blocked),
        ("Request Rejected", "The requested URL was rejected. Your support ID is: 12", Blocked),
        ("Cổng phường Bến Đá", "Hệ thống đang bảo trì, xin quay lại sau", Blocked),
        ("503 Service Temporarily Unavailable", "nginx", Blocked),
        ("Đăng nhập", "Tên đăng nhập Mật khẩu", Blocked),
        ("Cổng phường", "Bạn cần đăng nhập để xem nội dung này", Blocked),
        ("Không tìm thấy trang", "Về trang chủ", SoftNotFound),
        ("Cổng phường", "Trang bạn yêu cầu không tồn tại hoặc đã bị xóa", SoftNotFound),
        ("404 Not Found", "nginx", SoftNotFound),
        ("Cổng phường", "Bài viết không còn tồn tại.", SoftNotFound),
    ],
)
def test_refused(title: str, text: str, refusal: type[Rejected]) -> None:
    with pytest.raises(refusal) as caught:
        refuse_blocked(title, text, prose=len(text))
    assert type(caught.value) is refusal


@pytest.mark.parametrize(
    "title",
    ["Hệ thống nước sạch bảo trì, 3.000 hộ mất nước", "Cảnh báo trang giả mạo đòi nhập mã xác thực", "Lỗi 404 là gì?"],
)
def test_an_article_may_speak_of_it(title: str) -> None:
    paragraph = "Công ty cấp nước cho biết đường ống chính qua phường Bến Đá sẽ được thay trong hai đêm cuối tuần này. "
    refuse_blocked(title, paragraph * 20, prose=600)
