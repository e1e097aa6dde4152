"""Origins that a site owner lists: scheme, host and port, or a star for subdomains."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address
from typing import TypeAlias

import idna

Origin: TypeAlias = tuple[str, str, int]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_LENGTH = 300


class Origins:
    """A list of allowed origins, compiled; lines that are not origins are left out."""

    __slots__ = ("_exact", "_suffixes")

    def __init__(self, lines: Iterable[str] = ()) -> None:
        exact: set[Origin] = set()
        suffixes: dict[tuple[str, int], list[str]] = {}
        for line in lines:
            found = _read(line)
            if isinstance(found, str):
                continue
            scheme, host, port = found
            if host.startswith("*."):
                suffixes.setdefault((scheme, port), []).append(host[1:])
            else:
                exact.add(found)
        self._exact = frozenset(exact)
        self._suffixes = {key: tuple(hosts) for key, hosts in suffixes.items()}

    def allows(self, origin: str) -> bool:
        """Whether the origin is listed, or is a subdomain of a name that is listed with a star."""
        found = _read(origin)
        if isinstance(found, str):
            return False
        if found in self._exact:
            return True
        scheme, host, port = found
        endings = self._suffixes.get((scheme, port))
        return endings is not None and host.endswith(endings) and not host.startswith("*")

    def __bool__(self) -> bool:
        return bool(self._exact or self._suffixes)


def origin_error(line: str) -> str | None:
    """Why the line cannot be listed, as a code, or None when it can.

    The codes: missing_scheme, bad_scheme, has_path, bad_wildcard, bad_port, bad_host.
    """
    found = _read(line)
    return found if isinstance(found, str) else None


@lru_cache(maxsize=1024)
def _read(line: str) -> Origin | str:
    """The line as scheme, host and port, or the code of what is wrong with it."""
    line = line.strip()
    scheme, separator, rest = line.partition("://")
    if not separator:
        return "missing_scheme"
    scheme = scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        return "bad_scheme"
    if len(line) > _MAX_LENGTH:
        return "bad_host"
    if any(mark in rest for mark in "/?#\\"):
        return "has_path"
    name, port = _split_port(rest)
    if port is None:
        return "bad_port"
    host = _host(name)
    if host is None:
        return "bad_wildcard" if "*" in name else "bad_host"
    return scheme, host, port or _DEFAULT_PORTS[scheme]


def _split_port(text: str) -> tuple[str, int | None]:
    """Host and port; 0 where no port is given, None where it is none."""
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        return text, 0
    if port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536:
        return host, int(port)
    return host, None


def _host(name: str) -> str | None:
    """The host as browsers write it: lower case, punycode, IPv6 in its short form."""
    if name.startswith("["):
        return _ipv6(name)
    star, name = ("*.", name[2:]) if name.startswith("*.") else ("", name)
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, ValueError):
            return None
    name = name.lower()
    if not name or len(name) > 253 or not all(map(_LABEL.fullmatch, name.split("."))):
        return None
    return star + name


def _ipv6(name: str) -> str | None:
    if not name.endswith("]") or "%" in name:
        return None
    try:
        return f"[{IPv6Address(name[1:-1])}]"
    except ValueError:
        return None
