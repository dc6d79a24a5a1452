"""`tindothi serve`: the feed directory over HTTP, for those who have no web server."""

import asyncio
import errno
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from aiohttp import web


class CannotListen(click.ClickException):
    """The command line names a place that cannot be had."""

    exit_code = 2


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0: all of them.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
def command(host: str, port: int) -> None:
    """Serve the feeds and their pages over HTTP, until Ctrl-C or SIGTERM.

    It serves what `tindothi publish` or `tindothi crawl` has written, and needs neither store nor settings beside the
    feed directory. It speaks plain HTTP: on the open Internet, let nginx or Caddy serve the directory.
    """
    from crawler.config import load

    directory = load().feed_dir
    if not directory.is_dir():
        click.echo(f"tindothi: {directory}: nothing is published yet; run `tindothi publish`", err=True)
    asyncio.run(_serve(directory, host, port))


async def _serve(directory: Path, host: str, port: int) -> None:
    from aiohttp import web

    from feeds.serving import server

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner = server(directory)
    await runner.setup()
    try:
        await _listen(web.TCPSite(runner, host, port), host, port)
        for url in dict.fromkeys(_url(*address[:2]) for address in runner.addresses):
            click.echo(f"{url} serves {directory}")
        await stopped.wait()
    finally:
        await runner.cleanup()


async def _listen(site: "web.TCPSite", host: str, port: int) -> None:
    try:
        await site.start()
    except socket.gaierror as error:
        raise CannotListen(f"--host {host}: no address of this machine; name one, as 127.0.0.1") from error
    except OSError as error:
        raise CannotListen(_complaint(error.errno or 0, host, port) or f"{host}:{port}: {error.strerror}") from error


def _complaint(number: int, host: str, port: int) -> str:
    return {
        errno.EADDRINUSE: f"--port {port}: another program listens there; name another port, or end that program",
        errno.EACCES: f"--port {port}: this user may not listen there; name a port from 1024 on",
        errno.EADDRNOTAVAIL: f"--host {host}: no address of this machine; name one, as 127.0.0.1",
    }.get(number, "")


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
