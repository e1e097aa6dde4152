"""API clients: the toolkit's applications, as far as this API gives them tokens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string
from oauth2_provider.models import (
    get_access_token_model,
    get_application_model,
    get_refresh_token_model,
)

from .validation import CODE, CREDENTIALS, acts_alone

ID_LENGTH = 50
SECRET_LENGTH = 50


def model() -> Any:
    """The project's model of applications."""
    return get_application_model()


def all_clients() -> QuerySet[Any]:
    """Those that can have tokens here. What a project uses the toolkit for besides is not ours."""
    found: QuerySet[Any] = model().objects.filter(authorization_grant_type__in=[CODE, CREDENTIALS])
    return found


def user_of(client: Any) -> Any:
    """The user as whom a client may act without asking, or None."""
    return client.user if acts_alone(client) else None


def let_act_as(client: Any, user: Any) -> None:
    """Have a client act as a user without asking; with None, only for users who allow it."""
    client.user = user
    client.authorization_grant_type = CREDENTIALS if user else CODE


def may_hand_out(user: Any, other: Any) -> bool:
    """Whether somebody may give away the rights of `other`: superusers, and everybody their own."""
    return bool(user.is_superuser or other is None or user.pk == other.pk)


def save_new(client: Any) -> str:
    """Save a client for the first time, and give its secret, which nobody can read again."""
    client.client_type = client.CLIENT_CONFIDENTIAL
    client.client_id = random = get_random_string(ID_LENGTH)
    client.client_secret = secret = get_random_string(SECRET_LENGTH)
    client.hash_client_secret = True
    client.save()
    # As those of Mautic look: its number, and what nobody can guess.
    client.client_id = f"{client.pk}_{random}"
    client.save(update_fields=["client_id"])
    return secret


def renew_secret(client: Any) -> str:
    """Put a new secret in the place of the old one, which stops counting at once."""
    client.client_secret = secret = get_random_string(SECRET_LENGTH)
    client.hash_client_secret = True
    client.save(update_fields=["client_secret", "hash_client_secret"])
    return secret


def last_uses(pks: Collection[Any]) -> dict[Any, datetime]:
    """When each client last came with one of its tokens, as far as these are still kept."""
    rows = get_access_token_model().objects.filter(application_id__in=pks)
    return dict(rows.values_list("application_id").annotate(Max("updated")).order_by())


def people_of(client: Any) -> int:
    """For how many users a client has tokens now."""
    tokens = get_access_token_model().objects.filter(application=client, expires__gt=timezone.now())
    renewals = get_refresh_token_model().objects.filter(application=client, revoked__isnull=True)
    users = set(tokens.values_list("user_id", flat=True))
    return len(users | set(renewals.values_list("user_id", flat=True)))
