"""What a person sees of a run on a terminal, and that cron sees nothing."""

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import signals
from scrapy.signalmanager import SignalManager

from crawler.commands.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, label: str, *names: object) -> str:
    """What the stream shows while these signals come."""
    monkeypatch.setattr(sys, "stderr", stream)
    crawler: Any = SimpleNamespace(signals=SignalManager())
    with progress([crawler], label):
        for name in names:
            crawler.signals.send_catch_log(name)
    return stream.getvalue()


def test_a_crawl_shows_how_much_of_what_was_asked_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, came = signals.request_scheduled, signals.response_received
    assert "3/3" in shown(monkeypatch, Terminal(), "crawl", asked, came, asked, came)


def test_a_replay_counts_pages_and_pretends_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = (signals.item_scraped, signals.item_dropped, signals.item_error)
    told = shown(monkeypatch, Terminal(), "replay", *ends)
    assert "/" not in told and "3" in told


def test_cron_sees_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO(), "crawl", signals.request_scheduled) == ""
