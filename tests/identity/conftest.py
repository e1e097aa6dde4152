from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tracking.conftest import committed, processes, test_database
from wagtail_contacttrack.contacts import fieldset
from wagtail_contacttrack.contacts.models import ContactField

from .browsing import open_fields

__all__ = ["committed", "processes", "test_database"]


@pytest.fixture
def opened(db: None) -> Iterator[None]:
    """E-mail, names and a customer number are open to browsers; e-mail and number are unique."""
    open_fields("email", "firstname", "lastname", "city", "customer", unique=("customer",))
    yield
    fieldset.clear()


@pytest.fixture
def opened_for_all(committed: None) -> Iterator[None]:
    """E-mail is open to browsers, for tests with threads and processes."""
    open_fields("email")
    yield
    ContactField.objects.filter(object="contact").update(publicly_updatable=False)
    fieldset.clear()
