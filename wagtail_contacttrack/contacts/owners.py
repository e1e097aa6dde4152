"""Users to whom contacts can belong: those who work in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet


def possible_owners() -> QuerySet[Any]:
    """The active users who may enter the Wagtail admin, by their names."""
    model = get_user_model()
    entering = Permission.objects.filter(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    may = Q(is_superuser=True) | Q(groups__permissions__in=entering)
    may |= Q(user_permissions__in=entering)
    found = model._default_manager.filter(may, is_active=True).values("pk")
    # Without the joins, so that nobody is there twice.
    return model._default_manager.filter(pk__in=found).order_by(model.USERNAME_FIELD)
