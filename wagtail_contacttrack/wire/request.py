"""A request as plain values, so that any kind of server can hand one in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawRequest:
    """One HTTP request, undecoded.

    `query` is what stands after the question mark, `headers` has lower-case names (only `.get` is
    used), `peer` is the address of the socket ("" for a Unix socket), `host` carries its port.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes
    peer: str
    scheme: str
    host: str
