"""The shipped source and family files: usable, honest about their state, and right about the addresses they know."""

from pathlib import Path

import pytest

from crawler.discover import address
from crawler.portal import LocalWeb
from crawler.types import ListingKind, SourceState
from crawler.urls import article_key, belongs, host_of, is_article
from spiders.loader import SourceLoader
from spiders.read import read_families, read_sources
from storage.store import Store
from tests.command import scrapy
from tests.test_settings import settings_with

SEEDS = ("anninhthudo", "dbndhanoi", "haiphong", "longbien", "tcnn")
SOURCES, ERRORS = read_sources()


def test_every_shipped_file_is_usable() -> None:
    assert [str(error) for error in ERRORS] == []
    assert set(SEEDS) <= set(SOURCES)
    assert read_families()[1] == ()


@pytest.mark.parametrize("name", SEEDS)
def test_every_shipped_source_says_what_it_rests_on(name: str) -> None:
    source = SOURCES[name]
    assert len(source.evidence) > 80
    assert source.state is SourceState.UNVERIFIED  # nobody has tried them against the live site yet
    assert source.place or name == "tcnn"
    for listing in source.listings:
        url, _ = address(listing)
        assert host_of(url) == source.host, "listings are read where the source lives today"
        assert listing.kind is not ListingKind.SITEMAP or listing.days <= 7, "a first run must not take a whole archive"


@pytest.mark.parametrize(
    ("name", "url", "key"),
    [
        ("anninhthudo", "https://anninhthudo.vn/ha-noi-ra-soat-to-dan-pho-post612345.antd", "612345"),
        ("anninhthudo", "http://www.anninhthudo.vn/ten-khac-post612345.antd?utm_source=x", "612345"),
        ("anninhthudo", "https://anninhthudo.vn/chinh-tri-xa-hoi/phuong-lam-viec-ca-thu-bay/812345.antd", "812345"),
        ("anninhthudo", "https://anninhthudo.vn/chinh-tri-xa-hoi/3.antd", None),
        ("anninhthudo", "https://anninhthudo.vn/chinh-quyen-do-thi-tag12345.antd", None),
        ("dbndhanoi", "https://dbndhanoi.gov.vn/tin-tuc/giam-sat-tai-phuong-11223.html", "11223"),
        ("dbndhanoi", "https://dbndhanoi.gov.vn/", None),
        ("dbndhanoi", "https://dbndhanoi.gov.vn/tin-tuc?page=12345", None),
        ("tcnn", "https://tcnnld.vn/news/detail/51234/Phuong-moi-bo-may-gon.html", "51234"),
        ("tcnn", "https://tcnn.vn/news/detail/51234/Ten_cu.html", "51234"),
        ("tcnn", "https://tcnnld.vn/news/category/5020/Cai-cach-hanh-chinh.html", None),
        ("haiphong", "https://haiphong.gov.vn/tin-tuc-su-kien/khai-truong-trung-tam-hanh-chinh-cong-756789", "756789"),
        ("haiphong", "https://haiphong.gov.vn/Tin-tuc-su-kien/Khai-truong-tru-so-54321.html", "54321"),
        ("haiphong", "https://thanhphohaiphong.gov.vn/hop-ban-ve-phuong-moi.html", "/hop-ban-ve-phuong-moi.html"),
        ("haiphong", "https://haiphong.gov.vn/tin-tuc-su-kien", None),
        ("haiphong", "https://thanhphohaiphong.gov.vn/category/tin-tuc/", None),
        ("longbien", "https://longbien.hanoi.gov.vn/ra-quan-don-ve-sinh-3456260810093012.htm", "3456260810093012"),
        ("longbien", "https://longbien.hanoi.gov.vn/tin-tuc/-/view_content/7001-hop-to-dan-pho.html", "7001"),
        ("longbien", "https://longbien.hanoi.gov.vn/tin-tuc-su-kien", None),
    ],
)
def test_addresses_are_known_for_what_they_are(name: str, url: str, key: str | None) -> None:
    source = SOURCES[name]
    assert belongs(source, url)
    assert is_article(source, url) is (key is not None)
    if key:
        assert article_key(source, url) == f"{name}:{key}"


def test_each_source_is_a_spider(tmp_path: Path) -> None:
    loader = SourceLoader.from_settings(settings_with(data_dir=tmp_path))
    assert set(loader.list()) == set(SOURCES)
    spider = loader.load("tcnn")
    assert spider.name == "tcnn"
    with pytest.raises(KeyError, match="no usable source 'nowhere'"):
        loader.load("nowhere")


def test_a_dead_source_is_not_listed_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(
        'name = "x"\ntitle = "X"\nhosts = ["x.example.vn"]\nstate = "dead"\nreason = "giải thể năm 2025"',
        encoding="utf-8",
    )
    loader = SourceLoader.from_settings(settings_with(data_dir=tmp_path, sources={"directories": [tmp_path]}))
    assert "x" not in loader.list()
    with pytest.raises(KeyError, match="giải thể năm 2025"):
        loader.load("x")


# --- Scrapy's own commands, in the checkout --------------------------------------------------------------------------


def test_scrapy_list_names_them(tmp_path: Path) -> None:
    done = scrapy("list", data=tmp_path)
    assert (done.code, done.out.split()) == (0, list(SOURCES))


def test_scrapy_crawl_stores_and_does_not_publish_and_finds_nothing_new_the_next_time(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with LocalWeb(tmp_path, articles_per_site=4) as local:
        how = {"fetch__proxy": local.proxy_url, "fetch__ca_file": local.ca_file, "fetch__delay": 0}
        for _ in range(2):
            assert scrapy("crawl", "tcnn", data=data, **how).code == 0
        shown = [url for url, post in local.posts("tcnn").items() if not post.hidden]
        assert all(local.asked(url) == 1 for url in shown), "no article is asked for twice"
        agents = {seen.user_agent for seen in local.requests}
    with Store.open(f"sqlite:///{data / 'tindothi.db'}", data / "archive") as store:
        later, first = store.runs("tcnn")
        (status,) = store.status()
    assert first.new == status.articles > 0
    assert first.fetched == first.listings + first.new + first.unchanged + first.duplicate + first.rejected
    assert (later.listings, later.fetched, later.new, later.failure) == (first.listings, first.listings, 0, None)
    assert not (data / "feeds").exists()
    assert len(agents) == 1
    assert agents.pop().startswith("tindothi/")
