"""Paths, bodies and methods as clients send them, and as nobody should."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.activity.making import contact
from wagtail_contacttrack.contacts.models import Contact

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/api/contacts/{0}", "/api/contacts/{0}/", "//api/contacts/{0}", "/api//contacts/{0}",
        "/index.php/api/contacts/{0}", "/api/leads/{0}",
    ],
)  # fmt: skip
def test_a_path_has_many_spellings(admin_program, path):
    ada = contact(email="ada@site.example")
    response = admin_program.get("/", PATH_INFO=path.format(ada.pk))
    assert response.status_code == 200
    assert response.json()["contact"]["id"] == ada.pk


@pytest.mark.parametrize("path", ["contacts", "emails/1", "contacts/x", "forms"])
def test_every_answer_says_the_version_and_stays_out_of_caches(admin_program, path):
    response = admin_program.call("GET", path)
    assert response["Mautic-Version"] == "5.1.0"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path", ["contacts/1%0A", "contacts/%0A1/x", "contacts/1/dnc/%0Aa%F3%9D%A8%90/add"]
)
def test_an_odd_path_is_answered_in_json_as_well(admin_program, path):
    body = admin_program.send("POST", path, None, 404)
    assert body["errors"][0]["code"] == 404


def test_an_unknown_path_has_an_error_of_its_own(admin_program):
    body = admin_program.ask("emails/1", 404)
    assert body == {
        "errors": [{"message": "Requested URL not found: /api/emails/1", "code": 404, "type": None}]
    }


def test_an_api_of_the_site_itself_is_left_alone(client):
    for path in ("/api/v2/pages/", "/api/contactsheet", "/apiary/contacts"):
        response = client.get(path, follow=True)
        assert response.status_code == 404
        assert "Mautic-Version" not in response


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", "  "])
def test_nothing_is_an_empty_set_of_parameters(admin_program, body):
    ada = contact()
    path = f"contacts/{ada.pk}/points/plus/5"
    response = admin_program.call("POST", path, data=body, content_type="application/json")
    assert response.json() == {"success": 1}


@pytest.mark.parametrize(
    "body",
    [
        "{", "[1", '"text"', "7", '{"a": NaN}', '{"a": Infinity}', "[" * 5_000,
        '{"a":' * 30 + "1" + "}" * 30, b"\xff\xfe", "{'a': 1}",
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(admin_program, body):
    response = admin_program.call(
        "POST", "contacts/new", data=body, content_type="application/json"
    )
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"]
    assert not Contact.objects.exists()


def test_a_body_that_is_too_large_is_refused(admin_program, settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_MAX_BODY_SIZE": 100}
    body = admin_program.send("POST", "contacts/new", {"firstname": "x" * 200}, 413)
    assert body["errors"][0]["code"] == 413


def test_json_that_calls_itself_a_form_is_understood(admin_program):
    response = admin_program.call(
        "POST",
        "contacts/new",
        data=json.dumps({"email": "ada@site.example"}),
        content_type="application/x-www-form-urlencoded",
    )
    assert response.json()["contact"]["fields"]["all"]["email"] == "ada@site.example"


def test_what_no_database_can_store_is_taken_out(admin_program):
    sent = {"firstname": "A\0da\ud800", "tags": ["a\0"], "nonsense": {"\ud800": "\0"}}
    body = admin_program.send("POST", "contacts/new", sent, 201)["contact"]
    assert body["fields"]["all"]["firstname"] == "Ada"


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "contacts/new"), ("DELETE", "contacts"), ("POST", "contacts/1"), ("PATCH", "tags")],
)
def test_a_method_that_does_not_fit_is_told_so_in_json(admin_program, method, path):
    response = admin_program.call(method, path, {})
    assert response.status_code == 405
    assert response["Allow"]
    assert response.json()["errors"][0]["code"] == 405


def test_a_browser_asks_before_it_sends():
    response = Client().options("/api/contacts")
    assert response.status_code == 204
    assert "PATCH" in response["Allow"]


def test_a_mistake_of_ours_is_json_as_well(admin_program, monkeypatch):
    from wagtail_contacttrack.api.contacts.resource import Contacts

    def fail(*args, **kwargs):
        raise RuntimeError("secret")

    monkeypatch.setattr(Contacts, "rows", fail)
    admin_program.raise_request_exception = False
    response = admin_program.call("GET", "contacts")
    assert response.status_code == 500
    assert b"secret" not in response.content
    assert response.json()["errors"][0]["code"] == 500
