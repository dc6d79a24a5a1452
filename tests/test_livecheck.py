"""`tindothi check SOURCE`: the live probe, step by step; it stores nothing."""

from pathlib import Path

import pytest

from crawler.portal import LocalWeb
from crawler.portal.messages import TEXT
from storage.lock import RunLock
from tests.running import Operator, operator
from tests.sites import HOST, home, serve_articles, title_of

FILE = f"""
name = "benlau"
title = "Phường Bến Lau"
hosts = ["{HOST}"]
articles = ['/bai-(?P<id>\\d+)\\.html$']

[[listing]]
kind = "page"
url = "https://{HOST}/tin"
"""


@pytest.fixture
def ops(tmp_path: Path, web: LocalWeb) -> Operator:
    own = tmp_path / "own"
    own.mkdir()
    (own / "benlau.toml").write_text(FILE, encoding="utf-8")
    paths = serve_articles(web, range(1, 9), "/bai-{number}.html")
    links = [(path, title_of(number)) for number, path in enumerate(paths, start=1)]
    web.serve(HOST, "/tin", home(links))
    web.serve(HOST, "/", home(links))
    web.serve(HOST, "/robots.txt", "User-agent: *\nCrawl-delay: 0.1\n", headers=[("Content-Type", TEXT)])
    return operator(tmp_path, web, TINDOTHI_SOURCES__DIRECTORIES=f'["{own}"]')


def test_a_source_that_is_well(ops: Operator, web: LocalWeb) -> None:
    with RunLock(ops.data):  # while a crawl goes on
        done = ops.run("check", "benlau")
    assert (done.code, done.err) == (0, "")
    steps = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert [line.split(":")[0] for line in steps] == [
        "ok  robots", "ok  page https", "ok  addresses", "ok  article", "ok  certificate",
    ]  # fmt: skip
    for said in (
        "allowed; asks for 0.1 s between two requests",
        "HTTP 200, announces 8 articles",
        "8 of the home page's 8 links match `articles`",
        f"title: {title_of(1)}",
        "(label:Ngày đăng)",
        "text: 3 paragraphs",
    ):
        assert said in done.out
    assert [seen.target for seen in web.requests] == ["/robots.txt", "/", "/tin", "/bai-1.html"]
    assert "0 articles" in ops.run("status").out, "nothing was stored"


def test_a_source_whose_site_was_rebuilt_is_told_what_to_mend(ops: Operator, web: LocalWeb) -> None:
    paths = serve_articles(web, range(4101, 4109), "/chuyen/ban-viec-{number}.htm", dated=False)
    web.serve(HOST, "/tin", "", status=404)
    web.serve(HOST, "/", home([(path, title_of(4101 + at)) for at, path in enumerate(paths)]))
    done = ops.run("check", "benlau")
    assert done.code == 4
    for said in (
        f"!!  page https://{HOST}/tin: HTTP 404",
        "!!  addresses: 0 of the home page's 8 links match `articles`, 8 look like articles",
        f"looks like an article, and does not match: https://{HOST}{paths[0]}",
        "!!  article: none is announced",
        r"put into its file: articles = ['-\d{3,}\.htm$']",
        f'put into its file: [[listing]] with kind = "page" and url = "https://{HOST}/"',
    ):
        assert said in done.out
    table = ops.run("check", "benlau", "--json").json
    assert (table["well"], table["mend"]["articles"]) == (False, [r"-\d{3,}\.htm$"])
    assert [(one["step"].split()[0], one["well"]) for one in table["steps"]] == [
        ("robots", True), ("page", False), ("addresses", False), ("article", False), ("certificate", True),
    ]  # fmt: skip


def test_a_site_that_forbids_and_one_that_blocks(ops: Operator, web: LocalWeb) -> None:
    web.serve(HOST, "/tin", "<title>Just a moment...</title><p>Checking your browser")
    blocked = ops.run("check", "benlau")
    assert (blocked.code, f"!!  page https://{HOST}/tin: Firewall: says" in blocked.out) == (4, True)
    web.serve(HOST, "/robots.txt", "User-agent: *\nDisallow: /\n", headers=[("Content-Type", TEXT)])
    forbidden = ops.run("check", "benlau")
    assert (forbidden.code, "!!  robots: forbids the home page" in forbidden.out) == (4, True)
    assert "what robots.txt forbids is not fetched" in forbidden.out


def test_a_source_that_nobody_knows_and_a_wrong_option(ops: Operator) -> None:
    nobody = ops.run("check", "khong-co")
    assert (nobody.code, nobody.err) == (3, "tindothi: no such source: khong-co; `tindothi sources` lists them\n")
    wrong = ops.run("check", "benlau", "--quick")
    assert (wrong.code, "--quick is for the store's check" in wrong.err) == (2, True)
