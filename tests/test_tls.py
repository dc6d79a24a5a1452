"""Certificates are verified, but for what a source file lets pass of one host's: so much, there, and for so long."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    DNSName,
    SubjectAlternativeName,
    load_pem_x509_certificates,
)
from OpenSSL import SSL

from crawler.portal import LocalWeb
from crawler.portal.authority import LATE, Authority, Trust, _name, _unsigned
from crawler.trust import OP_LEGACY_SERVER_CONNECT, Trusting, Waived
from crawler.types import Waiver
from crawler.waivers import HAS_EXPIRED, accepts, holds, said
from spiders.read import read_sources
from storage import warc
from tests.running import Operator, Ran, operator

TODAY = datetime.now(UTC).date()
SOON, OVER = TODAY + timedelta(days=90), TODAY - timedelta(days=1)
SELF_SIGNED, NO_ISSUER = 18, 20  # OpenSSL's numbers
PIN, OTHER = "0a" * 32, "0b" * 32
HOST = "cong.example.vn"


def waiver(**values: object) -> Waiver:
    given: dict[str, object] = {"host": "cong.example.vn", "reason": "asked on 2 November", "until": SOON}
    return Waiver(**(given | values))  # type: ignore[arg-type]


# --- what passes -----------------------------------------------------------------------------------------------------

PINNED, EXPIRED, CHAIN, LEGACY = waiver(pin=PIN), waiver(expired=True), waiver(chain="-"), waiver(legacy=True)


@pytest.mark.parametrize(
    ("one", "error", "depth", "fingerprint", "named", "passes"),
    [
        pytest.param(PINNED, 0, 0, PIN, True, True, id="the pinned one"),
        pytest.param(PINNED, SELF_SIGNED, 0, PIN, False, True, id="pinned, signed by nobody, for another name"),
        pytest.param(PINNED, HAS_EXPIRED, 0, PIN, True, True, id="pinned and expired"),
        pytest.param(PINNED, NO_ISSUER, 1, OTHER, False, True, id="above a pinned one"),
        pytest.param(PINNED, 0, 0, OTHER, True, False, id="not the pinned one, though all is well with it"),
        pytest.param(EXPIRED, HAS_EXPIRED, 0, OTHER, True, True, id="expired"),
        pytest.param(EXPIRED, HAS_EXPIRED, 1, OTHER, False, True, id="an authority's that expired"),
        pytest.param(EXPIRED, HAS_EXPIRED, 0, OTHER, False, False, id="expired, of another name"),
        pytest.param(EXPIRED, SELF_SIGNED, 0, OTHER, True, False, id="signed by nobody"),
        pytest.param(EXPIRED, NO_ISSUER, 0, OTHER, True, False, id="no issuer"),
        pytest.param(EXPIRED, 0, 0, OTHER, True, True, id="renewed since"),
        *(
            pytest.param(
                one, error, depth, OTHER, named, not error and (named or depth > 0), id=f"{name} {error} {depth}"
            )
            for name, one in (("chain", CHAIN), ("legacy", LEGACY))
            for error in (0, HAS_EXPIRED, SELF_SIGNED, NO_ISSUER)
            for depth, named in ((0, True), (0, False), (1, False))
        ),
    ],
)
def test_the_least_that_helps_passes(
    one: Waiver, error: int, depth: int, fingerprint: str, named: bool, passes: bool
) -> None:
    assert accepts(one, error=error, depth=depth, fingerprint=fingerprint, named=named) is passes


def test_a_waiver_holds_until_the_end_of_its_day() -> None:
    one = waiver(until=date(2027, 3, 1))
    assert holds(one, date(2026, 1, 1)) and holds(one, date(2027, 3, 1))
    assert not holds(one, date(2027, 3, 2))


def test_a_waiver_says_what_and_why() -> None:
    assert said(waiver(expired=True, legacy=True)) == "expired, legacy (asked on 2 November)"
    assert said(PINNED) == f"pin {PIN} (asked on 2 November)"


class Usual:
    def creatorForNetloc(self, hostname: bytes | str, port: int) -> str:  # noqa: N802 (Twisted's name)
        return "verified"


def test_only_the_very_host_has_it_and_only_in_its_time() -> None:
    trusting = Trusting(Usual(), [LEGACY, waiver(host="cu.example.vn", until=OVER, expired=True)], TODAY)
    assert isinstance(trusting.creatorForNetloc(b"cong.example.vn", 443), Waived)
    assert isinstance(trusting.creatorForNetloc("Cong.example.VN", 8443), Waived)
    for other in (b"www.cong.example.vn", b"a.cong.example.vn", b"example.vn", b"cong.example.vn.", b"cu.example.vn"):
        assert trusting.creatorForNetloc(other, 443) == "verified"


def test_legacy_allows_an_old_server_alone() -> None:
    for one, allowed in ((LEGACY, True), (EXPIRED, False)):
        assert bool(Waived(one)._context.set_options(0) & OP_LEGACY_SERVER_CONNECT) is allowed


# --- the source file -------------------------------------------------------------------------------------------------

FILE = """\
name = "cong"
title = "Cổng"
hosts = ["cong.example.vn", "khac.example.vn"]
[[listing]]
kind = "page"
url = "https://cong.example.vn/tin"
"""
TABLE = f'[[tls]]\nhost = "cong.example.vn"\nreason = "asked"\nuntil = {SOON}\nexpired = true\n'


def mistakes(folder: Path, table: str) -> str:
    (folder / "cong.toml").write_text(FILE + table, encoding="utf-8")
    return "\n".join(str(error) for error in read_sources([folder])[1])


def test_a_waiver_is_read(tmp_path: Path) -> None:
    colons = ":".join([f"{byte:02X}" for byte in bytes.fromhex(PIN)])
    more = (
        f'[[tls]]\nhost = "www.khac.example.vn"\nreason = "a\\n b"\nuntil = {SOON}\npin = "{colons}"\nlegacy = true\n'
    )
    assert mistakes(tmp_path, TABLE + more) == ""
    first, second = read_sources([tmp_path])[0]["cong"].tls
    assert first == waiver(reason="asked", expired=True, declared=f"{tmp_path / 'cong.toml'}: tls #1")
    assert (second.host, second.pin, second.legacy, second.reason) == ("www.khac.example.vn", PIN, True, "a b")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('reason = "asked"\n', ""), "tls #1 reason: is missing; add it"),
        (('"asked"', '""'), "tls #1 reason: "),
        ((f"until = {SOON}\n", ""), "tls #1 until: is missing; add it"),
        ((f"{SOON}", '"forever"'), "tls #1 until: "),
        ((f"{SOON}", f"{TODAY + timedelta(days=400)}"), "is more than a year away; write a day until"),
        (('"cong.example.vn"\nreason', '"*.example.vn"\nreason'), "tls #1 host: *.example.vn is not among"),
        (('"cong.example.vn"\nreason', '"*"\nreason'), "tls #1 host: * is not among"),
        (('"cong.example.vn"\nreason', '"la.example.vn"\nreason'), "tls #1 host: la.example.vn is not among"),
        (("expired = true\n", ""), "tls #1: lets nothing pass; add pin, chain, expired or legacy"),
        (("expired = true", "unverified = true"), "tls #1 unverified: unknown key; known are host, reason, until, pin"),
        (("expired = true", 'pin = "abc"'), "tls #1 pin: 'abc' is no SHA-256"),
        (("expired = true", f'expired = true\npin = "{PIN}"'), "tls #1: `pin` accepts that one certificate as it is"),
        (("expired = true", 'chain = "-----BEGIN CERTIFICATE-----"'), "tls #1 chain: holds no certificate"),
        (("expired = true\n", f"expired = true\n{TABLE}"), "tls: a host stands twice"),
    ],
)
def test_a_waiver_with_a_mistake_stops_its_file(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in TABLE
    assert said in mistakes(tmp_path, TABLE.replace(*change))
    assert "cong" not in read_sources([tmp_path])[0]


# --- in effect: real servers, through the proxy ----------------------------------------------------------------------

HOSTS = {
    "ghim": Trust.SELF_SIGNED,  # pinned
    "doi": Trust.SELF_SIGNED,  # pinned, but the certificate is another one now
    "cuu": Trust.EXPIRED,  # may have expired
    "het": Trust.EXPIRED,  # may have, until yesterday
    "gia": Trust.SELF_SIGNED,  # signed by nobody, where only "expired" passes
    "ten": Trust.VALID,  # of another name, where only "expired" passes
    "thuong": Trust.EXPIRED,  # without a waiver
}
PASSES = {"ghim", "cuu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A crawl of one source on many hosts, what was asked of which, and the pin of the first."""

    ops: Operator
    ran: Ran
    asked: set[tuple[str, str]]
    pin: str


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("tls")
    made = Authority.context
    with pytest.MonkeyPatch.context() as patch, LocalWeb(folder, articles_per_site=1) as web:
        patch.setattr(
            Authority,
            "context",
            lambda self, host, trust: made(self, "la.vn" if host.startswith("ten") else host, trust),
        )
        web._proxy.authority.context("ghim.example.vn", Trust.SELF_SIGNED)
        (leaf,) = load_pem_x509_certificates((folder / "leaf-0.pem").read_bytes())
        pin = leaf.fingerprint(SHA256()).hex()
        for name, trust in HOSTS.items():
            host = f"{name}.example.vn"
            web.serve(host, "/tin", f'<a href="/bai-{name}-1.html">Bài</a>')
            web.serve(host, f"/bai-{name}-1.html", PAGE.replace("hộ", f"hộ {name}"))
            if trust is not Trust.VALID:
                web.fault(host, trust.value)
        web.serve("ghim.example.vn", "/tin", '<a href="/bai-ghim-1.html">Bài</a><a href="/di-2.html">Đi</a>')
        web.serve(
            "ghim.example.vn", "/di-2.html", "", status=302, headers=[("Location", "https://thuong.example.vn/x")]
        )
        (folder / "sources").mkdir()
        (folder / "sources" / "tls.toml").write_text(declared(pin), encoding="utf-8")
        ops = operator(folder, web, TINDOTHI_SOURCES__DIRECTORIES=str(folder / "sources"))
        ran = ops.run("crawl", "--json", "tls")
        yield Seen(ops=ops, ran=ran, asked={(one.host, one.target) for one in web.requests}, pin=pin)


PAGE = (
    "<html><head><title>Phường bàn về chính quyền đô thị</title></head><body><h1>Phường bàn về chính quyền đô thị</h1>"
    + "".join(
        f"<p>Điểm {one} của chương trình được {one + 7} hộ dân bàn kỹ trước khi quyết định.</p>" for one in range(9)
    )
    + "</body></html>"
)


def declared(pin: str) -> str:
    hosts = [f"{name}.example.vn" for name in HOSTS]
    text = f'name = "tls"\ntitle = "TLS"\nhosts = {json.dumps(hosts)}\narticles = ["-[0-9]+[.]html$"]\n'
    text += "".join(f'[[listing]]\nkind = "page"\nurl = "https://{host}/tin"\n' for host in hosts)
    for host, until, what in (
        ("ghim", SOON, f'pin = "{pin}"'),
        ("doi", SOON, f'pin = "{pin}"'),
        ("cuu", SOON, "expired = true"),
        ("het", OVER, "expired = true"),
        ("gia", SOON, "expired = true"),
        ("ten", SOON, "expired = true"),
    ):
        text += f'[[tls]]\nhost = "{host}.example.vn"\nreason = "asked {host}"\nuntil = {until}\n{what}\n'
    return text


def test_a_waiver_is_for_its_host_alone(seen: Seen) -> None:
    assert {host for host, target in seen.asked if target == "/tin"} == {f"{name}.example.vn" for name in PASSES}
    assert ("ghim.example.vn", "/di-2.html") in seen.asked
    assert ("thuong.example.vn", "/x") not in seen.asked, "verified behind a redirect, too"
    assert "Traceback" not in seen.ran.err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("doi", "tls.toml: tls #2 pin: the certificate is another one"),
        ("het", "tls.toml: tls #4 until is over"),
        ("gia", "tls.toml: tls #5 lets pass only expired (asked gia)"),
        ("ten", "tls.toml: tls #6 lets pass only expired (asked ten)"),
        ("thuong", "the certificate cannot be verified: "),
    ],
)
def test_a_refusal_names_file_and_key(seen: Seen, name: str, message: str) -> None:
    (line,) = [
        line for line in seen.ran.err.splitlines() if f"https://{name}.example.vn/tin: CertificateRefused: " in line
    ]
    assert message in line


def test_what_was_let_pass_stands_with_the_page(seen: Seen) -> None:
    shown = seen.ops.run("show", "https://cuu.example.vn/bai-cuu-1.html")
    assert "its page came over TLS that was not verified in all: expired (asked cuu)" in shown.out, shown.err
    told: dict[str, str] = {}
    for file in (seen.ops.data / "archive").iterdir():
        with file.open("rb") as stream:
            told |= {record.page.url: record.page.waived for record in warc.records(stream)}
    assert told["https://cuu.example.vn/tin"] == "expired (asked cuu)"
    assert told["https://ghim.example.vn/bai-ghim-1.html"] == f"pin {seen.pin} (asked ghim)"


def test_sources_lists_it(seen: Seen) -> None:
    out = seen.ops.run("sources").out
    assert f"tls: cuu.example.vn: expired (asked cuu), until {SOON:%d/%m/%Y}\n" in out
    assert f"tls: het.example.vn: expired (asked het), until {OVER:%d/%m/%Y}, which is over\n" in out
    listed = json.loads(seen.ops.run("sources", "--json").out)["tls"]["tls"]
    assert listed[2] == {"host": "cuu.example.vn", "waived": "expired (asked cuu)", "until": str(SOON)}


# --- a chain that the server forgot: a handshake in memory -----------------------------------------------------------


def issued(name: str, issuer: str, key: EllipticCurvePrivateKey, signer: EllipticCurvePrivateKey) -> Certificate:
    made = _unsigned(_name(name), _name(issuer), key.public_key(), until=LATE)
    if name == HOST:
        made = made.add_extension(SubjectAlternativeName([DNSName(name)]), critical=False)
    return made.add_extension(BasicConstraints(name != HOST, None), critical=True).sign(signer, SHA256())


def passes(one: Waiver, server: SSL.Context) -> bool:
    """Whether the waiver's client and the server come to terms."""
    client, other = Waived(one).clientConnectionForTLS(None), SSL.Connection(server, None)
    client.set_connect_state()
    other.set_accept_state()
    for _ in range(4):
        for here, there in ((client, other), (other, client)):
            try:
                here.do_handshake()
            except SSL.WantReadError:
                pass
            except SSL.Error:
                return False
            with suppress(SSL.WantReadError):
                there.bio_write(here.bio_read(1 << 16))
    return True


def test_what_the_server_forgot_is_added_and_all_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, between, own = (generate_private_key(SECP256R1()) for _ in range(3))
    middle, leaf = issued("middle", "root", between, root), issued(HOST, "middle", own, between)
    chain = middle.public_bytes(Encoding.PEM).decode()
    server = SSL.Context(SSL.TLS_SERVER_METHOD)
    server.use_certificate(leaf)
    server.use_privatekey(own)
    (tmp_path / "root.pem").write_bytes(issued("root", "root", root, root).public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    assert passes(waiver(chain=chain), server)
    assert not passes(waiver(legacy=True), server), "the chain is not complete without it"
    assert not passes(waiver(host="khac.example.vn", chain=chain), server), "the name is verified"
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    assert not passes(waiver(chain=chain), server), "and it must lead to an authority that is trusted"
    assert passes(waiver(pin=leaf.fingerprint(SHA256()).hex()), server)
    assert not passes(waiver(pin=middle.fingerprint(SHA256()).hex()), server)
