"""The public doors, and around them whatever page a test puts on the tracked site itself."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from .serving import Page

pages: dict[str, Page] = {}


def serve(request: HttpRequest, name: str) -> HttpResponse:
    try:
        page = pages[f"/{name}"]
    except KeyError:
        raise Http404(name) from None
    response = HttpResponse(page.body, status=page.status)
    for header, value in page.headers.items():
        response[header] = value
    return response


urlpatterns = [
    path("", include("wagtail_contacttrack.urls")),
    path("<path:name>", serve),
]
