"""Scrapy's own command, as a user runs it: in a process of its own, in the checkout."""

import os
from pathlib import Path
from typing import Any

from tests import running


def scrapy(*arguments: str, data: Path, **settings: Any) -> running.Ran:
    """Scrapy's own command in the checkout, with our settings given by the environment (`fetch__delay=0`)."""
    ours = {f"TINDOTHI_{name.upper()}": str(value) for name, value in ({"data_dir": data} | settings).items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TINDOTHI_", "SSL_CERT_"))}
    return running.Going(running.scrapy, arguments, {**kept, **ours, "HOME": str(data)}).ended()
