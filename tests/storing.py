"""What the tests of the store share: a clock that is played, and makers of pages."""

import atexit
import functools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import create_engine, text
from warcio.checker import Checker

from crawler.types import (
    Announcement,
    Article,
    Block,
    Change,
    Citation,
    Evidence,
    Instant,
    Judged,
    Match,
    Precision,
    Run,
    Snapshot,
)
from storage.database import Database
from storage.policy import Policy
from storage.search import Filters
from storage.searches import SavedSearch
from storage.store import Store
from tests import postgres

START = datetime(2026, 11, 22, 5, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TEXT = (
    "Ủy ban nhân dân phường Bến Gỗ vừa lấy ý kiến người dân về phương án sắp xếp lại các tổ dân phố trên địa bàn.",
    "Việc lấy ý kiến kéo dài đến hết tháng sau và được ghi thành biên bản tại từng tổ.",
)
OTHER = (
    "Quận Sông Mây khai trương điểm tiếp nhận hồ sơ mới, người dân nộp giấy tờ và nhận kết quả tại cùng một nơi.",
    "Điểm tiếp nhận mở cửa cả sáng thứ bảy hằng tuần.",
)


@functools.cache
def _empty_store() -> Path:
    """A store without a row: its tables are made once for all tests."""
    path = Path(tempfile.mkdtemp()) / "tindothi.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


def new_store(folder: Path, engine: str, *, made: bool) -> str:
    """The URL of a store in this folder or on the tests' server; a new one is empty, and an old one is left alone."""
    if engine == "postgresql":
        noted = folder / "database.url"
        if not noted.exists():
            folder.mkdir(parents=True, exist_ok=True)
            noted.write_text(postgres.database() if made else postgres.empty())
        return noted.read_text()
    path = folder / "tindothi.db"
    if made and not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_empty_store(), path)
    return f"sqlite:///{path}"


ENGINES = ("sqlite", "postgresql")


@dataclass
class Stage:
    """A store in a folder, with a clock that only moves when told to; its database may be a server's."""

    folder: Path
    now: datetime = START
    policy: Policy = field(default_factory=Policy)
    engine: str = "sqlite"
    made: bool = True  # its tables are there before it is opened

    def __post_init__(self) -> None:
        self.url = new_store(self.folder, self.engine, made=self.made)

    def sql(self, statement: str) -> Sequence[Any]:
        """What a statement gives, run behind the store's back."""
        engine = create_engine(self.url)
        try:
            with engine.begin() as db:
                done = db.execute(text(statement))
                return done.all() if done.returns_rows else ()
        finally:
            engine.dispose()

    def pass_time(self, by: timedelta = HOUR) -> datetime:
        self.now += by
        return self.now

    @contextmanager
    def store(self, timeout: float = 5) -> Iterator[Store]:
        with Store.open(
            self.url, self.folder / "archive", policy=self.policy, clock=lambda: self.now, timeout=timeout
        ) as opened:
            yield opened

    def page(
        self, url: str, body: bytes = b"<p>", *, status: int = 200, source: str = "phuong", **headers: str
    ) -> Snapshot:
        return Snapshot(
            requested_url=url,
            url=url,
            fetched_at=self.now,
            status=status,
            headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
            body=body,
            source=source,
        )


def announcement(number: int | str, *, source: str = "phuong", published: datetime | None = None) -> Announcement:
    instant = Instant(at=published, precision=Precision.MINUTE, raw="") if published else None
    return Announcement(url=url_of(number, source), key=f"{source}:{number}", published=instant)


def url_of(number: int | str, source: str = "phuong") -> str:
    return f"https://{source}.example/tin-{number}.html"


def article(
    number: int | str = 1,
    *,
    source: str = "phuong",
    title: str | None = "Phường Bến Gỗ sắp xếp tổ dân phố",
    paragraphs: tuple[str, ...] = TEXT,
    published: datetime | None = START,
) -> Article:
    return Article(
        key=f"{source}:{number}",
        url=url_of(number, source),
        source=source,
        title=title,
        lead="Người dân góp ý đến hết tháng sau.",
        paragraphs=paragraphs,
        published=Instant(at=published, precision=Precision.MINUTE, raw=str(published), origin="meta:published")
        if published
        else None,
        authors=("PV",),
        credit="bengo.example",
        section="Thời sự",
        blocks=(Block(text=paragraphs[0]), Block(text="Lượt xem: 12", tag="div", rule="views")) if paragraphs else (),
        template="moi",
    )


def match(topic: str = "do-thi") -> Match:
    return Match(
        topic=topic,
        score=2.5,
        evidence=(Evidence(phrase="to-dan-pho", printed="tổ dân phố", part="title", context="sắp xếp tổ dân phố"),),
    )


CITATION = Citation(key="12/2031/NQ-HĐND", printed="12/2031/NQ-HĐND", family="NQ", context="Nghị quyết số …")


def judged(snapshot: Snapshot, said: Article, *topics: str) -> Judged:
    return Judged(
        snapshot=snapshot, article=said, matches=tuple(match(topic) for topic in topics), citations=(CITATION,)
    )


def visit(stage: Stage, store: Store, said: Article, *topics: str, body: bytes = b"<p>") -> Change:
    """A page fetched now, archived and stored."""
    snapshot = store.archive(stage.page(said.url, body, source=said.source))
    return store.save(judged(snapshot, said, *topics))


def settled(store: Store, source: str = "phuong") -> None:
    """As after a first run that found nothing."""
    listing = Snapshot(
        requested_url=f"https://{source}.example/", url=f"https://{source}.example/", fetched_at=START, status=200
    )
    store.announce(source, replace(listing, source=source), ())
    store.settle(source)


def gone(stage: Stage, store: Store, number: int | str = 1, *, source: str = "phuong", status: int = 404) -> None:
    """A page answers 404 to a re-check, and the run ends: the store may believe it."""
    page = store.archive(stage.page(url_of(number, source), status=status, source=source))
    store.reject(page, "NotFound", f"HTTP {status}", temporary=False)
    store.withdraw(source)


def due_keys(stage: Stage, store: Store, source: str = "phuong", limit: int = 100) -> list[str]:
    """What is to be fetched now."""
    return [due.key for due in store.due(source, stage.now, limit)]


def checked(*files: Path) -> int:
    """What `warcio check` ends with: 0 where every digest is right."""
    return int(Checker(SimpleNamespace(inputs=[str(file) for file in files], verbose=False)).process_all())


def fill(stage: Stage) -> None:
    """Something into every table."""
    with stage.store() as store:
        settled(store)
        store.announce(
            "phuong", stage.page("https://phuong.example/", etag='"1"'), [announcement(9, published=START - DAY)]
        )
        visit(stage, store, replace(article(1, title="Tin lạ \U0001f3d9"), credit="\0 \ud800"), "do-thi")
        stage.pass_time()
        visit(stage, store, article(1, paragraphs=("Sửa lại.",)), "do-thi")
        visit(stage, store, article(2, paragraphs=OTHER, published=None), "do-thi")
        stage.pass_time()
        gone(stage, store, 2)
        store.define({"noi": SavedSearch(words="hồ sơ", filters=Filters(source="phuong", places=("ha-noi", "hue")))})
        store.record(Run(source="phuong", started=START, ended=stage.now, reasons={"NotFound": 1}, fields={"read": 2}))
    stage.sql(
        "INSERT INTO located (revision_id, place, now, named, evidence) VALUES (1, 'quan', 'quan', 1,"
        """ '[["quận","title",0,4,"quận"]]')"""
    )
    stage.sql(
        "INSERT INTO absence (article_id, gone_at, gone_how, withdrawn_at, back_at) VALUES"
        " (1, '2026-11-20 01:00:00', 'home', '2026-11-20 02:00:00', '2026-11-21 01:00:00')"
    )
    stage.sql("INSERT INTO host (name, failures, kind, not_before) VALUES ('a', 1, 'DNS', '2026-11-20 01:00:00')")
    stage.sql("INSERT INTO volume (feed, number, sealed_at) VALUES ('do-thi', 1, '2026-11-20 01:00:00')")
    stage.sql(
        "INSERT INTO channel (name, began, up_to, since) VALUES"
        " ('mail', '2026-11-20 01:00:00', 0, '2026-11-19 01:00:00')"
    )
    stage.sql(
        "INSERT INTO notice (channel, subject, entry_id, state, since) SELECT 'mail', uuid, id, 'due',"
        " '2026-11-21 01:00:00' FROM entry"
    )
    stage.sql(
        "INSERT INTO incident (source, about, kind, detail, level, opened, seen, kinds, worst) VALUES ('phuong',"
        " 'access', 'HTTP 503', 'so it is', 1, '2026-11-20 01:00:00', '2026-11-20 02:00:00', '[\"HTTP 503\"]', 1)"
    )
    stage.sql(
        "INSERT INTO certificate (host, expires, source, seen) VALUES ('phuong.example', '2027-01-20 01:00:00',"
        " 'phuong', '2026-11-20 01:00:00')"
    )
    stage.sql("UPDATE record SET part_of = 2 WHERE id = 1")  # a later page that was there before the first one


def said_by(store: Store, wanted: int | str = 1) -> Article:
    """The current text of a stored article."""
    stored = store.article(wanted)
    assert stored is not None
    return stored.revisions[-1].article
