"""Companies by programs, and who belongs to them."""

from __future__ import annotations

import pytest

from tests.activity.making import contact
from wagtail_contacttrack.contacts.models import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(admin_program):
    sent = {"companyname": "Acme", "companycity": "Graz"}
    return admin_program.send("POST", "companies/new", sent, 201)["company"]


def test_a_company_has_mautics_shape(admin_program, acme):
    assert acme["fields"]["core"]["companyname"]["value"] == "Acme"
    assert acme["fields"]["all"]["companycity"] == "Graz"
    assert acme["fields"]["all"]["companyemail"] is None
    body = admin_program.ask("companies")
    assert body == {
        "total": "1",
        "companies": {str(acme["id"]): body["companies"][str(acme["id"])]},
    }
    assert admin_program.ask(f"companies/{acme['id']}")["company"]["id"] == acme["id"]


def test_a_company_of_this_name_is_changed_and_not_made_again(admin_program, acme):
    sent = {"companyname": "ACME", "companyemail": "hello@acme.example"}
    body = admin_program.send("POST", "companies/new", sent, 200)["company"]
    assert body["id"] == acme["id"]
    assert body["fields"]["all"]["companyemail"] == "hello@acme.example"
    assert body["fields"]["all"]["companycity"] == "Graz"


def test_with_force_it_would_be_another_one_and_is_refused(admin_program, acme):
    sent = {"companyname": "Acme", "force": True}
    body = admin_program.send("POST", "companies/new", sent, 400)
    assert "companyname" in body["errors"][0]["details"]
    assert Company.objects.count() == 1


@pytest.mark.parametrize("sent", [{}, {"companyname": ""}, {"companyname": "x" * 300}])
def test_a_company_needs_a_name_that_fits(admin_program, sent):
    body = admin_program.send("POST", "companies/new", sent, 400)
    assert "companyname" in body["errors"][0]["details"]


def test_companies_are_changed_found_and_deleted(admin_program, acme):
    path = f"companies/{acme['id']}/edit"
    body = admin_program.send("PATCH", path, {"companyindustry": "Energy"})["company"]
    assert body["fields"]["all"]["companyindustry"] == "Energy"
    admin_program.send("PATCH", path, {"companyemail": "nope"}, 400)
    assert list(admin_program.ask("companies?search=acm")["companies"]) == [str(acme["id"])]
    assert admin_program.ask("companies?search=zeta")["total"] == "0"
    where = "where[0][col]=companyindustry&where[0][expr]=eq&where[0][val]=Energy"
    assert admin_program.ask(f"companies?{where}")["total"] == "1"
    assert admin_program.send("DELETE", f"companies/{acme['id']}/delete")["company"]["id"] is None
    admin_program.ask(f"companies/{acme['id']}", 404)


def test_contacts_come_into_a_company_and_leave_it(admin_program, acme):
    ada = contact(email="ada@site.example")
    path = f"companies/{acme['id']}/contact/{ada.pk}"
    assert admin_program.send("POST", f"{path}/add") == {"success": 1}
    body = admin_program.ask(f"contacts/{ada.pk}/companies")
    assert body["total"] == 1
    assert body["companies"][0]["is_primary"] == "1"
    assert admin_program.ask(f"contacts/{ada.pk}")["contact"]["fields"]["all"]["company"] == "Acme"
    # Without a body, as some clients do.
    assert admin_program.call("POST", f"{path}/remove").json() == {"success": 1}
    assert admin_program.ask(f"contacts/{ada.pk}/companies") == {"total": 0, "companies": []}
    admin_program.send("POST", f"companies/{acme['id']}/contact/999/add", None, 404)


def test_the_field_company_of_a_contact_makes_the_company(admin_program):
    sent = {"email": "ada@site.example", "company": "Zeta"}
    ada = admin_program.send("POST", "contacts/new", sent, 201)["contact"]
    companies = admin_program.ask(f"contacts/{ada['id']}/companies")["companies"]
    assert [row["fields"]["all"]["companyname"] for row in companies] == ["Zeta"]
