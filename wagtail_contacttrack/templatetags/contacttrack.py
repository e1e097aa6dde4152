from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html

from ..tracking import inject

register = template.Library()


@register.simple_tag(takes_context=True)
def contacttrack(context: template.Context) -> str:
    """The tracker's script element, for templates that place it by hand.

    Pages of Wagtail get it by themselves; where this tag stands, they do not get a second one.
    Nothing in previews.
    """
    request = context.get("request")
    if getattr(request, "is_preview", False):
        return ""
    return inject.tag(request, context.get("page"))


@register.simple_tag(takes_context=True)
def contacttrack_pixel(context: template.Context) -> str:
    """A ``<noscript>`` pixel for visitors without JavaScript; the same for every visitor."""
    request = context.get("request")
    if request is None or getattr(request, "is_preview", False):
        return ""
    page = context.get("page")
    details = {
        "page_url": getattr(page, "full_url", None) or request.build_absolute_uri(request.path),
        "page_title": str(getattr(page, "title", "")),
    }
    address = f"{reverse('wagtail_contacttrack:pixel')}?{urlencode(details)}"
    return format_html('<noscript><img src="{}" alt="" width="1" height="1"></noscript>', address)
