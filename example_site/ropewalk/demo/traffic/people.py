"""The visitors: each a browser, a place in the world, and a habit."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .browsers import BROWSERS, Browser

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"

# Networks that are set aside for examples: these addresses belong to nobody.
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")

# Weight, country, languages, time zone and its offset as browsers tell it.
PLACES = [
    (44, "DE", ["de-DE", "de", "en"], "Europe/Berlin", -60),
    (9, "AT", ["de-AT", "de"], "Europe/Vienna", -60),
    (6, "CH", ["de-CH", "de", "en"], "Europe/Zurich", -60),
    (9, "NL", ["nl-NL", "nl", "en"], "Europe/Amsterdam", -60),
    (6, "DK", ["da-DK", "da", "en"], "Europe/Copenhagen", -60),
    (13, "GB", ["en-GB", "en"], "Europe/London", 0),
    (4, "FR", ["fr-FR", "fr", "en"], "Europe/Paris", -60),
    (3, "PL", ["pl-PL", "pl", "en"], "Europe/Warsaw", -60),
    (6, "US", ["en-US", "en"], "America/New_York", 300),
]


@dataclass(slots=True)
class Visitor:
    number: int
    browser: Browser
    country: str
    languages: list[str]
    timezone: str
    timezone_offset: int
    address: str
    away: str
    device: str
    scripts: bool
    eagerness: float
    since: float

    @property
    def accept_language(self) -> str:
        """The header that goes with the visitor's languages."""
        weights = ["", ";q=0.8", ";q=0.6"]
        pairs = zip(self.languages, weights, strict=False)
        return ",".join(language + weight for language, weight in pairs)

    @property
    def speaks_german(self) -> bool:
        return self.languages[0].startswith("de")


def visitors(random: Random, count: int) -> list[Visitor]:
    """That many visitors. `since` says when each may appear first, as a share of the time."""
    found = []
    for number in range(count):
        browser = random.choices(BROWSERS, [browser.weight for browser in BROWSERS])[0]
        _, country, languages, zone, offset = random.choices(
            PLACES, [place[0] for place in PLACES]
        )[0]
        found.append(
            Visitor(
                number=number,
                browser=browser,
                country=country,
                languages=languages,
                timezone=zone,
                timezone_offset=offset,
                address=address(random),
                away=address(random),
                device="".join(random.choices(ALPHABET, k=23)),
                scripts=random.random() > 0.02,
                eagerness=random.lognormvariate(0, 1.0),
                since=random.random() ** 1.3 * 0.97,
            )
        )
    return found


def address(random: Random) -> str:
    return f"{random.choice(NETWORKS)}.{random.randint(1, 254)}"
