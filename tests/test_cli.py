"""The command line: it teaches, it refuses clearly, and what it says is in the README."""

import json
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import COMMANDS, main, tindothi
from crawler.config import keys
from crawler.health import MEANING
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TINDOTHI_CONFIG", "")  # so that what --config sets is undone
    monkeypatch.setenv("TINDOTHI_DATABASE", "")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(tindothi, [name, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4


def test_the_readme_names_every_command_setting_and_exit_code() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"tindothi {name}" not in readme] == []
    assert [key for key, _ in keys() if f"`{key}`" not in readme] == []
    assert [code.value for code, meaning in MEANING.items() if f"| {code.value} | {meaning}" not in readme] == []


def test_the_readme_names_every_source_and_its_state() -> None:
    from spiders.read import read_sources

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    sources, errors = read_sources()
    assert errors == ()
    missing = [source.name for source in sources.values() if f"| `{source.name}` | {source.host}" not in readme]
    assert missing == []


def test_help_is_quick() -> None:
    """The help loads neither Scrapy nor trafilatura nor SQLAlchemy."""
    script = (
        "import sys\nfrom crawler.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'scrapy', 'trafilatura', 'sqlalchemy', 'lxml', 'pydantic'} & set(sys.modules)\n"
        "print(heavy, file=sys.stderr)\nsys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr


def test_sources_as_json() -> None:
    result = CliRunner().invoke(tindothi, ["sources", "--json"])
    assert result.exit_code == 0
    table = json.loads(result.stdout)
    assert {"anninhthudo", "dbndhanoi", "haiphong", "longbien", "tcnn"} <= set(table)
    assert all(one["state"] in ("verified", "unverified", "dead") and one["evidence"] for one in table.values())


def test_config_shows_where_values_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[fetch]\ndelay = 7\n", encoding="utf-8")
    monkeypatch.setenv("TINDOTHI_CONFIG", str(path))
    table = json.loads(CliRunner().invoke(tindothi, ["config", "--json"]).stdout)
    assert table["fetch.delay"] == {"value": 7.0, "origin": str(path), "meaning": table["fetch.delay"]["meaning"]}
    assert table["data_dir"]["origin"] == "environment TINDOTHI_DATA_DIR"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--config", "/nowhere.toml", "config"], 3, "/nowhere.toml"),
        (["crawl", "nobody"], 3, "nobody"),
        (["show", "4711"], 1, "4711"),
        (["crawll"], 2, "crawll"),
        (["replay", "/nowhere.warc"], 2, "/nowhere.warc"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(
    arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == code
    said = capsys.readouterr().err
    assert says in said and "Traceback" not in said


class Terminal(TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(TextIOWrapper, "Đại biểu nhân dân".encode()), (Terminal, b"\\u0110\\u1ea1i bi\\u1ec3u nh\xe2n d\xe2n")],
    ids=["file or pipe", "terminal"],
)
def test_a_stream_that_lacks_our_letters_ends_in_no_traceback(
    kind: type[TextIOWrapper], expected: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = BytesIO()
    monkeypatch.setattr(sys, "stdout", kind(written, encoding="latin-1"))
    with pytest.raises(SystemExit) as ended:
        main(["sources"])
    sys.stdout.flush()
    assert ended.value.code == 0
    assert expected in written.getvalue()


def test_a_password_is_shown_to_nobody() -> None:
    url = "postgresql://me:secret@localhost/tindothi"
    for format_ in ((), ("--json",)):
        shown = CliRunner().invoke(tindothi, ["--database", url, "config", *format_]).stdout
        assert "postgresql://me:***@localhost/tindothi" in shown
        assert "secret" not in shown
