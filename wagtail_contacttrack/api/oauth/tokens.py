"""Access tokens, as programs present them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils import timezone, translation
from oauth2_provider.models import get_access_token_model
from oauthlib.common import Request

from . import SCOPE
from .validation import Validator

USED_EVERY = timedelta(minutes=1)


def user_of(request: HttpRequest, token: str) -> tuple[Any, str]:
    """The user for whom a token was given, or None and why it does not count."""
    asked = Request(_address(request))
    if not Validator().validate_bearer_token(token, [SCOPE], asked):
        # It goes into a header as well, which is no place for other languages.
        with translation.override("en"):
            error = getattr(asked, "oauth2_error", None) or {}
            return None, str(error.get("error_description", ""))
    _note_use(asked.access_token)
    # Without a user, the client acts as the one whom it was made for.
    return asked.user or (asked.client and asked.client.user), ""


def _address(request: HttpRequest) -> str:
    try:
        return request.build_absolute_uri(request.path)
    except DisallowedHost:
        # Only tokens that are bound to an address ask for it, and then count for none.
        return ""


def _note_use(token: Any) -> None:
    now = timezone.now()
    if now - token.updated >= USED_EVERY:
        get_access_token_model().objects.filter(pk=token.pk).update(updated=now)
