"""Which IP addresses a crawler may connect to: those of the public Internet, and none that leads inside.

The networks are those of IANA's registries of special-purpose addresses (RFC 6890 and what came after it), without
those that are reachable from everywhere. Python's own `is_global` differs from one version to the next.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_INSIDE_4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network; 0.0.0.0 leads to this machine
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared by a provider's customers (CGNAT)
            "127.0.0.0/8",
            "169.254.0.0/16",  # link-local: the metadata of clouds, too
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",  # for documents
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15",  # for measuring
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_PUBLIC_6 = ip_network("2000::/3")  # all that was ever given out
_INSIDE_6 = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # protocols: Teredo, ORCHID, for measuring
            "2001:db8::/32",  # for documents
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)
_SIX_TO_FOUR = ip_network("2002::/16")
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether this is the plain form of an address that is reachable from everywhere.

    One that holds an IPv4 address (mapped, 6to4, NAT64) is what that is. False for whatever is no such form: short,
    octal, decimal and hexadecimal ones, which some resolvers read as addresses, and those of one network card.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        return _is_public_6(found)
    return not any(found in network for network in _INSIDE_4)


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if (held := _held(address)) is not None:
        return is_public(str(held))
    return address in _PUBLIC_6 and not any(address in network for network in _INSIDE_6)


def _held(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address to which an address of IPv6 leads."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR:
        return address.sixtofour
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
