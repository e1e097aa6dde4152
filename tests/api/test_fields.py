"""Fields by programs."""

from __future__ import annotations

import pytest

from tests.activity.making import contact
from wagtail_contacttrack.contacts import fieldset
from wagtail_contacttrack.contacts.models import Contact, ContactField, Identifier

pytestmark = pytest.mark.django_db


def test_a_program_makes_a_field_and_opens_it_to_the_tracker(admin_program, client):
    sent = {"label": "Shoe size", "type": "number", "isPubliclyUpdatable": True}
    field = admin_program.send("POST", "fields/contact/new", sent, 201)["field"]
    assert field == {
        **field, "alias": "shoe_size", "type": "number", "group": "core", "object": "lead",
        "isPubliclyUpdatable": True, "isUniqueIdentifier": False, "isFixed": False,
        "properties": {"scale": 0},
    }  # fmt: skip
    fieldset.clear()
    client.get("/mtracking.gif?page_url=https://site.example/&shoe_size=43", REMOTE_ADDR="8.8.8.8")
    assert Contact.objects.get().fields["shoe_size"] == 43


@pytest.mark.parametrize(
    "options",
    [
        [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}],
        {"s": "Small", "l": "Large"},
    ],
)
def test_options_come_in_many_ways(admin_program, options):
    sent = {"label": "Size", "type": "select", "properties": {"list": options}}
    field = admin_program.send("POST", "fields/contact/new", sent, 201)["field"]
    assert field["properties"]["list"] == [
        {"label": "Small", "value": "s"}, {"label": "Large", "value": "l"},
    ]  # fmt: skip


def test_bare_options_are_their_own_labels(admin_program):
    sent = {"label": "Size", "alias": "size", "type": "select", "properties": {"list": "s|l"}}
    field = admin_program.send("POST", "fields/company/new", sent, 201)["field"]
    assert [option["value"] for option in field["properties"]["list"]] == ["s", "l"]
    assert field["object"] == "company"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({}, "label"),
        ({"label": "x", "type": "nonsense"}, "type"),
        ({"label": "x", "alias": "Not an alias"}, "alias"),
        ({"label": "x", "alias": "utm_x"}, "alias"),
        ({"label": "x", "alias": "email"}, "alias"),
        ({"label": "x", "type": "select"}, "properties"),
        ({"label": "x", "type": "boolean", "isUniqueIdentifer": 1}, "isUniqueIdentifier"),
        ({"label": "x", "type": "number", "defaultValue": "many"}, "defaultValue"),
    ],
)
def test_the_rules_of_the_admin_hold(admin_program, sent, name):
    before = ContactField.objects.count()
    body = admin_program.send("POST", "fields/contact/new", sent, 400)
    assert body["errors"][0]["details"][name]
    assert ContactField.objects.count() == before


def test_a_field_that_becomes_unique_names_who_has_values(admin_program):
    field = admin_program.send("POST", "fields/contact/new", {"label": "Number"}, 201)["field"]
    ada = contact(fields={"number": "7"})
    path = f"fields/contact/{field['id']}/edit"
    body = admin_program.send("PATCH", path, {"isUniqueIdentifier": True})
    assert body["field"]["isUniqueIdentifier"] is True
    assert body["field"]["label"] == "Number"
    assert Identifier.objects.get().contact == ada


def test_a_field_is_deleted_with_its_values_and_those_of_the_app_are_not(admin_program):
    field = admin_program.send("POST", "fields/contact/new", {"label": "Number"}, 201)["field"]
    ada = contact(fields={"number": "7"})
    body = admin_program.send("DELETE", f"fields/contact/{field['id']}/delete")
    assert body["field"]["id"] is None
    ada.refresh_from_db()
    assert ada.fields == {}
    city = ContactField.objects.get(object="contact", alias="city")
    body = admin_program.send("DELETE", f"fields/contact/{city.pk}/delete", None, 400)
    assert "comes with the app" in body["errors"][0]["message"]


def test_contacts_and_companies_have_lists_of_their_own(admin_program):
    contacts = admin_program.ask("fields/contact?limit=100")
    companies = admin_program.ask("fields/company?limit=100&search=industry")
    aliases = {field["alias"] for field in contacts["fields"].values()}
    assert "email" in aliases
    assert "companyname" not in aliases
    assert companies["total"] == 1
    number = next(iter(companies["fields"]))
    admin_program.ask(f"fields/contact/{number}", 404)
    assert admin_program.ask(f"fields/company/{number}")["field"]["alias"] == "companyindustry"
