"""What Mautic's OAuth2 allows, where that differs from django-oauth-toolkit's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from oauth2_provider.models import (
    AbstractApplication,
    get_access_token_model,
    get_refresh_token_model,
)
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from ...conf import conf
from . import SCOPE
from .redirects import STAR, is_below

CODE = AbstractApplication.GRANT_AUTHORIZATION_CODE
CREDENTIALS = AbstractApplication.GRANT_CLIENT_CREDENTIALS


def acts_alone(client: Any) -> bool:
    """Whether a client may act without anybody's consent: as the user it was made for."""
    return bool(client.allows_grant_type(CREDENTIALS) and client.user_id)


def asks_users(client: Any) -> bool:
    """Whether users may let a client act for them.

    The toolkit knows one way per client, Mautic several: one that may act alone may ask as well,
    if it says where answers go to.
    """
    if client.client_type != AbstractApplication.CLIENT_CONFIDENTIAL:
        return bool(client.allows_grant_type(CODE))
    return bool(client.allows_grant_type(CODE, CREDENTIALS) and client.redirect_uris.strip())


def forget_old(client: Any, *, now: datetime) -> None:
    """Delete the tokens of a client that stopped counting so long ago that nothing needs them.

    The toolkit has a command for that, which somebody would have to run.
    """
    before = now - timedelta(days=conf.API_OAUTH2_REFRESH_TOKEN_LIFETIME)
    refreshing = get_refresh_token_model().objects.filter(application=client, created__lt=before)
    refreshing.filter(Q(revoked__lt=before) | Q(access_token__scope=SCOPE)).delete()
    opening = get_access_token_model().objects.filter(application=client, scope=SCOPE)
    opening.filter(expires__lt=before).delete()


class Validator(OAuth2Validator):
    """One scope, which everybody gets; PKCE where clients want it; tokens kept as digests only."""

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return False

    def validate_scopes(
        self, client_id: str, scopes: Any, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        request.scopes = [SCOPE]
        return True

    def get_default_scopes(
        self, client_id: str, request: Any, *args: Any, **kwargs: Any
    ) -> list[str]:
        return [SCOPE]

    def validate_response_type(
        self, client_id: str, response_type: str, client: Any, request: Any, *a: Any, **kw: Any
    ) -> bool:
        return response_type == "code" and asks_users(client)

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *a: Any, **kw: Any
    ) -> bool:
        if grant_type == "client_credentials":
            return acts_alone(request.client)
        return grant_type in ("authorization_code", "refresh_token") and asks_users(request.client)

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        if "*" in redirect_uri:
            return False
        return any(
            is_below(redirect_uri, known) for known in request.client.redirect_uris.split()
        ) or super().validate_redirect_uri(client_id, redirect_uri, request, *args, **kwargs)

    def get_default_redirect_uri(
        self, client_id: str, request: Any, *args: Any, **kwargs: Any
    ) -> str:
        found = str(super().get_default_redirect_uri(client_id, request, *args, **kwargs))
        if found.endswith(STAR):
            raise errors.MissingRedirectURIError
        return found

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        valid = super().validate_code(client_id, code, client, request, *args, **kwargs)
        return bool(valid and request.user.is_active and SCOPE in request.scopes)

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        kept = request.refresh_token_instance
        oldest = timezone.now() - timedelta(days=conf.API_OAUTH2_REFRESH_TOKEN_LIFETIME)
        scopes = self.get_original_scopes(refresh_token, request)
        return bool(kept.created > oldest and kept.user.is_active and SCOPE in scopes.split())

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        super()._save_bearer_token(token, request, *args, **kwargs)
        forget_old(request.client, now=timezone.now())

    def _set_token_value(self, token_instance: Any, raw_token: str) -> None:
        # Found by its digest alone: whoever reads the database can act for nobody.
        token_instance._raw_token = raw_token
        token_instance.token = ""
