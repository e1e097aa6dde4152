"""The public doors, and around them whatever page a test puts on the tracked site itself."""

from __future__ import annotations

import time

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from .serving import LIBRARIES, Page, library

pages: dict[str, Page] = {}


def noted(what: str) -> None:
    """A page says something about itself; tests listen here."""


def note(request: HttpRequest) -> HttpResponse:
    noted(request.META["QUERY_STRING"])
    return HttpResponse(status=204)


def slow(request: HttpRequest) -> HttpResponse:
    time.sleep(1.0)
    return HttpResponse(content_type="application/javascript")


def serve(request: HttpRequest, name: str) -> HttpResponse:
    path = f"/{name}"
    if path not in pages and path not in LIBRARIES:
        raise Http404(name)
    page = library(path) if path in LIBRARIES else pages[path]
    response = HttpResponse(page.body, status=page.status)
    for header, value in page.headers.items():
        response[header] = value
    return response


urlpatterns = [
    path("", include("wagtail_contacttrack.urls")),
    path("note", note),
    path("slow.js", slow),
    path("<path:name>", serve),
]
