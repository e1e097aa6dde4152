"""The way into the API: is it on, who asks, how often, and for what?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from ..compat import raw_host
from ..tracking.sites import options_for_tracking
from . import access, description, params, site
from .calling import Call, keep
from .errors import ApiError, UnknownPath
from .guarding import guarded
from .paths import canonical

# The version whose clients this API serves. They look for it in every answer.
VERSION = "5.1.0"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def door(request: HttpRequest, path: str) -> HttpResponse:
    """Answer one request of a program. Every error is JSON, in the shape that clients read."""
    response = guarded(request, lambda: _respond(request, canonical(path)))
    response["Mautic-Version"] = VERSION
    return response


for _alias in connections:
    door = transaction.non_atomic_requests(using=_alias)(door)
door = csrf_exempt(login_not_required(door))


def _respond(request: HttpRequest, path: str) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(METHODS)})
    access.check_enabled(request)
    if path in description.PAGES:
        return description.PAGES[path](request)
    sent = params.read(request)
    user = access.authenticate(request, sent.all)
    headers = access.throttle(request, user)
    keep(request, _call(request, user, sent))
    response = _operate(request, path)
    for name, value in headers.items():
        response[name] = value
    return response


def _operate(request: HttpRequest, path: str) -> HttpResponse:
    match = site.find(path)
    if match is None:
        raise UnknownPath(request.path)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if response.status_code == 405:
        allowed = {"Allow": response.get("Allow", "")}
        raise ApiError(405, _("This address does not take this method."), headers=allowed)
    return response


def _call(request: HttpRequest, user: object, sent: params.Params) -> Call:
    host = raw_host(request)
    options = options_for_tracking(host, request.get_port())
    return Call(
        user=user,
        now=timezone.now(),
        params=sent,
        several=options.several_companies if options else True,
        base=f"{request.scheme}://{host}",
        site_id=options.site_id if options else None,
        anonymize_ip=bool(options and options.anonymize_ip),
    )
