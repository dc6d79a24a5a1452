"""The days on which Việt Nam's offices are closed. Pure.

By the Labour Code 2019, article 112: 1 January; Tết, five days; the Hùng kings' day, the 10th of the third lunar month;
30 April and 1 May; 2 September and a day beside it. Which days are really off is told anew each year, mostly with a
bridge to the weekend: so each stretch has some days of slack.
"""

from datetime import date, timedelta

# The first day of the first lunar month, and the 10th day of the third, as the moon stands at +07:00. (In 2030 Tết is a
# day before the Chinese new year.)
TET = {
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 2),
    2031: date(2031, 1, 23),
    2032: date(2032, 2, 11),
    2033: date(2033, 1, 31),
    2034: date(2034, 2, 19),
    2035: date(2035, 2, 8),
}
HUNG = {
    2024: date(2024, 4, 18),
    2025: date(2025, 4, 7),
    2026: date(2026, 4, 26),
    2027: date(2027, 4, 16),
    2028: date(2028, 4, 4),
    2029: date(2029, 4, 23),
    2030: date(2030, 4, 12),
    2031: date(2031, 4, 1),
    2032: date(2032, 4, 19),
    2033: date(2033, 4, 9),
    2034: date(2034, 4, 28),
    2035: date(2035, 4, 17),
}
FIXED = ((1, 1), (4, 30), (5, 1), (9, 2))  # month and day
_BEFORE, _AFTER = 4, 7  # days around the first day of Tết
_SLACK = 1  # day on each side of the others


def is_holiday(day: date) -> bool:
    """Whether offices may be closed on that day for a holiday; of years beyond the tables, only the fixed ones."""
    tet = TET.get(day.year)
    if tet and -_BEFORE <= (day - tet).days <= _AFTER:
        return True
    around = [day + timedelta(by) for by in range(-_SLACK, _SLACK + 1)]
    return any((one.month, one.day) in FIXED or one == HUNG.get(one.year) for one in around)
