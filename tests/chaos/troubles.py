"""What is done to a run, where no site is at fault. Each gives the runs that met it, when their trouble is over."""

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, event

from crawler.portal import Fault
from storage.store import Store
from tests.chaos.sites import ROBOTS
from tests.chaos.world import SLOW, World
from tests.running import Ran, tindothi
from tests.storing import DAY

Trouble = Callable[[World], Iterator[Ran]]
WRITES = ("INSERT", "UPDATE", "DELETE")
DISK = 8 * 1024 * 1024  # bytes of the small file system


def robots_change(world: World) -> Iterator[Ran]:
    """robots.txt allowed all, and an article waits to be had; now it forbids all, and then it cannot be had."""
    waits = world.site.url(world.site.path(world.site.latest))
    world.web.fault(waits, Fault.UNAVAILABLE, times=1)
    yield world.crawl()
    for fault in (Fault.FORBIDS, Fault.UNAVAILABLE):
        world.pass_time(DAY)
        world.web.fault(world.site.url(ROBOTS), fault)
        yield world.crawl()


# --- the network


def no_proxy(world: World) -> Iterator[Ran]:
    """Without the proxy that knows the name, nobody does."""
    yield world.crawl(TINDOTHI_FETCH__PROXY="")


def proxy_gone(world: World) -> Iterator[Ran]:
    """Nobody answers at the proxy's address."""
    world.unplug()
    yield world.crawl()
    world.replug()


def network_gone(world: World) -> Iterator[Ran]:
    """The same, from the first article on."""
    asked = len(world.web.requests)
    run = world.begin(**SLOW)
    run.until(lambda: len(world.web.requests) >= asked + 3)
    world.unplug()
    yield run.ended()
    world.replug()


# --- the clock


def clock(ahead: timedelta) -> Trouble:
    """The run sees another time than the runs before and after it."""

    def meet(world: World) -> Iterator[Ran]:
        world.set_clock(ahead)
        yield world.crawl()
        world.set_clock(-ahead)

    return meet


def jump(by: timedelta) -> Trouble:
    """The clock is set while the run goes on."""

    def meet(world: World) -> Iterator[Ran]:
        statement = world.random.randrange(6, 30)
        yield world.become(partial(jumping, by, statement)).ended()

    return meet


def jumping(by: timedelta, statement: int, arguments: Sequence[str]) -> None:
    """`tindothi`, whose clock is set before its n-th statement that writes."""
    import time_machine

    traveller = time_machine.travel(datetime.now(UTC), tick=True).start()
    left = statement

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_: object, __: object, said: str, *___: object) -> None:
        nonlocal left
        if said.lstrip().upper().startswith(WRITES):
            left -= 1
            if left == 0:
                traveller.shift(by)

    tindothi(arguments)


# --- the store


def locked(world: World) -> Iterator[Ran]:
    """Another process writes all the time."""
    with _held(world):
        ran = world.crawl(TINDOTHI_DATABASE_TIMEOUT="1")
    yield ran


def locked_midway(world: World) -> Iterator[Ran]:
    """The same, from the first article on."""
    asked = len(world.web.requests)
    run = world.begin(**SLOW, TINDOTHI_DATABASE_TIMEOUT="1")
    run.until(lambda: len(world.web.requests) >= asked + 3)
    with _held(world):
        ran = run.ended()
    yield ran


def locked_a_while(world: World) -> Iterator[Ran]:
    """Another process writes, but not for longer than we wait."""
    with _held(world):
        run = world.begin()
        time.sleep(1)
    yield run.ended()


@contextmanager
def _held(world: World) -> Iterator[None]:
    url = world.ops.settings["TINDOTHI_DATABASE"]
    with Store.open(url, world.folder / "another") as other, other._database.writing():
        yield


def two_runs(world: World) -> Iterator[Ran]:
    """Two lines of cron at the same minute."""
    runs = [world.begin(**SLOW) for _ in range(2)]
    yield from [run.ended() for run in runs]


def kills(times: int) -> Trouble:
    """Killed so often, at any moment of a run that has an article to store and one to revise."""

    def meet(world: World) -> Iterator[Ran]:
        began = time.monotonic()
        world.crawl()
        lasts = time.monotonic() - began
        killed = 0
        while killed < times:
            world.site.publish()
            world.site.edit(world.random.choice(list(world.site.edits)))
            run = world.begin()
            run.kill_after(world.random.uniform(0, lasts))
            ran = run.ended()
            if ran.code == -signal.SIGKILL:
                killed += 1
                yield ran

    return meet


# --- the disk


def full_disk(*rooms: int) -> Trouble:
    """The data directory is on a file system with so many KB left; where none can be mounted, no file may grow."""

    def meet(world: World) -> Iterator[Ran]:
        with _small(world.ops.data) as mounted:
            if not mounted:
                print("NO SMALL FILE SYSTEM CAN BE MOUNTED (that takes root): no file may grow, instead")
                yield _limited(world)
                return
            for room in rooms:
                with _filled(world.ops.data, room):
                    ran = world.crawl(TINDOTHI_ARCHIVE__MIN_FREE_MB="0")  # else no run would begin
                yield ran

    return meet


@contextmanager
def _small(folder: Path) -> Iterator[bool]:
    """The folder, with what is in it, on a file system in memory; gives whether that could be mounted."""
    aside = folder.with_name("aside")
    shutil.copytree(folder, aside)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        yield False
        return
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        yield True
        shutil.copytree(folder, aside, dirs_exist_ok=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
    shutil.copytree(aside, folder, dirs_exist_ok=True)


@contextmanager
def _filled(folder: Path, room: int) -> Iterator[None]:
    ballast = folder / "ballast"
    free = shutil.disk_usage(folder).free
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - room * 1024)
    try:
        yield
    finally:
        ballast.unlink()


def _limited(world: World) -> Ran:
    room = (world.ops.data / "tindothi.db").stat().st_size
    return world.become(partial(starved, room)).ended()


def starved(room: int, arguments: Sequence[str]) -> None:
    """`tindothi`, of which no file may become larger."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    tindothi(arguments)
