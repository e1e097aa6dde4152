"""Where visitors go: the pages of the site as they are in the database, and the shop next door."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from wagtail.models import Site

from ropewalk.website import models

SUFFIX = " – Ropewalk Cycles"

SHOP_PAGES = [
    ("/", "Saltmarsh Bags"),
    ("/tideline-pannier.html", "Tideline pannier – Saltmarsh Bags"),
    ("/halyard-roll.html", "Halyard handlebar roll – Saltmarsh Bags"),
    ("/drift-tote.html", "Drift tote – Saltmarsh Bags"),
    ("/care.html", "Care and repair – Saltmarsh Bags"),
]

# What people open next, by the kind of page that they are on. "other" is the shop next door.
PATHS: dict[str, dict[str, int]] = {
    "home": {"shop": 28, "product": 22, "journal": 10, "post": 14, "page": 18, "landing": 12},
    "shop": {"product": 78, "home": 6, "page": 8, "landing": 3},
    "product": {"product": 44, "shop": 30, "page": 10, "landing": 4, "post": 4, "other": 3},
    "journal": {"post": 82, "home": 6, "shop": 8},
    "post": {"post": 40, "journal": 18, "product": 20, "page": 8, "landing": 10, "home": 4},
    "page": {"page": 38, "home": 16, "shop": 20, "landing": 8, "journal": 8},
    "landing": {"page": 56, "shop": 16, "home": 10, "product": 10},
    "other": {"other": 66, "product": 20, "page": 8},
}


@dataclass(frozen=True, slots=True)
class Place:
    kind: str
    url: str
    title: str
    page: int | None = None
    locale: str = ""
    weight: float = 1.0


KINDS = {
    models.HomePage: "home",
    models.ProductIndexPage: "shop",
    models.ProductPage: "product",
    models.BlogIndexPage: "journal",
    models.BlogPage: "post",
    models.StandardPage: "page",
    models.LandingPage: "landing",
}


class Atlas:
    """All places of one language, by kind."""

    def __init__(self, site: Site, locale: str, shop: str) -> None:
        self.by_kind: dict[str, list[Place]] = {kind: [] for kind in PATHS}
        for model, kind in KINDS.items():
            pages = model.objects.live().filter(locale__language_code=locale).order_by("pk")
            for number, page in enumerate(pages):
                self.by_kind[kind].append(
                    Place(
                        kind,
                        page.get_full_url(),
                        page.title if kind == "home" else page.title + SUFFIX,
                        page.pk,
                        locale,
                        1 / (1 + number * 0.35),
                    )
                )
        self.by_kind["other"] = [
            Place("other", shop + path, title, weight=1 / (1 + number * 0.4))
            for number, (path, title) in enumerate(SHOP_PAGES)
        ]

    def choose(self, random: Random, kind: str) -> Place:
        """A place of this kind, or the start page where there is none."""
        places = self.by_kind[kind] or self.by_kind["home"]
        return random.choices(places, [place.weight for place in places])[0]

    def after(self, random: Random, place: Place) -> Place:
        """Where somebody goes from there; never the same page again."""
        paths = PATHS[place.kind]
        for _ in range(8):
            kind = random.choices(list(paths), list(paths.values()))[0]
            following = self.choose(random, kind)
            if following.url != place.url:
                return following
        return self.by_kind["home"][0]
