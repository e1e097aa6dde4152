"""Who may use the API: is it on for this site, on whose behalf is a request, and how often?

Every program acts for a user of the website. It shows who by HTTP Basic, or by a token: one of
OAuth2, or one of Wagtail's own. What that user may do is not decided here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from ...tracking.sites import SiteOptions
from ...tracking.views import site_of
from ..errors import ApiError
from . import basic, bearer, rates
from .refusals import denied

# Clients tell this from other refusals by its type, and show the sentence to whoever set them up.
DISABLED = "API disabled. Enable it in the site's tracking settings, or set API_ENABLED."


def check_enabled(request: HttpRequest) -> None:
    """Raise `ApiError` 403 "api_disabled" unless the API is on for the request's site."""
    site = site_of(request)
    if site is None or not site.api_enabled:
        raise ApiError(403, DISABLED, type="api_disabled")


def authenticate(request: HttpRequest, params: Mapping[str, Any]) -> Any:
    """The active user on whose behalf a program asks.

    `params` are the request's parameters, in which old clients send their `access_token`. What a
    header says comes first. Raises `ApiError` 401, or 403 where the way is not allowed, or 429
    after many wrong passwords.
    """
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    scheme, value = scheme.strip().lower(), value.strip()
    if scheme == "basic":
        return basic.user_of(request, value, allowed=_allows_basic(site_of(request)))
    token = value if scheme == "bearer" else params.get("access_token")
    if isinstance(token, str) and token:
        return bearer.user_of(request, token)
    raise denied()


def throttle(request: HttpRequest, user: Any) -> dict[str, str]:
    """Count one call of a user, and give the headers that say how many are left in this hour.

    Raises `ApiError` 429 once they are used up. Without a limit, nothing is counted.
    """
    return rates.spend(user.pk, now=time.time())


def _allows_basic(site: SiteOptions | None) -> bool:
    return site is not None and site.api_basic
