"""Which address counts, and which networks it belongs to."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_contacttrack.wire.addresses import (
    client_address,
    is_private,
    mask,
    parse_networks,
)

PROXY = "10.0.0.1"
VISITOR = "203.0.113.7"


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "127.0.0.1", "127.255.0.1", "169.254.1.1", "0.0.0.0", "0.1.2.3", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "febf::1", "fc00::1",
        "fdff:ffff::1", "2001:db8:ffff::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
        "::ffff:192.168.0.1", "::FFFF:a00:1", "", "unknown", "10.0.0", "1.2.3.4.5", "x" * 100,
    ],
)  # fmt: skip
def test_private_and_reserved_networks(address: str) -> None:  # S3
    assert is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "192.169.0.0", "126.255.255.255", "128.0.0.1", "169.253.0.1", "239.255.255.255",
        "100.64.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "224.0.0.1",
        "1.1.1.1", "2606:4700::1111", "2001:db9::1", "fec0::1", "fbff::1", "fe00::1",
        "::ffff:8.8.8.8", "64:ff9b::1", "ff02::1",
    ],
)  # fmt: skip
def test_everything_else_is_public(address: str) -> None:  # S3
    assert not is_private(address)


@pytest.mark.parametrize(
    ("line", "inside", "outside"),
    [
        ("1.2.3.4", ["1.2.3.4", "::ffff:1.2.3.4"], ["11.2.3.45", "1.2.3.40", "1.2.3.5"]),
        ("10.0.0.*", ["10.0.0.0", "10.0.0.255"], ["110.0.0.9", "10.0.1.0"]),
        ("10.0.*.*", ["10.0.7.8"], ["10.1.0.0"]),
        ("10.*", ["10.9.8.7"], ["11.0.0.0"]),
        ("10.0.*.7", ["10.0.1.7"], ["10.0.1.8"]),
        ("203.0.113.0/24", ["203.0.113.255"], ["203.0.114.0"]),
        ("203.0.113.9/24", ["203.0.113.1"], ["203.0.112.1"]),
        ("203.0.113.0/255.255.255.0", ["203.0.113.1"], ["203.0.112.1"]),
        ("0.0.0.0/0", ["1.2.3.4", "::ffff:1.2.3.4"], ["2001::1", ""]),
        ("2001:db8::/32", ["2001:db8::1", "2001:DB8:ffff::"], ["2001:db9::", "32.1.13.184"]),
        ("2001:db8::1", ["2001:db8:0:0::1", "2001:db8::1%eth0"], ["2001:db8::2"]),
        ("::ffff:10.0.0.0/104", ["10.1.2.3", "::ffff:10.1.2.3"], ["11.0.0.0"]),
        ("::ffff:10.0.0.1", ["10.0.0.1"], ["10.0.0.2"]),
        (" 1.2.3.4 ", ["1.2.3.4"], []),
        ("unix", [""], ["1.2.3.4", "nonsense"]),
    ],
)
def test_lists_of_networks(line: str, inside: list[str], outside: list[str]) -> None:
    networks, errors = parse_networks([line])
    assert not errors
    assert networks
    assert [a for a in inside if a not in networks] == []
    assert [a for a in outside if a in networks] == []


@pytest.mark.parametrize(
    "line",
    ["example.com", "1.2.3", "1.2.3.256", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4:80", "*", "1.2",
     "*.example.com", "1.2.3.*.5", "1.2.3.*/24", "1.999.*.*", "١.2.3.*", "::1/129", "[::1]",
     "fe80::1%/64", "1.2.3.4-1.2.3.9", "\0"],
)  # fmt: skip
def test_lines_that_are_no_networks_are_named(line: str) -> None:
    networks, errors = parse_networks(["1.2.3.4", line, "", "  "])
    assert errors == [line]
    assert "1.2.3.4" in networks


def test_no_networks_contain_nothing() -> None:
    nothing = parse_networks([])[0]
    assert not nothing
    assert "1.2.3.4" not in nothing
    assert "" not in nothing
    assert 7 not in nothing


addresses = st.ip_addresses()
networks_v4 = st.builds(lambda a, n: f"{a}/{n}", st.ip_addresses(v=4), st.integers(0, 32))
networks_v6 = st.builds(lambda a, n: f"{a}/{n}", st.ip_addresses(v=6), st.integers(0, 128))


@given(
    st.lists(networks_v4 | networks_v6 | addresses.map(str), min_size=1, max_size=8),
    addresses,
    st.data(),
)
def test_membership_is_that_of_the_standard_library(
    lines: list[str], address: Any, data: Any
) -> None:
    near = ipaddress.ip_network(data.draw(st.sampled_from(lines)), strict=False)
    last = int(near.network_address) + near.num_addresses - 1
    inside = type(near.network_address)(data.draw(st.integers(int(near.network_address), last)))
    networks, errors = parse_networks(lines)
    assert not errors
    for candidate in (address, inside):
        naive = any(
            unwrapped(candidate) in unwrapped_network(line)
            for line in lines
            if unwrapped(candidate).version == unwrapped_network(line).version
        )
        assert (str(candidate) in networks) is naive


def unwrapped(address: Any) -> Any:
    return getattr(address, "ipv4_mapped", None) or address


def unwrapped_network(line: str) -> Any:
    network = ipaddress.ip_network(line, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= 96:
        return ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}", strict=False)
    return network


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        # nobody between us and the visitor: headers are hearsay
        (VISITOR, {}, VISITOR),
        (VISITOR, {"x-forwarded-for": "1.1.1.1"}, VISITOR),
        (VISITOR, {"forwarded": "for=1.1.1.1"}, VISITOR),
        (VISITOR, {"client-ip": "1.1.1.1"}, VISITOR),
        ("::ffff:203.0.113.7", {}, VISITOR),
        ("2606:4700:0::1", {}, "2606:4700::1"),
        ("", {"x-forwarded-for": "1.1.1.1"}, ""),
        ("nonsense", {}, ""),
        # a trusted proxy: the right-most address that is not one of ours
        (PROXY, {"x-forwarded-for": VISITOR}, VISITOR),
        ("::ffff:10.0.0.1", {"x-forwarded-for": VISITOR}, VISITOR),
        (PROXY, {"x-forwarded-for": f"1.1.1.1, {VISITOR}"}, VISITOR),
        (PROXY, {"x-forwarded-for": f"1.1.1.1, {VISITOR}, 10.0.0.2"}, VISITOR),
        (PROXY, {"x-forwarded-for": f"1.1.1.1,{VISITOR},2001:db8::5 ,10.0.0.2"}, VISITOR),
        (PROXY, {"x-forwarded-for": f"127.0.0.1, {VISITOR}"}, VISITOR),
        (PROXY, {"x-forwarded-for": f"{VISITOR}, 192.168.1.1"}, "192.168.1.1"),
        (PROXY, {"x-forwarded-for": "10.0.0.9, 10.0.0.8"}, "10.0.0.9"),
        (PROXY, {"x-forwarded-for": f"{VISITOR}:51234"}, VISITOR),
        (PROXY, {"x-forwarded-for": "2606:4700::1"}, "2606:4700::1"),
        (PROXY, {"x-forwarded-for": "[2606:4700::1]:443"}, "2606:4700::1"),
        (PROXY, {"x-forwarded-for": "::ffff:203.0.113.7"}, VISITOR),
        (PROXY, {"x-forwarded-for": f" , {VISITOR} , "}, VISITOR),
        (PROXY, {"x-forwarded-for": f"{VISITOR}, unknown"}, PROXY),
        (PROXY, {"x-forwarded-for": f"{VISITOR}, nonsense, 10.0.0.2"}, "10.0.0.2"),
        (PROXY, {"x-forwarded-for": "," * 9000}, PROXY),
        (PROXY, {"x-forwarded-for": "1.1.1.1," * 9000 + VISITOR}, VISITOR),
        (PROXY, {}, PROXY),
        # RFC 7239
        (PROXY, {"forwarded": f"for={VISITOR}"}, VISITOR),
        (PROXY, {"forwarded": f"For={VISITOR};proto=http;by=203.0.113.43"}, VISITOR),
        (PROXY, {"forwarded": f"for=1.1.1.1, for={VISITOR}"}, VISITOR),
        (PROXY, {"forwarded": 'for="[2606:4700:cafe::17]:4711"'}, "2606:4700:cafe::17"),
        (PROXY, {"forwarded": f'proto=https;for="{VISITOR}:80", for=10.0.0.2'}, VISITOR),
        (PROXY, {"forwarded": "for=_hidden"}, PROXY),
        (PROXY, {"forwarded": "for=unknown;by=1.1.1.1"}, PROXY),
        (PROXY, {"forwarded": "proto=https"}, PROXY),
        # whichever the proxy writes itself comes first; nobody appends to Client-Ip
        (PROXY, {"forwarded": "for=1.1.1.1", "x-forwarded-for": VISITOR}, VISITOR),
        (PROXY, {"client-ip": VISITOR}, VISITOR),
        (PROXY, {"client-ip": "1.1.1.1", "x-forwarded-for": VISITOR}, VISITOR),
        (PROXY, {"client-ip": "nonsense"}, PROXY),
    ],
)
def test_the_visitors_address(peer: str, headers: dict[str, str], expected: str) -> None:
    trusted = parse_networks(["10.0.0.0/24", "2001:db8::/32"])[0]
    assert client_address(peer, headers, trusted) == expected


def test_a_unix_socket_can_be_trusted() -> None:
    trusted = parse_networks(["unix"])[0]
    assert client_address("", {"x-forwarded-for": VISITOR}, trusted) == VISITOR
    assert client_address("", {}, trusted) == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("255.255.255.255", "255.255.255.0"),
        ("2606:4700:abcd:1234::1", "2606:4700:abcd::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_masking_keeps_the_network(address: str, expected: str) -> None:
    assert mask(address) == expected


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_addresses_may_be_anything(peer: str, forwarded: str, other: str) -> None:
    everybody = parse_networks(["0.0.0.0/0", "::/0", "unix"])[0]
    headers = {"x-forwarded-for": forwarded, "forwarded": other, "client-ip": other}
    assert isinstance(client_address(peer, headers, everybody), str)
    assert isinstance(client_address(peer, {"forwarded": f"for={other}"}, everybody), str)
    parse_networks([peer, forwarded, other])
    mask(peer)
    is_private(peer)
