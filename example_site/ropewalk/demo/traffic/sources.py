"""How visitors come: from a search, a link, a newsletter, an advertisement, or by themselves."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode


class Source(NamedTuple):
    weight: int
    referrer: str
    entries: dict[str, int]
    utm: dict[str, str]
    mobile_only: bool = False

    def tagged(self, url: str) -> str:
        """The address as the link of this source has it."""
        tags = {f"utm_{name}": value for name, value in self.utm.items()}
        return f"{url}?{urlencode(tags)}" if tags else url


ANYWHERE = {"home": 40, "product": 20, "post": 20, "page": 12, "shop": 8}
SEARCH = {"home": 25, "product": 30, "post": 34, "page": 11}

SOURCES = [
    Source(30, "", {"home": 62, "shop": 14, "page": 14, "product": 10}, {}),
    Source(25, "https://www.google.com/", SEARCH, {}),
    Source(5, "https://duckduckgo.com/", SEARCH, {}),
    Source(4, "https://www.bing.com/", SEARCH, {}),
    Source(3, "https://www.ecosia.org/", SEARCH, {}),
    Source(4, "https://www.reddit.com/r/bikecommuting/", {"post": 100}, {}),
    Source(2, "https://mastodon.social/", {"post": 80, "home": 20}, {}),
    Source(2, "https://forum.touring-cyclists.example/threads/4711/", {"post": 70, "product": 30}, {}),  # noqa: E501
    Source(3, "", {"other": 100}, {}),
    Source(
        8, "", {"landing": 46, "post": 36, "product": 18},
        {"source": "newsletter", "medium": "email", "campaign": "november-news"},
    ),
    Source(
        6, "https://www.google.com/", {"landing": 100},
        {"source": "google", "medium": "cpc", "campaign": "winter-check",
         "term": "bicycle winter service", "content": "ad-a"},
    ),
    Source(
        4, "https://l.instagram.com/", {"landing": 55, "product": 45},
        {"source": "instagram", "medium": "social", "campaign": "winter-check"}, True,
    ),
    Source(
        2, "https://l.facebook.com/", {"landing": 100},
        {"source": "facebook", "medium": "social", "campaign": "winter-check", "content": "video"},
    ),
    Source(
        2, "", {"landing": 60, "home": 40},
        {"source": "flyer", "medium": "qr", "campaign": "saturday-market"}, True,
    ),
]  # fmt: skip
