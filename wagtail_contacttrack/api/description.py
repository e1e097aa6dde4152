"""What the API says about itself: an OpenAPI document, and a page to read and try it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja.openapi.docs import Swagger

SECURITY = {
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token of OAuth2, or on Wagtail 8 an API token.",
    },
}


def openapi(request: HttpRequest) -> HttpResponse:
    """The document. It is the same for everybody, and says nothing about anybody."""
    return JsonResponse(document(_prefix()))


def page(request: HttpRequest) -> HttpResponse:
    """The document as a page. With "ninja" in INSTALLED_APPS, nothing is loaded from elsewhere."""
    from .site import the_api

    return _Page().render_page(request, the_api())


@lru_cache(maxsize=4)
def document(prefix: str) -> dict[str, Any]:
    """The OpenAPI document for an API that answers below `prefix`."""
    from .site import the_api

    found: dict[str, Any] = dict(the_api().get_openapi_schema(path_prefix=prefix))
    found.setdefault("components", {})["securitySchemes"] = SECURITY
    found["security"] = [{name: []} for name in SECURITY]
    return found


def _prefix() -> str:
    return reverse("wagtail_contacttrack:api", args=[""])


class _Page(Swagger):
    def get_openapi_url(self, api: Any, path_params: dict[str, Any]) -> str:
        return f"{_prefix()}openapi.json"


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"docs": page, "openapi.json": openapi}
