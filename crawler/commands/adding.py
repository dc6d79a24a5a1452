"""What `tindothi sources add` makes of a look at a site: a draft of the source file, tried on three articles."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from crawler.errors import Rejected
from crawler.mending import literal, quoted
from crawler.proposal import Proposal, Reading, needed
from crawler.stages import article_of
from crawler.types import VIETNAM, Announcement, Article, Source
from crawler.urls import is_article
from spiders.declared import FamilyFile, SourceFile
from spiders.fingerprints import family_of
from spiders.read import merge
from spiders.survey import Survey, Surveyor, Unread, reachable

if TYPE_CHECKING:
    from spiders.probe import Probe

TRIED = 3  # articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An article that was tried: what the file extracts of it, or why nothing."""

    url: str
    article: Article | None = None
    refused: str = ""

    @property
    def good(self) -> bool:
        """Whether headline, date and text were found."""
        one = self.article
        return one is not None and bool(one.title) and one.published is not None and bool(one.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A source as found; `toml` is its file, empty where nothing announces articles."""

    source: Source
    survey: Survey
    trials: tuple[Trial, ...] = ()
    toml: str = ""


async def draft(probe: "Probe", home: str, named: Source, families: Mapping[str, FamilyFile]) -> Draft:
    """The draft of a source file, after a look at its site.

    :param named: name, hosts, perhaps title and place
    """
    surveyor = Surveyor(named, probe.get, lambda: probe.robots.sitemaps)
    survey = await surveyor.look(home, new=True, thorough=True)
    titled = replace(named, title=named.title or survey.title or named.host)
    found = survey.found
    if not found.readings:
        return Draft(source=titled, survey=survey)
    family = _fitting(family_of(survey.page, families), found, families)
    source = _read(_toml(titled, survey, family, (), datetime.now(VIETNAM).date()), families)
    reached = survey.home.url if survey.home else home
    trials = [await tried(probe, reachable(one.url, reached), source) for one in newest(found.articles)[:TRIED]]
    today = datetime.now(VIETNAM).date()
    toml = _toml(titled, survey, family, trials, today)
    return Draft(source=_read(toml, families), survey=survey, trials=tuple(trials), toml=toml)


def _fitting(family: str, found: Proposal, families: Mapping[str, FamilyFile]) -> str:
    """The family, unless its addresses of articles are not these: then only its pictures were borrowed."""
    patterns = families[family].articles if family else ()
    own = Source(name=family or "none", title="", hosts=("none",), articles=tuple(patterns))
    fits = not patterns or any(is_article(own, link.url) for link in found.links)
    return family if fits else ""


def newest(announced: Iterable[Announcement]) -> Sequence[Announcement]:
    """The latest first, as far as the lists print it."""
    return sorted(announced, key=lambda one: -(one.published.at.timestamp() if one.published else 0.0))


async def tried(probe: "Probe", url: str, source: Source) -> Trial:
    """An article fetched, and what the source's file extracts of it."""
    try:
        return Trial(url=url, article=article_of(await probe.get(url), source))
    except Unread as failure:
        return Trial(url=url, refused=f"{failure.kind}: {failure}")
    except Rejected as refusal:
        return Trial(url=url, refused=f"{refusal.reason}: {refusal}")


def _read(toml: str, families: Mapping[str, FamilyFile]) -> Source:
    """The source that the file declares, read as any other."""
    file = SourceFile.model_validate(tomllib.loads(toml))
    return merge(file, families.get(file.family))


def _toml(source: Source, survey: Survey, family: str, trials: Sequence[Trial], today: date) -> str:
    """The file. It is `verified` where every tried article was read whole, today and live."""
    found = survey.found
    verified = len(trials) == TRIED and all(trial.good for trial in trials)
    lines = [
        f"name = {quoted(source.name)}",
        f"title = {quoted(source.title)}",
        f"hosts = [{', '.join(map(quoted, source.hosts))}]",
        f"place = {quoted(source.place)}" if source.place else '# place = "Hà Nội"  # where its articles are about',
        *([f"family = {quoted(family)}"] if family else []),
        f'state = "{"verified" if verified else "unverified"}"',
        *([f"checked = {today.isoformat()}"] if verified else []),
        f"evidence = {quoted(_evidence(found, survey, trials, today))}",
        "",
        f"articles = [{', '.join(map(literal, found.patterns))}]",
        *([f"not_articles = [{', '.join(map(literal, found.not_articles))}]"] if found.not_articles else []),
    ]
    return "\n".join([*lines, *(line for one in needed(found.readings) for line in _listing(one))]) + "\n"


def _listing(reading: Reading) -> list[str]:
    one = reading.listing
    days = [f"days = {one.days}"] if one.kind == "sitemap" else []
    return ["", "[[listing]]", f"kind = {quoted(one.kind.value)}", f"url = {quoted(one.url)}", *days]


def _evidence(found: Proposal, survey: Survey, trials: Sequence[Trial], today: date) -> str:
    read = sum(trial.good for trial in trials)
    seen = "; ".join(f"{one.listing.kind.value} with {len(one.found)} articles" for one in found.readings)
    return (
        f"Looked at by `tindothi sources add` on {today.isoformat()}: {seen}; {len(found.links)} links look like "
        f"articles. Of {len(trials)} articles tried, {read} had headline, date and text."
    )


def as_table(made: Draft) -> dict[str, Any]:
    """The draft for scripts."""
    source = made.source
    return {
        "name": source.name,
        "title": source.title,
        "family": source.family,
        "state": source.state.value,
        "listings": [
            {"kind": one.listing.kind.value, "url": one.listing.url, "articles": len(one.found)}
            for one in needed(made.survey.found.readings)
        ],
        "articles": list(made.survey.found.patterns),
        "tried": [_trial(trial) for trial in made.trials],
        "steps": [
            {"what": step.what, "url": step.url, "well": step.well, "said": step.said} for step in made.survey.steps
        ],
        "toml": made.toml,
    }


def _trial(trial: Trial) -> dict[str, Any]:
    one = trial.article
    if one is None:
        return {"url": trial.url, "refused": trial.refused}
    return {"url": trial.url, **extracted(one)}


def extracted(one: Article) -> dict[str, Any]:
    """What a trial tells of an article, for scripts."""
    return {
        "title": one.title,
        "published": one.published.at.isoformat() if one.published else None,
        "published_from": one.published.origin if one.published else None,
        "lead": one.lead,
        "paragraphs": len(one.paragraphs),
    }
