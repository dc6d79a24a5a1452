"""Scrapy's settings: all said, safe, polite, and true to our own configuration."""

from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from crawler.config import Config
from crawler.portal import LocalWeb
from crawler.portal.authority import Authority
from crawler.settings import ITEM_PIPELINES, scrapy_settings, user_agent
from tests.command import scrapy


def settings_with(**values: Any) -> Settings:
    """Scrapy's settings for a configuration with these values."""
    settings = Settings()
    settings.setdict(scrapy_settings(Config(**values)), priority="project")
    return settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REMOTE_CONTROL_ENABLED", False),
        ("TELNETCONSOLE_ENABLED", False),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("ROBOTSTXT_OBEY", True),
        ("ROBOTSTXT_USER_AGENT", "tindothi"),
        ("AUTOTHROTTLE_ENABLED", True),
        ("DOWNLOAD_DELAY_JITTER", 0),
        ("COOKIES_ENABLED", False),
        ("METAREFRESH_ENABLED", False),
        ("HTTPERROR_ALLOW_ALL", True),
        ("TWISTED_REACTOR", "twisted.internet.asyncioreactor.AsyncioSelectorReactor"),
    ],
)
def test_what_scrapy_leaves_open_is_said(name: str, value: object) -> None:
    assert settings_with()[name] == value


@pytest.mark.parametrize(
    ("fetch", "expected"),
    [
        ({"delay": 3}, {"DOWNLOAD_DELAY": 3, "AUTOTHROTTLE_START_DELAY": 3}),
        ({"delay": 90}, {"AUTOTHROTTLE_MAX_DELAY": 90}),
        ({"concurrency": 2}, {"CONCURRENT_REQUESTS_PER_DOMAIN": 2, "AUTOTHROTTLE_TARGET_CONCURRENCY": 2.0}),
        ({"timeout": 7}, {"DOWNLOAD_TIMEOUT": 7}),
        ({"max_size": 4096}, {"DOWNLOAD_MAXSIZE": 4096}),
        ({"retries": 4}, {"RETRY_ENABLED": False}),  # Scrapy's own, for ours stands in its place
        ({"redirects": 3}, {"REDIRECT_MAX_TIMES": 3}),
        ({"redirects": 0}, {"REDIRECT_ENABLED": False}),
        ({"deadline": 60}, {"CLOSESPIDER_TIMEOUT": 60}),
        ({"source_deadline": 50}, {"CLOSESPIDER_TIMEOUT": 50}),
    ],
)
def test_our_configuration_holds(fetch: dict[str, Any], expected: dict[str, Any]) -> None:
    settings = settings_with(fetch=fetch)
    assert {name: settings[name] for name in expected} == expected


def test_the_user_agent_is_honest_and_gives_a_contact() -> None:
    assert user_agent("toa-soan@example.vn").startswith("tindothi/")
    assert "+toa-soan@example.vn" in user_agent("toa-soan@example.vn")
    assert settings_with(fetch={"contact": "https://example.vn/bot"})["USER_AGENT"] == user_agent(
        "https://example.vn/bot"
    )


def test_every_named_component_exists() -> None:
    settings = settings_with()
    named = [*ITEM_PIPELINES, *settings.getdict("DOWNLOADER_MIDDLEWARES"), *settings.getdict("EXTENSIONS")]
    named += [settings[name] for name in ("SPIDER_LOADER_CLASS", "LOG_FORMATTER", "TINDOTHI_MEMORY")]
    assert all(load_object(name) for name in named)
    assert list(ITEM_PIPELINES) == sorted(ITEM_PIPELINES, key=lambda name: ITEM_PIPELINES[name]), "the flow, in order"


def test_a_copy_of_the_settings_keeps_the_configuration(tmp_path: Path) -> None:
    settings = settings_with(data_dir=tmp_path)
    assert settings.frozencopy()["TINDOTHI"] == settings["TINDOTHI"]
    assert settings["TINDOTHI"].data_dir == tmp_path


# --- certificates: the real reactor, in a process of its own ---------------------------------------------------------

HOSTS = ("tot.example.vn", "tu-ky.example.vn", "het-han.example.vn", "sai-ten.example.vn")


@pytest.mark.parametrize("trusting", [True, False], ids=["with the CA's file", "without"])
def test_certificates_are_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusting: bool) -> None:
    """Only the certificate that the named authority signed, for this very host and in time, is accepted."""
    (tmp_path / "own").mkdir()
    lines = ['name = "tls"', 'title = "TLS"', f"hosts = {list(HOSTS)}"]
    lines += [f'[[listing]]\nkind = "page"\nurl = "https://{host}/tin"' for host in HOSTS]
    (tmp_path / "own" / "tls.toml").write_text("\n".join(lines), encoding="utf-8")
    made = Authority.context
    monkeypatch.setattr(
        Authority,
        "context",
        lambda self, host, trust: made(self, "khac.example.vn" if host == "sai-ten.example.vn" else host, trust),
    )
    with LocalWeb(tmp_path, articles_per_site=1) as local:
        for host in HOSTS:
            local.serve(host, "/tin", '<a href="/bai-viet-1.html">Bài</a>')
        local.fault("tu-ky.example.vn", "self-signed")
        local.fault("het-han.example.vn", "expired")
        done = scrapy(
            "crawl",
            "tls",
            data=tmp_path / "data",
            sources__directories=f'["{tmp_path / "own"}"]',
            fetch__proxy=local.proxy_url,
            fetch__delay=0,
            fetch__retries=0,
            **({"fetch__ca_file": local.ca_file} if trusting else {}),
        )
        asked = {seen.host for seen in local.requests}
    refused = {host for host in HOSTS if f"https://{host}/tin: CertificateRefused" in done.err}
    assert asked == ({"tot.example.vn"} if trusting else set())
    assert refused == set(HOSTS) - asked
    assert "Traceback" not in done.err
