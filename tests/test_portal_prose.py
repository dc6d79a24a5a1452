"""The invented articles: as many as asked for, always the same, no two alike."""

from datetime import datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crawler.portal import SITES, LocalWeb, Post
from crawler.portal.phrases import KINDS, TITLES, TOPICS, URBAN
from crawler.portal.prose import write

NOW = datetime.fromisoformat("2026-11-22T12:00:00+07:00")


class TestProse:
    @given(seed=st.integers(0, 5), number=st.integers(0, 5000), kind=st.sampled_from(sorted(TITLES)))
    def test_same_seed_same_words(self, seed: int, number: int, kind: str) -> None:
        prose = write(seed, number, "Hà Nội", kind)
        assert prose == write(seed, number, "Hà Nội", kind)
        text = " ".join((prose.title, prose.lead, *prose.paragraphs)).lower()
        assert ("chính quyền đô thị" in text) == (kind == URBAN)
        assert prose.about == (kind if kind in TOPICS else "")
        assert not set("[]{}|") & set(text)
        assert len(text.split()) > 120

    def test_no_two_are_alike(self) -> None:
        written = [write(1, number, "Hà Nội", kind) for number in range(150) for kind in (URBAN, KINDS[0])]
        assert len({prose.title for prose in written}) == len(written)

        def pieces(texts: tuple[str, ...]) -> set[str]:
            syllables = " ".join(texts).split()
            return {" ".join(syllables[at : at + 5]) for at in range(len(syllables) - 4)}

        bags = [pieces(prose.paragraphs) for prose in written[:120:2]]
        alike = max(len(a & b) / len(a | b) for at, a in enumerate(bags) for b in bags[:at])
        assert alike < 0.3

    def test_as_many_as_asked_for(self, tmp_path: Path) -> None:
        posts: list[Post] = []
        with LocalWeb(tmp_path, articles_per_site=300, now=NOW) as web:
            for site in SITES:
                posts += [post for post in web.posts(site).values() if not post.same_as]
        assert len(posts) == 301 * len(SITES) + 1  # and longbien's in its former layout
        assert len({post.title for post in posts}) == len(posts)
