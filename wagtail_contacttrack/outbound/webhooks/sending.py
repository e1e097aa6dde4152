"""Send one request to an address that somebody has entered, and nowhere else.

The name is resolved once, and the connection goes to an address that was looked at: a name server
that answers differently the next time leads nowhere. Nothing is followed to another place.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

import idna

from ...wire.text import storable, storable_bytes

TIMEOUT = 15.0
# How much of an answer is kept to explain why it is no success.
EXCERPT = 500

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """Why nothing was sent, or no answer came: a code, and for people who know more a detail.

    The code is "address", "resolve", "private", "connect", "tls", "timeout" or "protocol".
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver has said: the status, where it points to, and how its text begins."""

    status: int
    location: str = ""
    excerpt: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart."""

    tls: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """An address of the web, taken apart. Raises `Refused`."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("address") from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise Refused("address")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            raise Refused("address") from None
    tls = parts.scheme == "https"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return Target(tls, host, port or (443 if tls else 80), path)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, also where it stands within another one."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        within = number.ipv4_mapped or number.sixtofour or (number.teredo or (None, None))[1]
        if within is None and number in _NAT64:
            within = ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF)
        if within is not None:
            return is_public(str(within))
    return number.is_global and not number.is_multicast


def is_plainly_private(url: str) -> bool:
    """Whether an address says itself that it leads to this machine or its network."""
    host = target_of(url).host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not is_public(host)
    except ValueError:
        return False


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    timeout: float = TIMEOUT,
) -> Answer:
    """Send a POST and return the answer, at the latest after so many seconds. Raises `Refused`."""
    target = target_of(url)
    deadline = time.monotonic() + timeout
    addresses = _addresses(target, allow_private)
    connection = _Connection(target, addresses, deadline)
    try:
        with _ended_at(deadline, connection):
            connection.request(
                "POST", target.path, body=body, headers={**headers, "Connection": "close"}
            )
            response = connection.getresponse()
            # Whoever has taken it need not be listened to any longer.
            text = response.read(EXCERPT) if response.status >= 300 else b""
            location = response.getheader("Location") or ""
            # Binary answers hold what a database does not take.
            return Answer(response.status, storable(location), storable_bytes(text))
    except (OSError, HTTPException) as error:
        if time.monotonic() >= deadline or isinstance(error, TimeoutError):
            raise Refused("timeout") from error
        if isinstance(error, ssl.SSLError):
            raise Refused("tls", str(error)) from error
        raise Refused(
            "connect" if isinstance(error, OSError) else "protocol", str(error)
        ) from error
    finally:
        connection.close()


def _addresses(target: Target, allow_private: bool) -> list[tuple[Any, ...]]:
    """Where the name leads, without the addresses that it must not lead to."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise Refused("resolve", target.host) from error
    public = [item for item in found if allow_private or is_public(str(item[4][0]))]
    if not public:
        raise Refused("private", ", ".join(dict.fromkeys(str(item[4][0]) for item in found)))
    return public


class _Connection(HTTPConnection):
    """Goes to one of the given addresses, whatever the name means by then."""

    def __init__(self, target: Target, addresses: list[tuple[Any, ...]], deadline: float) -> None:
        # What the header Host says: without the port that everybody expects.
        self.default_port = 443 if target.tls else 80
        super().__init__(target.host, target.port)
        self.target = target
        self.addresses = addresses
        self.deadline = deadline
        self.raw: socket.socket | None = None

    def connect(self) -> None:
        error: OSError = TimeoutError()
        for family, kind, protocol, _name, address in self.addresses:
            remaining = self.deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            raw = socket.socket(family, kind, protocol)
            try:
                raw.settimeout(remaining)
                raw.connect(address)
            except OSError as caught:
                raw.close()
                error = caught
                continue
            self.raw = self.sock = raw
            if self.target.tls:
                context = ssl.create_default_context()
                self.sock = context.wrap_socket(raw, server_hostname=self.target.host)
            return
        raise error


@contextmanager
def _ended_at(deadline: float, connection: _Connection) -> Iterator[None]:
    """End the connection in time, also if the other side sends a byte now and then."""

    def end() -> None:
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
