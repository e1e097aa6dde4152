"""A server of the test database, for programs of other processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.test.testcases import LiveServerThread
from oauth2_provider.models import Application

from tests.api.conftest import PASSWORD
from tests.tracking.conftest import committed, test_database
from wagtail_contacttrack.contacts import fieldset
from wagtail_contacttrack.contacts.models import ContactField

__all__ = ["committed", "test_database"]

NAME = "program"


@pytest.fixture
def site(committed: None) -> Iterator[str]:
    """The address of a server of the test database."""
    user = get_user_model().objects.create_superuser(NAME, "p@site.example", PASSWORD)
    server = LiveServerThread("127.0.0.1", _same, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    ContactField.objects.filter(installed=False).delete()
    fieldset.clear()
    Application.objects.all().delete()
    user.delete()


def _same(handler: WSGIHandler) -> WSGIHandler:
    """Without the static files, which no program asks for."""
    return handler
