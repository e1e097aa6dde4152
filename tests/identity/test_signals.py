"""What projects hear, once it is committed."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.tracking.conftest import browser
from wagtail_contacttrack import signals
from wagtail_contacttrack.contacts import linking, merging
from wagtail_contacttrack.contacts.models import Rule

from .test_recognition import ADA, BOB, hit, known

pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
def heard(django_capture_on_commit_callbacks):
    """Connect to all signals; call the result with work to hear what that sends."""
    found: list[tuple[str, dict[str, Any]]] = []
    receivers = []
    for name in ("contact_identified", "contacts_merged", "activity_recorded"):

        def receive(name=name, **values: Any) -> None:
            found.append((name, values))

        receivers.append((getattr(signals, name), receive))
        getattr(signals, name).connect(receive)

    def listen(work) -> list[tuple[str, dict[str, Any]]]:
        found.clear()
        with django_capture_on_commit_callbacks(execute=True):
            work()
        return list(found)

    yield listen
    for signal, receive in receivers:
        signal.disconnect(receive)


def test_a_visitor_who_becomes_known_is_told_with_the_ground(heard):
    visitor = browser()
    ((name, values),) = heard(lambda: hit(visitor, "a"))
    assert (name, values["kind"]) == ("activity_recorded", "page.hit")

    told = dict(heard(lambda: hit(visitor, "b", email=ADA)))
    assert set(told) == {"contact_identified", "activity_recorded"}
    values = told["contact_identified"]
    assert (values["rule"], values["evidence"]) == ("unique_field", {"fields": ["email"]})
    assert values["contact_id"] == linking.owner_of("email", ADA)
    assert values["device_id"] and values["site_id"]


def test_a_known_visitor_on_a_known_device_is_no_news(heard):
    visitor = browser()
    hit(visitor, email=ADA)
    told = heard(lambda: hit(visitor, "b", email=ADA))
    assert [name for name, _values in told] == ["activity_recorded"]


def test_a_merge_is_told(heard):
    one, other = known(ADA), known(BOB)
    told = dict(
        heard(lambda: merging.merge(one.pk, other.pk, rule=Rule.EDITOR, now=timezone.now()))
    )
    values = told["contacts_merged"]
    assert (values["winner_id"], values["loser_id"]) == (one.pk, other.pk)


def test_somebody_known_by_an_editor_is_told(heard):
    told = dict(heard(lambda: known(ADA)))
    assert told["contact_identified"]["rule"] == "editor"


def test_a_receiver_that_fails_costs_nobody_anything(heard, caplog):
    def fail(**values: Any) -> None:
        raise ValueError("a mistake of the project")

    signals.contact_identified.connect(fail)
    try:
        told = heard(lambda: hit(browser(), email=ADA))
    finally:
        signals.contact_identified.disconnect(fail)
    assert len(told) == 3
