"""Sites of systems that no rule names, in markup of their own, for tests of discovery."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from crawler.portal import LocalWeb

HOST = "benlau.example.vn"
PLACES = (
    "Bến Lau",
    "Cồn Hến",
    "Gò Sỏi",
    "Hẻm Gạch",
    "Kênh Tẻ",
    "Mả Lạng",
    "Ngã Bảy",
    "Rạch Ông",
    "Xóm Than",
    "Vườn Lài",
)
FIRST = date(2026, 11, 20)


def title_of(number: int) -> str:
    """The headline of an article."""
    return f"Phường {PLACES[number % len(PLACES)]} bàn về mô hình chính quyền đô thị lần thứ {number}"


def article(number: int, *, day: date | None = None, body: str = "noi-dung") -> str:
    """The page of an article; `day` is what it prints, or nothing."""
    place = PLACES[number % len(PLACES)]
    printed = f'<div class="gio">Ngày đăng: {day:%d/%m/%Y} 08:1{number % 10}</div>' if day else ""
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title_of(number)}</title></head>
    <body><ul class="tren"><li><a href="/">Trang chủ</a></li></ul><div class="giua"><h1>{title_of(number)}</h1>{printed}
    <div class="{body}"><p class="sapo">Sáng {number} giờ, {place} mời bà con nghe về chính quyền đô thị.</p>
    <p>Ông tổ trưởng số {number} ở {place} cho biết, từ nay giấy tờ nộp một nơi, nhận lại trong ngày, khỏi đi xa.</p>
    <p>Bà con hỏi {number} câu, phần lớn về đường ngập ở {place}, chợ tạm và chỗ gửi xe; phường trả lời hết.</p>
    <p>Buổi họp sau sẽ bàn về cây xanh ở {place}, mỗi tổ cử {number} người, ai cũng được nói rồi mới biểu quyết.</p>
    </div></div></body></html>"""


def home(links: Iterable[tuple[str, str]], *, head: str = "", menu: Mapping[str, str] | None = None) -> str:
    """A home page: a menu, and headlines that are links."""
    tabs = "".join(f'<a class="o" href="{at}">{said}</a>' for at, said in (menu or {}).items())
    listed = "".join(f'<div class="dong"><b><a href="{at}">{said}</a></b></div>' for at, said in links)
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">{head}
    <title>Trang chủ - Cổng thông tin phường Bến Lau</title></head>
    <body><div class="thanh">{tabs}</div><div class="cot">{listed}</div></body></html>"""


def serve_articles(
    web: LocalWeb, numbers: Iterable[int], address: str, *, dated: bool = True, host: str = HOST
) -> list[str]:
    """Puts articles onto the site, the newest has the highest number; gives their paths."""
    paths = []
    for number in numbers:
        day = FIRST + timedelta(days=number % 7) if dated else None
        path = address.format(number=number)
        web.serve(host, path, article(number, day=day))
        paths.append(path)
    return paths
