"""What Wagtail's permissions let a program do."""

from __future__ import annotations

import pytest

from tests.activity.making import NOON, contact
from wagtail_contacttrack.api.site import the_api
from wagtail_contacttrack.contacts import tag_editing
from wagtail_contacttrack.contacts.models import Contact

pytestmark = pytest.mark.django_db

# Nothing in these is about anybody.
OPEN = {"get_self"}


def operations():
    """Method, path with an id in it, and name of everything that the API can do."""
    schema = the_api().get_openapi_schema(path_prefix="")
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation["operationId"]


@pytest.mark.parametrize(("method", "path", "name"), list(operations()))
def test_who_may_nothing_gets_nothing(program_with, method, path, name):
    ada = contact(email="ada@site.example")
    filled = path.strip("/")
    for part in ("number", "contact", "row"):
        filled = filled.replace(f"{{{part}}}", str(ada.pk))
    filled = filled.format(channel="email", operator="plus", delta="1", table="page_hits")
    many = "batch" in name and method != "DELETE"
    body = [{"id": ada.pk}] if many else {"ids": [ada.pk]}
    response = program_with().call(method, filled, None if method == "GET" else body)
    if name in OPEN:
        assert response.status_code == 200
    elif name.startswith("batch_") and response.status_code in (200, 201):
        # Each item is refused for itself.
        assert response.json()["statusCodes"] == [403]
    else:
        assert response.status_code == 403, response.content
        assert response.json()["errors"][0]["type"] == "access_denied"
    assert b"ada@" not in response.content
    assert Contact.objects.get().points == 0


def test_who_may_view_contacts_sees_them_and_changes_nothing(program_with):
    ada = contact(email="ada@site.example")
    program = program_with("view_contact")
    assert program.ask("contacts")["total"] == "1"
    for method, path in (
        ("POST", "contacts/new"),
        ("PATCH", f"contacts/{ada.pk}/edit"),
        ("DELETE", f"contacts/{ada.pk}/delete"),
        ("POST", f"contacts/{ada.pk}/points/plus/1"),
        ("POST", "notes/new"),
        ("POST", "tags/new"),
    ):
        program.send(method, path, {"email": "x@site.example", "tag": "x"}, 403)
    program.ask("tags", 403)
    program.ask(f"contacts/{ada.pk}/companies", 403)


def test_who_may_change_contacts_may_not_make_or_delete_any(program_with):
    ada = contact(email="ada@site.example")
    program = program_with("change_contact")
    sent = {"city": "Graz"}
    body = program.send("PATCH", f"contacts/{ada.pk}/edit", sent)
    assert body["contact"]["fields"]["all"]["city"] == "Graz"
    program.send("POST", "contacts/new", sent, 403)
    program.send("PUT", "contacts/999/edit", sent, 403)
    program.send("DELETE", f"contacts/{ada.pk}/delete", None, 403)


def test_who_may_only_add_contacts_changes_nobody_who_is_there(program_with):
    program = program_with("add_contact", "view_contact")
    program.send("POST", "contacts/new", {"email": "bob@site.example"}, 201)
    program.send("POST", "contacts/new", {"email": "bob@site.example", "city": "Graz"}, 403)


def test_a_tag_that_does_not_exist_needs_the_permission_to_add_one(program_with):
    tag_editing.add_to([contact().pk], ["there"], now=NOON)
    sent = {"email": "ada@site.example", "tags": "there,new"}
    body = program_with("add_contact").send("POST", "contacts/new", sent, 400)
    assert "new" in body["errors"][0]["details"]["tags"][0]
    program_with("add_contact", "add_tag").send("POST", "contacts/new", sent, 201)
