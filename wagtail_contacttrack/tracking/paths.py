"""Which requests are for the public doors, for others who must know before a view is called."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import Resolver404, resolve

APP_NAME = "wagtail_contacttrack"
SCRIPT = "mtc_js"


def is_ours(request: HttpRequest) -> bool:
    """Whether a request is for one of our public paths, wherever the project has put them."""
    return _door(request) is not None


def keep_out_of_page_cache(request: HttpRequest, is_cacheable: bool) -> bool | None:
    """Tell wagtail-cache (hook ``is_request_cacheable``) to leave all but the script alone.

    To look a request up, it takes the visitor's cookies and campaign tags away from it.
    """
    return False if _door(request) not in (None, SCRIPT) else None


def _door(request: HttpRequest) -> str | None:
    try:
        # Middleware comes before the URL is resolved.
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None
    return match.url_name if APP_NAME in match.app_names else None
