"""Programs that talk to the API as a user would let them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client

from wagtail_contacttrack.contacts import fieldset

PASSWORD = "a-password-of-a-program"


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    """The API is on, for HTTP Basic as well."""
    settings.CONTACTTRACK = {
        **settings.CONTACTTRACK,
        "API_ENABLED": True,
        "API_ENABLE_BASIC_AUTH": True,
    }


class Program(Client):
    """Sends JSON, or forms with `form`, as one user."""

    def __init__(self, user: Any = None) -> None:
        headers = {}
        if user is not None:
            pair = base64.b64encode(f"{user.get_username()}:{PASSWORD}".encode()).decode()
            headers["HTTP_AUTHORIZATION"] = f"Basic {pair}"
        super().__init__(**headers)

    def call(self, method: str, path: str, body: Any = None, **further: Any) -> Any:
        """The response to a request; `body` goes as JSON."""
        if body is not None:
            further.setdefault("data", json.dumps(body))
            further.setdefault("content_type", "application/json")
        return self.generic(method, f"/api/{path}", **further)

    def ask(self, path: str, status: int = 200) -> Any:
        """The body of the answer to a GET."""
        response = self.call("GET", path)
        assert response.status_code == status, response.content
        return response.json()

    def send(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The body of the answer to JSON."""
        response = self.call(method, path, {} if body is None else body)
        assert response.status_code == status, response.content
        return response.json()

    def form(self, method: str, path: str, text: str, status: int = 200) -> Any:
        """The body of the answer to a form, encoded already."""
        kind = "application/x-www-form-urlencoded"
        response = self.call(method, path, data=text, content_type=kind)
        assert response.status_code == status, response.content
        return response.json()


@pytest.fixture
def admin_program(admin_user: Any) -> Program:
    """A program of a superuser."""
    admin_user.set_password(PASSWORD)
    admin_user.save()
    return Program(admin_user)


@pytest.fixture
def program_with(django_user_model: Any) -> Any:
    """Programs of users with these permissions."""

    def make(*codenames: str) -> Program:
        name = "-".join(["user", *codenames])
        user = django_user_model.objects.create_user(name, password=PASSWORD)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return Program(user)

    return make


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Neither the fields nor large totals of the test before."""
    cache.clear()
    yield
    fieldset.clear()
