"""One TOML file and environment overrides: what holds, and where it came from.

The file is `--config`, else `TINDOTHI_CONFIG`, else `tindothi.toml` in the current directory, else in the user's
configuration directory. `TINDOTHI_FETCH__DELAY=2` overrides `[fetch] delay`. Every mistake is listed at once.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from crawler.errors import ConfigError
from crawler.wellformed import (
    Days,
    Host,
    Hub,
    Line,
    Mailbox,
    Proxy,
    Seconds,
    SecretAddress,
    Served,
    Some,
    Target,
    masked,
    untrusted,
)

FILE_NAME = "tindothi.toml"
PREFIX = "TINDOTHI_"


def _split(value: object) -> object:
    """`a, b` from the environment is the list `["a", "b"]`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
Folders = Annotated[tuple[Path, ...], BeforeValidator(_split)]
Mailboxes = Annotated[tuple[Mailbox, ...], BeforeValidator(_split)]
Targets = Annotated[tuple[Target, ...], BeforeValidator(_split)]


class Environment(EnvSettingsSource):
    """Variables as plain text: what is no JSON reaches the validation, which can name the mistake."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """The list or table that it is in JSON, else the text: a source may be called 404."""
        try:
            decoded = super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value
        return decoded if isinstance(decoded, (list, dict)) else value


class Section(BaseModel):
    """A table of the file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourcesConfig(Section):
    """Which sources exist beside the shipped ones."""

    directories: Folders = Field((), description="your own directories of source files (*.toml)")
    only: Names = Field((), description="names of the sources to crawl; empty: all that are not dead")


class TopicsConfig(Section):
    """Which topics exist beside the shipped ones."""

    directories: Folders = Field((), description="your own directories of topic files (*.toml)")


class FetchConfig(Section):
    """How pages are fetched."""

    contact: Line = Field("", description="mail address or URL put into the User-Agent, so that a site can reach you")
    delay: Seconds = Field(2.0, description="seconds between two requests to one host, at least")
    concurrency: int = Field(1, ge=1, le=8, description="requests under way at once to one host")
    timeout: Some = Field(60, description="seconds one page may take")
    max_size: int = Field(16 * 1024 * 1024, ge=1024, le=1024**3, description="bytes one page may have, unpacked")
    retries: int = Field(2, ge=0, le=10, description="further tries of a failed request within one run")
    redirects: int = Field(5, ge=0, le=20, description="redirects followed, within the source's own hosts")
    proxy: Proxy = Field("", description="HTTP proxy for all requests, as http://host:port")
    ca_file: Path | None = Field(None, description="file of the certificates to trust (PEM), instead of the system's")
    deadline: Some = Field(3600, description="seconds one run may take")
    source_deadline: Some = Field(1800, description="seconds one source may take within a run")


class CrawlConfig(Section):
    """What is fetched."""

    limit: int = Field(200, ge=1, le=1_000_000, description="articles fetched per source and run, at most")
    interval_min: Seconds = Field(900, description="seconds between two readings of a source's listings, at least")
    interval_max: Seconds = Field(21600, description="the same, at most; 0: every run reads every source")
    expire_days: int = Field(
        14, ge=1, le=36500, description="days after which an announced article that cannot be had is given up"
    )
    recheck_days: Days = Field(14, description="days for which a stored article is checked for changes; 0: never")
    recheck_first: Seconds = Field(
        3600, description="seconds until the first re-check; later ones come ever rarer; 0: in every run"
    )

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if 0 < self.interval_max < self.interval_min:
            raise ValueError("interval_min is more than interval_max; mend one of them")
        return self


class ArchiveConfig(Section):
    """How fetched pages are kept."""

    max_mb: int = Field(
        1000, ge=1, le=1_000_000, description="megabytes an archive file may have; each day has new ones"
    )
    min_free_mb: int = Field(
        200,
        ge=0,
        le=1_000_000_000,
        description="megabytes that stay free on the disk; with less, no run goes on; 0: none",
    )
    keep_days: Days = Field(0, description="days after which `gc` removes pages that no article needs; 0: never")


class BaselineConfig(Section):
    """How much of a source's first run is news."""

    items: int = Field(
        10, ge=0, le=1_000_000, description="entries that a source's first run publishes, at most, per feed"
    )
    days: Days = Field(7, description="how old, in days, an entry of a first run may be")


class FeedConfig(Section):
    """Where and how feeds are written."""

    directory: Path | None = Field(
        None, description="where the feeds' files go; default: `feeds` in the data directory"
    )
    definitions: Path | None = Field(None, description="your own file of feeds beside the topics' (feeds.toml)")
    base_url: Served = Field(
        "", description="where the directory is served, as https://host/path; for the self links and the OPML"
    )
    entries: int = Field(100, ge=1, le=5000, description="entries in a feed document, at most")
    hub: Hub = Field("", description="WebSub hub that is told when a feed has changed, as https://host/path")

    @model_validator(mode="after")
    def _is_served(self) -> Self:
        if self.hub and not self.base_url:
            raise ValueError("hub needs base_url: a hub fetches the feed from where it is served")
        return self


class MailConfig(Section):
    """The digest by mail."""

    to: Mailboxes = Field((), description="who gets the digest; empty: nobody")
    sender: Mailbox = Field("", description="the address that it comes from")
    host: Host = Field("", description="SMTP server")
    port: int = Field(
        587, ge=1, le=65535, description="its port; 465: TLS from the start, any other: STARTTLS (not on this machine)"
    )
    user: Line = Field("", description="who logs in there; empty: nobody does")
    password: SecretStr = Field(SecretStr(""), description="the password")
    period: Literal["daily", "weekly"] = Field("daily", description="how often: daily or weekly")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.to and not (self.sender and self.host):
            raise ValueError("to needs sender and host: from which address, and by which server, is it sent?")
        if self.to and self.user and not self.password.get_secret_value():
            raise ValueError("user needs password")
        return self


class PushConfig(Section):
    """Who is told of each entry."""

    targets: Targets = Field(
        (), description="addresses in the form of Apprise (json://…, tgram://…) that are told of each new entry"
    )


class AlertsConfig(Section):
    """Who runs this, and how they learn that something is wrong."""

    targets: Targets = Field(
        (), description="addresses in the form of Apprise (mailtos://…, json://…, tgram://…) that are told of incidents"
    )
    ping_url: SecretAddress = Field(
        SecretStr(""),
        description="address that each crawl pings (as Healthchecks has it): ADDRESS/start, ADDRESS, ADDRESS/fail",
    )
    sentry_dsn: SecretAddress = Field(SecretStr(""), description="Sentry's address (DSN), which is sent our own faults")


class MetricsConfig(Section):
    """What a monitoring system reads."""

    file: Path | None = Field(
        None, description="file that each crawl writes in Prometheus's text format, for the textfile collector (*.prom)"
    )


class Config(BaseSettings):
    """All settings. Paths may start with `~`; relative ones are relative to the file that names them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("tindothi")),
        description="where the store, the archive and the feeds live",
    )
    database: str = Field(
        "",
        description="URL of the store, sqlite:///FILE or postgresql://USER@HOST/NAME;"
        " default: `tindothi.db` in the data directory",
    )
    database_timeout: Seconds = Field(30, description="seconds to wait for another process that locks the database")
    log_level: str = Field(
        "WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="text, or json: whatever goes to the error output is one JSON object a line"
    )
    sources: SourcesConfig = SourcesConfig()
    topics: TopicsConfig = TopicsConfig()
    fetch: FetchConfig = FetchConfig()
    crawl: CrawlConfig = CrawlConfig()
    archive: ArchiveConfig = ArchiveConfig()
    baseline: BaselineConfig = BaselineConfig()
    feed: FeedConfig = FeedConfig()
    mail: MailConfig = MailConfig()
    push: PushConfig = PushConfig()
    alerts: AlertsConfig = AlertsConfig()
    metrics: MetricsConfig = MetricsConfig()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose values come as arguments."""
        return Environment(settings_cls), init_settings

    @property
    def database_url(self) -> str:
        """Where the store is."""
        path = str(self.data_dir / "tindothi.db").replace("%", "%25").replace("?", "%3F")
        return self.database or f"sqlite:///{path}"

    @property
    def archive_dir(self) -> Path:
        """Where the WARC files are."""
        return self.data_dir / "archive"

    @property
    def feed_dir(self) -> Path:
        """Where the feeds' files go."""
        return self.feed.directory or self.data_dir / "feeds"


SECRETS = (  # what is written there is shown to nobody
    "mail",
    "mail.password",
    "push",
    "push.targets",
    "alerts",
    "alerts.targets",
    "alerts.ping_url",
    "alerts.sentry_dsn",
)
OWN_VARIABLES = {f"{PREFIX}CONFIG", f"{PREFIX}SHARED"}  # read by us, but no settings


def find_file() -> Path | None:
    """The settings file that holds, or None: all defaults.

    :raises ConfigError: `TINDOTHI_CONFIG` names a file that is not there
    """
    if named := os.environ.get(f"{PREFIX}CONFIG"):
        path = Path(named).expanduser()
        if not path.is_file():
            raise ConfigError(f"{path}: no such settings file; mend --config or {PREFIX}CONFIG")
        return path.absolute()
    for path in (Path(FILE_NAME), Path(platformdirs.user_config_dir("tindothi")) / FILE_NAME):
        if path.is_file():
            return path.absolute()
    return None


def load() -> Config:
    """The settings that hold: file, then environment.

    :raises ConfigError: lists every mistake, each with where it stands and how to mend it
    """
    path = find_file()
    values = _read(path) if path else {}
    mistakes = [_unknown_variable(name) for name in _variables() if not _known(name)]
    try:
        config = Config(**values)
    except ValidationError as error:
        mistakes += [_mistake(path, found) for found in error.errors()]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    config = _absolute(config, path)
    if (ca_file := config.fetch.ca_file) and (wrong := untrusted(ca_file)):
        raise ConfigError(f"fetch.ca_file: {ca_file} {wrong}; mend it, or take the setting out")
    return config


def origins(config: Config) -> Iterator[tuple[str, Any, str, str]]:
    """Every setting as (dotted key, value, where it came from, what it means)."""
    path = find_file()
    values = _read(path) if path else {}
    for key, description in keys():
        value: Any = config
        for part in key.split("."):
            value = getattr(value, part)
        yield key, value, _origin(key, values, path), description


def keys() -> Iterator[tuple[str, str]]:
    """Every setting as (dotted key, what it means)."""
    for name, field in Config.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            for inner, inner_field in field.annotation.model_fields.items():
                yield f"{name}.{inner}", inner_field.description or ""
        else:
            yield name, field.description or ""


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}; mend that line") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def _variables() -> Iterator[str]:
    return (name for name in os.environ if name.startswith(PREFIX) and name not in OWN_VARIABLES)


def _variable(key: str) -> str:
    return PREFIX + key.replace(".", "__").upper()


def _known(variable: str) -> bool:
    sections = {_variable(key.split(".")[0]) for key, _ in keys()}
    return variable.upper() in {_variable(key) for key, _ in keys()} | sections


def _unknown_variable(name: str) -> str:
    close = difflib.get_close_matches(name.upper(), [_variable(key) for key, _ in keys()], n=1)
    return f"environment: {name}: no such setting; " + (f"did you mean {close[0]}?" if close else "unset it")


def _mistake(path: Path | None, found: Any) -> str:
    key = ".".join(str(part) for part in found["loc"])
    top = ".".join(str(part) for part in found["loc"][:2])
    section = _variable(str(found["loc"][0]))
    where = f"{path}: {key}" if path else key
    if _variable(top) in os.environ:
        where = f"environment: {_variable(top)}"
    elif section in os.environ:
        where = f"environment: {section}: {key}"
    if found["type"] == "extra_forbidden":
        close = difflib.get_close_matches(key, [known for known, _ in keys()], n=1)
        return f"{where}: no such setting; " + (f"did you mean {close[0]}?" if close else "take it out")
    said = f"{where}: {found['msg'].removeprefix('Value error, ')}"
    if isinstance(found["input"], dict) or top in SECRETS or key in SECRETS:  # a whole section may hold one
        return said
    shown = masked(repr(found["input"]))
    return f"{said}, not {shown if len(shown) < 100 else f'{shown[:99]}…'}"


def _origin(key: str, values: Mapping[str, Any], path: Path | None) -> str:
    if _variable(key) in os.environ:
        return f"environment {_variable(key)}"
    inner: Any = values
    for part in key.split("."):
        if not isinstance(inner, dict) or part not in inner:
            return "default"
        inner = inner[part]
    return str(path)


def _absolute(config: Config, file: Path | None) -> Config:
    """Paths as absolute ones: `~` expanded; relative to the file that names them, else to the current directory."""
    values = _read(file) if file else {}

    def resolved(path: Path, key: str) -> Path:
        base = file.parent if file and _origin(key, values, file) == str(file) else Path.cwd()
        try:
            return base / path.expanduser()
        except RuntimeError as error:
            raise ConfigError(f"{key}: {path}: {error}; write the folder without `~`") from None

    def section(part: Section, name: str) -> Section:
        changes: dict[str, Any] = {}
        for inner, value in part:
            if isinstance(value, Path):
                changes[inner] = resolved(value, f"{name}.{inner}")
            elif isinstance(value, tuple) and any(isinstance(item, Path) for item in value):
                changes[inner] = tuple(resolved(item, f"{name}.{inner}") for item in value)
        return part.model_copy(update=changes) if changes else part

    update: dict[str, Any] = {"data_dir": resolved(config.data_dir, "data_dir")}
    update |= {name: section(value, name) for name, value in config if isinstance(value, Section)}
    return config.model_copy(update=update)
