"""Settings: one file, environment overrides, every mistake at once."""

import os
from pathlib import Path

import pytest

from crawler.config import Config, keys, load, origins
from crawler.errors import ConfigError
from storage.opening import open_store


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in [name for name in os.environ if name.startswith("TINDOTHI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "etc"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "tindothi.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_hold_without_a_file(clean: Path) -> None:
    config = load()
    assert config.data_dir == clean / "share" / "tindothi"
    assert config.feed_dir == config.data_dir / "feeds"
    assert config.database_url == f"sqlite:///{config.data_dir}/tindothi.db"


def test_environment_wins_over_file_over_default(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(clean, 'data_dir = "store"\n[fetch]\ndelay = 5\ntimeout = 7\n')
    monkeypatch.setenv("TINDOTHI_FETCH__DELAY", "9")
    config = load()
    assert (config.fetch.delay, config.fetch.timeout) == (9, 7)
    came = {key: origin for key, _, origin, _ in origins(config)}
    assert came["fetch.delay"] == "environment TINDOTHI_FETCH__DELAY"
    assert came["fetch.timeout"] == str(path)
    assert came["fetch.retries"] == "default"


def test_relative_paths_belong_to_the_file_that_names_them(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clean / "etc").mkdir()
    path = write(clean / "etc", 'data_dir = "store"\n[sources]\ndirectories = ["mine", "~/ours"]\n')
    monkeypatch.setenv("TINDOTHI_CONFIG", str(path))
    monkeypatch.setenv("HOME", "/home/ops")
    config = load()
    assert config.data_dir == clean / "etc" / "store"
    assert config.sources.directories == (clean / "etc" / "mine", Path("/home/ops/ours"))


def test_the_bounds_of_the_rhythm_are_in_order(clean: Path) -> None:
    write(clean, "[crawl]\ninterval_min = 60\ninterval_max = 0\n")
    assert load().crawl.interval_max == 0
    write(clean, "[crawl]\ninterval_min = 60\ninterval_max = 30\n")
    with pytest.raises(ConfigError, match="crawl: interval_min is more than interval_max; mend one of them"):
        load()


def test_every_mistake_is_listed_at_once(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(clean, '[fetch]\ndelay = "fast"\ndealy = 1\n[feed]\nentries = 0\n')
    monkeypatch.setenv("TINDOTHI_FETCH__RETRIES", "many")
    monkeypatch.setenv("TINDOTHI_LOGLEVEL", "INFO")
    with pytest.raises(ConfigError) as caught:
        load()
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    text = str(caught.value)
    assert f"{path}: fetch.delay:" in text
    assert f"{path}: fetch.dealy: no such setting; did you mean fetch.delay?" in text
    assert f"{path}: feed.entries:" in text
    assert "environment: TINDOTHI_FETCH__RETRIES:" in text
    assert "environment: TINDOTHI_LOGLEVEL: no such setting; did you mean TINDOTHI_LOG_LEVEL?" in text


def test_lists_in_the_environment_are_separated_by_commas(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINDOTHI_SOURCES__ONLY", "anninhthudo, tcnn")
    monkeypatch.setenv("TINDOTHI_TOPICS__DIRECTORIES", "topics")
    config = load()
    assert config.sources.only == ("anninhthudo", "tcnn")
    assert config.topics.directories == (clean / "topics",)
    for value, only in (('["a"]', ("a",)), ("404", ("404",)), ("null", ("null",))):
        monkeypatch.setenv("TINDOTHI_SOURCES__ONLY", value)
        assert load().sources.only == only


def test_a_section_in_the_environment_that_is_no_table_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINDOTHI_FETCH", "fast")
    with pytest.raises(ConfigError, match="environment: TINDOTHI_FETCH:"):
        load()


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("feed.base_url", "feeds.example.vn", "write it as https://host/path"),
        ("feed.base_url", "https://", "write it as https://host/path"),
        ("fetch.proxy", "127.0.0.1:3128", "write it as http://host:port"),
        ("fetch.proxy", "http://127.0.0.1:99999", "write it as http://host:port"),
        ("fetch.proxy", "socks5://127.0.0.1:9050", "write it as http://host:port"),
        ("fetch.contact", "a@example.vn\r\nX-More: 1", "one line"),
        ("fetch.contact", "x" * 100_000, "at most 300 characters, not 'xxx"),
        ("fetch.delay", "inf", "less than or equal to 86400"),
        ("fetch.delay", "nan", "not 'nan'"),
        ("fetch.timeout", "0", "greater than 0"),
        ("fetch.max_size", "9" * 20, "less than or equal to"),
        ("database_timeout", "1e30", "less than or equal to 86400"),
        ("crawl.expire_days", "99999999999", "less than or equal to 36500"),
        ("baseline.days", "99999999999", "less than or equal to 36500"),
        ("fetch.ca_file", "/nowhere.pem", "/nowhere.pem cannot be read: No such file or directory"),
        ("fetch.ca_file", __file__, "holds no certificate"),
        ("feed.directory", "~nobody-of-this-name/x", "write the folder without `~`"),
    ],
)
def test_a_wrong_value_is_told_before_anything_is_fetched(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str, says: str
) -> None:
    variable = f"TINDOTHI_{key.replace('.', '__').upper()}"
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        load()
    assert says in str(caught.value)
    assert variable in str(caught.value) or key in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_mistake_inside_a_section_of_the_environment_is_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINDOTHI_FETCH", '{"delai": 2}')
    with pytest.raises(ConfigError, match=r"environment: TINDOTHI_FETCH: fetch\.delai: no such setting"):
        load()


def test_a_data_directory_of_any_name_holds_its_database(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = clean / "dữ liệu #1 %41?mode=ro"
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(folder))
    open_store(load()).close()
    assert (folder / "tindothi.db").is_file()


@pytest.mark.parametrize("content", [b"[fetch\n", b"\xff\xfe", b"delay == 1"])
def test_a_broken_file_is_named(clean: Path, content: bytes) -> None:
    path = clean / "tindothi.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=str(path)):
        load()


def test_a_named_file_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINDOTHI_CONFIG", "/nowhere/tindothi.toml")
    with pytest.raises(ConfigError, match="no such settings file"):
        load()


def test_every_setting_says_what_it_means() -> None:
    assert all(description for _, description in keys())
    assert {key.split(".")[0] for key, _ in keys()} == set(Config.model_fields)
