"""Put the tracker's tag into served pages.

The tag is the same for every visitor, so full-page and CDN caches keep working: no query, no
cookie, no ``Vary``, no session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from ..compat import csp_nonce, raw_host
from .sites import options_for_page

ServePage = Callable[..., HttpResponse]

MARK = b"data-contacttrack="
OPT_OUT = "contacttrack_disabled"
POSITIONS = {"head": b"</head>", "body": b"</body>"}


def serve_with_tracker(next_serve_page: ServePage) -> ServePage:
    """Wrap Wagtail's serving of a page (hook ``on_serve_page``)."""

    def serve(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
        response = next_serve_page(page, request, args, kwargs)
        site = options_for_page(raw_host(request))
        if site is None or site.script_position not in POSITIONS or not _wanted(request, response):
            return response
        place = POSITIONS[site.script_position]

        def insert(rendered: HttpResponse) -> None:
            _insert(rendered, request, page, place)

        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.add_post_render_callback(insert)
        else:
            insert(response)
        return response

    return serve


def tag(request: HttpRequest | None, page: Any = None) -> str:
    """The script element that loads the tracker and sends one page view."""
    attributes = format_html(' data-contacttrack="pageview"')
    if getattr(page, "pk", None):
        attributes += format_html(' data-page="{}"', page.pk)
        if locale := getattr(getattr(page, "locale", None), "language_code", ""):
            attributes += format_html(' data-locale="{}"', locale)
    if request is not None and (nonce := csp_nonce(request)):
        attributes += format_html(' nonce="{}"', nonce)
    address = reverse("wagtail_contacttrack:mtc_js")
    return format_html('<script async src="{}"{}></script>', address, attributes)


def _wanted(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method in ("GET", "POST")
        and not getattr(request, "is_preview", False)
        and not getattr(request, OPT_OUT, False)
        and response.status_code == 200
        and not getattr(response, "streaming", False)
        and not response.has_header("Content-Encoding")
        and response.get("Content-Type", "").split(";")[0].strip() == "text/html"
    )


def _insert(response: HttpResponse, request: HttpRequest, page: Any, place: bytes) -> None:
    content = response.content
    if MARK in content or getattr(request, OPT_OUT, False):
        return
    lowered = content.lower()
    index = lowered.find(place) if place == POSITIONS["head"] else lowered.rfind(place)
    if index < 0:
        return
    try:
        element = tag(request, page)
    except NoReverseMatch:
        # The system check says what to do; the page is more important.
        return
    charset = response.charset or "utf-8"
    response.content = content[:index] + element.encode(charset) + content[index:]
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))
