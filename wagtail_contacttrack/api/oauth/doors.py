"""The addresses of OAuth2: where users consent, and where programs get their tokens."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote_plus

from django.contrib.auth.decorators import login_not_required
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from .. import params
from ..access import check_enabled
from ..access.tries import Tries
from ..errors import ApiError, UnknownPath
from ..guarding import guarded
from . import installed

# Whatever else clients send is not asked for: scopes, and what their libraries add.
FIELDS = (
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
)
View = Callable[..., HttpResponse]


def _door(view: View) -> View:
    """Refuse while the API is off, and give every error as JSON."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def work() -> HttpResponse:
            check_enabled(request)
            return view(request, *args, **kwargs)

        response = guarded(request, work)
        add_never_cache_headers(response)
        return response

    for alias in connections:
        door = transaction.non_atomic_requests(using=alias)(door)
    return login_not_required(door)


def _must_be_installed() -> None:
    if not installed():
        raise ApiError(
            404,
            _(
                "OAuth2 is not available on this website. Use HTTP Basic or an API token, or have "
                "django-oauth-toolkit installed: “oauth2_provider” in INSTALLED_APPS."
            ),
            type="oauth_unavailable",
        )


@_door
def authorize(request: HttpRequest) -> HttpResponse:
    """Where a user says whether a program may act for them."""
    _must_be_installed()
    from . import consent

    return consent.page(request)


@csrf_exempt
@_door
def token(request: HttpRequest) -> HttpResponse:
    """Where a program gets its tokens. Forms, JSON and queries are understood alike."""
    _must_be_installed()
    from . import serving

    if request.method not in ("GET", "POST"):
        sentence = _("This address does not take this method.")
        raise ApiError(405, sentence, headers={"Allow": "GET, POST"})
    fields = _fields(request)
    tries = Tries(request, "client", fields.get("client_id", ""))
    tries.check()
    body, status, headers = serving.token(fields)
    if body.get("error") == "invalid_client":
        tries.failed()
    body = _success(body) if status == 200 else _failure(body, status)
    kept = {name: value for name, value in headers.items() if name != "Content-Type"}
    return JsonResponse(body, status=status, headers=kept)


@csrf_exempt
@_door
def unknown(request: HttpRequest) -> HttpResponse:
    """Whatever else begins like this, such as OAuth 1.0a, which is gone."""
    raise UnknownPath(request.path)


def _fields(request: HttpRequest) -> dict[str, str]:
    sent = params.read(request).all
    found = {
        name: str(sent[name])
        for name in FIELDS
        if isinstance(sent.get(name), str | int) and sent[name] != ""
    }
    # A bearer token that came along is of no use here, and often one that has expired.
    return {**found, **_client_of_header(request)}


def _client_of_header(request: HttpRequest) -> dict[str, str]:
    scheme, _space, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return {}
    name, colon, secret = text.partition(":")
    if not colon or "\0" in text:
        return {}
    return {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}


def _success(body: dict[str, Any]) -> dict[str, Any]:
    """As Mautic has it: the type in lower case, and nothing about scopes, which nobody chooses."""
    return {**body, "token_type": "bearer", "scope": None}


def _failure(body: dict[str, Any], status: int) -> dict[str, Any]:
    """The error as OAuth2 says it, and once more where clients of the API look for it."""
    code = str(body.get("error", "invalid_request"))
    description = str(body.get("error_description") or code.replace("_", " "))
    error = ApiError(status, description, type=code)
    return {"error": code, "error_description": description, "errors": [error.as_dict()]}
