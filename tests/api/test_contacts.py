"""Contacts by the standard routes, in the shapes of Mautic."""

from __future__ import annotations

import re

import pytest
from wagtail.models import ModelLogEntry

from tests.activity.making import NOON, contact, did
from wagtail_contacttrack.contacts import linking, merging
from wagtail_contacttrack.contacts.models import Contact, ContactField, Identifier, Rule

pytestmark = pytest.mark.django_db

ADA = "ada@site.example"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


@pytest.fixture
def ada(admin_program):
    sent = {"email": ADA, "firstname": "Ada", "city": "London", "tags": "VIP,-old"}
    return admin_program.send("POST", "contacts/new", sent, 201)["contact"]


def test_a_contact_has_mautics_shape(ada):
    assert {name: type(value) for name, value in ada.items()} == {
        "isPublished": bool, "dateAdded": str, "dateModified": str, "createdBy": type(None),
        "createdByUser": type(None), "modifiedBy": type(None), "modifiedByUser": type(None),
        "id": int, "points": int, "color": type(None), "fields": dict, "lastActive": str,
        "owner": type(None), "ipAddresses": list, "tags": list, "utmtags": list,
        "stage": type(None), "dateIdentified": str, "preferredProfileImage": str,
        "doNotContact": list, "frequencyRules": list,
    }  # fmt: skip
    for name in ("dateAdded", "dateModified", "lastActive", "dateIdentified"):
        assert MOMENT.fullmatch(ada[name])
    assert set(ada["fields"]) == {"core", "social", "personal", "professional", "all"}
    # As PHP writes an empty array.
    assert ada["fields"]["personal"] == []
    email = ada["fields"]["core"]["email"]
    number = ContactField.objects.get(object="contact", alias="email").pk
    assert email == {
        "id": str(number), "label": "E-mail", "alias": "email", "type": "email", "group": "core",
        "object": "lead", "is_fixed": "1", "properties": "a:0:{}", "default_value": None,
        "value": ADA, "normalizedValue": ADA,
    }  # fmt: skip
    assert ada["fields"]["all"]["firstname"] == "Ada"
    assert ada["fields"]["all"]["lastname"] is None
    assert [tag["tag"] for tag in ada["tags"]] == ["VIP"]


def test_the_id_among_the_fields_is_a_number_only_after_a_save(admin_program, ada):
    assert ada["fields"]["all"]["id"] == ada["id"]
    assert admin_program.ask(f"contacts/{ada['id']}")["contact"]["fields"]["all"]["id"] == str(
        ada["id"]
    )


def test_the_answer_to_a_new_contact_says_where_it_is(admin_program):
    response = admin_program.call("POST", "contacts/new", {"email": ADA})
    number = response.json()["contact"]["id"]
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver/api/contacts/{number}"


def test_no_contacts_at_all_are_exactly_this(admin_program):
    response = admin_program.call("GET", "contacts")
    assert response.json() == {"total": "0", "contacts": {}}


def test_contacts_are_listed_by_id_with_a_total_as_text(admin_program, ada):
    contact()
    body = admin_program.ask("contacts")
    assert body["total"] == "2"
    assert next(iter(body["contacts"])) == str(ada["id"])
    assert body["contacts"][str(ada["id"])]["id"] == ada["id"]


def test_a_form_is_taken_like_json(admin_program):
    text = "email=ada%40site.example&firstname=A%26B&tags=a&tags=-b&points=3"
    body = admin_program.form("POST", "contacts/new", text, 201)["contact"]
    assert body["fields"]["all"]["firstname"] == "A&B"
    assert [tag["tag"] for tag in body["tags"]] == ["a"]
    assert body["points"] == 3
    body = admin_program.form("PATCH", f"contacts/{body['id']}/edit", "tags[]=c&tags[]=-a")
    assert [tag["tag"] for tag in body["contact"]["tags"]] == ["c"]


@pytest.mark.parametrize(
    "tags", ["a,b", ["a", "b"], {"3": "a", "9": "b"}, ["b", "a", "-c"], ["b", "x", "a", "-x"]]
)
def test_tags_come_in_many_ways(admin_program, tags):
    body = admin_program.send("POST", "contacts/new", {"email": ADA, "tags": tags}, 201)
    assert [tag["tag"] for tag in body["contact"]["tags"]] == ["a", "b"]


def test_who_has_the_address_already_is_changed_and_not_made_again(admin_program, ada):
    sent = {"email": ADA.upper(), "lastname": "Lovelace", "firstname": "", "tags": "new"}
    body = admin_program.send("POST", "contacts/new", sent, 200)["contact"]
    assert body["id"] == ada["id"]
    # What is blank erases nothing, and tags that were not named stay.
    assert body["fields"]["all"]["firstname"] == "Ada"
    assert body["fields"]["all"]["lastname"] == "Lovelace"
    assert sorted(tag["tag"] for tag in body["tags"]) == ["VIP", "new"]
    assert Contact.objects.count() == 1


def test_blanks_erase_where_they_are_told_to(admin_program, ada):
    sent = {"firstname": "", "overwriteWithBlank": True}
    body = admin_program.send("PATCH", f"contacts/{ada['id']}/edit", sent)["contact"]
    assert body["fields"]["all"]["firstname"] is None
    assert body["fields"]["all"]["city"] == "London"


def test_a_patch_changes_what_was_sent_and_nothing_else(admin_program, ada):
    sent = {"lastname": "Lovelace", "nonsense": "x", "id": 77}
    body = admin_program.send("PATCH", f"contacts/{ada['id']}/edit", sent)["contact"]
    assert body["id"] == ada["id"]
    assert body["fields"]["all"] == {**body["fields"]["all"], "firstname": "Ada", "email": ADA}


def test_a_put_empties_what_was_not_sent(admin_program, ada):
    sent = {"email": ADA, "lastname": "Lovelace"}
    body = admin_program.send("PUT", f"contacts/{ada['id']}/edit", sent)["contact"]
    found = {name: value for name, value in body["fields"]["all"].items() if value}
    assert found.keys() == {"id", "email", "lastname", "last_active"}


def test_a_put_of_nobody_makes_somebody_under_another_id(admin_program):
    body = admin_program.send("PUT", "contacts/999999/edit", {"email": ADA}, 201)["contact"]
    assert body["id"] != 999999
    assert body["fields"]["all"]["email"] == ADA


def test_an_address_that_another_contact_has_joins_the_two(admin_program, ada):
    bob = admin_program.send("POST", "contacts/new", {"email": "bob@site.example"}, 201)["contact"]
    body = admin_program.send("PATCH", f"contacts/{bob['id']}/edit", {"email": ADA})["contact"]
    assert body["id"] == bob["id"]
    assert body["fields"]["all"]["firstname"] == "Ada"
    # The old id leads on, in every route.
    assert admin_program.ask(f"contacts/{ada['id']}")["contact"]["id"] == bob["id"]
    assert linking.owner_of("email", ADA) == bob["id"]
    assert ModelLogEntry.objects.filter(action="contacttrack.merge").count() == 2


def test_a_merged_contact_is_not_listed(admin_program, ada):
    other = contact(email="x@site.example")
    merging.merge(ada["id"], other.pk, rule=Rule.EDITOR, now=NOON)
    assert list(admin_program.ask("contacts")["contacts"]) == [str(ada["id"])]


def test_deleting_gives_back_who_it_was_without_an_id(admin_program, ada):
    body = admin_program.send("DELETE", f"contacts/{ada['id']}/delete")["contact"]
    assert body["id"] is None
    assert body["fields"]["all"]["email"] == ADA
    admin_program.ask(f"contacts/{ada['id']}", 404)
    # Afterwards the log knows a number only.
    entry = ModelLogEntry.objects.get(action="wagtail.delete")
    assert entry.label == f"#{ada['id']}"


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"email": "nope"}, "email", "not an e-mail address"),
        ({"firstname": "x" * 65}, "firstname", "longer than this field allows"),
        ({"country": "Atlantis"}, "country", "not a country"),
        ({"points": "many"}, "points", "not a whole number"),
        ({"points": 10**20}, "points", "too large"),
        ({"owner": 99999}, "owner", "no such user"),
        ({"owner": "ada"}, "owner", "no such user"),
        ({"stage": 5}, "stage", "no such stage"),
        ({"ipAddress": "1.2.3"}, "ipAddress", "not an IP address"),
        ({"lastActive": "soon"}, "lastActive", "not a date and time"),
        ({"tags": "x" * 300}, "tags", "too long"),
        ({"doNotContact": [{"reason": 9}]}, "doNotContact", "reason"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name_and_nothing_is_stored(
    admin_program, sent, field, sentence
):
    body = admin_program.send("POST", "contacts/new", {"lastname": "Lovelace", **sent}, 400)
    (error,) = body["errors"]
    assert error["code"] == 400
    assert sentence in error["details"][field][0]
    assert not Contact.objects.exists()


@pytest.mark.parametrize("stage", [None, "", 0, "0"])
def test_no_stage_is_no_error(admin_program, stage):
    admin_program.send("POST", "contacts/new", {"email": ADA, "stage": stage}, 201)


def test_an_owner_is_given_and_taken_away(admin_program, admin_user, ada):
    path = f"contacts/{ada['id']}/edit"
    body = admin_program.send("PATCH", path, {"owner": admin_user.pk})["contact"]
    assert body["owner"]["username"] == "admin"
    assert admin_program.send("PATCH", path, {"city": "Graz"})["contact"]["owner"]
    assert admin_program.send("PATCH", path, {"owner": None})["contact"]["owner"] is None


def test_points_an_address_and_a_time_are_kept(admin_program):
    sent = {
        "email": ADA, "points": 12, "ipAddress": "203.0.113.9",
        "lastActive": "2024-05-31T14:30:00+02:00",
    }  # fmt: skip
    body = admin_program.send("POST", "contacts/new", sent, 201)["contact"]
    assert body["points"] == 12
    assert [item["ipAddress"] for item in body["ipAddresses"]] == ["203.0.113.9"]
    assert body["lastActive"] == "2024-05-31T12:30:00+00:00"


def test_do_not_contact_comes_along(admin_program):
    sent = {"email": ADA, "doNotContact": [{"channel": "email", "reason": 1, "comments": "asked"}]}
    body = admin_program.send("POST", "contacts/new", sent, 201)["contact"]
    (record,) = body["doNotContact"]
    assert (record["channel"], record["reason"], record["comments"]) == ("email", 1, "asked")


def test_a_contact_of_a_program_is_identified_by_the_api(admin_program, admin_user, ada):
    row = Identifier.objects.get()
    assert (row.rule, row.actor_id) == (Rule.API, admin_user.pk)
    (entry,) = ModelLogEntry.objects.filter(action="wagtail.create")
    assert (entry.user_id, entry.object_id) == (admin_user.pk, str(ada["id"]))


@pytest.mark.parametrize("number", ["0", "999", "9" * 18, "9" * 19, "9" * 400])
@pytest.mark.parametrize("path", ["contacts/{}", "contacts/{}/activity", "companies/{}", "tags/{}"])
def test_an_unknown_id_is_not_found(admin_program, number, path):
    body = admin_program.ask(path.format(number), 404)
    assert body == {"errors": [{"code": 404, "message": "Item was not found.", "details": []}]}


def test_a_list_costs_the_same_however_long_it_is(
    admin_program, django_assert_max_num_queries, admin_user
):
    for number in range(12):
        person = contact(email=f"p{number}@site.example", owner=admin_user)
        did(person, 1, address="203.0.113.9")
    admin_program.ask("contacts?limit=1")
    with django_assert_max_num_queries(15) as few:
        admin_program.ask("contacts?limit=2")
    with django_assert_max_num_queries(15) as many:
        assert len(admin_program.ask("contacts?limit=12")["contacts"]) == 12
    assert len(many) == len(few)


def test_minimal_leaves_the_rest_out(admin_program, ada):
    (found,) = admin_program.ask("contacts?minimal=True")["contacts"].values()
    assert found["fields"]["all"]["email"] == ADA
    assert "tags" not in found


def test_chosen_keys_come_alone(admin_program, ada):
    (found,) = admin_program.ask("contacts?select[]=id&select[]=points")["contacts"].values()
    assert found == {"id": ada["id"], "points": 0}
