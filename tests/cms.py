"""A site of its own making, with furniture among its paragraphs that no rule knows."""

from functools import cache

PLACES = ("Bến Gỗ", "Sông Mây", "Gò Me", "Cầu Ván", "Xóm Lá", "Đồng Sậy",
          "Rạch Dừa", "Vàm Nổi", "Hòn Chén", "Bãi Ngang", "Thạch Bích", "Lạc Viên")  # fmt: skip
NOTICE = "Trang đổi sang giao diện mùa nước nổi, chữ to hơn cho bà con dễ đọc."
BUS = "Chuyến xe buýt số 9 nay chạy thêm hai lượt buổi tối, vé bán ở bến đò."
PLAIN = "Bà con nào có chuyện phố mình muốn kể, cứ bỏ thư vào chiếc hộp gỗ đặt trước cổng."
OLD_STORIES = tuple(f"Chuyện cũ {place} kể lại" for place in PLACES)
QUOTED = "“Đường tới đâu, đèn sáng tới đó”, bà con nhắc lại lời hứa năm ngoái của thành phố."
FURNITURE = frozenset((NOTICE, BUS, PLAIN, *OLD_STORIES))


@cache
def own_lines(number: int) -> tuple[str, ...]:
    """The paragraphs of an article; one in three quotes the same sentence."""
    place, other = PLACES[number % len(PLACES)], PLACES[(number * 5 + 1) % len(PLACES)]
    return (
        f"Sáng nay, Ủy ban nhân dân phường {place} họp với các tổ dân phố để bàn việc đắp lại con đường ra bến.",
        f"Ông tổ trưởng ở {place} cho biết đoạn đường dài chừng ba cây số, mùa mưa nước ngập tới đầu gối người lớn.",
        *([QUOTED] if number % 3 == 0 else []),
        f"Phía {other} cũng góp công, mỗi nhà một ngày, còn đá và cát do hợp tác xã vận tải chở tới tận nơi.",
        f"Nếu trời thuận, con đường ở {place} sẽ xong trước Tết, xe lam chạy được vào tận xóm trong.",
    )


def page_of(number: int) -> str:
    """The page of an article."""
    place = PLACES[number % len(PLACES)]
    first, *lines = (f"<p>{line}</p>" for line in own_lines(number))
    old = "".join(f"<div>{OLD_STORIES[(number + more) % 12]}</div>" for more in range(3))
    lines[0:0] = [f"<p>{PLAIN}</p>"]
    lines[2:2] = [f'<div class="q7"><div>{BUS}</div></div>', f'<div class="q8">{old}</div>']
    title = f"Phường {place} bàn việc đắp lại con đường ra bến đò"
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head><body>
    <div class="z1"><h1>{title}</h1><div class="z2">Ngày đăng: {number + 1:02}/11/2026 08:15</div>
    <div class="z3">{first}<div class="q6">{NOTICE}</div>{"".join(lines)}</div></div></body></html>"""
