"""Which requests are for the public doors, for others who must know before a view is called."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import Resolver404, resolve

APP_NAME = "wagtail_contacttrack"
SCRIPTS = ("mtc_js", "identity_js")
IDENTITY = "identity"


def is_for_other_websites(request: HttpRequest) -> bool:
    """Whether a request is for a public path that other websites may use, if they are listed.

    Wherever the project has put it. What says who is logged in is for the site's own pages alone.
    """
    return _door(request) not in (None, IDENTITY)


def keep_out_of_page_cache(request: HttpRequest, is_cacheable: bool) -> bool | None:
    """Tell wagtail-cache (hook ``is_request_cacheable``) to leave all but the scripts alone.

    To look a request up, it takes the visitor's cookies and campaign tags away from it.
    """
    return False if _door(request) not in (None, *SCRIPTS) else None


def _door(request: HttpRequest) -> str | None:
    try:
        # Middleware comes before the URL is resolved.
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None
    return match.url_name if APP_NAME in match.app_names else None
