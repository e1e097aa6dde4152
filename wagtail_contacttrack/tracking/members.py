"""Members of the website who are logged in, and what their browsers are given to say about them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.module_loading import import_string

from ..compat import raw_host
from ..conf import conf
from . import identity
from .views import has_session, is_staff, public, site_of

logger = logging.getLogger(__name__)

MemberFilter = Callable[[HttpRequest, dict[str, str]], Mapping[str, str] | None]


@public
def member_identity(request: HttpRequest) -> HttpResponse:
    """A signed identity of the member who is logged in, for pages of the same origin alone.

    An empty object for everybody else. No cache may keep it, and no other website read it.
    """
    response = JsonResponse(_answer(request))
    add_never_cache_headers(response)
    patch_vary_headers(response, ["Cookie"])
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _answer(request: HttpRequest) -> dict[str, str | int]:
    if request.method != "GET" or not from_own_page(request) or not has_session(request):
        return {}
    try:
        site = site_of(request)
        if site is None or not site.recognises_members or is_staff(request):
            return {}
        values = member_values(request)
        if not values:
            return {}
        token = identity.issue(site.site_id, values, now=timezone.now())
    except Exception:
        # The page view goes without, which is better than not at all.
        logger.exception("A member could not be given an identity.")
        return {}
    return {"identity": token, "seconds": identity.lifetime()}


def identity_token(request: HttpRequest, values: Mapping[str, str]) -> str:
    """A signed identity for the visitor of this request, for websites that know by themselves.

    `values` are contact fields by alias, such as ``{"email": "ada@example.org"}``. Hand the token
    to this visitor alone, never in a response that a cache may keep; it travels to the tracker as
    the parameter ``mtc_identity``. It says nothing for staff, and "" where there is no site.
    Raises `ValueError` if the values are longer than a token may be.
    """
    site = site_of(request)
    if site is None or is_staff(request):
        return ""
    return identity.issue(site.site_id, values, now=timezone.now())


def member_values(request: HttpRequest) -> dict[str, str]:
    """What is known about the member who is logged in, after the project's filter.

    Empty for visitors who are not logged in, and where the filter wants none. Raises what the
    filter raises.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    names = {
        "email": user.get_email_field_name(),
        "firstname": "first_name",
        "lastname": "last_name",
    }
    values = {alias: str(getattr(user, name, "") or "").strip() for alias, name in names.items()}
    values = {alias: value for alias, value in values.items() if value}
    if conf.MEMBER_FILTER:
        chosen: MemberFilter = import_string(conf.MEMBER_FILTER)
        values = {
            str(alias): str(value) for alias, value in (chosen(request, values) or {}).items()
        }
    return values


def from_own_page(request: HttpRequest) -> bool:
    """Whether a page of the same origin asks, as far as browsers say so.

    Browsers name the origin of whoever could read the answer, except on their own site. Those that
    keep to the standards of 2023 also say how the two are related.
    """
    if request.META.get("HTTP_SEC_FETCH_SITE", "same-origin") not in ("same-origin", "none"):
        return False
    scheme, mark, host = request.META.get("HTTP_ORIGIN", "").lower().partition("://")
    if not scheme:
        return True
    if request.is_secure() and scheme != "https":
        return False
    return bool(mark) and host == raw_host(request).lower()
