"""Many entities in one request."""

from __future__ import annotations

import pytest

from tests.activity.making import contact
from wagtail_contacttrack.contacts.models import Contact

pytestmark = pytest.mark.django_db

PEOPLE = [{"email": "ada@site.example"}, {"email": "bob@site.example"}]


def test_a_list_is_answered_by_lists_in_its_order(admin_program):
    contact(email="bob@site.example")
    admin_program.send("POST", "contacts/new", PEOPLE[1], 201)
    body = admin_program.send("POST", "contacts/batch/new", PEOPLE, 201)
    assert body["statusCodes"] == [201, 200]
    assert [person["fields"]["all"]["email"] for person in body["contacts"]] == [
        "ada@site.example", "bob@site.example",
    ]  # fmt: skip
    assert "errors" not in body


def test_an_object_is_answered_by_its_own_keys(admin_program):
    body = admin_program.send("POST", "contacts/batch/new", {"x": PEOPLE[0], "7": PEOPLE[1]}, 201)
    assert body["statusCodes"] == {"x": 201, "7": 201}
    assert body["contacts"]["7"]["fields"]["all"]["email"] == "bob@site.example"


def test_one_that_fails_takes_no_other_with_it_and_keeps_its_place(admin_program):
    sent = [PEOPLE[0], {"email": "nope"}, "nonsense", PEOPLE[1]]
    body = admin_program.send("POST", "contacts/batch/new", sent, 201)
    assert body["statusCodes"] == [201, 400, 400, 201]
    assert body["contacts"][1] is None
    assert body["errors"]["1"]["details"]["email"]
    assert Contact.objects.count() == 2


def test_many_are_changed_and_unknown_ones_are_told(admin_program):
    ada = contact(email="ada@site.example")
    sent = [{"id": ada.pk, "city": "Graz"}, {"id": 999, "city": "Linz"}]
    body = admin_program.send("PATCH", "contacts/batch/edit", sent)
    assert body["statusCodes"] == [200, 404]
    assert body["contacts"][0]["fields"]["all"]["city"] == "Graz"
    body = admin_program.send("PUT", "contacts/batch/edit", sent)
    assert body["statusCodes"] == [200, 201]
    assert body["contacts"][0]["fields"]["all"]["email"] is None


@pytest.mark.parametrize("query", ["ids={0},{1},999", "ids[0]={0}&ids[1]={1}&ids[2]=999"])
def test_many_are_deleted(admin_program, query):
    one, two = contact(), contact()
    body = admin_program.send("DELETE", "contacts/batch/delete?" + query.format(one.pk, two.pk))
    assert body["statusCodes"] == [200, 200, 404]
    assert [person and person["id"] for person in body["contacts"]] == [None, None, None]
    assert not Contact.objects.exists()


def test_a_batch_has_a_limit(admin_program, settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_BATCH_MAX_LIMIT": 1}
    admin_program.send("POST", "contacts/batch/new", PEOPLE, 400)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("body", [[], {}])
def test_nothing_is_no_error(admin_program, body):
    answer = admin_program.send("POST", "contacts/batch/new", body, 201)
    assert not answer["contacts"]


def test_tags_come_in_batches_as_well(admin_program):
    body = admin_program.send("POST", "tags/batch/new", [{"tag": "a"}, {"tag": ""}], 201)
    assert body["statusCodes"] == [201, 400]
