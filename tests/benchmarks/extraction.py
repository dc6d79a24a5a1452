"""`make bench-extraction`: our extraction beside its peers', on the gold pages, in one run.

Every reader runs in a process of its own, ours in `.venv`, the peers in `.venv-bench` (see `readers.py`), and is scored
by the same scorer. The text is scored as a reader gives it; a peer's description (mostly the meta element's) is taken
for its lead, which favours it, for none knows leads. Times are CPU, the best of some rounds for each page; the ratio
is to trafilatura with metadata over the pages that both read.
"""

import importlib.util
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from csv import QUOTE_NONE, DictReader
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from tests.benchmarks.asking import Row, read_all
from tests.benchmarks.readers import BASE, OURS, READERS

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".venv-bench" / "bin" / "python"
VERDICTS = {
    "leads": ("right", "missing", "wrong", "invented"),
    "dates": ("right", "day", "missing", "wrong", "invented"),
    "titles": ("right", "missing", "wrong"),
    "authors": ("right", "missing", "wrong", "invented"),
}
HEAD = (
    "reader", "F1", "leaks", "leads", "dates", "day only", "no date", "wrong date", "invented date",
    "titles", "authors", "false authors", "ms a page", "ratio",
)  # fmt: skip


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
@click.option("--reader", "names", multiple=True, type=click.Choice(list(READERS)), help="Only this one; repeatable.")
@click.option("--rounds", default=3, show_default=True, help="Times that each page is read; the best one counts.")
@click.option("--deadline", default=60.0, show_default=True, help="Seconds that one page may take.")
def main(as_json: bool, names: Sequence[str], rounds: int, deadline: float) -> None:
    """Measure extraction on the gold pages, beside its peers."""
    folder = shared()
    scorer, golds, pages = load_scorer(folder), read_golds(folder), read_pages(folder)
    told: dict[str, Row] = {}
    for name in dict.fromkeys((*(names or READERS), BASE)):
        click.echo(f"{name} …", err=True)
        said, rows = read_all(command(name, rounds), [pages[gold["file"]] for gold in golds], deadline)
        told[name] = {**said, "reader": name, "rows": rows}
    results = [result(one, told[BASE], golds, scorer) for one in told.values()]
    if as_json:
        for one in results:
            click.echo(json.dumps(one, ensure_ascii=False))
    else:
        click.echo(table(results, len(golds)))


def shared() -> Path:
    """The folder of real pages: `TINDOTHI_SHARED`, else beside the checkout."""
    folder = Path(os.environ.get("TINDOTHI_SHARED") or ROOT.parent / "shared")
    if not (folder / "pages" / "gold").is_dir():
        raise click.ClickException(f"{folder} has no folder pages/gold; set TINDOTHI_SHARED to the folder of pages")
    return folder


def load_scorer(folder: Path) -> ModuleType:
    """The scorer that stands beside the pages."""
    spec = importlib.util.spec_from_file_location("score_extraction", folder / "tools" / "score_extraction.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_golds(folder: Path) -> list[Mapping[str, Any]]:
    """What people found on the pages; without the ones they left open."""
    found = (
        json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "pages" / "gold").glob("*.json"))
    )
    return [gold for gold in found if not gold.get("skip")]


def read_pages(folder: Path) -> dict[str, tuple[Path, str]]:
    """File name → (path, URL)."""
    lines = (folder / "pages" / "manifest.tsv").read_text(encoding="utf-8").splitlines()
    rows = DictReader(lines, delimiter="\t", quoting=QUOTE_NONE)
    return {row["file"]: (folder / "pages" / "html" / row["file"], row["url"]) for row in rows}


def command(name: str, rounds: int) -> list[object]:
    """A reader's process. Without the peers' environment, theirs says what it cannot import."""
    python = sys.executable if name in OURS or not PEERS.exists() else PEERS
    return [python, "-P", Path(__file__).with_name("readers.py"), name, rounds]


def result(told: Row, base: Row, golds: Sequence[Mapping[str, Any]], scorer: ModuleType) -> Row:
    """One reader's scores."""
    if "error" in told:
        return {"reader": told["reader"], "error": told["error"]}
    rows: list[Row] = told["rows"]
    count = {part: dict.fromkeys((*names, "none"), 0) for part, names in VERDICTS.items()}
    f1 = leaks = 0.0
    for gold, row in zip(golds, rows, strict=True):
        f1 += scorer.content(gold, row)[2]
        leaks += len(scorer.leaks(gold, row))
        for part, verdict in verdicts(gold, row, scorer).items():
            count[part][verdict] += 1
    return {
        "reader": told["reader"],
        "version": told.get("version"),
        "f1": round(f1 / len(golds), 4),
        "leaks": int(leaks),
        **count,
        "ms": _mean(row["ms"] for row in rows if "ms" in row),
        "ratio": _ratio(rows, base["rows"]),
        "failed": {row["file"]: row["error"] for row in rows if "error" in row},
    }


def verdicts(gold: Mapping[str, Any], row: Row, scorer: ModuleType) -> dict[str, str]:
    """The scorer's verdict on each field."""
    return {
        "leads": scorer.lead_verdict(gold.get("lead"), scorer.as_text(row.get("lead") or row.get("description"))),
        "dates": scorer.date_verdict(gold, row),
        "titles": scorer.title_verdict(gold.get("title"), row.get("title")) or "none",
        "authors": scorer.author_verdict(gold.get("author"), row.get("author")),
    }


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return round(sum(known) / len(known), 1) if known else None


def _ratio(rows: Sequence[Row], base: Sequence[Row]) -> float | None:
    both = [(row["ms"], other["ms"]) for row, other in zip(rows, base, strict=True) if "ms" in row and "ms" in other]
    whole = sum(other for _, other in both)
    return round(sum(mine for mine, _ in both) / whole, 2) if whole else None


def table(results: Sequence[Row], pages: int) -> str:
    """The scores in Markdown, and below what failed."""
    rows = [_cells(one) for one in results if "error" not in one]
    marks = ["---", *["---:"] * (len(HEAD) - 1)]
    lines = [f"{pages} pages; leads, dates, titles and authors: right of those known; the ratio is to {BASE}.", ""]
    lines += [f"| {' | '.join(map(str, row))} |" for row in (HEAD, marks, *rows)]
    for one in results:
        if "error" in one:
            lines += ["", f"{one['reader']}: not measured: {one['error']}"]
        elif one["failed"]:
            kinds = Counter(one["failed"].values())
            told = "; ".join(f"{error} ({count})" for error, count in kinds.most_common())
            lines += ["", f"{one['reader']}: {len(one['failed'])} pages failed: {told}"]
    return "\n".join(lines)


def _cells(one: Row) -> list[object]:
    leads, dates, titles, authors = (one[part] for part in VERDICTS)
    return [
        f"{one['reader']} {one['version']}",
        f"{one['f1']:.3f}",
        one["leaks"],
        _of(leads, "missing", "wrong"),
        _of(dates, "day", "missing", "wrong"),
        *(dates[verdict] for verdict in ("day", "missing", "wrong", "invented")),
        _of(titles, "missing", "wrong"),
        _of(authors, "missing", "wrong"),
        authors["wrong"] + authors["invented"],
        "–" if one["ms"] is None else one["ms"],
        "–" if one["ratio"] is None else f"{one['ratio']:.2f}",
    ]


def _of(count: Mapping[str, int], *others: str) -> str:
    """How many are right, of those that the gold knows."""
    return f"{count['right']}/{count['right'] + sum(count[verdict] for verdict in others)}"


if __name__ == "__main__":
    main()
