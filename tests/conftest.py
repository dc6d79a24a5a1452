"""Shared fixtures: where the real saved pages and data are."""

import os
from pathlib import Path

import pytest

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
