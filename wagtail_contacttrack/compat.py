"""What differs between the supported versions of Django and Wagtail, newest first."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from django import VERSION as DJANGO_VERSION
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from wagtail import VERSION as WAGTAIL_VERSION


def permission_policy(model: type[Model]) -> Any:
    """The permission policy of a model; views that lack one are open to everybody."""
    if WAGTAIL_VERSION >= (8, 0):
        from wagtail.permissions import policy_registry

        return policy_registry.get_by_type(model)
    from wagtail.permission_policies import ModelPermissionPolicy

    return ModelPermissionPolicy(model)


def raw_host(request: HttpRequest) -> str:
    """The Host header as it is, unchecked: it only chooses a site, a strange one the default."""
    return str(request._get_raw_host())  # type: ignore[attr-defined]


def csp_nonce(request: HttpRequest) -> str:
    """The nonce for a script of this response, or an empty string.

    Only where the project's policy has one: asking for it makes every response differ.
    """
    nonce = None
    if DJANGO_VERSION >= (6, 0) and _policy_has_nonce():
        from django.middleware.csp import get_nonce

        nonce = get_nonce(request)
    elif _django_csp_has_nonce():
        nonce = getattr(request, "csp_nonce", None)
    # It is made when it is read as text; until then it counts as false.
    return "" if nonce is None else str(nonce)


def _policy_has_nonce() -> bool:
    from django.utils.csp import CSP

    policies = (
        getattr(settings, "SECURE_CSP", None) or {},
        getattr(settings, "SECURE_CSP_REPORT_ONLY", None) or {},
    )
    return any(
        CSP.NONCE in values
        for policy in policies
        for values in policy.values()
        if isinstance(values, list | tuple | set)
    )


def _django_csp_has_nonce() -> bool:
    """Whether the package django-csp, in either of its settings' forms, is told to use a nonce."""
    if getattr(settings, "CSP_INCLUDE_NONCE_IN", None):
        return True
    policies = (
        getattr(settings, "CONTENT_SECURITY_POLICY", None) or {},
        getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None) or {},
    )
    return any(
        "nonce" in str(values).lower()
        for policy in policies
        for values in policy.get("DIRECTIVES", {}).values()
    )


def mail_backends() -> set[str]:
    """The dotted paths of the backends that the project sends mail through."""
    mailers = getattr(settings, "MAILERS", None) or {}
    found = {str(options.get("BACKEND", "")) for options in mailers.values()}
    with warnings.catch_warnings():
        # From Django 6.1 on, projects are asked to use MAILERS instead.
        warnings.simplefilter("ignore")
        found.add(str(getattr(settings, "EMAIL_BACKEND", "")))
    return found


def makes_api_tokens() -> bool:
    """Whether users can make API tokens in Wagtail's own admin."""
    return WAGTAIL_VERSION >= (8, 0) and apps.is_installed("wagtail.api.v3")


def api_tokens_url(request: HttpRequest) -> str:
    """Wagtail's list of API tokens, for those who may see it; else an empty string."""
    if not makes_api_tokens():
        return ""
    from django.urls import reverse
    from wagtail.models import APIToken

    actions = ["view", "add", "change", "delete"]
    if not permission_policy(APIToken).user_has_any_permission(request.user, actions):
        return ""
    return reverse("wagtailusers_api_tokens:index")


def user_of_api_token(token: str) -> Any:
    """The user of one of Wagtail's API tokens, or None. Notes that the token was used."""
    if WAGTAIL_VERSION < (8, 0):
        return None
    from django.utils import timezone
    from wagtail.models import APIToken

    if not APIToken.validate_token_format(token):
        return None
    found = (
        APIToken.objects.select_related("user")
        .filter(key_hash__in=APIToken.candidate_key_hashes(token), revoked_at__isnull=True)
        .first()
    )
    if found is None or not found.user.is_active:
        return None
    # As Wagtail's own API does, so that the list of tokens tells the truth.
    seconds = getattr(settings, "WAGTAILAPI_TOKEN_LAST_USED_INTERVAL", 60)
    now = timezone.now()
    last = found.last_used_at
    if seconds is not None and (last is None or (now - last).total_seconds() >= seconds):
        APIToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found.user


def background_task(function: Callable[[], Any]) -> Any:
    """The function as a background task; itself where neither Django nor a package knows these."""
    library = _task_library()
    return library.task(function) if library else function


def has_task_worker(task: Any) -> bool:
    """Whether a background task leaves the process: not with Django's stand-ins for a worker."""
    if not hasattr(task, "get_backend"):
        return False
    return type(task.get_backend()).__name__ not in ("ImmediateBackend", "DummyBackend")


def _task_library() -> Any:
    for name in ("django.tasks", "django_tasks"):
        with suppress(ImportError):
            return import_module(name)
    return None
