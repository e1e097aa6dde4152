"""Cross-origin answers, left to django-cors-headers and its signal."""

from __future__ import annotations

from typing import Any

from corsheaders.signals import check_request_enabled
from django.db import Error
from django.http import HttpRequest

from ..compat import raw_host
from .admission import origin_allowed
from .paths import is_for_other_websites
from .sites import options_for_tracking


def allow(sender: Any, request: HttpRequest, **kwargs: Any) -> bool:
    """Whether a page of the request's origin may read the answers of our public paths."""
    origin = request.headers.get("Origin", "")
    if not origin or not is_for_other_websites(request):
        return False
    host = raw_host(request)
    try:
        site = options_for_tracking(host, request.get_port())
    except Error:
        return False
    if site is None:
        return False
    return not site.restrict_origins or origin_allowed(origin, site, host, request.is_secure())


def connect() -> None:
    check_request_enabled.connect(allow, dispatch_uid="contacttrack-cors")
