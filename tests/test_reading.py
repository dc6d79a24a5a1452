"""Every generated post of every portal is read as it was written: the shipped source files, in the portals' markup."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crawler.extract import extract
from crawler.portal import SITES, LocalWeb, Post, render_article
from crawler.types import Article, Snapshot, Source
from crawler.urls import by_host, owner
from spiders.read import read_sources

POSTS = 10


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Post]]]:
    with LocalWeb(tmp_path_factory.mktemp("posts"), articles_per_site=POSTS) as web:
        yield {site: web.posts(site) for site in SITES}


@pytest.fixture(scope="module")
def hosts() -> dict[str, Source]:
    sources, _ = read_sources()
    return by_host(sources.values())


def read(site: str, url: str, post: Post, hosts: dict[str, Source]) -> Article:
    html = render_article(
        site,
        title=post.title,
        lead=post.lead,
        published=post.published,
        author=post.author,
        paragraphs=post.paragraphs,
        section=post.section,
        credit=post.credit,
        captions=post.captions,
    )
    page = Snapshot(requested_url=url, url=url, fetched_at=datetime.now(UTC), status=200, body=html.encode())
    return extract(page, owner(hosts, url))


@pytest.mark.parametrize("site", SITES)
def test_posts_are_read_as_written(posts: dict[str, dict[str, Post]], hosts: dict[str, Source], site: str) -> None:
    assert len(posts[site]) >= POSTS
    for url, post in posts[site].items():
        article = read(site, url, post, hosts)
        assert (article.title, article.lead) == (post.title, post.lead), url
        assert tuple(text for text in article.paragraphs if text not in post.captions) == post.paragraphs, url
        assert (article.published.at if article.published else None) == post.published, url
        assert article.authors == ((post.author,) if post.author else ()), url
