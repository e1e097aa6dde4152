"""Addresses that count how often they are followed, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.db import router
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.encoding import iri_to_uri
from wagtail.models import Site

from ..tracking.clickthrough import sign
from ..wire.ids import text_key
from .models import TrackedLink

KEY_LENGTH = 25
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
MAX_URL = 8_000
LINK, EMAIL = "link", "email"

# Browsers drop tabs and newlines from addresses, so that one may lead elsewhere than it seems to.
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")


def tracked_url(
    url: str,
    *,
    site: Site | None = None,
    contact_id: int | None = None,
    channel: str = LINK,
    now: datetime | None = None,
) -> str:
    """An address of this site that leads to `url` and counts who follows it.

    With `contact_id` it is for that one contact, and expires as such after `CLICKTHROUGH_MAX_AGE`;
    it leads to its target for ever. Raises ValueError for what is no address of the web.
    """
    if not is_trackable(url):
        raise ValueError(f"Only complete http and https addresses can be tracked: {url!r}")
    link = links_for([url], channel=channel)[url]
    site = site or Site.objects.get(is_default_site=True)
    token = "" if contact_id is None else sign(contact_id, now=now or timezone.now())
    return address_of(link, site.root_url, token)


def address_of(link: TrackedLink, base_url: str, token: str = "") -> str:
    """Where a link is followed; `token` is the click token of whom it is for."""
    address = base_url.rstrip("/") + reverse("wagtail_contacttrack:redirect", args=[link.key])
    return f"{address}?ct={token}" if token else address


def is_trackable(url: str) -> bool:
    """Whether an address is one that a browser can be sent to."""
    if len(url) > MAX_URL or _UNFIT.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def links_for(
    urls: Iterable[str], *, channel: str, using: str | None = None
) -> dict[str, TrackedLink]:
    """The links for these addresses, made where they do not exist; at most three queries.

    Many callers at once get the same links.
    """
    rows = TrackedLink.objects.using(using or router.db_for_write(TrackedLink))
    keys = {text_key(f"{channel} {url}"): url for url in urls}
    found = {row.digest: row for row in rows.filter(digest__in=keys)}
    missing = [
        TrackedLink(
            key=get_random_string(KEY_LENGTH, ALPHABET), digest=key, url=keys[key], channel=channel
        )
        # One order everywhere, so that two processes never wait for each other's rows.
        for key in sorted(set(keys) - set(found))
    ]
    if missing:
        rows.bulk_create(missing, ignore_conflicts=True)
        found = {row.digest: row for row in rows.filter(digest__in=keys)}
    return {url: found[key] for key, url in keys.items()}


def find(key: str) -> TrackedLink | None:
    """The link with this id, to the letter."""
    row = TrackedLink.objects.filter(key=key).first()
    # Some databases take upper and lower case for the same.
    return row if row and row.key == key and is_trackable(row.url) else None


def target_of(link: TrackedLink, query: str) -> str:
    """Where a link leads: the address that was stored, with the parameters of the request added."""
    address, mark, fragment = link.url.partition("#")
    query = _escaped(query.strip("&?"))
    if query:
        place, _mark, own = address.partition("?")
        own = own.strip("&")
        address = f"{place}?{own}&{query}" if own else f"{place}?{query}"
    return iri_to_uri(f"{address}{mark}{fragment}")


def _escaped(query: str) -> str:
    """A query string in which servers have left raw bytes, each of them as a Latin-1 letter."""
    if query.isascii():
        return query
    try:
        raw = query.encode("latin-1")
    except UnicodeEncodeError:
        raw = query.encode("utf-8", "replace")
    return "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in raw)
