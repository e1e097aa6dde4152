"""Addresses that somebody else sent: what of them may be a link, and how they read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

MAX_LABEL = 200

# Nothing else is ever a link: not `javascript:`, not an app's screen, not a path without a host.
_WEB = re.compile(r"https?://(?:[^\s/?#\\@]*@)?([^\s/?#\\@]+)(?=[/?#]|$)", re.IGNORECASE)
# Marks that turn the direction of reading around. In an address they would only deceive.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it was sent: a page of the web, or an app's screen."""

    raw: str

    @property
    def host(self) -> str:
        """Host and port in lower case; empty if this is no address of the web."""
        found = _WEB.match(self.raw)
        return found.group(1).lower() if found else ""

    @property
    def href(self) -> str:
        """The address, if a reader may follow it, else an empty string."""
        return self.raw if self.host else ""

    @property
    def is_screen(self) -> bool:
        """Whether it reads like an app's screen: a plain name, or an app's own `app://screen`."""
        start, separator, rest = self.raw.partition(":")
        plain = not separator or "/" in start
        return not self.host and (plain or rest.startswith("//")) and not start.startswith("/")

    @property
    def full(self) -> str:
        """The whole address, with marks of direction as browsers show them."""
        return _DIRECTION.sub(lambda found: quote(found.group()), self.raw)

    @property
    def label(self) -> str:
        """The address as a line: without its scheme, and not too long."""
        text = self.full
        if self.host:
            text = text.partition("://")[2].removesuffix("/")
        return text if len(text) <= MAX_LABEL else text[: MAX_LABEL - 1] + "…"
