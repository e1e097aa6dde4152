"""The protocol itself, by plain values: no request of Django's comes in here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from oauthlib.oauth2.rfc6749.endpoints import AuthorizationEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.errors import OAuth2Error
from oauthlib.oauth2.rfc6749.grant_types import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from oauthlib.oauth2.rfc6749.tokens import BearerToken

from ...conf import conf
from .validation import Validator

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
USED = "The refresh token was used already."


class Server(AuthorizationEndpoint, TokenEndpoint):
    """The three ways to a token that Mautic knows, and no other."""

    def __init__(self) -> None:
        validator = Validator()
        code = AuthorizationCodeGrant(validator)
        token = BearerToken(validator, expires_in=_lifetime)
        AuthorizationEndpoint.__init__(self, "code", token, {"code": code})
        grants = {
            "authorization_code": code,
            "client_credentials": ClientCredentialsGrant(validator),
            "refresh_token": RefreshTokenGrant(validator),
        }
        TokenEndpoint.__init__(self, "authorization_code", token, grants)


def _lifetime(request: Any) -> int:
    return int(conf.API_OAUTH2_ACCESS_TOKEN_LIFETIME) * 60


@cache
def server() -> Server:
    """The one server of this process; it keeps nothing between requests."""
    return Server()


def asked_for(asked: Mapping[str, str]) -> dict[str, Any]:
    """What a client asks a user for, checked. Raises oauthlib's `OAuth2Error`.

    A `FatalClientError` is for the user alone: nothing may be sent to the address it came with.
    """
    credentials: dict[str, Any] = server().validate_authorization_request(_address(asked))[1]
    return credentials


def granted(asked: Mapping[str, str], credentials: Mapping[str, Any], user: Any) -> str:
    """Where to send the user who has consented, with the code. Raises like `asked_for`."""
    headers, _body, _status = server().create_authorization_response(
        _address(asked), scopes=None, credentials={**credentials, "user": user}
    )
    return str(headers["Location"])


def token(fields: Mapping[str, str]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The answer of the token endpoint: body, status and headers."""
    try:
        headers, text, status = server().create_token_response(
            "/oauth/v2/token", "POST", urlencode(fields), FORM
        )
    except OAuth2Error as error:
        headers, text, status = error.headers, error.json, error.status_code
    body: dict[str, Any] = json.loads(text)
    if status == 200 and not body.get("access_token"):
        # Two requests with one refresh token at once: the other one has got the answer.
        body, status = {"error": "invalid_grant", "error_description": USED}, 400
    return body, status, headers


def _address(asked: Mapping[str, str]) -> str:
    # Written anew: oauthlib refuses many a query that browsers and Django understand.
    return f"/oauth/v2/authorize?{urlencode(asked)}"
