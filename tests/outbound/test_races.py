"""Many at once: what counts once is counted once, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections
from django.utils import timezone

from tests.activity.making import contact
from tests.tracking.conftest import at_once, browser, reason
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.merging import merge
from wagtail_contacttrack.contacts.models import (
    Contact,
    DoNotContact,
    Identifier,
    Merge,
    MovedRow,
    Presence,
    UserAgent,
)
from wagtail_contacttrack.outbound.models import LinkVisitor, Message, TrackedLink
from wagtail_contacttrack.tracking.models import HitCount

from .making import kinds, link, message, token

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def committed(test_database: None, django_db_blocker) -> Iterator[None]:
    """The real database without a transaction around the test, as threads need it."""
    with django_db_blocker.unblock():
        yield
        for model in (
            Activity, Message, LinkVisitor, TrackedLink, MovedRow, Merge, DoNotContact, Identifier,
            Presence, UserAgent, HitCount,
        ):  # fmt: skip
            model.objects.all()._raw_delete("default")
        Contact.objects.update(merged_into=None)
        Contact.objects.all()._raw_delete("default")
        connections.close_all()


def test_many_first_openings_are_one_in_the_timeline_and_all_counted():
    sent = message()
    answers = at_once(*[lambda: browser().get(f"/email/{sent.key}.gif")] * 10)
    assert [reason(answer) for answer in answers] == ["recorded"] * 10
    assert kinds() == ["email.opened"]
    sent.refresh_from_db()
    assert sent.opens == 10
    assert sent.opened_at == Activity.objects.get().time


def test_many_clicks_are_all_counted_and_one_visitor_once():
    made, sent = link(), message()
    path = f"/r/{made.key}?ct={token(sent)}"
    answers = at_once(*[lambda: browser().get(path)] * 10)
    assert [reason(answer) for answer in answers] == ["recorded"] * 10
    made.refresh_from_db()
    sent.refresh_from_db()
    assert (made.hits, made.unique_hits, sent.clicks) == (10, 1, 10)
    assert LinkVisitor.objects.count() == 1


def test_many_who_send_one_address_out_share_one_link():
    keys = at_once(*[lambda: link("https://shop.example.com/new").key] * 10)
    assert len(set(keys)) == 1
    assert TrackedLink.objects.count() == 1


def test_clicks_while_the_contact_is_merged_are_all_the_survivors():
    made, sent = link(), message()
    survivor = contact(email="bob@example.org")
    path = f"/r/{made.key}?ct={token(sent)}"

    def join():
        return merge(survivor.pk, sent.contact_id, rule="editor", now=timezone.now())

    answers = at_once(*[lambda: browser().get(path)] * 5, join)
    assert [reason(answer) for answer in answers[:5]] == ["recorded"] * 5
    assert isinstance(answers[5], Merge)
    clicks = Activity.objects.filter(kind="email.clicked")
    assert list(clicks.values_list("contact_id", flat=True)) == [survivor.pk] * 5
