"""Signals for projects: after the commit, without harm, and for nothing where nobody listens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from wagtail_contacttrack.signals import announce, contact_identified

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[dict]]:
    found: list[dict] = []

    def note(sender, signal, **values):
        found.append(values)

    contact_identified.connect(note)
    yield found
    contact_identified.disconnect(note)


def say() -> None:
    announce(contact_identified, using="default", contact_id=7, rule="verified")


def test_it_is_sent_once_the_change_is_committed(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        say()
        assert heard == []
    assert heard == [{"contact_id": 7, "rule": "verified"}]


def test_it_is_never_sent_for_what_was_rolled_back(heard, django_capture_on_commit_callbacks):
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        say()
        1 / 0  # noqa: B018
    assert heard == []


def test_a_receiver_that_fails_is_logged_and_stops_nobody(
    heard, caplog, django_capture_on_commit_callbacks
):
    def broken(**kwargs):
        raise RuntimeError("the project's own mistake")

    contact_identified.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            say()
    finally:
        contact_identified.disconnect(broken)
    assert len(heard) == 1
    assert "the project's own mistake" in caplog.text


def test_nothing_waits_for_the_commit_where_nobody_listens(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as waiting:
        say()
    assert waiting == []
