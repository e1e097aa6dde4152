"""The pages of Ropewalk Cycles."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from .blocks import BodyBlock

Context = dict[str, Any]


def image_field(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("image"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        **options,
    )


class HomePage(Page):
    headline = models.CharField(_("headline"), max_length=120)
    introduction = models.TextField(_("introduction"))
    image = image_field()
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    parent_page_types: ClassVar = ["wagtailcore.Page"]
    max_count_per_parent = 2
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("introduction"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Context:
        return super().get_context(request, *args, **kwargs) | {
            "products": ProductPage.objects.live().descendant_of(self).order_by("path")[:4],
            "posts": BlogPage.objects.live().descendant_of(self).order_by("-date")[:3],
            "campaign": LandingPage.objects.live().descendant_of(self).first(),
        }


class StandardPage(Page):
    introduction = models.TextField(_("introduction"), blank=True)
    image = image_field()
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    search_fields: ClassVar = [*Page.search_fields, index.SearchField("body")]
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]


class BlogIndexPage(Page):
    introduction = models.TextField(_("introduction"), blank=True)

    parent_page_types: ClassVar = ["website.HomePage"]
    subpage_types: ClassVar = ["website.BlogPage"]
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("introduction")]

    def posts(self) -> QuerySet[BlogPage]:
        """What is published, newest first."""
        posts = BlogPage.objects.live().child_of(self).order_by("-date")
        return posts.select_related("image")


class BlogPage(Page):
    date = models.DateField(_("date"))
    topic = models.CharField(_("topic"), max_length=40)
    introduction = models.TextField(_("introduction"))
    image = image_field()
    body = StreamField(BodyBlock(), verbose_name=_("body"))

    parent_page_types: ClassVar = ["website.BlogIndexPage"]
    subpage_types: ClassVar = []
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("body")]
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("date"), FieldPanel("topic")]),
        FieldPanel("introduction"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Context:
        others = BlogPage.objects.live().sibling_of(self, inclusive=False).order_by("-date")
        return super().get_context(request, *args, **kwargs) | {
            "others": others.select_related("image")[:3]
        }


class ProductIndexPage(Page):
    introduction = models.TextField(_("introduction"), blank=True)

    parent_page_types: ClassVar = ["website.HomePage"]
    subpage_types: ClassVar = ["website.ProductPage"]
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("introduction")]

    def products(self) -> QuerySet[ProductPage]:
        """What is on offer, in the order of the page tree."""
        return ProductPage.objects.live().child_of(self).order_by("path").select_related("image")


class ProductPage(Page):
    article = models.CharField(_("article number"), max_length=20)
    price = models.DecimalField(_("price in euros"), max_digits=8, decimal_places=2)
    introduction = models.TextField(_("introduction"))
    image = image_field()
    body = StreamField(BodyBlock(), verbose_name=_("body"))

    parent_page_types: ClassVar = ["website.ProductIndexPage"]
    subpage_types: ClassVar = []
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("body")]
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("article"), FieldPanel("price")]),
        FieldPanel("introduction"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Context:
        others = ProductPage.objects.live().sibling_of(self, inclusive=False).order_by("path")
        return super().get_context(request, *args, **kwargs) | {
            "others": others.select_related("image")[:3]
        }


class LandingPage(Page):
    headline = models.CharField(_("headline"), max_length=120)
    introduction = models.TextField(_("introduction"))
    offer = models.CharField(_("offer"), max_length=40)
    offer_note = models.CharField(_("note on the offer"), max_length=120, blank=True)
    image = image_field()
    body = StreamField(BodyBlock(), verbose_name=_("body"))

    parent_page_types: ClassVar = ["website.HomePage"]
    subpage_types: ClassVar = []
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("introduction"),
        FieldRowPanel([FieldPanel("offer"), FieldPanel("offer_note")]),
        FieldPanel("image"),
        FieldPanel("body"),
    ]
