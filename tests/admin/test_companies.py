"""Companies in the admin: their list, their form, and the page of one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.activity.making import MINUTE, NOON, contact, did
from tests.admin.looking import text
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.admin.companies import page as company_page
from wagtail_contacttrack.contacts import (
    company_editing,
    company_people,
    counting,
    fieldset,
    listing,
)
from wagtail_contacttrack.contacts.models import Company, ContactField, Presence

pytestmark = pytest.mark.django_db

LIST = reverse("contacttrack_companies:index")
ADD = reverse("contacttrack_companies:add")
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}"


def company(name, *people, **values):
    made = Company(date_added=NOON)
    company_editing.save(made, {"companyname": name, **values}, fieldset.current(), now=NOON)
    for person in people:
        company_editing.link(person.pk, made, several=True, now=NOON)
    return made


def url(name, row):
    return reverse(f"contacttrack_companies:{name}", args=[row.pk])


@pytest.fixture
def page(admin_client):
    def get(address):
        response = admin_client.get(address)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return get


def listed(soup):
    return [
        [text(cell.select_one(".title-wrapper") or cell) for cell in row.select("td")]
        for row in soup.select("tbody tr")
    ]


def members(soup):
    return [text(cell) for cell in soup.select(".ct-members__table tbody th a")]


def entries(soup):
    """Who, and what it was called."""
    return [
        (text(row.select_one(".ct-latest__who a")), text(row.select_one(".ct-entry__body")))
        for row in soup.select(".ct-latest__entry")
    ]


# S79
def test_the_list_shows_where_companies_are_and_how_many_contacts_they_have(page):
    company("Ropes", contact(firstname="Ada"), companycity="Basel", companycountry="Switzerland")
    company("Anchors", companywebsite="https://example.org")

    assert listed(page(LIST)) == [
        ["Anchors", "", "https://example.org", "0 contacts"],
        ["Ropes", "Basel, Switzerland", "", "1 contact"],
    ]


def test_an_empty_list_says_where_companies_come_from(page):
    soup = page(LIST)

    assert "There are no companies yet" in text(soup)
    assert soup.select_one(f'main a[href="{ADD}"]')


def test_a_search_finds_parts_of_names_and_among_very_many_whole_ones(page, monkeypatch):
    for name in ("Rope works", "Old ropes", "New ropes"):
        company(name)
    assert [row[0] for row in listed(page(f"{LIST}?q=ROPE"))] == [
        "New ropes",
        "Old ropes",
        "Rope works",
    ]

    monkeypatch.setattr(listing, "SCAN_LIMIT", 2)
    assert [row[0] for row in listed(page(f"{LIST}?q=rope"))] == ["New ropes", "Old ropes"]
    assert [row[0] for row in listed(page(f"{LIST}?q=rope+WORKS"))] == ["Rope works"]


def test_a_company_is_added_with_what_its_fields_take(admin_client, page):
    ContactField.objects.create(
        object="company", alias="fleet_size", label="Fleet size", type="number"
    )
    fieldset.clear()
    assert "Fleet size" in text(page(ADD))

    response = admin_client.post(
        ADD,
        {
            "field_companyname": " Ropes ",
            "field_companycountry": "Switzerland",
            "field_companyindustry": "Oil & Gas",
            "field_companynumber_of_employees": "250",
            "field_fleet_size": "12",
            "field_companydescription": "Makes\nropes",
        },
    )

    made = Company.objects.get()
    assert response["Location"] == url("inspect", made)
    assert (made.name, made.fields) == (
        "Ropes",
        {
            "companycountry": "Switzerland",
            "companyindustry": "Oil & Gas",
            "companynumber_of_employees": 250,
            "fleet_size": 12,
            "companydescription": "Makes\nropes",
        },
    )
    soup = page(url("inspect", made))
    for part in ("Fleet size", "12", "Oil & Gas", "Switzerland"):
        assert part in text(soup)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, "This field is required"),
        ({"field_companyname": "ropes"}, "Another company has this already"),
        (
            {"field_companyname": "B", "field_companyemail": "nobody"},
            "It is not an e-mail address",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words(admin_client, values, problem):
    company("Ropes")

    response = admin_client.post(ADD, values)

    assert problem in text(BeautifulSoup(response.content, "html.parser"))
    assert Company.objects.count() == 1


def test_a_company_is_changed_and_its_contacts_show_the_new_name(admin_client):
    person = contact(firstname="Ada")
    made = company("Old", person, companycity="Basel", stray="stays")

    admin_client.post(url("edit", made), {"field_companyname": "New", "field_companycity": ""})

    made.refresh_from_db()
    person.refresh_from_db()
    assert (made.name, made.fields, person.company) == ("New", {"stray": "stays"}, "New")
    assert ModelLogEntry.objects.filter(object_id=str(made.pk), action="wagtail.edit").exists()


def test_a_name_that_somebody_takes_meanwhile_is_refused_as_well(admin_client, monkeypatch):
    made = company("Old")
    company("New")
    monkeypatch.setattr(
        "wagtail_contacttrack.admin.companies.form.CompanyForm._is_taken", lambda *args: False
    )

    response = admin_client.post(url("edit", made), {"field_companyname": "New"})

    assert "Another company has this already" in response.content.decode()
    made.refresh_from_db()
    assert made.name == "Old"


def test_deleting_says_who_loses_the_company(admin_client, page):
    person = contact(firstname="Ada")
    made = company("Ropes", person)

    assert "1 contact will be without it" in text(page(url("delete", made)))
    admin_client.post(url("delete", made))

    person.refresh_from_db()
    assert (Company.objects.count(), person.company) == (0, "")
    assert ModelLogEntry.objects.filter(object_id=str(made.pk), action="wagtail.delete").count()


def test_its_page_shows_its_contacts_by_pages(page, monkeypatch):
    monkeypatch.setattr(company_page, "PER_PAGE", 2)
    people = [contact(firstname=f"Person {n}") for n in range(5)]
    made = company("Ropes", *people)
    seen, address = [], url("inspect", made)

    while address:
        soup = page(address)
        seen += members(soup)
        following = soup.select_one('.ct-members__pages a[rel="next"]')
        address = following and url("inspect", made) + following["href"]

    assert seen == [f"Person {n}" for n in (4, 3, 2, 1, 0)]
    assert "5 contacts" in text(soup.select_one(".ct-summary"))


def test_its_page_shows_what_its_contacts_did_last(page):
    ada, bob, eve = (contact(firstname=name) for name in ("Ada", "Bob", "Eve"))
    made = company("Ropes", ada, bob)
    for person, minutes in ((ada, (0, 3)), (bob, (1, 2)), (eve, (4,))):
        did(person, *minutes)
        Presence.objects.filter(contact=person).update(at=NOON + minutes[-1] * MINUTE)

    found = entries(page(url("inspect", made)))

    # Adding them to the company has said who they are, too.
    found = [(who, what) for who, what in found if "Recognised" not in what]
    assert [who for who, _what in found] == ["Ada", "Bob", "Bob", "Ada"]
    for (_who, what), minute in zip(found, (3, 2, 1, 0), strict=True):
        assert f"at {minute}" in what


def test_its_page_says_when_there_is_nothing_yet(page):
    soup = page(url("inspect", company("Ropes")))

    assert "Nobody belongs to this company yet" in text(soup)
    assert "No contact of this company has done anything yet" in text(soup)


def test_its_page_costs_the_same_for_many_contacts(
    admin_client, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr(company_people, "LOOK_AT", 30)
    monkeypatch.setattr(counting, "LIMIT", 20)
    people = [contact(firstname=f"Person {n}") for n in range(40)]
    for number, person in enumerate(people):
        rows = did(person, *range(25))
        Presence.objects.filter(contact=person).update(at=rows[-1].time + number * MINUTE)
        Activity.objects.filter(contact=person).update(time=NOON + timedelta(days=number))
    made = company("Ropes", *people)
    admin_client.get(url("inspect", made))

    # The newest rows are all of the one who was active last, or of the next ones at most.
    with django_assert_max_num_queries(40):
        soup = BeautifulSoup(admin_client.get(url("inspect", made)).content, "html.parser")

    assert len(entries(soup)) == 20
    assert "More than 20 contacts" in text(soup)


# S36
def test_hostile_names_are_shown_as_text(page):
    made = company(HOSTILE.replace("<script>", "&lt;script&gt;"), contact(firstname="Ada"))
    Company.objects.update(name=HOSTILE)

    for address in (LIST, *(url(name, made) for name in ("inspect", "edit", "delete", "history"))):
        soup = page(address)
        assert "alert(1)" not in "".join(script.get_text() for script in soup.select("script"))
    assert listed(page(LIST))[0][0] == HOSTILE


def test_who_may_not_see_contacts_sees_the_company_alone(client, user_with):
    made = company("Ropes", contact(firstname="Ada", email="secret@example.org"))
    client.force_login(user_with("view_company"))

    html = client.get(url("inspect", made)).content.decode()

    assert "but not contacts" in html
    assert "Ada" not in html and "secret@example.org" not in html
