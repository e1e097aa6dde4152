"""Where nothing conflicts, it makes no difference what arrives first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.identity.browsing import Browser, open_fields
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact, ContactTag

BEGIN = datetime(2026, 3, 1, 9, tzinfo=UTC)

# Two people with two browsers each, and what they send from them: a plain visit, their address, or
# something that belongs to them. Each browser says at least once whose it is.
OWNER = {0: "ada", 1: "ada", 2: "bob", 3: "bob"}
SAYING = {
    "visit": {},
    "address": {"email": "%s@site.example"},
    "capitals": {"email": "%s@SITE.example"},
    "tag": {"tags": "%s"},
    "company": {"company": "%s Ltd"},
    "both": {"company": "%s Ltd", "email": "%s@site.example"},
    "name": {"firstname": "%s"},
}

arrivals = st.lists(
    st.tuples(st.sampled_from(list(OWNER)), st.sampled_from(list(SAYING))), max_size=8
).flatmap(lambda more: st.permutations([*((browser, "address") for browser in OWNER), *more]))


def outcome_of(arrivals: list[tuple[int, str]]) -> dict[str, object]:
    """Who is who after these arrivals, in words that do not depend on their order."""
    browsers = {number: Browser() for number in OWNER}
    for step, (number, saying) in enumerate(arrivals):
        name = OWNER[number]
        values = {key: value.replace("%s", name) for key, value in SAYING[saying].items()}
        browsers[number].visit(name, now=BEGIN + timedelta(minutes=step), **values)
    return {
        contact.email.lower(): (
            sorted(Activity.objects.filter(contact=contact, kind="page.hit").values_list("url")),
            sorted(ContactTag.objects.filter(contact=contact).values_list("tag__name")),
            contact.company,
            contact.firstname,
        )
        for contact in Contact.objects.current()
    }


@pytest.mark.django_db
def test_the_order_of_arrival_changes_nothing(settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "TRACK_PRIVATE_IP_RANGES": True}
    open_fields("email", "firstname")
    check_orders()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(arrivals)
def check_orders(order: list[tuple[int, str]]) -> None:
    results = []
    for arrivals in (order, sorted(order), sorted(order, reverse=True)):
        with transaction.atomic():
            results.append(outcome_of(arrivals))
            transaction.set_rollback(True)

    assert results[0] == results[1] == results[2]
    assert set(results[0]) == {"ada@site.example", "bob@site.example"}
