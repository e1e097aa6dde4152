"""The people who may log in to the demo's admin."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

ADMIN, EDITOR = "admin", "editor"


def password(file: Path, given: str) -> str:
    """The demo's password: the one that is given, else one that is made once and kept in `file`."""
    if given:
        return given
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as kept:
            kept.write(secrets.token_urlsafe(9))
    return file.read_text().strip()


def ensure_accounts(secret: str) -> None:
    """A superuser, and an editor who may edit pages and nothing else, both with this password."""
    users = get_user_model().objects
    for name, privileges in (
        (ADMIN, {"is_staff": True, "is_superuser": True}),
        (EDITOR, {}),
    ):
        user, _ = users.get_or_create(
            username=name, defaults={"email": f"{name}@ropewalk.example", **privileges}
        )
        if not user.check_password(secret):
            user.set_password(secret)
            user.save()
    editors = Group.objects.filter(name="Editors")
    users.get(username=EDITOR).groups.add(*editors)
