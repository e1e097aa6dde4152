"""Tags and companies that several requests make at the same moment."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests.activity.making import NOON, contact
from tests.tracking.conftest import at_once, committed, test_database  # noqa: F401
from wagtail_contacttrack.contacts import companies, fieldset, installed, tags
from wagtail_contacttrack.contacts.models import (
    Company,
    CompanyIdentifier,
    CompanyMembership,
    Contact,
    ContactTag,
    Tag,
)

pytestmark = [
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
]
MANY = 8


@pytest.fixture(autouse=True)
def cleared(committed):  # noqa: F811
    installed.install("default")
    yield
    for model in (ContactTag, Tag, CompanyMembership, CompanyIdentifier, Company):
        model.objects.all()._raw_delete("default")


def test_one_tag_is_made_by_many():
    people = [contact(firstname=str(n)) for n in range(MANY)]

    def send(person, value):
        with transaction.atomic():
            Contact.objects.select_for_update().get(pk=person.pk)
            tags.apply(person.pk, tags.parse(value).changes, now=NOON, using="default")

    orders = ["A,B,C", "C,B,A"]
    results = at_once(
        *(lambda n=n, person=person: send(person, orders[n % 2]) for n, person in enumerate(people))
    )

    assert results == [None] * MANY
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["A", "B", "C"]
    assert ContactTag.objects.count() == 3 * MANY


def test_one_company_is_made_by_many():
    people = [contact(firstname=str(n)) for n in range(MANY)]
    fields = fieldset.current()

    def send(number, person):
        data = companies.data_of(
            {"company": "Example Ropes", f"companyaddress{number % 2 + 1}": "x"}, fields
        )
        with transaction.atomic():
            row = Contact.objects.select_for_update().get(pk=person.pk)
            return companies.assign(row, data, several=True, now=NOON, using="default").pk

    results = at_once(
        *(lambda n=n, person=person: send(n, person) for n, person in enumerate(people))
    )

    made = Company.objects.get()
    assert results == [made.pk] * MANY
    assert made.fields == {"companyaddress1": "x", "companyaddress2": "x"}
    assert CompanyMembership.objects.filter(company=made, is_primary=True).count() == MANY
    assert CompanyIdentifier.objects.count() == 1
