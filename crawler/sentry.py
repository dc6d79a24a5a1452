"""Our own faults told to Sentry: what is logged as an error, and what ends a command with a traceback.

No page, no local variable, no name of the machine or its user goes there, and an error's words are cut.
"""

import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crawler.errors import ConfigError

LONGEST = 200  # characters of an error's own words, which may be a page's
SECONDS = 5  # that sending may hold up our end


def start(dsn: str, ca_file: Path | None = None) -> None:
    """From now on faults are sent there.

    :raises ConfigError: the package is not installed, or that is no DSN
    """
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
        from sentry_sdk.integrations.dedupe import DedupeIntegration
        from sentry_sdk.integrations.excepthook import ExcepthookIntegration
        from sentry_sdk.integrations.logging import LoggingIntegration
    except ImportError:
        raise ConfigError(
            "alerts.sentry_dsn: sentry-sdk is not installed: pip install 'tindothi[sentry]', or take the setting out"
        ) from None
    try:
        sentry_sdk.init(
            dsn=dsn,
            release=f"tindothi@{version('tindothi')}",
            default_integrations=False,
            integrations=[
                AtexitIntegration(callback=lambda *_: None),
                DedupeIntegration(),
                ExcepthookIntegration(),
                LoggingIntegration(level=None, event_level=logging.ERROR),
            ],
            include_local_variables=False,
            include_source_context=False,
            max_breadcrumbs=0,
            shutdown_timeout=SECONDS,
            ca_certs=str(ca_file) if ca_file else None,
            before_send=lambda event, _: without_pages(event),
        )
    except ValueError:  # sentry_sdk.utils.BadDsn
        raise ConfigError("alerts.sentry_dsn: is no DSN; write it as https://KEY@HOST/NUMBER") from None


def without_pages(event: Any) -> Any:
    """The event without the machine's name, and with short words."""
    event.pop("server_name", None)
    event.pop("extra", None)  # Scrapy's records carry the spider, and more
    entry = event.get("logentry", {})
    entry.pop("params", None)
    for told, name in ((entry, "message"), (entry, "formatted")):
        if told.get(name):
            told[name] = str(told[name])[:LONGEST]
    for one in event.get("exception", {}).get("values", ()):
        one["value"] = str(one.get("value") or "")[:LONGEST]
    return event
