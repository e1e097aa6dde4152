from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from ..contacts.models import Contact
from ..tracking import inject
from ..tracking.current import get_contact

register = template.Library()


@register.simple_tag(takes_context=True)
def contacttrack(context: template.Context) -> str:
    """The tracker's script element, for templates that place it by hand.

    Pages of Wagtail get it by themselves; where this tag stands, they do not get a second one.
    Nothing in previews.
    """
    return inject.tag(context.get("request"), context.get("page"))


@register.simple_tag(takes_context=True)
def contacttrack_identity(context: template.Context) -> str:
    """The script that has page views of members who are logged in say who they are, signed.

    The same for every visitor, so the page may be cached. Only for pages that place the tracker by
    hand: the tag ``contacttrack`` brings it along. Nothing in previews, and where the site does not
    recognise members.
    """
    return inject.identity_tag(context.get("request"))


@register.simple_tag(takes_context=True)
def contacttrack_contact(context: template.Context) -> Contact | None:
    """The contact behind the request, as in ``{% contacttrack_contact as contact %}``.

    Nothing is looked up until it is used. A page that uses it is for one visitor alone.
    """
    request = context.get("request")
    return None if request is None else get_contact(request)


@register.simple_tag(takes_context=True)
def contacttrack_pixel(context: template.Context) -> str:
    """A ``<noscript>`` pixel for visitors without JavaScript; the same for every visitor.

    Nothing in previews.
    """
    request = context.get("request")
    if request is None or not inject.for_visitors(request):
        return ""
    try:
        address = reverse("wagtail_contacttrack:pixel")
    except NoReverseMatch:
        return ""
    details = {
        "page_url": request.build_absolute_uri(request.path),
        "page_title": str(getattr(context.get("page"), "title", "")),
    }
    address += f"?{urlencode(details)}"
    return format_html('<noscript><img src="{}" alt="" width="1" height="1"></noscript>', address)
