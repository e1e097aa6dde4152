"""Cross-origin answers, left to django-cors-headers and its signal."""

from __future__ import annotations

from typing import Any

from corsheaders.signals import check_request_enabled
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from ..compat import raw_host
from .admission import is_same_host
from .sites import options_for_tracking

APP_NAME = "wagtail_contacttrack"


def allow(sender: Any, request: HttpRequest, **kwargs: Any) -> bool:
    """Whether a page of the request's origin may read the answers of our public paths."""
    try:
        # A preflight is answered before the URL is resolved.
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return False
    if APP_NAME not in match.app_names:
        return False
    host = raw_host(request)
    site = options_for_tracking(host)
    if site is None:
        return False
    origin = request.headers.get("Origin", "")
    if not site.restrict_origins or is_same_host(origin, host):
        return True
    return site.origins.allows(origin)


def connect() -> None:
    check_request_enabled.connect(allow, dispatch_uid="contacttrack-cors")
