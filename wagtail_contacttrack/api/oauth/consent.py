"""The page on which a user says whether a program may act for them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from oauth2_provider.http import OAuth2ResponseRedirect
from oauth2_provider.models import get_application_model
from oauthlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    FatalClientError,
    InvalidRequestError,
    OAuth2Error,
)

from . import serving

TEMPLATE = "wagtail_contacttrack/oauth/consent.html"
REFUSED = "wagtail_contacttrack/oauth/refused.html"
ASKED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "state",
    "code_challenge",
    "code_challenge_method",
)
MAX_CHALLENGE = 128


def page(request: HttpRequest) -> HttpResponse:
    """Ask the user, or send them on with the answer.

    What is asked for stands in the address alone, so that a form can change nothing about it.
    """
    if not request.user.is_authenticated:
        login = getattr(settings, "WAGTAILADMIN_LOGIN_URL", None) or reverse("wagtailadmin_login")
        return redirect_to_login(request.get_full_path(), login_url=login)
    with translation.override(_language_of(request.user)):
        return _guarded(_page(request))


def _page(request: HttpRequest) -> HttpResponse:
    asked = {name: value for name in ASKED if (value := _asked(request, name))}
    try:
        credentials = serving.asked_for(asked)
        if len(asked.get("code_challenge", "")) > MAX_CHALLENGE:
            # Longer ones are not in the protocol, and do not fit into the database.
            raise _told(InvalidRequestError, credentials)
        client = get_application_model().objects.get(client_id=credentials["client_id"])
        if request.method != "POST" and not client.skip_authorization:
            return _question(request, client, credentials)
        if request.method == "POST" and "allow" not in request.POST:
            raise _told(AccessDeniedError, credentials)
        return _sent_on(client, serving.granted(asked, credentials, request.user))
    except FatalClientError as error:
        return _refused(request, error)
    except OAuth2Error as error:
        return _sent_on(None, error.in_uri(error.redirect_uri))


def _asked(request: HttpRequest, name: str) -> str:
    value: str = request.GET.get(name, "")
    return value if name == "state" else value.replace("\0", "")


def _told(kind: type[OAuth2Error], credentials: dict[str, Any]) -> OAuth2Error:
    """An error that the client hears of."""
    error = kind(state=credentials.get("state"))
    error.redirect_uri = credentials["redirect_uri"]
    return error


def _question(request: HttpRequest, client: Any, credentials: dict[str, Any]) -> HttpResponse:
    context = {
        "client": client,
        "host": urlsplit(credentials["redirect_uri"]).netloc,
    }
    return TemplateResponse(request, TEMPLATE, context).render()


def _refused(request: HttpRequest, error: OAuth2Error) -> HttpResponse:
    context = {"error": error.error, "description": error.description}
    return TemplateResponse(request, REFUSED, context, status=400).render()


def _sent_on(client: Any, address: str) -> HttpResponse:
    schemes = client.get_allowed_schemes() if client else _schemes()
    return OAuth2ResponseRedirect(address, schemes)


def _schemes() -> list[str]:
    from oauth2_provider.settings import oauth2_settings

    return list(oauth2_settings.ALLOWED_REDIRECT_URI_SCHEMES)


def _guarded(response: HttpResponse) -> HttpResponse:
    """Nobody may lay this page invisibly over another and have users press its button."""
    response["X-Frame-Options"] = "DENY"
    response["Referrer-Policy"] = "same-origin"
    return response


def _language_of(user: Any) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    return str(profile.get_preferred_language()) if profile else translation.get_language()
