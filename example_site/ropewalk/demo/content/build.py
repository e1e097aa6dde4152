"""Turns the texts into pages, pictures and documents, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import translation
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Locale, Page, Site

from ropewalk.website import models
from ropewalk.website.templatetags.website import euros

from . import english, german
from .english import Texts
from .pictures import PICTURES

ALTERNATIVES = {
    "harbour": "A green bicycle with a basket on the quay at sunset",
    "workshop": "A workbench with spanners and wheels on the wall above it",
    "winter": "An orange bicycle in the snow in front of fir trees",
    "city_bike": "A green city bike from the side",
    "gravel_bike": "A blue gravel bike with drop handlebars in front of hills",
    "leather_saddle": "A brown leather saddle with brass rivets",
    "headlamp": "A front light that shines into the dark",
    "bell": "A brass bell on a handlebar",
    "pannier": "A green canvas pannier with leather straps",
    "lock": "A U-lock with an orange body",
    "tyre": "A bicycle tyre with a reflective strip",
    "pump": "A green floor pump with a gauge",
    "drivetrain": "A chain between sprocket and chainring",
    "night": "A bicycle with its lights on under the moon",
    "rain": "A yellow bicycle in the rain",
    "route": "A map with a route from the harbour to the lighthouse",
    "truing": "A wheel in a truing stand",
}


def build(today: date, progress: Callable[[str], None]) -> bool:
    """Fill an empty site with pages; False if it has some already. All of it or nothing."""
    if models.HomePage.objects.exists():
        return False
    with transaction.atomic():
        images = {}
        for name, drawing in PICTURES.items():
            progress(name)
            images[name] = _image(name, drawing().jpeg())
        _remove_welcome_page()
        Builder(english, "en", images, today).build()
        Builder(german, "de", images, today).build()
    return True


def _image(name: str, data: bytes) -> Image:
    alternative = ALTERNATIVES[name]
    image = Image(title=name.replace("_", " ").capitalize(), description=alternative)
    image.file = ImageFile(ContentFile(data), name=f"{name}.jpg")
    image.save()
    return image


def _remove_welcome_page() -> None:
    """Take away the page that Wagtail's migrations leave behind, and the site that shows it."""
    Site.objects.filter(root_page__depth=2, root_page__slug="home").delete()
    for page in Page.objects.filter(depth=2, slug="home"):
        page.delete()


class Builder:
    """Builds the page tree of one language."""

    def __init__(
        self, texts: ModuleType, language: str, images: dict[str, Image], today: date
    ) -> None:
        self.texts = texts
        self.locale, _ = Locale.objects.get_or_create(language_code=language)
        self.images = images
        self.today = today
        self.document = self._price_list()
        self.pages: dict[str, Page] = {}
        self.bodies: list[tuple[Page, list[tuple[str, Any]]]] = []

    def build(self) -> None:
        root = Page.objects.get(depth=1)
        home = self.add(root, models.HomePage, "home", self.texts.HOME)
        if self.locale == Locale.get_default():
            Site.objects.create(
                hostname="localhost", root_page=home, is_default_site=True,
                site_name="Ropewalk Cycles",
            )  # fmt: skip
        shop = self.add(home, models.ProductIndexPage, "shop", self.texts.SHOP, menu=True)
        for key, texts in self.texts.PRODUCTS.items():
            self.add(shop, models.ProductPage, key, texts)
        self.add(home, models.StandardPage, "workshop", self.texts.WORKSHOP, menu=True)
        journal = self.add(home, models.BlogIndexPage, "journal", self.texts.JOURNAL, menu=True)
        for key, texts in self.texts.POSTS.items():
            self.add(journal, models.BlogPage, key, texts)
        self.add(home, models.StandardPage, "about", self.texts.ABOUT, menu=True)
        self.add(home, models.StandardPage, "contact", self.texts.CONTACT, menu=True)
        self.add(home, models.LandingPage, "winter-check", self.texts.LANDING)
        self._fill_bodies()

    def add(
        self, parent: Page, model: type[Page], key: str, texts: Texts, menu: bool = False
    ) -> Page:
        """Add a page below `parent`; the same key in two languages makes them translations."""
        values = {name: value for name, value in texts.items() if name != "body"}
        if "image" in values:
            values["image"] = self.images[values["image"]]
        if "days_ago" in values:
            values["date"] = self.today - timedelta(days=values.pop("days_ago"))
        if "price" in values:
            values["price"] = Decimal(values["price"])
        page = model(
            locale=self.locale,
            translation_key=uuid.uuid5(uuid.NAMESPACE_URL, f"https://ropewalk.example/{key}"),
            show_in_menus=menu,
            **values,
        )
        parent.add_child(instance=page)
        self.pages[key] = page
        if "body" in texts:
            self.bodies.append((page, texts["body"]))
        return page

    def _fill_bodies(self) -> None:
        """Now that all pages exist, the bodies that link to them, and the first revisions."""
        for page, blocks in self.bodies:
            page.body = [(kind, self._block(kind, value)) for kind, value in blocks]
        for page in self.pages.values():
            page.save_revision().publish()

    def _block(self, kind: str, value: Any) -> Any:
        if kind == "button":
            return {**value, "page": self.pages[value["page"]]}
        if kind == "document":
            return self.document
        return value

    def _price_list(self) -> Document:
        from .pdf import price_list

        texts = self.texts.PRICE_LIST
        rows = next(value for kind, value in self.texts.WORKSHOP["body"] if kind == "rows")
        with translation.override(self.locale.language_code):
            products = [
                (product["title"], euros(Decimal(product["price"])))
                for product in self.texts.PRODUCTS.values()
            ]
        data = price_list(
            texts["title"],
            texts["subtitle"],
            [
                (texts["workshop"], [(row["name"], row["value"]) for row in rows]),
                (texts["shop"], products),
            ],
            texts["foot"],
        )
        document = Document(title=texts["title"])
        document.file.save(texts["file"], ContentFile(data), save=False)
        document.save()
        return document
