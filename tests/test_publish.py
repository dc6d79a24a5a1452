"""Feeds to files: whole or not at all, whatever the disk does."""

import json
import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from tempfile import gettempdir

import pytest
from click.testing import CliRunner
from lxml import etree, html
from sqlalchemy import create_engine, text

from crawler.commands.publish import command
from crawler.errors import PublishError
from crawler.health import Exit
from crawler.types import Feed
from feeds import files as filing
from feeds import made
from feeds import publish as publishing
from feeds.atom import render
from feeds.definitions import ATOM
from feeds.publish import RENDERERS, Published, ended, publish
from tests.conftest import ROOT
from tests.test_atom import feed
from tests.test_entries import article, entry

NAME = "chinh-quyen-do-thi.atom"
FILES = [f"chinh-quyen-do-thi.{kind}" for kind in sorted(RENDERERS)]
OTHER = "chinh-quyen-hai-cap"
ONE = feed(entry())
TWO = feed(entry(article(title="Tiêu đề đã sửa")))


def files(folder: Path) -> list[str]:
    """What is in a folder beside the pages and how all was made; each file that is packed must be there plain, too."""
    names = {path.name for path in folder.iterdir() if not path.name.startswith(made.FILE)}
    packed = {name for name in names if name.endswith(".gz") and name.removesuffix(".gz") in names}
    return sorted(name for name in names - packed if not name.endswith(".html"))


def test_a_feed_is_written_with_all_its_folders(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    done = publish([ONE], folder)
    assert done[0] == Published(path=folder / NAME, entries=1, written=True)
    assert sorted(one.path.name for one in done) == files(folder) == FILES
    for kind, rendered in RENDERERS.items():
        assert (folder / f"chinh-quyen-do-thi.{kind}").read_bytes() == rendered(ONE)


def test_the_list_of_all_feeds_is_written_where_its_addresses_are_known(tmp_path: Path) -> None:
    feeds = [ONE, feed(name=OTHER, title="Hai cấp <mới>", subtitle="")]
    done = publish(feeds, tmp_path, base_url="https://phuongmau.vn/feeds/")
    assert (done[-1].path.name, done[-1].entries, done[-1].written) == ("feeds.opml", 2, True)
    document = etree.parse(done[-1].path).getroot()
    assert (document.tag, document.get("version"), [part.tag for part in document]) == ("opml", "2.0", ["head", "body"])
    assert document.findtext("head/title") == "tindothi"
    outlines = [dict(one.attrib) for one in document.iterfind("body/outline")]
    base = "https://phuongmau.vn/feeds/"
    said = {"text": "Chính quyền đô thị", "title": "Chính quyền đô thị", "description": "Tin mẫu"}
    assert outlines == [
        {"type": "rss", **said, "xmlUrl": base + NAME, "htmlUrl": base},
        {
            "type": "rss",
            "text": "Hai cấp <mới>",
            "title": "Hai cấp <mới>",
            "xmlUrl": f"{base}{OTHER}.atom",
            "htmlUrl": base,
        },
    ]
    assert not publish([TWO, feeds[1]], tmp_path, base_url=base)[-1].written, "entries are none of its business"


def test_the_page_of_all_folds_up_the_feeds_of_a_group(tmp_path: Path) -> None:
    feeds = [ONE, *(feed(name=name, title=name) for name in ("ha-noi", "mot-cua", "hue"))]
    publish(feeds, tmp_path, groups=dict.fromkeys(("ha-noi", "hue"), "Theo địa phương"))
    tree = html.fromstring((tmp_path / "index.html").read_bytes())
    assert tree.xpath("//details/summary/text()") == ["Theo địa phương (2 kênh)"]
    assert tree.xpath("//details//h3/a/text()") == ["ha-noi", "hue"]
    assert tree.xpath("//ul[@class='feeds'][not(ancestor::details)]//h3/a/text()") == ["Chính quyền đô thị", "mot-cua"]


def test_files_of_feeds_that_are_no_more(tmp_path: Path) -> None:
    assert ended(tmp_path / "nowhere", ()) == ()
    publish([ONE, feed(name=OTHER), feed(name=OTHER, volume=1)], tmp_path, base_url="https://phuongmau.vn")
    assert ended(tmp_path, {ONE.name, OTHER}) == ()
    for name in ("notes.txt", "x.atom.gz", ".y.atom", ".y.atom.tmp"):
        (tmp_path / name).write_text("")
    (tmp_path / "z.atom").mkdir()
    (tmp_path / "lost.0001.atom").write_text("")
    assert ended(tmp_path, {ONE.name}) == (OTHER, "lost")


def test_a_web_server_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        publish([ONE], tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o644


def test_unchanged_bytes_are_not_rewritten(tmp_path: Path) -> None:
    publish([ONE], tmp_path)
    os.utime(tmp_path / NAME, ns=(1, 1))
    assert not any(again.written for again in publish([ONE], tmp_path))
    assert (tmp_path / NAME).stat().st_mtime_ns == 1
    assert all(changed.written for changed in publish([TWO], tmp_path))
    assert (tmp_path / NAME).read_bytes() == render(TWO)


def test_what_says_what_it_said_is_not_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, rendered = tmp_path / NAME, []

    def counted(feed: Feed, *, base_url: str = "", hub: str = "") -> bytes:
        rendered.append(feed.name)
        return render(feed, base_url=base_url, hub=hub)

    def published(feed: Feed, base_url: str = "") -> bool:
        rendered.clear()
        publish([feed], tmp_path, base_url=base_url)
        assert path.read_bytes() == render(feed, base_url=base_url)
        return bool(rendered)

    monkeypatch.setitem(publishing.RENDERERS, ATOM, counted)
    assert published(ONE) and not published(ONE)
    assert published(TWO) and not published(TWO)
    assert published(TWO, "https://phuongmau.vn") and not published(TWO, "https://phuongmau.vn")
    document = path.read_bytes()
    for damage in (lambda: path.write_bytes(document[:-1]), path.unlink):
        damage()
        assert published(TWO, "https://phuongmau.vn")
    for lost in (b"", b"[]", b'{"chinh-quyen-do-thi.atom": 1}', b"\xff"):
        (tmp_path / made.FILE).write_bytes(lost)
        assert published(TWO, "https://phuongmau.vn") and not published(TWO, "https://phuongmau.vn")
    made._recipe.cache_clear()
    monkeypatch.setattr(made, "version", lambda _: "another")
    assert published(TWO, "https://phuongmau.vn"), "another library writes it"
    made._recipe.cache_clear()


def test_what_was_made_is_remembered_of_files_that_are_there_only(tmp_path: Path) -> None:
    publish([ONE, feed(name=OTHER)], tmp_path)
    assert set(made.read(tmp_path)) == {path.name for path in tmp_path.glob("c*") if path.suffix != ".gz"}
    (tmp_path / f"{OTHER}.atom").unlink()
    publish([TWO], tmp_path)
    assert NAME in made.read(tmp_path) and f"{OTHER}.atom" not in made.read(tmp_path)
    (tmp_path / f"{NAME}.gz").unlink()
    publish([TWO], tmp_path)
    assert (tmp_path / f"{NAME}.gz").is_file(), "packed again"


def test_a_reader_that_has_the_old_file_open_reads_it_to_its_end(tmp_path: Path) -> None:
    publish([ONE], tmp_path)
    with (tmp_path / NAME).open("rb") as reader:
        start = reader.read(100)
        publish([TWO], tmp_path)
        assert start + reader.read() == render(ONE)


def test_the_base_url_is_the_self_links(tmp_path: Path) -> None:
    publish([ONE], tmp_path, base_url="https://phuongmau.vn/feeds")
    assert f"https://phuongmau.vn/feeds/{NAME}".encode() in (tmp_path / NAME).read_bytes()


# --- faults ----------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(limit: int) -> Iterator[None]:
    """No file can grow beyond so many bytes: the system says so in the middle of a write, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def no_rights(folder: Path) -> Iterator[None]:
    """The folder can be read and not written; as root, by being somebody else."""
    before = stat.S_IMODE(folder.stat().st_mode)
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(before)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a good feed; everybody can get there, root or not."""
    place = tmp_path / "feeds"
    publish([ONE], place)
    for path in takewhile(lambda parent: parent != Path(gettempdir()), (tmp_path, *tmp_path.parents)):
        path.chmod(path.stat().st_mode | 0o055)
    yield place


def test_a_disk_that_fills_up_leaves_the_last_good_feed(folder: Path) -> None:
    with small_disk(1000), pytest.raises(PublishError) as caught:
        publish([TWO], folder)
    assert str(folder / NAME) in str(caught.value)
    assert "free some space" in str(caught.value)
    assert files(folder) == FILES
    assert (folder / NAME).read_bytes() == render(ONE)
    assert publish([TWO], folder)[0].written


def test_an_unwritable_folder_leaves_the_last_good_feed(folder: Path) -> None:
    with no_rights(folder), pytest.raises(PublishError) as caught:
        publish([TWO], folder)
    assert str(folder / NAME) in str(caught.value)
    assert "let this user write there" in str(caught.value)
    assert files(folder) == FILES
    assert (folder / NAME).read_bytes() == render(ONE)
    assert publish([TWO], folder)[0].written


def test_an_unwritable_folder_is_no_failure_while_nothing_changes(folder: Path) -> None:
    with no_rights(folder):
        assert not publish([ONE], folder)[0].written


@pytest.mark.parametrize("fill", [lambda path: None, lambda path: (path / "x").write_text("")], ids=["empty", "full"])
def test_a_folder_in_the_way_of_the_file(tmp_path: Path, fill: Callable[[Path], object]) -> None:
    (tmp_path / NAME).mkdir()
    fill(tmp_path / NAME)
    with pytest.raises(PublishError, match="move away what stands in its place") as caught:
        publish([ONE, feed(name=OTHER)], tmp_path)
    assert str(tmp_path / NAME) in str(caught.value)
    assert OTHER not in str(caught.value)
    others = [f"{OTHER}.{kind}" for kind in sorted(RENDERERS)]
    assert files(tmp_path) == FILES + others  # all the others are there, and no temporary file


@pytest.mark.parametrize("below", ["", "feeds"])
def test_a_file_in_the_way_of_the_folder(tmp_path: Path, below: str) -> None:
    (tmp_path / "in-the-way").write_text("not ours")
    target = tmp_path / "in-the-way" / below
    with pytest.raises(PublishError, match="move away what stands in its place") as caught:
        publish([ONE], target)
    assert str(target) in str(caught.value)
    assert (tmp_path / "in-the-way").read_text() == "not ours"


def test_every_failure_is_named(tmp_path: Path) -> None:
    for name in (NAME, f"{OTHER}.atom"):
        (tmp_path / name).mkdir()
    with pytest.raises(PublishError) as caught:
        publish([ONE, feed(name=OTHER)], tmp_path)
    assert len(str(caught.value).splitlines()) == 2


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from feeds.publish import publish\n"
        "from tests.test_publish import ONE\n"
        "os.fsync = lambda fd: os.kill(os.getpid(), signal.SIGKILL)\n"
        "publish([ONE], Path(sys.argv[1]))"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert files(tmp_path) == [f".{NAME}.tmp"]
    assert publish([ONE], tmp_path)[0].written
    assert files(tmp_path) == FILES


# --- several at once -------------------------------------------------------------------------------------------------


def test_two_publishers_take_turns_and_the_later_reads_the_later_store(tmp_path: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()
    store = {"now": ONE}

    def slow() -> Iterator[Feed]:
        inside.set()
        assert go_on.wait(10)
        yield ONE

    def quick() -> Iterator[Feed]:
        yield store["now"]

    first = threading.Thread(target=publish, args=(slow(), tmp_path))
    second = threading.Thread(target=publish, args=(quick(), tmp_path))
    first.start()
    assert inside.wait(10)
    second.start()
    store["now"] = TWO
    go_on.set()
    first.join(10)
    second.join(10)
    assert (tmp_path / NAME).read_bytes() == render(TWO)
    assert files(tmp_path) == FILES


def test_a_publisher_that_hangs_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "PATIENCE", 0.0)

    def while_one_publishes() -> Iterator[Feed]:
        with pytest.raises(PublishError, match="another process is publishing"):
            publish([TWO], tmp_path)
        yield ONE

    assert publish(while_one_publishes(), tmp_path)[0].written


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("TINDOTHI_") and name != "TINDOTHI_SHARED"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def test_the_command_tells_of_each_feed_whether_it_was_written(data: Path) -> None:
    path = data / "feeds" / NAME
    runs = [CliRunner().invoke(command, []) for _ in range(2)]
    assert [run.exit_code for run in runs] == [0, 0]
    assert f"{path}: 0 entries, written\n" in runs[0].output
    assert f"{path}: 0 entries, unchanged\n" in runs[1].output
    told = json.loads(CliRunner().invoke(command, ["--json"]).output)
    assert {"path": str(path), "entries": 0, "written": False} in told["feeds"]


def test_a_broken_topic_file_stops_only_itself(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "hong.toml").write_text("title = ")
    monkeypatch.setenv("TINDOTHI_TOPICS__DIRECTORIES", str(tmp_path / "topics"))
    run = CliRunner().invoke(command, [])
    assert run.exit_code == Exit.CONFIG
    assert "hong.toml" in run.stderr
    assert NAME in files(data / "feeds")


def test_a_wrong_feed_stops_only_itself_and_what_it_had_published_stays(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, city = tmp_path / "feeds.toml", '[[feed]]\nname = "{}"\ntitle = "Tin"\nplace = "{}"\n'
    monkeypatch.setenv("TINDOTHI_FEED__DEFINITIONS", str(file))
    file.write_text(city.format("ha-noi", "Hà Nội") + city.format("hue", "Huế"))
    assert CliRunner().invoke(command, []).exit_code == 0
    there = files(data / "feeds")
    assert {f"{name}.{kind}" for name in ("ha-noi", "hue") for kind in RENDERERS} < set(there)
    file.write_text(city.format("ha-noi", "Hà Nộiiii") + city.format("hue", "Huế") + city.format("moi", "Cà Mau"))
    run = CliRunner().invoke(command, [])
    assert run.exit_code == Exit.CONFIG
    assert f"tindothi: {file}: feed 1 (ha-noi): place: " in run.stderr
    assert f"{data / 'feeds' / 'moi.json'}: 0 entries, written\n" in run.stdout
    assert files(data / "feeds") == sorted([*there, *(f"moi.{kind}" for kind in RENDERERS)])


def test_a_feed_that_is_taken_out_is_named_until_its_files_are_gone(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, city = tmp_path / "feeds.toml", '[[feed]]\nname = "{}"\ntitle = "Tin"\nplace = "Huế"\n'
    monkeypatch.setenv("TINDOTHI_FEED__DEFINITIONS", str(file))
    file.write_text(city.format("hue") + city.format("co-do"))
    assert "no feed of that name" not in CliRunner().invoke(command, []).output
    file.write_text(city.format("hue"))
    run = CliRunner().invoke(command, [])
    line = f"{data / 'feeds' / 'co-do'}.*: no feed of that name is declared; declare it again, or delete these files\n"
    assert (run.exit_code, run.output.count(line), run.output.count("no feed of that name")) == (0, 1, 1)
    assert json.loads(CliRunner().invoke(command, ["--json"]).output)["ended"] == ["co-do"]
    file.write_text(city.format("hue") + "[[feed]]\n")
    assert "no feed of that name" not in CliRunner().invoke(command, []).output, "a wrong file ends no feed"
    file.write_text(city.format("hue"))
    for path in (data / "feeds").glob("co-do.*"):
        path.unlink()
    assert "no feed of that name" not in CliRunner().invoke(command, []).output


@pytest.mark.parametrize("broken", ["feeds.toml", "sources/mau.toml"])
def test_a_broken_file_ends_no_feed(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "mau.toml").write_text(
        'name = "mau"\ntitle = "Mẫu"\nhosts = ["mau.vn"]\nevidence = "thử"\narticles = ["tin"]\n'
        '[[listing]]\nkind = "page"\nurl = "https://mau.vn/"\n'
    )
    (tmp_path / "feeds.toml").write_text('[[feed]]\nname = "{source}"\ntitle = "{source}"\nsource = "*"\n')
    monkeypatch.setenv("TINDOTHI_SOURCES__DIRECTORIES", str(tmp_path / "sources"))
    monkeypatch.setenv("TINDOTHI_FEED__DEFINITIONS", str(tmp_path / "feeds.toml"))
    monkeypatch.setenv("TINDOTHI_FEED__BASE_URL", "https://phuongmau.vn/feeds")

    def state() -> tuple[set[str], bytes]:
        engine = create_engine(f"sqlite:///{data / 'tindothi.db'}")
        with engine.connect() as db:
            kept = set(db.execute(text("SELECT name FROM feed")).scalars())
        engine.dispose()
        return kept, (data / "feeds" / "feeds.opml").read_bytes()

    CliRunner().invoke(command, [])
    before = state()
    assert "mau" in before[0]
    assert b"/mau.atom" in before[1]
    (tmp_path / broken).write_text("= broken")
    CliRunner().invoke(command, [])
    assert state() == before
    (tmp_path / broken).unlink()
    (tmp_path / "feeds.toml").write_text("")
    assert CliRunner().invoke(command, []).exit_code == 0
    assert state()[0] == set()
    assert b"/mau.atom" not in state()[1]


def test_what_cannot_be_written_ends_the_command(data: Path) -> None:
    data.mkdir()
    (data / "feeds").write_text("")
    run = CliRunner().invoke(command, [])
    assert isinstance(run.exception, PublishError)
