"""The public doors of links and mail. They set no cookie, and no cache may keep their answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from ..tracking.reasons import Reason
from ..tracking.views import PIXEL, REASON_HEADER, is_staff, public, raw_request, site_of
from . import doors, links

logger = logging.getLogger(__name__)

MAX_QUERY = 8_000


@public
def redirect(request: HttpRequest, key: str) -> HttpResponse:
    """Lead to where a tracked link leads, and nowhere else: only the site itself stores targets.

    The parameters of the request go along, the click token among them.
    """
    try:
        link = links.find(key)
    except Error:
        logger.exception("A tracked link could not be looked up.")
        return _uncacheable(HttpResponse(status=503))
    if link is None:
        raise Http404(_("There is no such link."))
    reason = _take(request, partial(doors.follow, link=link))
    query = request.META.get("QUERY_STRING", "")
    target = links.target_of(link, query if len(query) <= MAX_QUERY else "")
    return _uncacheable(HttpResponseRedirect(target), reason)


@public
def open_pixel(request: HttpRequest, key: str) -> HttpResponse:
    """The picture in a message: always the same, whoever asks for whatever."""
    reason = _take(request, partial(doors.opened, key=key))
    response = HttpResponse(PIXEL, content_type="image/gif")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _uncacheable(response, reason)


def _take(request: HttpRequest, take: Callable[..., Reason]) -> Reason:
    """What becomes of the visit. Whatever that is, the visitor gets what was asked for."""
    try:
        site = site_of(request)
        if site is None:
            return Reason.INVALID
        raw = raw_request(request, b"")
        return take(raw, site=site, staff=is_staff(request), now=timezone.now())
    except Exception:
        # The project's sessions may be away as well as the database.
        logger.exception("A click or an opening could not be taken in.")
        return Reason.STORAGE_FAILED


def _uncacheable(response: HttpResponse, reason: Reason | None = None) -> HttpResponse:
    add_never_cache_headers(response)
    if reason is not None:
        response[REASON_HEADER] = reason.value
    return response
