"""The measured site's addresses: the tracker, included as a project does, and a bare view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls


@csrf_exempt
def bare(_request: HttpRequest) -> HttpResponse:
    """The least that a view can do: it reads nothing and stores nothing."""
    return JsonResponse({"success": 1})


urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("bare", bare),
    path("", include("wagtail_contacttrack.urls")),
    path("", include(wagtail_urls)),
]
