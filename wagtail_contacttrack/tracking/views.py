"""The public doors. Each turns an `HttpRequest` into plain values and an outcome into an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache, wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from ..compat import raw_host
from ..wire.hit import Door
from ..wire.request import RawRequest
from . import script
from .cookies import set_cookies
from .outcome import Outcome
from .pipeline import handle
from .reasons import Reason
from .sites import SiteOptions, options_for_tracking
from .whoami import current_ids

REASON_HEADER = "X-Contacttrack-Reason"
PIXEL = bytes.fromhex(
    "47494638396101000100900000ff000000000021f90405100000002c00000000010001000002020401003b"
)
SCRIPT_MAX_AGE = 3600

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A door for everybody: no CSRF token, no login, and its own transactions.

    With ATOMIC_REQUESTS the hits would otherwise be committed after the answer.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204)
        return view(request, *args, **kwargs)

    return csrf_exempt(login_not_required(transaction.non_atomic_requests(door)))


@public
def mtc_js(request: HttpRequest) -> HttpResponse:
    """The tracker script: cacheable by everybody, the same for all visitors of a site."""
    site = options_for_tracking(raw_host(request))
    body, etag = script.build(site.tracker_options if site else {})
    matches = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    response: HttpResponse
    if etag in matches or f"W/{etag}" in matches or "*" in matches:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/javascript; charset=utf-8")
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={SCRIPT_MAX_AGE}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public
def event(request: HttpRequest) -> HttpResponse:
    """What the script sends to: JSON with the visitor's ids."""
    outcome, now = _take(request, "event")
    return _finish(request, JsonResponse(_event_answer(outcome)), outcome, now)


@public
def pixel(request: HttpRequest) -> HttpResponse:
    """The tracking pixel: always 200, and always the image for GET."""
    outcome, now = _take(request, "pixel")
    if request.method == "GET":
        response = HttpResponse(PIXEL, content_type="image/gif")
    else:
        response = HttpResponse(b" " if request.method != "HEAD" else b"")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _finish(request, response, outcome, now)


@public
def contact_id(request: HttpRequest) -> HttpResponse:
    """The ids of the current visitor, if there is one. Makes nobody."""
    if is_staff(request):
        response = JsonResponse([], safe=False)
    else:
        response = JsonResponse(current_ids(_raw(request, b"")))
    add_never_cache_headers(response)
    return response


@cache
def _meta_key(name: str) -> str:
    """The WSGI name of a header; called for a handful of names that the code itself chooses."""
    key = name.upper().replace("-", "_")
    return key if key.startswith("CONTENT_") else f"HTTP_{key}"


class MetaHeaders(Mapping[str, str]):
    """Request headers by lower-case name, looked up only when asked for."""

    __slots__ = ("_meta",)

    def __init__(self, meta: Mapping[str, Any]) -> None:
        self._meta = meta

    def __getitem__(self, name: str) -> str:
        return self._meta[_meta_key(name)]

    def get(self, name: str, default: Any = None) -> Any:
        """Like a dictionary's, without an exception for each header that is not there."""
        return self._meta.get(_meta_key(name), default)

    def __iter__(self) -> Iterator[str]:
        for key in self._meta:
            if key.startswith("HTTP_"):
                yield key[5:].lower().replace("_", "-")

    def __len__(self) -> int:
        return sum(1 for _ in self)


def is_staff(request: HttpRequest) -> bool:
    """Whether the request carries a valid session of somebody who may enter the Wagtail admin.

    A request without a session cookie costs no query.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    user = getattr(request, "user", None)
    try:
        return bool(user and user.is_active and user.has_perm("wagtailadmin.access_admin"))
    except DatabaseError:
        return False


def _take(request: HttpRequest, door: Door) -> tuple[Outcome, datetime]:
    now = timezone.now()
    site = options_for_tracking(raw_host(request))
    if site is None:
        return Outcome(Reason.INVALID), now
    raw = _raw(request, _body(request, site))
    return handle(raw, door=door, site=site, staff=is_staff(request), now=now), now


def _raw(request: HttpRequest, body: bytes) -> RawRequest:
    return RawRequest(
        method=request.method or "GET",
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        headers=MetaHeaders(request.META),
        cookies=request.COOKIES,
        body=body,
        peer=request.META.get("REMOTE_ADDR", ""),
        scheme=request.scheme or "http",
        host=raw_host(request),
    )


def _body(request: HttpRequest, site: SiteOptions) -> bytes:
    """At most one byte more than allowed, so that the decoder can tell that it was too much."""
    if request.method in ("GET", "HEAD"):
        return b""
    try:
        return request.read(site.max_body + 1)
    except RawPostDataException:
        # A middleware has read the form already.
        return request.POST.urlencode().encode()
    except UnreadablePostError:
        return b""


def _event_answer(outcome: Outcome) -> dict[str, Any]:
    """The JSON of the event door. Visitors that are not tracked get empty ids."""
    if outcome.reason == Reason.STAFF_EXCLUDED:
        return {"success": 0}
    return {
        "success": int(outcome.reason != Reason.STORAGE_FAILED),
        "id": outcome.contact_id,
        "sid": outcome.tracking_id,
        "device_id": outcome.tracking_id,
        "events": [],
    }


@lru_cache(maxsize=8)
def _never_cache_headers(second: int) -> list[tuple[str, str]]:
    """What Django says to caches; all answers of one second say the same."""
    response = HttpResponse()
    add_never_cache_headers(response)
    return [(name, response[name]) for name in ("Expires", "Cache-Control")]


def _finish(
    request: HttpRequest, response: HttpResponse, outcome: Outcome, now: datetime
) -> HttpResponse:
    """Cookies, the reason, and nothing that any cache may keep."""
    response[REASON_HEADER] = outcome.reason.value
    for name, value in _never_cache_headers(int(now.timestamp())):
        response[name] = value
    if outcome.reason == Reason.STORAGE_FAILED:
        # Not the visitor's fault, and worth another try: the script sends it again later.
        response.status_code = 503
    elif outcome.contact_id is not None and outcome.tracking_id:
        set_cookies(response, outcome, secure=request.is_secure(), now=now)
    return response
