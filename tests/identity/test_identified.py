"""Whom no browser makes somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.tracking.conftest import browser
from wagtail_contacttrack.contacts import company_editing, field_changes, fieldset, merging
from wagtail_contacttrack.contacts.models import Company, Contact, ContactField, Rule

from .test_recognition import ADA, hit, known

pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
def somebody() -> Contact:
    return known(ADA)


def send(client: Any, contact_id: int, **values: str) -> None:
    address = reverse("contacttrack_contacts:edit", args=[contact_id])
    assert client.post(address, values).status_code == 302


def says_adas_address(visitor: Any, own: int, somebody: Contact) -> None:
    """The visitor is taken for Ada from now on, and the contact stays who it was."""
    assert hit(visitor, "b", email=ADA)["id"] == somebody.pk
    assert Contact.objects.get(pk=own).merged_into_id is None
    somebody.refresh_from_db()
    assert (somebody.firstname, somebody.lastname, somebody.company) == ("", "", "")


def test_who_was_named_by_an_editor_beside_what_the_browser_said(somebody, admin_client):
    visitor = browser()
    own = hit(visitor, "a", firstname="Eve")["id"]
    send(admin_client, own, firstname="Eve", lastname="Lock")
    says_adas_address(visitor, own, somebody)


def test_who_was_put_into_a_company_by_an_editor(somebody):
    visitor = browser()
    own = hit(visitor, "a")["id"]
    company = Company.objects.create(name="Acme")
    company_editing.link(own, company, several=True, now=timezone.now())
    says_adas_address(visitor, own, somebody)


def test_who_was_added_by_an_editor_without_an_address(somebody, admin_client):
    admin_client.post(reverse("contacttrack_contacts:add"), {"firstname": "Carl"})
    carl = Contact.objects.get(firstname="Carl")
    visitor = browser()
    anonymous = hit(visitor, "a")["id"]
    merging.merge(carl.pk, anonymous, rule=Rule.EDITOR, now=timezone.now())
    says_adas_address(visitor, carl.pk, somebody)


def test_whose_field_names_nobody_any_more(somebody):
    visitor = browser()
    own = hit(visitor, "a", customer="5")["id"]
    ContactField.objects.filter(alias="customer").update(unique_identifier=False)
    fieldset.clear()
    field_changes.unclaim(fieldset.current().contact["customer"])
    says_adas_address(visitor, own, somebody)


def test_whose_address_an_editor_has_taken_away(somebody, admin_client):
    visitor = browser()
    own = hit(visitor, "a", email="typo@site.example", firstname="Carl")["id"]
    send(admin_client, own, firstname="Carl", email="")
    says_adas_address(visitor, own, somebody)


def test_a_field_that_becomes_unique_names_nobody_who_is_merged_at_that_moment(monkeypatch):
    visitor = browser()
    known(ADA)
    own = hit(visitor, "a")["id"]
    Contact.objects.filter(pk=own).update(fields={"member": "77"})
    ContactField.objects.create(
        object="contact", alias="member", label="M", publicly_updatable=True, unique_identifier=True
    )
    fieldset.clear()
    lock = field_changes.lock

    def merged_first(*args: Any) -> Any:
        assert hit(visitor, "b", email=ADA)
        monkeypatch.setattr(field_changes, "lock", lock)
        return lock(*args)

    monkeypatch.setattr(field_changes, "lock", merged_first)
    field_changes.claim(fieldset.current().contact["member"], now=timezone.now())
    assert Contact.objects.get(pk=own).merged_into_id is not None
    assert hit(browser(), "c", member="77")["id"] != own
