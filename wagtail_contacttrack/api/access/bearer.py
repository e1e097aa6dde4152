"""Bearer tokens: those of OAuth2, and Wagtail's own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from ... import compat
from .. import oauth
from .refusals import wrong_token

MAX_LENGTH = 4096
WAGTAIL_PREFIX = "wagtail_"
INVALID = "The access token provided is invalid."


def user_of(request: HttpRequest, token: str) -> Any:
    """The active user for whom a token was made; `ApiError` 401 if it does not count."""
    if len(token) > MAX_LENGTH or not token.isascii() or not token.isprintable():
        raise wrong_token(INVALID)
    if token.startswith(WAGTAIL_PREFIX):
        user, reason = compat.user_of_api_token(token), ""
    elif oauth.installed():
        from ..oauth import tokens

        user, reason = tokens.user_of(request, token)
    else:
        user, reason = None, ""
    if user is None or not user.is_active:
        raise wrong_token(reason or INVALID)
    return user
