"""Companies as a call names them, and as they end up with a contact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from tests.activity.making import NOON, contact
from wagtail_contacttrack.contacts import companies, company_editing, fieldset
from wagtail_contacttrack.contacts.models import (
    Company,
    CompanyIdentifier,
    CompanyMembership,
    ContactField,
)

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)
# What is sent for each field of a company, and what is stored.
FIELDS = {
    "companyaddress1": ("Main Street 1", "Main Street 1"),
    "companyaddress2": ("Second floor", "Second floor"),
    "companyemail": ("office@example.org", "office@example.org"),
    "companyphone": ("+41 44 668 18 00", "+41 44 668 18 00"),
    "companycity": ("Zürich", "Zürich"),
    "companystate": ("California", "California"),
    "companyzipcode": ("8001", "8001"),
    "companycountry": ("Switzerland", "Switzerland"),
    "companywebsite": ("https://example.org/a?b=1", "https://example.org/a?b=1"),
    "companynumber_of_employees": ("250", 250),
    "companyfax": ("+41 44 668 18 01", "+41 44 668 18 01"),
    "companyannual_revenue": ("1234567.89", 1234567.89),
    "companyindustry": ("Oil & Gas", "Oil & Gas"),
    "companydescription": ("Makes & mends\nropes", "Makes & mends\nropes"),
    "fleet_size": ("12", 12),
}


@pytest.fixture(autouse=True)
def fleet_size():
    """A field that an editor has added."""
    return field("fleet_size", type="number", publicly_updatable=True)


def field(alias, **values):
    made = ContactField.objects.create(object="company", alias=alias, label=alias, **values)
    fieldset.clear()
    return made


def change(alias, **values):
    ContactField.objects.filter(object="company", alias=alias).update(**values)
    fieldset.clear()


def data(**params):
    return companies.data_of(params, fieldset.current())


def send(person, several=True, now=NOON, **params):
    with transaction.atomic():
        return companies.assign(person, data(**params), several=several, now=now, using="default")


def named(name):
    made = Company(date_added=NOON)
    company_editing.save(made, {"companyname": name}, fieldset.current(), now=NOON)
    return made


def companies_of(person):
    """The names of a contact's companies, the primary one first."""
    rows = person.memberships.order_by("-is_primary", "company__name")
    assert rows.filter(is_primary=True).count() == (1 if rows else 0)
    person.refresh_from_db()
    assert person.company == (rows[0].company.name if rows else "")
    return [row.company.name for row in rows]


# What a call says


# S30
@pytest.mark.parametrize("alias", ["company", "companyname", "Company", "COMPANYNAME"])
def test_a_company_is_named_by_either_name(alias):
    person = contact()

    made = send(person, **{alias: " Example Ropes "})

    assert (made.name, made.fields) == ("Example Ropes", {})
    assert companies_of(person) == ["Example Ropes"]


def test_every_installed_field_is_in_the_table():
    installed = set(fieldset.current().company)
    assert installed == {*FIELDS, "companyname"}


# S31
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("alias", FIELDS)
def test_every_field_of_the_company_is_stored(alias, spelling):
    sent, stored = FIELDS[alias]

    made = send(contact(), **{"company": "Example Ropes", spelling(alias): sent})

    assert Company.objects.get() == made
    assert Company.objects.get().fields == {alias: stored}


def test_company_counts_before_companyname_unless_it_is_blank():
    assert data(company="A", companyname="B").values == {"companyname": "A"}
    assert data(company=" ", companyname="B").values == {"companyname": "B"}


def test_the_place_of_the_contact_is_that_of_the_company_unless_that_is_said():
    params = {"company": "A", "country": "France", "City": "Nantes", "companycity": "Lyon"}
    found = data(**params)

    assert found.values == {"companyname": "A", "companycountry": "France", "companycity": "Lyon"}
    assert params["country"] == "France"


def test_a_place_that_is_none_is_not_held_against_the_company():
    assert data(company="A", country="Narnia").ignored == []
    assert data(company="A", companycountry="Narnia").ignored == [
        ("companycountry", "not_a_country")
    ]


@pytest.mark.parametrize("params", [{}, {"companycity": "Lyon"}, {"company": " "}, {"city": "X"}])
def test_details_alone_are_nobodys_company(params, django_assert_num_queries):
    person, found = contact(), data(**params)

    with django_assert_num_queries(0):
        made = companies.assign(person, found, several=True, now=NOON, using="default")

    assert made is None


def test_a_field_that_is_not_public_is_left_out_and_said_so():
    change("companycity", publicly_updatable=False)

    found = data(company="A", CompanyCity="Lyon", city="Nantes")

    assert found.values == {"companyname": "A"}
    assert found.ignored == [("CompanyCity", "field_not_public")]


def test_without_a_public_name_no_company_is_made():
    change("companyname", publicly_updatable=False)

    found = data(company="A", companycity="Lyon")

    assert (found.unique, found.ignored) == ({}, [("company", "field_not_public")])
    assert send(contact(), company="A") is None


@pytest.mark.parametrize("limit", [None, 500])
def test_a_name_that_is_too_long_is_refused(limit):
    change("companyname", properties={"limit": limit})

    found = data(company="x" * 192)

    assert (found.unique, found.ignored) == ({}, [("company", "too_long")])


# What becomes of it


def test_the_same_company_is_found_however_its_name_is_written():
    first, second = contact(firstname="A"), contact(firstname="B")

    made = send(first, company="Café Müller GmbH")
    found = send(second, company="  CAFE\u0301 MÜLLER GMBH")

    assert (found, found.name) == (made, "Café Müller GmbH")
    assert companies_of(second) == ["Café Müller GmbH"]


@pytest.mark.parametrize("linked", [True, False])
def test_a_company_that_is_found_takes_what_is_new(linked):
    person, other = contact(firstname="A"), contact(firstname="B")
    send(person, company="A", companycity="Lyon", companyphone="1")

    send(person if linked else other, company="A", companycity="Nantes", now=LATER)

    found = Company.objects.get()
    assert found.fields == {"companycity": "Nantes", "companyphone": "1"}
    assert found.date_modified == LATER


def test_blanks_erase_nothing():
    person = contact()
    send(person, company="A", companycity="Lyon")

    send(person, company="A", companycity="", city=" ")

    assert Company.objects.get().fields == {"companycity": "Lyon"}


def test_the_usual_visit_reads_twice_and_writes_nothing(django_assert_num_queries):
    person = contact()
    send(person, company="A", companycity="Lyon")
    person.refresh_from_db()
    found = data(company="A", companycity="Lyon")

    with django_assert_num_queries(2):
        companies.assign(person, found, several=True, now=LATER, using="default")


def test_a_new_company_becomes_the_primary_one():
    person = contact()

    send(person, company="A")
    send(person, company="B")
    assert companies_of(person) == ["B", "A"]

    send(person, company="A")
    assert companies_of(person) == ["A", "B"]


def test_without_several_companies_the_last_one_stays():
    person = contact()
    send(person, company="A")
    send(person, company="B")

    send(person, company="C", several=False)

    assert companies_of(person) == ["C"]
    assert Company.objects.count() == 3


def test_only_the_company_of_the_contact_is_written():
    person = contact(firstname="Ada")
    person.firstname = "not saved yet"

    send(person, company="A", now=LATER)

    assert (person.company, person.date_modified) == ("A", LATER)
    person.refresh_from_db()
    assert (person.firstname, person.company, person.date_modified) == ("Ada", "A", LATER)


def test_a_company_is_also_found_by_another_unique_field():
    field("vat_number", unique_identifier=True, publicly_updatable=True)
    made = send(contact(firstname="A"), company="A", vat_number="CHE-1")

    found = send(contact(firstname="B"), vat_number="che-1", companycity="Lyon")

    assert found == made
    assert (found.name, found.fields["companycity"]) == ("A", "Lyon")
    assert send(contact(firstname="C"), vat_number="CHE-2") is None
    assert Company.objects.count() == 1


def test_what_a_company_is_found_by_is_filled_in_but_not_replaced():
    field("vat_number", unique_identifier=True, publicly_updatable=True)
    first = send(contact(firstname="A"), company="A")
    second = send(contact(firstname="B"), company="B", vat_number="CHE-2")

    send(contact(firstname="C"), company="A", vat_number="CHE-1")
    send(contact(firstname="D"), company="A", vat_number="CHE-9")
    send(contact(firstname="E"), company="Renamed", vat_number="CHE-2")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.name, first.fields) == ("A", {"vat_number": "CHE-1"})
    assert (second.name, second.fields) == ("B", {"vat_number": "CHE-2"})
    assert CompanyIdentifier.objects.count() == 4


def test_of_two_companies_that_are_named_at_once_the_newer_counts():
    field("vat_number", unique_identifier=True, publicly_updatable=True)
    send(contact(firstname="A"), company="A", vat_number="CHE-1")
    newer = send(contact(firstname="B"), company="B")

    found = send(contact(firstname="C"), company="B", vat_number="CHE-1")

    assert found == newer
    assert Company.objects.get(pk=newer.pk).fields == {}


# What editors do


def test_a_renamed_company_shows_with_its_contacts_and_is_found_by_the_new_name():
    person, other = contact(firstname="A"), contact(firstname="B")
    made = send(person, company="Old")
    send(other, company="Old")
    send(other, company="Else")

    company_editing.save(made, {"companyname": "New"}, fieldset.current(), now=LATER)

    assert companies_of(person) == ["New"]
    assert companies_of(other) == ["Else", "New"]
    assert send(contact(firstname="C"), company="new") == made
    assert send(contact(firstname="D"), company="Old") != made


def test_two_companies_cannot_have_one_name():
    named("A")
    made = named("B")

    with pytest.raises(company_editing.ValueTaken):
        company_editing.save(made, {"companyname": "a "}, fieldset.current(), now=LATER)
    with pytest.raises(company_editing.ValueTaken):
        named("A")

    assert sorted(Company.objects.values_list("name", flat=True)) == ["A", "B"]


def test_an_emptied_field_is_gone():
    made = send(contact(), company="A", companycity="Lyon", companyphone="1")

    company_editing.save(made, {"companycity": ""}, fieldset.current(), now=LATER)

    assert Company.objects.get().fields == {"companyphone": "1"}


def test_a_contact_is_added_to_companies_and_taken_out_again():
    person, first, second = contact(), named("A"), named("B")

    company_editing.link(person.pk, first, several=True, now=LATER)
    company_editing.link(person.pk, second, several=True, now=LATER)
    assert companies_of(person) == ["A", "B"]

    company_editing.set_primary(person.pk, second, now=LATER)
    assert companies_of(person) == ["B", "A"]

    company_editing.unlink(person.pk, second, now=LATER)
    assert companies_of(person) == ["A"]

    company_editing.link(person.pk, second, several=False, now=LATER)
    assert companies_of(person) == ["B"]

    company_editing.unlink(person.pk, second, now=LATER)
    assert companies_of(person) == []


def test_who_gets_a_company_is_known():
    person = contact(date_identified=None)

    company_editing.link(person.pk, named("A"), several=True, now=LATER)

    person.refresh_from_db()
    assert person.date_identified == LATER
    assert person.presence.known


def test_a_company_goes_and_its_contacts_stay(monkeypatch):
    monkeypatch.setattr(company_editing, "CHUNK", 2)
    people = [contact(firstname=str(n)) for n in range(5)]
    for person in people:
        send(person, company="B")
        send(person, company="A")
    send(people[0], company="B")
    only = contact(firstname="only")
    doomed = send(only, company="A")

    company_editing.delete(doomed, now=LATER)

    assert [companies_of(person) for person in people] == [["B"]] * 5
    assert companies_of(only) == []
    assert list(Company.objects.values_list("name", flat=True)) == ["B"]
    assert CompanyMembership.objects.count() == 5
    assert send(only, company="A") != doomed
