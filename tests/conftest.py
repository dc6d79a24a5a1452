"""Shared fixtures: where the real saved pages and data are."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # how long an example takes tells of the machine
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent


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


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each database that a store may live in."""
    return str(request.param)
