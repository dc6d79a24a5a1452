"""The house's rules that no linter knows by itself."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("crawler", "spiders", "storage", "feeds")
SCRAPY_MAY = ("crawler/stages.py", "crawler/guards.py", "crawler/middlewares.py", "crawler/endings.py",
              "crawler/retrying.py", "crawler/settings.py", "crawler/commands/", "spiders/", "storage/stage.py",
              "storage/runs.py")  # fmt: skip
SQL_MAY = ("storage/",)


def modules() -> list[Path]:
    return sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def test_every_module_stands_in_the_import_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name.strip() for layer in layers for name in layer.split("|")}
    missing = []
    for path in modules():
        parts = path.with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        above = {".".join(name.split(".")[: depth + 1]) for depth in range(name.count(".") + 1)}
        if name != "crawler" and not above & named:
            missing.append(name)
    assert not missing, f"put these into [tool.importlinter] in pyproject.toml: {missing}"


@pytest.mark.parametrize(
    ("library", "allowed"), [("scrapy", SCRAPY_MAY), ("sqlalchemy", SQL_MAY), ("alembic", SQL_MAY)]
)
def test_only_some_rooms_know(library: str, allowed: tuple[str, ...]) -> None:
    knows = [str(path) for path in modules() if any(name.split(".")[0] == library for name in imported(path))]
    assert [path for path in knows if not path.startswith(allowed)] == []


def test_top_level_holds_only_what_belongs_there() -> None:
    import subprocess

    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    top = {name.split("/")[0] for name in tracked}
    allowed = {*ROOMS, "tests", ".ci", ".gitignore", "scrapy.cfg", "pyproject.toml", "README.md", "Makefile",
               "requirements.lock", "CHANGELOG.md"}  # fmt: skip
    assert top <= allowed


def test_the_lock_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--hash=sha256:" in lock


def test_every_module_says_what_it_is() -> None:
    silent = [str(p) for p in modules() if not ast.get_docstring(ast.parse((ROOT / p).read_text(encoding="utf-8")))]
    assert silent == []
