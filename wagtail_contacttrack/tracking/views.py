"""The public doors. Each turns an `HttpRequest` into plain values and an outcome into an answer."""

from __future__ import annotations

import logging
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache, wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DataError, Error, connections, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from ..compat import raw_host
from ..wire.hit import Door
from ..wire.request import RawRequest
from . import counters, script
from .cookies import set_cookies
from .limiter import RateLimiter
from .outcome import Outcome
from .pipeline import handle
from .reasons import Reason
from .sites import SiteOptions, options_for_tracking
from .whoami import current_ids

logger = logging.getLogger(__name__)

# Every answer says how its request ended. Not only to editors: they test logged out, where nobody
# can tell who they are. Scripts of other websites cannot read it, and it gives nobody away.
REASON_HEADER = "X-Contacttrack-Reason"
PIXEL = bytes.fromhex(
    "47494638396101000100900000ff000000000021f90405100000002c00000000010001000002020401003b"
)
SCRIPT_MAX_AGE = 3600
FORM = "application/x-www-form-urlencoded"

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A door for everybody: no CSRF token, no login, and its own transactions.

    With ATOMIC_REQUESTS the hits would otherwise be committed after the answer.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
        else:
            response = view(request, *args, **kwargs)
        # Whatever paths the project has given to django-cors-headers.
        patch_vary_headers(response, ["Origin"])
        return response

    for alias in connections:
        door = transaction.non_atomic_requests(using=alias)(door)
    return csrf_exempt(login_not_required(door))


@public
def mtc_js(request: HttpRequest) -> HttpResponse:
    """The tracker script: cacheable by everybody, the same for all visitors of a site."""
    try:
        site = site_of(request)
    except Error:
        return _unavailable()
    return _script(request, *script.build(site.tracker_options if site else {}))


@public
def identity_js(request: HttpRequest) -> HttpResponse:
    """The script that has page views carry a signed identity: the same for everybody."""
    return _script(request, *script.identity())


def _script(request: HttpRequest, body: bytes, etag: str) -> HttpResponse:
    matches = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    response: HttpResponse
    if etag in matches or f"W/{etag}" in matches or "*" in matches:
        response = HttpResponseNotModified()
        _keep_out_of_page_cache(request)
    else:
        response = HttpResponse(body, content_type="application/javascript; charset=utf-8")
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={SCRIPT_MAX_AGE}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@public
def event(request: HttpRequest) -> HttpResponse:
    """What the script sends to: JSON with the visitor's ids.

    Also 200 for what is refused, except where the script does well to send it again later.
    """
    outcome, now = _take(request, "event")
    response = JsonResponse(_event_answer(outcome))
    if outcome.reason == Reason.RATE_LIMITED:
        response.status_code = 429
        response["Retry-After"] = str(RateLimiter.WINDOW)
    return _finish(request, response, outcome, now)


@public
def pixel(request: HttpRequest) -> HttpResponse:
    """The tracking pixel: 200 and the image for GET, whatever becomes of the hit.

    Only while the database is away it is 503 and no image, so that a script hears of it.
    """
    outcome, now = _take(request, "pixel")
    if outcome.reason == Reason.STORAGE_FAILED:
        response = HttpResponse()
    elif request.method == "GET":
        response = HttpResponse(PIXEL, content_type="image/gif")
    else:
        response = HttpResponse(b" " if request.method != "HEAD" else b"")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _finish(request, response, outcome, now)


@public
def contact_id(request: HttpRequest) -> HttpResponse:
    """The ids of the current visitor, if there is one. Makes nobody."""
    try:
        if is_staff(request):
            response = JsonResponse([], safe=False)
        else:
            response = JsonResponse(current_ids(raw_request(request, b"")))
    except Exception:
        logger.exception("A visitor could not be looked up.")
        return _unavailable()
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


def has_session(request: HttpRequest) -> bool:
    """Whether the request carries a cookie that can be the key of a session. Looks nothing up."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    # Quoted cookies may hold anything, also a NUL, which PostgreSQL does not take.
    return bool(key and key.isascii() and key.isprintable())


def is_staff(request: HttpRequest) -> bool:
    """Whether the request carries a valid session of somebody who may enter the Wagtail admin.

    A request without a session cookie costs no query, nor does one whose cookie cannot be the key
    of a session. Raises what the project's sessions and permissions raise when they are away.
    """
    if not has_session(request):
        return False
    user = getattr(request, "user", None)
    try:
        return bool(user and user.is_active and user.has_perm("wagtailadmin.access_admin"))
    except (DataError, ValueError):
        # The cookie's fault, who is not an editor with it; trying again would not help.
        return False


def site_of(request: HttpRequest) -> SiteOptions | None:
    """The options of the site that a request is for. Raises what the database raises."""
    return options_for_tracking(raw_host(request), request.get_port())


def _take(request: HttpRequest, door: Door) -> tuple[Outcome, datetime]:
    now = timezone.now()
    try:
        site = site_of(request)
    except Error:
        logger.exception("The site of a hit could not be found out.")
        return Outcome(Reason.STORAGE_FAILED), now
    if site is None:
        return Outcome(Reason.INVALID), now
    try:
        staff = is_staff(request)
    except Exception:
        # An editor is never tracked, and a visitor never lost: the script sends it again later.
        logger.exception("It could not be found out whether an editor sent a hit.")
        outcome = Outcome(Reason.STORAGE_FAILED)
    else:
        if (body := _body(request, site.max_body)) is not None:
            raw = raw_request(request, *body)
            return handle(raw, door=door, site=site, staff=staff, now=now), now
        outcome = Outcome(Reason.INVALID)
    counters.count(site.site_id, outcome.reason, now)
    return outcome, now


def raw_request(request: HttpRequest, body: bytes, content_type: str = "") -> RawRequest:
    """The request as plain values."""
    headers: Mapping[str, str] = MetaHeaders(request.META)
    if content_type:
        headers = ChainMap({"content-type": content_type}, headers)  # type: ignore[arg-type]
    return RawRequest(
        method=request.method or "GET",
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        headers=headers,
        cookies=request.COOKIES,
        body=body,
        peer=request.META.get("REMOTE_ADDR", ""),
        scheme=request.scheme or "http",
        host=raw_host(request),
    )


def _body(request: HttpRequest, limit: int) -> tuple[bytes, str] | None:
    """The body, and its type where the header does not say it; None if the client broke it off.

    At most one byte more than allowed, so that the decoder can tell that it was too much.
    """
    if request.method in ("GET", "HEAD"):
        return b"", ""
    length = request.META.get("CONTENT_LENGTH") or ""
    try:
        body = request.read(limit + 1)
        if not body and not length and request.META.get("wsgi.input_terminated"):
            # In chunks, which Django takes for nothing.
            body = request.META["wsgi.input"].read(limit + 1)
    except (UnreadablePostError, OSError):
        return None
    if not body and request.content_type == "multipart/form-data":
        # A middleware has read it already; its fields are still there.
        return request.POST.urlencode().encode(), FORM
    # Python refuses to read numbers of thousands of digits.
    if length.isdecimal() and len(body) < min(int(length[:18]), limit):
        return None
    return body, ""


def _event_answer(outcome: Outcome) -> dict[str, Any]:
    """The JSON of the event door. Visitors that are not tracked get empty ids."""
    if outcome.reason == Reason.STAFF_EXCLUDED:
        return {"success": 0}
    return {
        "success": int(outcome.reason not in (Reason.STORAGE_FAILED, Reason.RATE_LIMITED)),
        "id": None if outcome.silent else outcome.contact_id,
        "sid": None if outcome.silent else outcome.tracking_id,
        "device_id": None if outcome.silent else outcome.tracking_id,
        "events": [],
    }


@lru_cache(maxsize=8)
def _never_cache_headers(second: int) -> list[tuple[str, str]]:
    """What Django says to caches; all answers of one second say the same."""
    response = HttpResponse()
    add_never_cache_headers(response)
    return [(name, response[name]) for name in ("Expires", "Cache-Control")]


def _unavailable() -> HttpResponse:
    response = HttpResponse(status=503)
    add_never_cache_headers(response)
    return response


def _keep_out_of_page_cache(request: HttpRequest) -> None:
    """Have wagtail-cache not keep the answer to this request.

    It would keep a 304 like a page, and hand it to browsers that do not have the script yet.
    """
    vars(request)["_wagtailcache_skip"] = True


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
    elif outcome.contact_id is not None and outcome.tracking_id and not outcome.silent:
        set_cookies(response, outcome, secure=request.is_secure(), now=now)
    return response
