"""`tindothi extract`: saved pages in, one JSON object a line out; bad input named, the rest done."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.commands.extract import command

PAGE = """<html><head><title>Phường Bến Đá mở lớp học bơi cho trẻ em</title></head><body>
<h1>Phường Bến Đá mở lớp học bơi cho trẻ em</h1><div>Ngày đăng: 12/03/2026 16:30</div>
<p>Từ tháng tư, trẻ em phường Bến Đá được học bơi miễn phí tại hồ bơi mới của nhà văn hóa.</p>
<p>Lớp học nhận ba mươi em mỗi buổi; phụ huynh ghi tên tại tổ dân phố của mình.</p></body></html>"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "bai.html"
    file.write_text(PAGE, encoding="utf-8")
    return file


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_json(page: Path) -> None:
    result = run("--json", "--url", "https://www.benda.example.vn/tin/7.html?utm_source=x", page)
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert record["file"] == str(page)
    assert record["url"] == "https://benda.example.vn/tin/7.html"
    assert record["published"] == "2026-03-12T16:30:00+07:00"
    assert (record["published_precision"], record["published_from"]) == ("minute", "label:Ngày đăng")
    assert len(record["text"]) == 2
    assert record["author"] == []
    assert {"text": "Ngày đăng: 12/03/2026 16:30", "tag": "p", "rule": "date", "path": "div"} in record["blocks"]


def test_a_table_names_the_addresses(page: Path, tmp_path: Path) -> None:
    table = tmp_path / "urls.tsv"
    table.write_text('file\turl\tnotes\nbai.html\thttps://benda.example.vn/tin/8.html\t"quoted\n', encoding="utf-8")
    assert json.loads(run("--json", "--no-sources", "--urls", table, page).stdout)["url"].endswith("/tin/8.html")


def test_a_refusal_is_a_result(page: Path, tmp_path: Path) -> None:
    empty = tmp_path / "trong.html"
    empty.write_text("")
    result = run("--json", empty, page)
    assert result.exit_code == 0
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["rejected"], first["file"]) == ("Damaged", str(empty))
    assert second["title"].startswith("Phường")


def test_for_people(page: Path) -> None:
    shown = run(page).stdout
    assert "Phường Bến Đá mở lớp học bơi cho trẻ em" in shown
    assert "label:Ngày đăng" in shown


def test_explained(page: Path) -> None:
    shown = run("--explain", page).stdout.splitlines()
    signs = [line[0] for line in shown if line[:2] in ("+ ", "= ", "- ") and "|" not in line][1:]  # the legend first
    assert signs == ["=", "=", "+", "+"]
    assert "= date               Ngày đăng: 12/03/2026 16:30  [div]" in shown
    assert any("minute, stated: label:Ngày đăng" in line for line in shown)
    assert "2 kept, 2 not: headline 1, date 1" in shown


def test_a_refusal_is_explained(tmp_path: Path) -> None:
    empty = tmp_path / "trong.html"
    empty.write_text("")
    assert "no article: Damaged" in run("--explain", empty).stdout
    assert "blocks" in run("--explain", "--json", empty).stderr


def test_a_missing_file_is_named_and_the_others_are_done(page: Path, tmp_path: Path) -> None:
    result = run("--json", tmp_path / "khong-co.html", page)
    assert result.exit_code == 1
    assert "khong-co.html" in result.stderr
    assert json.loads(result.stdout)["title"].startswith("Phường")


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("page\taddress\nx\ty\n", "file and url"),
        ("", "file and url"),
        (b"\xff\xfe\x00", "no table"),
        (None, "cannot be read"),
    ],
)
def test_a_bad_table_is_named(page: Path, tmp_path: Path, table: str | bytes | None, named: str) -> None:
    file = tmp_path / "urls.tsv"
    if table is not None:
        file.write_bytes(table if isinstance(table, bytes) else table.encode())
    result = run("--json", "--urls", file, page)
    assert result.exit_code != 0
    assert "urls.tsv" in result.stderr
    assert named in result.stderr


def test_one_address_for_several_files_is_refused(page: Path) -> None:
    assert "--urls" in run("--url", "https://benda.example.vn/1.html", page, page).stderr
