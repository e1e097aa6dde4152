"""Client addresses: which one counts, and which networks it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TypeAlias

# An address as its family's number of bits and its value.
Number: TypeAlias = tuple[int, int]

_V4_ALL = (1 << 32) - 1
_V6_ALL = (1 << 128) - 1
_MAPPED = 0xFFFF
_OCTET = re.compile(r"[0-9]{1,3}|\*")

# Proxies append to the right; nobody stands behind more of them than this.
_MAX_HOPS = 50
_MAX_HEADER = 4096

# Says in a list of networks: whoever connects through a Unix socket, which has no address.
UNIX_SOCKET = "unix"

# Exactly these, not `ipaddress.is_private`: carrier-grade NAT, the documentation networks of IPv4
# and the like belong to the public side.
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
_RESERVED = (
    "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "240.0.0.0/4",
    "::/128", "::1/128", "fe80::/10", "2001:db8::/32",
)  # fmt: skip


class Networks:
    """A list of addresses and networks, ready for `address in networks`.

    The cost of a look-up depends on how many different sizes of network there are, not on how
    many networks.
    """

    __slots__ = ("_v4", "_v6", "unix_socket")

    def __init__(self, networks: Iterable[tuple[int, int, int]] = (), unix: bool = False) -> None:
        by_mask: dict[int, dict[int, set[int]]] = {32: {}, 128: {}}
        for bits, mask, value in networks:
            by_mask[bits].setdefault(mask, set()).add(value & mask)
        self._v4 = tuple((mask, frozenset(values)) for mask, values in by_mask[32].items())
        self._v6 = tuple((mask, frozenset(values)) for mask, values in by_mask[128].items())
        self.unix_socket = unix

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, str):
            return False
        number = _number(address)
        if number is None:
            return self.unix_socket and not address
        bits, value = number
        family = self._v4 if bits == 32 else self._v6
        return any(value & mask in values for mask, values in family)

    def __bool__(self) -> bool:
        return bool(self._v4 or self._v6 or self.unix_socket)


def parse_networks(lines: Iterable[str]) -> tuple[Networks, list[str]]:
    """Networks out of lines, and the lines that are none.

    A line is an address, a network (`203.0.113.0/24`, `2001:db8::/32`), an IPv4 address with stars
    (`203.0.113.*`), or the word `unix`. Empty lines do not count.
    """
    networks, errors, unix = [], [], False
    for line in lines:
        text = line.strip()
        if text.lower() == UNIX_SOCKET:
            unix = True
        elif text:
            network = _wildcard(text) if "*" in text else _network(text)
            if network is None:
                errors.append(line)
            else:
                networks.append(network)
    return Networks(networks, unix), errors


def _wildcard(text: str) -> tuple[int, int, int] | None:
    octets = text.split(".")
    if not 1 < len(octets) <= 4 or not all(map(_OCTET.fullmatch, octets)):
        return None
    if len(octets) < 4 and octets[-1] != "*":
        return None
    octets += ["*"] * (4 - len(octets))
    mask = value = 0
    for octet in octets:
        known = octet != "*"
        if known and int(octet) > 255:
            return None
        mask = mask << 8 | (255 if known else 0)
        value = value << 8 | (int(octet) if known else 0)
    return 32, mask, value


def _network(text: str) -> tuple[int, int, int] | None:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    bits, mask = network.max_prefixlen, int(network.netmask)
    value = int(network.network_address)
    if bits == 128 and value >> 32 == _MAPPED and network.prefixlen >= 96:
        return 32, mask & _V4_ALL, value & _V4_ALL
    return bits, mask, value


@lru_cache(maxsize=4096)
def _number(text: str) -> Number | None:
    """The address as a number, IPv4 out of its IPv6 wrapping; None when it is no address."""
    if len(text) > 64:
        return None
    try:
        if ":" not in text:
            return 32, int(IPv4Address(text))
        value = int(IPv6Address(text.partition("%")[0]))
    except ValueError:
        return None
    return (32, value & _V4_ALL) if value >> 32 == _MAPPED else (128, value)


def _text(number: Number) -> str:
    bits, value = number
    return str(IPv4Address(value)) if bits == 32 else str(IPv6Address(value))


_NOT_PUBLIC = parse_networks((*_PRIVATE, *_RESERVED))[0]


def is_private(address: str) -> bool:
    """Whether the address lies in a private or reserved network, or is no address at all."""
    return _number(address) is None or address in _NOT_PUBLIC


def mask(address: str) -> str:
    """The network of the visitor instead of the visitor: /24 for IPv4, /48 for IPv6."""
    number = _number(address)
    if number is None:
        return ""
    bits, value = number
    keep = 24 if bits == 32 else 48
    return _text((bits, value >> (bits - keep) << (bits - keep)))


def client_address(peer: str, headers: Mapping[str, str], trusted: Networks) -> str:
    """The visitor's address, as far as it can be believed; "" when there is none.

    Forwarding headers count only when a trusted proxy sent them, and of those the right-most
    address that is not a trusted proxy's own: what stands left of it anybody may have written.
    """
    nearest = _number(peer)
    if peer in trusted:
        for entry in _hops(headers):
            number = _number(_without_port(entry))
            if number is None:
                break
            nearest = number
            if _text(number) not in trusted:
                break
    return "" if nearest is None else _text(nearest)


def _hops(headers: Mapping[str, str]) -> list[str]:
    """The forwarded addresses, nearest first.

    X-Forwarded-For comes before Forwarded, since most proxies write the former and hand on the
    latter as the browser sent it. Client-Ip, which nobody appends to, comes last.
    """
    if value := headers.get("x-forwarded-for"):
        return _split(value)
    if value := headers.get("forwarded"):
        return [_forwarded_for(element) for element in _split(value)]
    if value := headers.get("client-ip"):
        return _split(value)
    return []


def _split(value: str) -> list[str]:
    parts = value[-_MAX_HEADER:].split(",")[-_MAX_HOPS:]
    return [part.strip() for part in reversed(parts) if part.strip()]


def _forwarded_for(element: str) -> str:
    """The `for` of one element of a Forwarded header (RFC 7239)."""
    for pair in element.split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == "for":
            return value.strip().strip('"')
    return ""


def _without_port(entry: str) -> str:
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
