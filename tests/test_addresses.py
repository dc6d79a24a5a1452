"""Public addresses and all others, in every form in which one can be written."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import is_public

PUBLIC = (
    "1.1.1.1",
    "9.255.255.255",
    "100.63.255.255",
    "100.128.0.0",
    "103.21.244.0",
    "126.255.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "223.255.255.255",
    "2001:ee0:4161::1",
    "2405:4800::1",
    "2a00::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
)
INSIDE = (
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "2a00::1%eth0",
    "fec0::1",
    "ff02::1",
)
NO_ADDRESS = (
    "",
    "example.vn",
    "127.1",
    "2130706433",
    "16843009",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "1.1.1",
    "01.1.1.1",
    "1.1.1.1.",
    " 1.1.1.1",
    "1.1.1.1:80",
    "[::1]",
    "１.１.１.１",
    "1。1。1。1",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_inside(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_plain_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@given(st.ip_addresses(v=4))
def test_ipv4_in_ipv6_is_what_it_holds(address: IPv4Address) -> None:
    number = int(address)
    for held in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert is_public(str(IPv6Address(held))) == is_public(str(address))


@given(st.ip_addresses())
def test_public_is_never_what_python_knows_to_be_inside(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address)):
        inside = (address.is_loopback, address.is_link_local, address.is_multicast, address.is_unspecified)
        assert not any(inside)
        assert not (isinstance(address, IPv4Address) and address.is_private)


@given(st.text())
def test_nothing_is_raised(text: str) -> None:
    assert not is_public(text) or text.strip() == text
