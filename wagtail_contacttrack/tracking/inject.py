"""Put the tracker's tag into served pages.

The tag is the same for every visitor, so full-page and CDN caches keep working: no query, no
cookie, no ``Vary``, no session. Responses that lack the place for it (fragments, for instance) stay
as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..compat import csp_nonce, raw_host
from .sites import SiteOptions, language_of, options_for_page

ServePage = Callable[..., HttpResponse]

# A view or middleware sets this on the request to keep the tag out of its page.
OPT_OUT = "contacttrack_disabled"
MARK = re.compile(rb"<script[^>]*\sdata-contacttrack=", re.IGNORECASE)
HEAD_END = re.compile(rb"</head\s*>", re.IGNORECASE)
BODY_END = re.compile(rb"</body\s*>", re.IGNORECASE)


def serve_with_tracker(next_serve_page: ServePage) -> ServePage:
    """Wrap Wagtail's serving of a page (hook ``on_serve_page``)."""

    def serve(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
        response = next_serve_page(page, request, args, kwargs)
        if not _wanted(request, response):
            return response
        position = _position(request)
        if position not in ("head", "body"):
            return response

        def insert(rendered: HttpResponse) -> None:
            _insert(rendered, request, page, position)

        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.add_post_render_callback(insert)
        else:
            insert(response)
        return response

    return serve


def tag(request: HttpRequest | None, page: Any = None) -> str:
    """The script element that loads the tracker and sends one page view.

    An empty string for previews, for requests that opt out, and where the tracker's addresses are
    missing: the system check says what to do, and the page is more important.
    """
    if not for_visitors(request):
        return ""
    attributes = SafeString(' data-contacttrack="pageview"')
    if getattr(page, "pk", None):
        attributes += format_html(' data-page="{}"', page.pk)
        if locale := language_of(getattr(page, "locale_id", None)):
            attributes += format_html(' data-locale="{}"', locale)
    return format_html("{}{}", identity_tag(request), _element("mtc_js", attributes, request))


def identity_tag(request: HttpRequest | None) -> str:
    """The script element that has page views carry a signed identity of the member.

    It is the same for every visitor. An empty string where the site does not recognise members.
    """
    if request is None or not for_visitors(request):
        return ""
    site = _site(request)
    if site is None or not site.recognises_members:
        return ""
    return _element("identity_js", SafeString(" data-identity"), request)


def _element(door: str, attributes: SafeString, request: HttpRequest | None) -> str:
    try:
        address = reverse(f"wagtail_contacttrack:{door}")
    except NoReverseMatch:
        return ""
    if request is not None and (nonce := csp_nonce(request)):
        attributes += format_html(' nonce="{}"', nonce)
    return format_html('<script async src="{}"{}></script>', address, attributes)


def for_visitors(request: HttpRequest | None) -> bool:
    """Whether visitors get to see what is being rendered, and nobody has opted out."""
    return not getattr(request, "is_preview", False) and not getattr(request, OPT_OUT, False)


def _position(request: HttpRequest) -> str:
    site = _site(request)
    return site.script_position if site else ""


def _site(request: HttpRequest) -> SiteOptions | None:
    try:
        return options_for_page(raw_host(request), request.get_port())
    except Error:
        return None


def _wanted(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        # What HEAD says about the length must be true of GET, or caches drop the page.
        request.method in ("GET", "HEAD", "POST")
        and for_visitors(request)
        and response.status_code == 200
        and not getattr(response, "streaming", False)
        and not response.has_header("Content-Encoding")
        and response.get("Content-Type", "").split(";")[0].strip().lower() == "text/html"
    )


def _insert(response: HttpResponse, request: HttpRequest, page: Any, position: str) -> None:
    content = response.content
    if MARK.search(content):
        return
    if position == "head":
        found = HEAD_END.search(content)
    else:
        # The last one: a script in the page may well write down another.
        found = next(reversed(list(BODY_END.finditer(content))), None)
    if found is None:
        return
    element = tag(request, page).encode("ascii", "xmlcharrefreplace")
    response.content = content[: found.start()] + element + content[found.start() :]
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))
