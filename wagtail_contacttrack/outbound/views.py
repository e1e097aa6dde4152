"""The public doors of links and mail. They set no cookie, and no cache may keep their answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.core.exceptions import SuspiciousOperation
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from ..contacts.models import DoNotContact
from ..tracking.reasons import Reason
from ..tracking.views import PIXEL, REASON_HEADER, is_staff, public, raw_request, site_of
from . import doors, links, messages, subscription
from .models import Message

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
        raise Http404(gettext("There is no such link."))
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


@public
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """Ask whether mail is to stop, and stop it on POST.

    Looking at the page changes nothing: scanners follow every link of a message. Mail programs post
    here by themselves when their own button is pressed (RFC 8058), and get plain text.
    """
    one_click = request.method == "POST" and _is_one_click(request)
    try:
        message = messages.find(key)
        if message is None:
            return _unknown(request, one_click)
        if request.method == "POST":
            subscription.unsubscribe(message, now=timezone.now())
        state = "asked" if request.method != "POST" else "stopped"
        standing = subscription.standing_of(message)
    except Error:
        return _later(request)
    if one_click:
        return _text(gettext("You will get no more of these messages."))
    if standing is not None:
        state = "stopped"
    return _page(request, state, message, standing)


@public
def resubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """Ask whether mail is to come again, and let it on POST."""
    try:
        message = messages.find(key)
        if message is None:
            return _unknown(request, False)
        if request.method == "POST":
            subscription.resubscribe(message, now=timezone.now())
        standing = subscription.standing_of(message)
    except Error:
        return _later(request)
    if standing is None:
        return _page(request, "wanted", message, None)
    return _page(request, "stopped", message, standing)


def _is_one_click(request: HttpRequest) -> bool:
    try:
        return request.POST.get("List-Unsubscribe") == "One-Click"
    except (UnreadablePostError, OSError, SuspiciousOperation, ValueError, MultiPartParserError):
        # Whoever posts here wants to get rid of us.
        return False


def _page(
    request: HttpRequest, state: str, message: Message, standing: DoNotContact | None
) -> HttpResponse:
    """The page for recipients. `state` is "asked", "stopped" or "wanted"."""
    own = standing is not None and standing.reason == subscription.UNSUBSCRIBED
    context = {
        "state": state,
        "message": message,
        "unsubscribe_url": reverse("wagtail_contacttrack:unsubscribe", args=[message.key]),
        # Only what recipients have stopped themselves they can start again.
        "resubscribe_url": reverse("wagtail_contacttrack:resubscribe", args=[message.key])
        if own
        else "",
    }
    return _private(render(request, "wagtail_contacttrack/mail/subscription.html", context))


def _unknown(request: HttpRequest, one_click: bool) -> HttpResponse:
    if one_click:
        return _text(gettext("This message is not known."), 404)
    return _private(render(request, "wagtail_contacttrack/mail/unknown.html", status=404))


def _later(request: HttpRequest) -> HttpResponse:
    logger.exception("A recipient could not be unsubscribed.")
    return _text(gettext("This does not work at the moment. Please try again later."), 503)


def _text(text: str, status: int = 200) -> HttpResponse:
    return _private(HttpResponse(text, status=status, content_type="text/plain; charset=utf-8"))


def _private(response: HttpResponse) -> HttpResponse:
    """For addresses that only one person should know."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return _uncacheable(response)
