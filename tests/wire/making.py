"""Requests for the tests, with everything that does not matter filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from wagtail_contacttrack.wire.addresses import parse_networks
from wagtail_contacttrack.wire.hit import Door, Hit, decode
from wagtail_contacttrack.wire.request import RawRequest

VISITOR = "203.0.113.7"
FORM = "application/x-www-form-urlencoded"


def raw(
    query: str = "",
    *,
    door: Door = "pixel",
    method: str = "",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    peer: str = VISITOR,
    host: str = "track.example",
) -> RawRequest:
    return RawRequest(
        method=method or ("POST" if body else "GET"),
        path="/mtracking.gif" if door == "pixel" else "/mtc/event",
        query=query,
        headers=headers or {},
        cookies=cookies or {},
        body=body,
        peer=peer,
        scheme="https",
        host=host,
    )


def decoded(request: RawRequest, door: Door, trusted: Sequence[str] = (), **options: Any) -> Hit:
    return decode(request, door=door, trusted_proxies=parse_networks(trusted)[0], **options)


def pixel(query: str = "", *, trusted: Sequence[str] = (), **given: Any) -> Hit:
    """What a GET of the pixel is understood as."""
    options = {
        name: given.pop(name)
        for name in ("title_is_field", "max_body", "country_header")
        if name in given
    }
    return decoded(raw(query, **given), "pixel", trusted, **options)


def event(
    body: bytes | Mapping[str, Any] = b"",
    content_type: str = FORM,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    **given: Any,
) -> Hit:
    """What a POST to the event door is understood as."""
    if not isinstance(body, bytes):
        body = urlencode(body).encode()
    request = raw(
        query,
        door="event",
        method="POST",
        body=body,
        headers={"content-type": content_type, **(headers or {})},
        **given,
    )
    return decoded(request, "event")
