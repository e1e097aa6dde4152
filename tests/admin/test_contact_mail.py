"""Whether a contact may be written to, seen and set by editors."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.activity.making import contact
from tests.outbound.making import message
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import consent
from wagtail_contacttrack.contacts.models import DoNotContact

from .looking import text

pytestmark = pytest.mark.django_db

Reason = DoNotContact.Reason


@pytest.fixture
def person():
    return contact(firstname="Ada", email="ada@example.org")


def url_of(person):
    return reverse("contacttrack_contacts:email", args=[person.pk])


def card(page):
    for found in page.select(".ct-card"):
        if found.h2.get_text() == "E-mail":
            return found
    return None


def test_an_editor_stops_mail_and_allows_it_again(admin_client, contact_page, person):
    shown = card(contact_page(person))
    assert "May be sent" in text(shown)
    assert shown.a["href"] == url_of(person)

    sent = {"wanted": "forbid", "comments": "On the phone"}
    response = admin_client.post(url_of(person), sent, follow=True)
    assert "gets no more bulk mail" in response.content.decode()
    record = DoNotContact.objects.get()
    assert (record.contact, record.reason, record.comments) == (
        person,
        Reason.MANUAL,
        "On the phone",
    )
    shown = text(card(contact_page(person)))
    assert "Must not be sent" in shown
    assert "Set by an editor" in shown
    assert "On the phone" in shown

    assert "On the phone" in admin_client.get(url_of(person)).content.decode()
    admin_client.post(url_of(person), {"wanted": "allow"})
    assert consent.may_contact(person.pk)
    rows = Activity.objects.order_by("id")
    assert [row.kind for row in rows] == ["email.unsubscribed", "email.resubscribed"]
    assert "By an editor" in text(contact_page(person))
    assert ModelLogEntry.objects.filter(object_id=str(person.pk)).count() == 2


def test_a_form_that_was_open_for_long_does_not_do_the_opposite(admin_client, person):
    for _time in range(2):
        assert admin_client.post(url_of(person), {"wanted": "forbid"}).status_code == 302
    assert not consent.may_contact(person.pk)
    assert Activity.objects.count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"wanted": "x"},
        {"wanted": "forbid", "comments": "x" * 1001},
        {"wanted": "forbid", "comments": "\0"},
    ],
)
def test_what_the_form_does_not_know_changes_nothing(admin_client, person, sent):
    assert admin_client.post(url_of(person), sent).status_code == 200
    assert consent.may_contact(person.pk)


def test_who_has_unsubscribed_is_told_with_a_warning(admin_client, person):
    consent.forbid(person.pk, reason=Reason.UNSUBSCRIBED, now=timezone.now())
    assert "against the law" in admin_client.get(url_of(person)).content.decode()


def test_the_card_says_what_became_of_the_last_message(contact_page, person):
    message(person, subject="Older", clicked_at=timezone.now())
    sent = message(person, subject="<b>News</b>")
    shown = text(card(contact_page(person)))
    assert "<b>News</b> Not opened yet" in shown
    sent.opened_at = timezone.now()
    sent.save()
    assert "Opened" in text(card(contact_page(person)))


def test_who_has_no_address_has_no_card(contact_page):
    assert card(contact_page(contact(firstname="Bob"))) is None


def test_who_may_only_look_gets_no_link(client, user_with, person):
    client.force_login(user_with("view_contact"))
    html = client.get(reverse("contacttrack_contacts:inspect", args=[person.pk])).content.decode()
    assert "May be sent" in html
    assert url_of(person) not in html


@pytest.mark.parametrize("pk", [999_999, 2**63])
def test_a_contact_that_does_not_exist_is_not_found(admin_client, pk):
    url = reverse("contacttrack_contacts:email", args=[pk])
    assert admin_client.get(url).status_code == 404
