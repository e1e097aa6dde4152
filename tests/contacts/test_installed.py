"""The fields that come with the app."""

from __future__ import annotations

import pytest
from django.utils import timezone

from wagtail_contacttrack.apps import install_fields
from wagtail_contacttrack.contacts import fieldset, linking
from wagtail_contacttrack.contacts.models import Contact, ContactField, Identifier

pytestmark = pytest.mark.django_db


def test_all_of_them_are_there_and_only_those_of_companies_are_open():
    contact = ContactField.objects.filter(object="contact")
    company = ContactField.objects.filter(object="company")
    assert (contact.count(), company.count()) == (28, 15)
    assert not contact.filter(publicly_updatable=True).exists()
    assert not company.filter(publicly_updatable=False).exists()
    unique = ContactField.objects.filter(unique_identifier=True)
    assert set(unique.values_list("alias", flat=True)) == {"email", "companyname"}


def test_what_editors_have_changed_stays():
    ContactField.objects.filter(alias="firstname").update(label="Given name")
    install_fields(using="default")
    assert ContactField.objects.get(alias="firstname").label == "Given name"


def test_contacts_of_an_earlier_version_are_named_by_their_address():
    now = timezone.now()
    first = Contact.objects.create(email="Ada@site.example", date_identified=now)
    Contact.objects.create(email="ada@site.example", date_identified=now)
    Contact.objects.create()
    Identifier.objects.all().delete()
    ContactField.objects.filter(alias="email").delete()
    fieldset.clear()

    install_fields(using="default")

    assert linking.owner_of("email", "ADA@site.example") == first.pk
    assert Identifier.objects.count() == 1
