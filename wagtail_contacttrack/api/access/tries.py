"""Wrong passwords and secrets, counted by who gave them from where."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from ...tracking.views import MetaHeaders, site_of
from ...wire.addresses import client_address, parse_networks
from . import counting
from .refusals import too_many_tries

LIMIT = 10
SECONDS = 900


class Tries:
    """How often somebody at one address was wrong about one name.

    Neither can lock out the other: who knows the right password still gets in from elsewhere, and
    a program whose password is out of date does not stop its neighbours. Where the address cannot
    be told, nobody is stopped for what others do.
    """

    def __init__(self, request: HttpRequest, kind: str, name: str) -> None:
        site = site_of(request)
        trusted = site.trusted_proxies if site else parse_networks([])[0]
        peer = request.META.get("REMOTE_ADDR", "")
        address = client_address(peer, MetaHeaders(request.META), trusted)
        # The cache is no place for names.
        digest = salted_hmac(f"contacttrack.{kind}", f"{address}\0{name}", algorithm="sha256")
        self._key = f"contacttrack:tries:{digest.hexdigest()}" if address else ""

    def check(self) -> None:
        """Raise `ApiError` 429 after too many."""
        if self._key and counting.count_of(self._key) >= LIMIT:
            raise too_many_tries(SECONDS)

    def failed(self) -> None:
        """Count one more."""
        if self._key:
            counting.add(self._key, SECONDS)
