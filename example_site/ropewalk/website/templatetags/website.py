from __future__ import annotations

from typing import Any

from django import template
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Page, Site

register = template.Library()


@register.simple_tag(takes_context=True)
def home_page(context: template.Context) -> Page | None:
    """The start page in the language of this response; None outside of a site."""
    request: HttpRequest | None = context.get("request")
    site = Site.find_for_request(request) if request else None
    if site is None:
        return None
    page = context.get("page")
    if page is not None and getattr(page, "pk", None):
        return site.root_page.get_translation_or_none(page.locale) or site.root_page
    return site.root_page.localized


@register.simple_tag
def menu(home: Page | None) -> QuerySet[Page] | list[Page]:
    """What the main menu shows."""
    return home.get_children().live().in_menu() if home else []


@register.simple_tag(takes_context=True)
def translations(context: template.Context) -> list[dict[str, Any]]:
    """The same page in every language that it has, this one included."""
    page = context.get("page")
    if page is None or not getattr(page, "pk", None):
        return []
    found = (
        page.get_translations(inclusive=True).live().select_related("locale").order_by("locale_id")
    )
    request = context.get("request")
    return [
        {"page": other, "locale": other.locale, "url": other.get_full_url(request)}
        for other in found
    ]


@register.filter
def euros(amount: Any) -> str:
    """An amount as it is written in the language of this response, for example €1,290.00."""
    if get_language() == "de":
        return f"{amount:,.2f} €".translate(str.maketrans(",.", ".,"))
    return f"€{amount:,.2f}"
