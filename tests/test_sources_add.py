"""`tindothi sources add URL`: a portal of a system that nobody knows becomes a source, by its address alone."""

import json
import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from crawler.portal import LocalWeb
from crawler.portal.faults import CAPTCHA_PAGE
from crawler.portal.messages import TEXT
from crawler.types import VIETNAM, SourceState
from spiders.read import read_sources
from tests.running import Operator, operator
from tests.sites import HOST, home, serve_articles, title_of

ADDRESS = "/chuyen-phuong/ban-viec-{number}.xem"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture
def ops(tmp_path: Path, web: LocalWeb, own: Path) -> Operator:
    return operator(tmp_path, web, TINDOTHI_SOURCES__DIRECTORIES=f'["{own}"]')


def build(web: LocalWeb, numbers: range = range(4101, 4109), *, dated: bool = True, head: str = "") -> list[str]:
    """A home page, a section that shows more, a page of feeds with one, a sitemap that robots.txt names."""
    paths = serve_articles(web, numbers, ADDRESS, dated=dated)
    titles = [(path, title_of(number)) for path, number in zip(paths, numbers, strict=True)]
    more = serve_articles(web, range(4001, 4005), ADDRESS, dated=dated)
    menu = {"/gioi-thieu": "Giới thiệu", "/muc/chinh-quyen": "Chính quyền phường", "/kenh": "RSS", "/noi-bo": "Nội bộ"}
    web.serve(HOST, "/", home(titles[:5], menu=menu, head=head))
    web.serve(HOST, "/muc/chinh-quyen", home([(path, title_of(4001 + at)) for at, path in enumerate(more)]))
    web.serve(HOST, "/kenh", '<html><body><a href="/kenh/tat-ca.rss">Tất cả</a></body></html>')
    items = "".join(f"<item><title>{said}</title><link>https://{HOST}{path}</link></item>" for path, said in titles)
    web.serve(
        HOST, "/kenh/tat-ca.rss", f"<rss><channel>{items}</channel></rss>", headers=[("Content-Type", "text/xml")]
    )
    robots = f"User-agent: *\nDisallow: /noi-bo\nSitemap: https://{HOST}/ban-do.xml\n"
    web.serve(HOST, "/robots.txt", robots, headers=[("Content-Type", TEXT)])
    urls = "".join(f"<url><loc>https://{HOST}{path}</loc></url>" for path in paths)
    web.serve(HOST, "/ban-do.xml", f'<urlset xmlns="{SITEMAP}">{urls}</urlset>', headers=[("Content-Type", "text/xml")])
    return paths


def test_a_portal_that_nobody_knows_is_added_and_crawled(web: LocalWeb, ops: Operator, own: Path) -> None:
    paths = build(web)
    added = ops.run("sources", "add", f"{HOST}/", "--place", "Hải Phòng")
    assert (added.code, added.err) == (0, "")
    sources, errors = read_sources([own])
    source = sources["benlau"]
    assert errors == ()
    assert (source.title, source.hosts, source.place) == ("Cổng thông tin phường Bến Lau", (HOST,), "Hải Phòng")
    assert (source.state, source.checked) == (SourceState.VERIFIED, datetime.now(VIETNAM).date())
    assert "Of 3 articles tried, 3 had headline, date and text" in source.evidence
    assert source.articles == (r"-(?P<id>\d{3,})\.xem$",)
    assert [(one.kind.value, one.url.removeprefix(f"https://{HOST}")) for one in source.listings] == [
        ("rss", "/kenh/tat-ca.rss"),
        ("page", "/muc/chinh-quyen"),
    ], "the home page tells nothing more, and a sitemap without dates would bring the whole archive"
    asked = [seen.target for seen in web.requests]
    assert len(asked) == len(set(asked)) == 9, "robots.txt, home page, feeds, section, sitemap, three articles"
    assert "/noi-bo" not in asked
    for said in ("ok  home page", "ok  feed", title_of(4101), "date   ", "3 paragraphs", f"{own}/benlau.toml: written"):
        assert said in added.out
    crawled = ops.run("crawl", "benlau", "--json").json
    assert (crawled["new"], crawled["rejected"]) == (len(paths) + 4, 0)


def test_a_dry_run_only_shows_it_and_a_file_is_never_overwritten(web: LocalWeb, ops: Operator, own: Path) -> None:
    build(web)
    shown = ops.run("sources", "add", f"https://{HOST}", "--dry-run", "--json")
    table = shown.json
    assert (shown.code, table["file"], list(own.iterdir())) == (0, None, [])
    assert tomllib.loads(table["toml"])["name"] == table["name"] == "benlau"
    assert [one["refused"] if "refused" in one else one["paragraphs"] for one in table["tried"]] == [3, 3, 3]
    assert {"what", "url", "well", "said"} == set(table["steps"][0])
    web.forget()
    (own / "benlau.toml").write_text("# của tôi", encoding="utf-8")
    kept = ops.run("sources", "add", f"https://{HOST}")
    assert (kept.code, "is there already, and is not overwritten" in kept.err) == (3, True)
    assert (own / "benlau.toml").read_text(encoding="utf-8") == "# của tôi"
    assert web.requests == (), "what cannot be written is told before anybody is asked"


def test_articles_without_a_date_leave_a_source_unverified_and_the_family_is_named(
    web: LocalWeb, ops: Operator, tmp_path: Path
) -> None:
    build(web, dated=False, head='<meta name="generator" content="Joomla! - Open Source">')
    to = tmp_path / "moi.toml"
    added = ops.run("sources", "add", f"https://{HOST}/", "-o", str(to), "--name", "ben-lau", "--title", 'Bến "Lau"')
    assert added.code == 0
    file = tomllib.loads(to.read_text(encoding="utf-8"))
    assert (file["name"], file["title"], file["family"], file["state"]) == (
        "ben-lau",
        'Bến "Lau"',
        "joomla",
        "unverified",
    )
    assert "checked" not in file
    assert "!!  article" in added.out


def test_where_nothing_is_found_what_was_tried_is_told_and_what_to_do(web: LocalWeb, ops: Operator, own: Path) -> None:
    web.serve(HOST, "/", home([], menu={"/gioi-thieu": "Giới thiệu", "/rss": "RSS"}))
    added = ops.run("sources", "add", f"https://{HOST}/")
    assert (added.code, list(own.iterdir())) == (4, [])
    assert "!!  page of feeds https://benlau.example.vn/rss: HTTP 404" in added.out
    assert "write the file by hand" in added.err
    gone = ops.run("sources", "add", "https://khong-co.example.vn/")
    assert (gone.code, "!!  home page" in gone.out) == (5, True)
    assert "home page cannot be read" in gone.err
    web.serve(HOST, "/", CAPTCHA_PAGE, status=403)
    kept_out = ops.run("sources", "add", f"https://{HOST}/")
    assert (kept_out.code, "HTTP 403, Captcha" in kept_out.out) == (5, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["khong phai"], "no web address"),
        (["ftp://benlau.example.vn/"], "no web address"),
        (["https://benlau.example.vn:8443/"], "no web address"),
        (["https://tcnn.vn/"], "belongs to the source 'tcnn' already; `tindothi check tcnn` probes it"),
        ([f"https://{HOST}", "--name", "Bến Lau"], "--name 'Bến Lau' is not well formed"),
        ([f"https://{HOST}", "--name", "tcnn"], "there is a source 'tcnn' already"),
        ([f"https://{HOST}", "-o", "/khong/co/x.toml"], "is no directory"),
        ([f"https://{HOST}"], "no directory of your own is set; set sources.directories, give -o FILE"),
    ],
)
def test_what_cannot_be_added_is_told_with_its_mend(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], said: str
) -> None:
    from click.testing import CliRunner

    from crawler.commands.sources import command
    from crawler.errors import ConfigError

    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(tmp_path))
    ran = CliRunner().invoke(command, ["add", *arguments])
    assert isinstance(ran.exception, ConfigError)
    assert said in str(ran.exception)


def test_the_bare_command_lists_as_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from crawler.commands.sources import command

    monkeypatch.setenv("TINDOTHI_DATA_DIR", str(tmp_path))
    assert set(json.loads(CliRunner().invoke(command, ["--json"]).stdout)) >= {"tcnn", "haiphong"}
    assert "tcnnld.vn" in CliRunner().invoke(command, []).stdout
