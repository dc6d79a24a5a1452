"""Copies of a text as other places carry it, and other texts made by its form; the same text gives the same ones."""

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from crawler.text import canonical_tone, words

INTRO = (
    "(Tin đăng lại từ cổng bạn) Ban biên tập trang tin giới thiệu cùng bạn đọc bài viết dưới đây, với mong muốn góp"
    " thêm một tiếng nói vào câu chuyện đang được nhiều người quan tâm."
)
OWN_LEAD = "Bạn đọc của trang tin hỏi nhiều về chuyện này; dưới đây là những điều đáng chú ý nhất."
CREDIT = "Theo trang tin bạn"
FURNITURE = (
    "Gửi bài viết này cho bạn bè qua thư điện tử, hoặc in ra giấy để đọc khi không có mạng.",
    "Bản quyền thuộc về trang tin; mọi sự sao chép đều phải ghi rõ nguồn và có sự đồng ý bằng văn bản.",
    "Bạn cần đăng nhập để gửi ý kiến; ý kiến được duyệt trước khi hiện ra, không nhận lời lẽ xúc phạm người khác.",
    "Đường dây nóng của tòa soạn nhận phản ánh của bạn đọc suốt ngày đêm, kể cả ngày nghỉ.",
)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_NEW_STYLE = re.compile(r"(o[àáảãạ]|ò[ae]|ó[ae]|ỏ[ae]|õ[ae]|ọ[ae]|(?<![qQ])[ùúủũụ]y)(?!\w)")
_TONES = "\u0300\u0301\u0309\u0303\u0323"
_TELLING = re.compile(r"\d+|(?<=[\wà-ỹ,] )[A-ZĐ][a-zà-ỹ]+(?: [A-ZĐ][a-zà-ỹ]+)+")
_SYLLABLES = (
    "Bằng",
    "Cầm",
    "Diễm",
    "Giang",
    "Hiền",
    "Khuê",
    "Lam",
    "Nhàn",
    "Oanh",
    "Quyên",
    "Uyên",
    "Vy",
    "Xuyến",
    "Yên",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text with its title and lead."""

    title: str
    lead: str
    paragraphs: tuple[str, ...]


def changed(said: Said, change: Callable[[str], str]) -> Said:
    """The same with each of its parts changed."""
    return Said(title=change(said.title), lead=change(said.lead), paragraphs=tuple(map(change, said.paragraphs)))


def retitled(said: Said) -> Said:
    return replace(said, title="Những điều bạn đọc cần biết về chuyện đang được quan tâm")


def new_lead(said: Said) -> Said:
    return replace(said, lead=OWN_LEAD)


def decomposed(said: Said) -> Said:
    return changed(said, lambda part: unicodedata.normalize("NFD", part))


def new_style(said: Said) -> Said:
    """Tones where the new style puts them: hòa → hoà, thủy → thuỷ."""
    return changed(said, lambda part: _NEW_STYLE.sub(_tone_last, unicodedata.normalize("NFC", part)))


def _tone_last(found: re.Match[str]) -> str:
    letters = unicodedata.normalize("NFD", found[0])
    tone = next((one for one in letters if one in _TONES), "")
    moved = unicodedata.normalize("NFC", letters.replace(tone, "") + tone) if tone else found[0]
    return moved if canonical_tone(moved) == canonical_tone(found[0]) else found[0]


def prefixed(said: Said) -> Said:
    return replace(said, paragraphs=(INTRO, *said.paragraphs, CREDIT))


def furnished(said: Said) -> Said:
    """With lines of the page that no rule took out."""
    return replace(said, paragraphs=(FURNITURE[0], *said.paragraphs, *FURNITURE[1:]))


def merged(said: Said) -> Said:
    """The lead printed as the first paragraph, and the paragraphs in one."""
    return replace(said, lead="", paragraphs=(" ".join((said.lead, *said.paragraphs)).strip(),))


def cut(said: Said, part: float) -> Said:
    """The first sentences, until that part of the words is said."""
    left = part * sum(len(words(paragraph)) for paragraph in said.paragraphs)
    kept: list[str] = []
    for paragraph in said.paragraphs:
        sentences: list[str] = []
        for sentence in _SENTENCE.split(paragraph):
            if left > 0:
                sentences.append(sentence)
                left -= len(words(sentence))
        if sentences:
            kept.append(" ".join(sentences))
    return replace(said, paragraphs=tuple(kept))


def dropped(said: Said, part: float = 0.2) -> Said:
    """Without a fifth of its sentences."""
    rng = random.Random(said.title)
    sentences = [(number, one) for number, line in enumerate(said.paragraphs) for one in _SENTENCE.split(line)]
    gone = set(rng.sample(range(len(sentences)), k=round(part * len(sentences))))
    lines: dict[int, list[str]] = {}
    for place, (number, sentence) in enumerate(sentences):
        if place not in gone:
            lines.setdefault(number, []).append(sentence)
    return replace(said, paragraphs=tuple(" ".join(line) for line in lines.values()))


def edited(said: Said) -> Said:
    """Names shortened or spelled out, and one word in forty another."""
    rng = random.Random(said.title)

    def edit(part: str) -> str:
        part = part.replace("Ủy ban nhân dân", "UBND").replace("HĐND", "Hội đồng nhân dân").replace("TP.", "thành phố ")
        return " ".join(rng.choice(("này", "được", "cũng")) if rng.random() < 0.025 and word.islower() else word
                        for word in part.split(" "))  # fmt: skip

    return replace(said, paragraphs=tuple(map(edit, said.paragraphs)))


def filled_in(said: Said, every: int = 1) -> Said:
    """Another text by the same form: of its different figures and names every so many-th is another."""
    return _refilled(said, _blanks(said.title, said.lead, *said.paragraphs)[::every])


def two_filled_in(said: Said) -> Said:
    """Another text by the same form, with two figures or names others, far from one another; the title tells none."""
    told = [one for one in _blanks(*said.paragraphs) if one not in said.title]
    return _refilled(said, [told[len(told) // 4], told[-len(told) // 4]])


def _refilled(said: Said, chosen: Iterable[str]) -> Said:
    rng = random.Random(said.title)
    others = {one: _other(rng, one) for one in chosen}
    return changed(said, lambda part: _TELLING.sub(lambda found: others.get(found[0], found[0]), part))


def _other(rng: random.Random, printed: str) -> str:
    if printed.isdigit():
        return str(int(printed) + rng.randint(1, 9) * 10 ** (len(printed) - 1))
    return " ".join(rng.choice(_SYLLABLES) for _ in printed.split())


def blanks(said: Said) -> int:
    """How many different figures and names the paragraphs have."""
    return len(_blanks(*said.paragraphs))


def _blanks(*lines: str) -> list[str]:
    return list(dict.fromkeys(found[0] for line in lines for found in _TELLING.finditer(line)))


COPIES: Mapping[str, Callable[[Said], Said]] = {
    "retitled": retitled,
    "decomposed (NFD)": decomposed,
    "tones in the new style": new_style,
    "another lead": new_lead,
    "lead in the text, one paragraph": merged,
    "prefixed and credited": prefixed,
    "furniture added": furnished,
    "a fifth dropped": dropped,
    "edited": edited,
    "cut to a half": lambda said: cut(said, 1 / 2),
    "cut to a third": lambda said: cut(said, 1 / 3),
    "cut to a half, retitled, prefixed": lambda said: prefixed(retitled(cut(said, 1 / 2))),
    "cut to a third, retitled, prefixed": lambda said: prefixed(retitled(cut(said, 1 / 3))),
    "a fifth dropped, retitled, furniture added": lambda said: furnished(retitled(dropped(said))),
}
FORMS: Mapping[str, tuple[int, Callable[[Said], Said]]] = {
    "other figures and names": (1, filled_in),
    "every third figure and name another": (3, lambda said: filled_in(said, 3)),
    "two figures or names others": (2, two_filled_in),
    "other figures and names, retitled": (1, lambda said: retitled(filled_in(said))),
}  # each with the number of figures and names of which it changes one
