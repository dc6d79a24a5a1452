"""Shared fixtures: where the real saved pages and data are."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import URL, Engine

from crawler.portal import LocalWeb
from storage import postgresql, sqlite
from storage.store import Store
from tests import postgres
from tests.running import ROOT as ROOT
from tests.storing import ENGINES, Stage

settings.register_profile("untimed", deadline=None, max_examples=50)  # how long one takes tells of the machine
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: some tests wait for processes of their own."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages, seeds and data: `TINDOTHI_SHARED`, else beside the checkout; skips if absent."""
    named = os.environ.get("TINDOTHI_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if (folder / "seeds").is_dir():
        return folder
    if named:
        pytest.fail(f"TINDOTHI_SHARED={named} has no folder `seeds`; set it to the folder of seeds, pages and data")
    pytest.skip(f"SKIPPED FOR WANT OF REAL PAGES: no {folder}; set TINDOTHI_SHARED")


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Each store has an engine of its own; here all of a kind share the statements that SQLAlchemy has compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "engine", _sharing(sqlite.engine))
        patch.setattr(postgresql, "engine", postgres.pooling(_sharing(postgresql.engine)))
        yield


@pytest.fixture
def web(tmp_path: Path) -> Iterator[LocalWeb]:
    """A local web of the test's own, with one article a site."""
    with LocalWeb(tmp_path, articles_per_site=1) as local:
        yield local


@pytest.fixture(autouse=True)
def databases() -> Iterator[None]:
    """Those of a test are free when it is over."""
    with postgres.lent():
        yield


def _sharing(make: Callable[..., Engine]) -> Callable[..., Engine]:
    first: list[Engine] = []

    def engine(url: URL, timeout: float, **options: Any) -> Engine:
        made = make(url, timeout, **options)
        first.append(made) if not first else None
        made.dialect, made._compiled_cache = first[0].dialect, first[0]._compiled_cache
        return made

    return engine


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each database that a store may live in."""
    return str(request.param)


@pytest.fixture
def stage(tmp_path: Path, engine: str) -> Stage:
    """A store in a folder of the test's own, on each database."""
    return Stage(tmp_path, engine=engine)


@pytest.fixture
def named(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings name that store: for tests that call a command in this process."""
    monkeypatch.setenv("TINDOTHI_CONFIG", "")
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(stage.folder))
    monkeypatch.setenv("TINDOTHI_DATABASE", stage.url)


@pytest.fixture
def store(stage: Stage) -> Iterator[Store]:
    """That store, open."""
    with stage.store() as opened:
        yield opened
