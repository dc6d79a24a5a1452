"""`tindothi`: parse arguments, call, print. Commands are loaded when asked for, so that `--help` is quick."""

import errno
import importlib
import keyword
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

import click

from crawler.errors import ConfigError, PublishError, PushError, RunLocked, Stopped, StoreError, TindothiError
from crawler.health import MEANING, Exit

COMMANDS = {
    "crawl": "fetch, store and publish: the line for cron",
    "demo": "crawl stand-ins of the five portals on this machine and show the feed",
    "extract": "show what saved pages yield",
    "publish": "write the Atom feeds from the store",
    "digest": "show the mail of what is new, or send it",
    "serve": "serve the feeds over HTTP, for those who have no web server",
    "reextract": "run the archive through today's rules, without the network",
    "replay": "run saved pages (WARC files or folders) through the very same way",
    "search": "find articles by words, with or without diacritics",
    "cite": "list who names a legal document, when, and in which words",
    "export": "write the articles as JSON Lines, CSV, Parquet or SQLite (Datasette), or the whole store",
    "import": "make a store from what `export --full` wrote",
    "show": "show one article: its revisions, what was stripped and why it matched",
    "backup": "copy the store into a folder, and check the copy",
    "restore": "copy a backup to where the store belongs",
    "migrate": "move the store into another database, SQLite or PostgreSQL",
    "check": "check that the store and its archive are whole; with a source, what its live site gives",
    "gc": "remove archived pages whose time is over, and that no article needs",
    "sources": "list the sources, their state and evidence; `sources add URL` adds one",
    "status": "tell how each source is doing",
    "report": "tell what the last runs did, what is wrong and what to do, also as a page",
    "config": "show every setting, and where it came from",
}

EXITS: tuple[tuple[type[TindothiError], Exit], ...] = (
    (ConfigError, Exit.CONFIG),
    (RunLocked, Exit.LOCKED),
    (PublishError, Exit.NOT_PUBLISHED),
    (PushError, Exit.NOT_SENT),
    (Stopped, Exit.STOPPED),
    (StoreError, Exit.STORE),
)


_OUTPUT = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)  # what writing to stdout meets


class LazyGroup(click.Group):
    """Knows its commands by name and imports one only to run it, or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name + "_" * keyword.iskeyword(cmd_name)
        command: click.Command = importlib.import_module(f"crawler.commands.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code.value), meaning) for code, meaning in MEANING.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", "config_file", metavar="FILE", help="Settings file (TOML); else TINDOTHI_CONFIG.")
@click.option("--data-dir", metavar="DIR", help="Where store, archive and feeds live; else TINDOTHI_DATA_DIR.")
@click.option("--database", metavar="URL", help="Where the store lives, e.g. postgresql://…; else TINDOTHI_DATABASE.")
@click.version_option(package_name="tindothi")
def tindothi(config_file: str | None, data_dir: str | None, database: str | None) -> None:
    """Watch Vietnam's municipal portals and news sites; tell what is new about chính quyền đô thị.

    A first look, without the network:  tindothi demo

    In cron, every half hour:  */30 * * * *  tindothi crawl
    """
    # The environment is how settings reach Scrapy's own commands too: one way, not two.
    if config_file:
        os.environ["TINDOTHI_CONFIG"] = config_file
    if data_dir:
        os.environ["TINDOTHI_DATA_DIR"] = data_dir
    if database:
        os.environ["TINDOTHI_DATABASE"] = database
    _begin_telling()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and exit: with a documented code, and without a traceback for a user's mistake."""
    try:
        _open_streams()
        tindothi.main(args=list(arguments) if arguments is not None else None, prog_name="tindothi")
    except TindothiError as error:
        for line in str(error).splitlines():
            click.echo(f"tindothi: {line}", err=True)
        sys.exit(next((code for kind, code in EXITS if isinstance(error, kind)), 1))
    except OSError as error:  # a closed pipe (`tindothi … | head`), a full disk behind `>`
        if error.filename is not None or error.errno not in _OUTPUT:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            sys.exit(0)
        click.echo(f"tindothi: the output cannot be written: {error.strerror}; what was to be done is done", err=True)
        sys.exit(1)


def _begin_telling() -> None:
    """How and to whom faults are told; settings that are wrong are told by the command itself."""
    from crawler.config import load

    try:
        config = load()
    except ConfigError:
        return
    if config.log_format == "json":
        from crawler.logs import to_json

        to_json(config.log_level)
    if dsn := config.alerts.sentry_dsn.get_secret_value():
        from crawler.sentry import start

        start(dsn, config.fetch.ca_file)


def _open_streams() -> None:
    """Cron and daemons may start us with closed streams: then what is said goes nowhere.

    Files and pipes get UTF-8 whatever the locale is; a terminal is spoken to in its own encoding, and shown what that
    has not as `\\u1ed9`.
    """
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("r+", encoding="utf-8"))  # noqa: SIM115 (for as long as we live)
        elif name != "stdin" and isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
