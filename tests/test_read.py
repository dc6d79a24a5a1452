"""Source and family files: read, merged, and every mistake told with file, key and mend."""

import textwrap
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.types import Listing, ListingKind, Source, SourceState, Template
from spiders.declared import FamilyFile, SourceFile
from spiders.read import merge, read_families, read_sources

GOOD = """
    name = "binh-an"
    title = "Phường Bình An"
    hosts = ["binhan.example.vn"]
    [[listing]]
    kind = "page"
    url = "https://binhan.example.vn/tin-tuc"
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def told(folder: Path) -> list[str]:
    """What is said about the files of a directory of the operator's."""
    return [str(error) for error in read_sources([folder])[1] if str(folder) in str(error)]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_file_becomes_a_source(tmp_path: Path) -> None:
    write(
        tmp_path,
        "thanh-van",
        """
        name = "thanh-van"
        title = "Báo Thanh Vân"
        hosts = ["thanhvan.example.vn", "cu.thanhvan.example.vn"]
        place = "Thanh Vân"
        state = "verified"
        checked = 2026-11-01
        evidence = "Đọc thử ngày 1/11."
        date_order = "YMD"
        delay = 5.5
        articles = ['-(?P<id>\\d+)\\.html$']
        not_articles = ['/video/']
        prefixes = ['TV\\s*-\\s*']

        [[listing]]
        kind = "api"
        url = "https://www.thanhvan.example.vn/api/tin"
        items = ["du_lieu.0.tin"]
        link = "duong-dan"
        title = "tieu_de"
        date = "ngay"
        method = "POST"
        form = { trang = "{page}" }
        headers = { X-Requested-With = "XMLHttpRequest" }
        first_page = 0
        depth = 4
        days = 9

        [[template]]
        name = "moi"
        since = 2025-07-01
        when = ["h1.tieu-de"]
        title = ["h1.tieu-de", "meta[property='og:title']@content"]
        strip = [".chia-se"]
        """,
    )
    sources, errors = read_sources([tmp_path])
    assert not [error for error in errors if str(tmp_path) in str(error)]
    assert sources["thanh-van"] == Source(
        name="thanh-van",
        title="Báo Thanh Vân",
        hosts=("thanhvan.example.vn", "cu.thanhvan.example.vn"),
        place="Thanh Vân",
        state=SourceState.VERIFIED,
        checked=date(2026, 11, 1),
        evidence="Đọc thử ngày 1/11.",
        date_order="YMD",
        delay=5.5,
        articles=(r"-(?P<id>\d+)\.html$",),
        not_articles=("/video/",),
        prefixes=(r"TV\s*-\s*",),
        listings=(
            Listing(
                kind=ListingKind.API,
                url="https://www.thanhvan.example.vn/api/tin",
                items=("du_lieu.0.tin",),
                link="duong-dan",
                title="tieu_de",
                date="ngay",
                method="POST",
                form={"trang": "{page}"},
                headers={"X-Requested-With": "XMLHttpRequest"},
                first_page=0,
                depth=4,
                days=9,
            ),
        ),
        templates=(
            Template(
                name="moi",
                since=date(2025, 7, 1),
                when=("h1.tieu-de",),
                title=("h1.tieu-de", "meta[property='og:title']@content"),
                strip=(".chia-se",),
            ),
        ),
    )


def test_the_sources_stand_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, "a", GOOD.replace("binh-an", "zz").replace("binhan", "zz"))
    write(tmp_path, "b", GOOD.replace("binh-an", "aa").replace("binhan", "aa"))
    names = list(read_sources([tmp_path])[0])
    assert names == sorted(names)
    assert {"aa", "zz"} <= set(names)


# --- merging ---------------------------------------------------------------------------------------------------------


def source_file(**more: object) -> SourceFile:
    base = {"name": "nguon", "title": "Nguồn", "hosts": ["nguon.example.vn"], "state": "dead", "reason": "đóng cửa"}
    return SourceFile.model_validate(base | more)


FAMILY = FamilyFile.model_validate(
    {
        "name": "ho",
        "articles": ["-chung", "-post"],
        "not_articles": ["/tag/"],
        "prefixes": ["CHUNG - "],
        "template": [
            {"name": "nay", "title": ["h1.chung", "h1"], "strip": [".qc", ".lq"], "unwrap": ["a"], "when": [".chung"]},
            {"name": "xua", "title": ["h2.xua"]},
        ],
    }
)


def test_a_sources_patterns_come_before_its_familys_and_each_stands_once() -> None:
    source = merge(source_file(articles=["-rieng", "-post"], prefixes=["RIENG - "]), FAMILY)
    assert source.articles == ("-rieng", "-post", "-chung")
    assert source.not_articles == ("/tag/",)
    assert source.prefixes == ("RIENG - ", "CHUNG - ")


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        pytest.param([], [("nay", ("h1.chung", "h1")), ("xua", ("h2.xua",))], id="the family's alone"),
        pytest.param(
            [{"name": "nay", "title": ["h1.rieng", "h1"]}],
            [("nay", ("h1.rieng", "h1", "h1.chung")), ("xua", ("h2.xua",))],
            id="same name: merged, own candidates first",
        ),
        pytest.param(
            [{"name": "khac", "title": ["h3"]}],
            [("khac", ("h3",)), ("nay", ("h1.chung", "h1")), ("xua", ("h2.xua",))],
            id="another name: before the family's",
        ),
        pytest.param(
            [{"title": ["h1.moi"]}],
            [("nay", ("h1.moi", "h1.chung", "h1")), ("xua", ("h1.moi", "h2.xua"))],
            id="no name: into all",
        ),
    ],
)
def test_templates_merge(own: list[dict[str, object]], expected: list[tuple[str, tuple[str, ...]]]) -> None:
    templates = merge(source_file(template=own), FAMILY).templates
    assert [(template.name, template.title) for template in templates] == expected


def test_strip_lists_unite_and_scalars_replace() -> None:
    own = [{"name": "nay", "strip": [".rieng", ".qc"], "when": [".rieng"], "since": date(2024, 1, 1)}]
    template = merge(source_file(template=own), FAMILY).templates[0]
    assert template.strip == (".rieng", ".qc", ".lq")
    assert template.unwrap == ("a",)
    assert template.when == (".rieng",)
    assert template.since == date(2024, 1, 1)


def test_an_unnamed_template_of_a_source_without_family_is_its_own() -> None:
    (template,) = merge(source_file(template=[{"body": ["div.noi-dung"]}]), None).templates
    assert (template.name, template.body) == ("nguon", ("div.noi-dung",))


def test_an_operators_family_serves_an_operators_source(tmp_path: Path) -> None:
    write(tmp_path / "families", "rieng", "name = 'rieng'\narticles = ['-r']")
    write(tmp_path, "x", 'family = "rieng"\n' + textwrap.dedent(GOOD))
    sources, _ = read_sources([tmp_path])
    assert sources["binh-an"].articles == ("-r",)
    assert "rieng" in read_families([tmp_path])[0]


def test_an_operators_file_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    shipped = read_sources()[0]["tcnn"]
    text = GOOD.replace("binh-an", "tcnn").replace("binhan.example.vn", shipped.host)
    write(tmp_path, "tcnn", text)
    sources, errors = read_sources([tmp_path])
    assert sources["tcnn"].title == "Phường Bình An"
    assert not [error for error in errors if "tcnn" in str(error)]


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(("title =", "titel ="), ["titel: unknown key", "title: is missing"], id="unknown and missing key"),
        pytest.param(('"page"', '"pages"'), ["listing #1 kind"], id="kind"),
        pytest.param(("https://", "ftp://"), ["listing #1 url", "no web address"], id="scheme"),
        pytest.param(
            ("binhan.example.vn/tin", "khac.example.vn/tin"), ["khac.example.vn", "add it to `hosts`"], id="host"
        ),
        pytest.param(('["binhan.example.vn"]', '["www.binhan.example.vn"]'), ["hosts #1", "`www.`"], id="www"),
        pytest.param(('["binhan.example.vn"]', '["Binhan.example.vn"]'), ["hosts #1", "lower case"], id="capitals"),
        pytest.param(('["binhan.example.vn"]', "[]"), ["hosts"], id="no host"),
        pytest.param(("/tin-tuc", "/{trang}"), ["{trang}", "{page}"], id="placeholder"),
        pytest.param(('"page"', '"page"\ndepth = 3'), ["`depth`", "{page}"], id="depth without page"),
        pytest.param(('"page"', '"page"\nitems = ["div[["]'), ["div[[", "CSS selector"], id="selector"),
        pytest.param(('"page"', '"page"\nform = { a = "b" }'), ['method = "POST"'], id="form with GET"),
        pytest.param(("hosts", 'articles = ["(("]\nhosts'), ["articles #1", "regular expression"], id="pattern"),
        pytest.param(("hosts", 'state = "verified"\nhosts'), ["checked ="], id="verified without a day"),
        pytest.param(("hosts", 'state = "dead"\nhosts'), ["reason ="], id="dead without a reason"),
        pytest.param(("hosts", "delay = -1\nhosts"), ["delay"], id="delay"),
        pytest.param(("hosts", 'delay = "2"\nhosts'), ["delay", "number"], id="type"),
        pytest.param(("hosts", 'spider = "spiders.nothing.X"\nhosts'), ["spider", "cannot be imported"], id="spider"),
        pytest.param(("hosts", 'spider = "spiders.read.LISTS"\nhosts'), ["spider", "no class"], id="spider no class"),
        pytest.param(("hosts", 'family = "khong-co"\nhosts'), ["family", "khong-co", "known are"], id="family"),
        pytest.param(("hosts", "hosts = = "), ["TOML", "line"], id="TOML"),
        pytest.param(
            ("[[listing]]", '[[template]]\ntitle = ["@content"]\n[[listing]]'), ["template #1 title #1"], id="bare @"
        ),
        pytest.param(
            ("[[listing]]", "[[template]]\n[[template]]\n[[listing]]"),
            ["only one may be without a name"],
            id="two bare",
        ),
    ],
)
def test_a_mistake_names_file_key_and_mend_and_stops_only_its_file(
    tmp_path: Path, change: tuple[str, str], said: list[str]
) -> None:
    text = textwrap.dedent(GOOD)
    assert change[0] in text
    bad = write(tmp_path, "bad", text.replace(*change))
    write(tmp_path, "good", GOOD.replace("binh-an", "lanh").replace("binhan", "lanh"))
    sources, errors = read_sources([tmp_path])
    lines = "\n".join(str(error) for error in errors if str(bad) in str(error))
    for words in said:
        assert words in lines
    assert "binh-an" not in sources
    assert "lanh" in sources


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "bad", textwrap.dedent(GOOD).replace("title =", "titel =").replace('"page"', '"pages"'))
    assert len(told(tmp_path)) == 3


def test_two_sources_cannot_have_one_host(tmp_path: Path) -> None:
    write(tmp_path, "a", GOOD)
    write(tmp_path, "b", GOOD.replace("binh-an", "hai"))
    sources, _ = read_sources([tmp_path])
    assert "binh-an" in sources
    assert "hai" not in sources
    (line,) = told(tmp_path)
    assert "b.toml" in line
    assert "belongs to the source 'binh-an'" in line


def test_two_files_of_a_directory_cannot_have_one_name(tmp_path: Path) -> None:
    write(tmp_path, "a", GOOD)
    write(tmp_path, "b", GOOD.replace("binhan", "khac"))
    (line,) = told(tmp_path)
    assert "stands in a.toml too" in line


def test_a_broken_family_stops_its_sources_and_says_so_at_both(tmp_path: Path) -> None:
    write(tmp_path / "families", "rieng", "name = 'rieng'\narticles = '-r'")
    write(tmp_path, "x", 'family = "rieng"\n' + textwrap.dedent(GOOD))
    assert "binh-an" not in read_sources([tmp_path])[0]
    assert len(told(tmp_path)) == 2


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    assert "is no directory" in told(tmp_path / "khong-co")[0]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00name")
    assert "not readable as TOML" in told(tmp_path)[0]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    folder = tmp_path_factory.mktemp("sources")
    (folder / "x.toml").write_bytes(body)
    assert told(folder)
