"""Adding, editing and deleting contacts, one or many."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.activity.making import contact, device, did
from tests.admin.looking import text
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.admin.contacts import bulk
from wagtail_contacttrack.contacts.models import Contact, Device, Presence

pytestmark = pytest.mark.django_db

LIST = reverse("contacttrack_contacts:index")
BULK = reverse("wagtail_bulk_action", args=["wagtail_contacttrack", "contact", "delete"])


def bulk_url(*ids, listed=""):
    query = [("id", number) for number in ids]
    return f"{BULK}?{urlencode([*query, ('next', LIST + listed)])}"


def confirm(client, url, **extra):
    """Answer the question behind this address with yes."""
    question = BeautifulSoup(client.get(url).content, "html.parser")
    fields = question.select("main form input[type=hidden], form[method=POST] input[type=hidden]")
    return client.post(url, {field["name"]: field["value"] for field in fields}, **extra)


def test_an_added_contact_opens_and_is_known(admin_client):
    response = admin_client.post(
        reverse("contacttrack_contacts:add"),
        {"firstname": "Grace", "lastname": "Hopper", "email": "g@example.org"},
    )

    added = Contact.objects.get()
    assert response["Location"] == reverse("contacttrack_contacts:inspect", args=[added.pk])
    assert (added.name, added.is_known, added.presence.known) == ("Grace Hopper", True, True)


@pytest.mark.parametrize("field", ["firstname", "lastname", "company", "email"])
def test_whoever_gets_a_name_is_no_longer_anonymous(admin_client, field):
    person = contact(date_identified=None)
    value = "x@example.org" if field == "email" else "X"

    admin_client.post(reverse("contacttrack_contacts:edit", args=[person.pk]), {field: value})

    person.refresh_from_db()
    assert person.is_known and person.presence.known


def test_a_place_alone_makes_nobody_known(admin_client):
    person = contact(date_identified=None)

    admin_client.post(reverse("contacttrack_contacts:edit", args=[person.pk]), {"city": "Zurich"})

    person.refresh_from_db()
    assert person.city == "Zurich"
    assert not person.is_known


def test_a_contact_without_any_name_is_not_added(admin_client):
    response = admin_client.post(reverse("contacttrack_contacts:add"), {"city": "Zurich"})

    assert "Enter a name, an e-mail address or a company." in response.content.decode()
    assert not Contact.objects.exists()


@pytest.mark.parametrize("email", ["ada@example.org", "Ada@Example.ORG"])
def test_an_email_address_belongs_to_one_contact(admin_client, email):
    admin_client.post(reverse("contacttrack_contacts:add"), {"email": "ada@example.org"})
    other = contact(firstname="Other", email="other@example.org")

    response = admin_client.post(
        reverse("contacttrack_contacts:edit", args=[other.pk]),
        {"firstname": "Other", "email": email},
    )

    owner = Contact.objects.get(email="ada@example.org")
    link = BeautifulSoup(response.content, "html.parser").select_one(".w-field__errors a")
    assert link["href"] == reverse("contacttrack_contacts:inspect", args=[owner.pk])
    assert "merge the two contacts" in text(link.parent)
    other.refresh_from_db()
    assert other.email == "other@example.org"


def test_what_was_changed_stands_in_the_history(admin_client):
    person = contact(firstname="Ada")
    admin_client.post(
        reverse("contacttrack_contacts:edit", args=[person.pk]), {"firstname": "Augusta"}
    )

    html = admin_client.get(
        reverse("contacttrack_contacts:history", args=[person.pk])
    ).content.decode()

    assert "Edit" in html
    assert ModelLogEntry.objects.filter(object_id=str(person.pk), action="wagtail.edit").exists()


def test_deleting_asks_once_and_takes_everything_along(admin_client):
    person, other = contact(firstname="Ada"), contact(firstname="Bob")
    for owner in (person, other):
        device(owner)
        did(owner, 0, 1)
    url = reverse("contacttrack_contacts:delete", args=[person.pk])

    asked = admin_client.get(url).content.decode()
    assert "whole timeline" in asked
    assert "Ada" in asked
    assert Contact.objects.count() == 2

    assert admin_client.post(url)["Location"] == LIST
    assert list(Contact.objects.all()) == [other]
    for model, left in ((Presence, 1), (Device, 1), (Activity, 2)):
        assert model.objects.filter(contact=other).count() == model.objects.count() == left


def test_the_log_keeps_the_number_of_who_was_deleted_and_no_name(admin_client):
    for ask in (
        lambda person: reverse("contacttrack_contacts:delete", args=[person.pk]),
        lambda person: bulk_url(person.pk),
    ):
        person = contact(firstname="Secretname")
        edit = reverse("contacttrack_contacts:edit", args=[person.pk])
        admin_client.post(edit, {"firstname": "Secretname", "city": "Bonn"})
        confirm(admin_client, ask(person))

        entries = ModelLogEntry.objects.filter(object_id=str(person.pk))
        assert {entry.action for entry in entries} == {"wagtail.edit", "wagtail.delete"}
        assert {entry.label for entry in entries} == {f"#{person.pk}"}
    report = admin_client.get(reverse("wagtailadmin_reports:site_history")).content.decode()
    assert "Secretname" not in report


def test_who_appears_between_question_and_answer_stays(admin_client):
    asked = contact(date_identified=None)
    url = bulk_url("all", listed="?anonymous=only")
    question = BeautifulSoup(admin_client.get(url).content, "html.parser")
    ids = question.select_one("input[name=ids]")["value"]
    newcomer = contact(date_identified=None)

    admin_client.post(url, {"ids": ids})

    assert list(Contact.objects.all()) == [newcomer]
    assert ids == str(asked.pk)


@pytest.mark.parametrize("ids", ["", "x", "999999"])
def test_an_answer_to_no_question_deletes_nobody(admin_client, ids):
    contact()

    assert admin_client.post(bulk_url("all"), {"ids": ids}).status_code in (200, 404)
    assert Contact.objects.count() == 1


def test_a_known_contact_keeps_some_name(admin_client):
    person = contact(firstname="Ada")

    response = admin_client.post(
        reverse("contacttrack_contacts:edit", args=[person.pk]), {"city": "Bonn"}
    )

    assert "Enter a name, an e-mail address or a company." in response.content.decode()
    person.refresh_from_db()
    assert person.firstname == "Ada"


def test_ticked_contacts_are_deleted_together(admin_client):
    people = [contact(firstname=f"P{number}") for number in range(4)]
    for person in people:
        did(person, 0)
    url = bulk_url(people[0].pk, people[2].pk, listed="?q=P")

    asked = text(BeautifulSoup(admin_client.get(url).content, "html.parser"))
    assert "Delete 2 contacts" in asked
    assert "P0" in asked and "P2" in asked and "P1" not in asked

    response = confirm(admin_client, url, follow=True)
    assert response.redirect_chain[0][0] == LIST + "?q=P"
    assert "2 contacts deleted." in response.content.decode()
    assert set(Contact.objects.all()) == {people[1], people[3]}
    assert Activity.objects.count() == 2
    assert ModelLogEntry.objects.filter(action="wagtail.delete").count() == 2


@pytest.mark.parametrize(
    ("listed", "left"),
    [
        ("", {"Anonymous"}),
        ("?q=lovelace", {"Hopper", "Anonymous"}),
        ("?country=GB", {"Hopper", "Anonymous"}),
        ("?anonymous=only", {"Lovelace", "Hopper"}),
        ("?anonymous=shown", set()),
        ("?q=lovelace&p=nonsense&ordering=-name", {"Hopper", "Anonymous"}),
    ],
)
def test_all_means_all_that_the_list_shows(admin_client, listed, left):
    contact(lastname="Lovelace", country="GB")
    contact(lastname="Hopper", country="US")
    contact(date_identified=None)

    confirm(admin_client, bulk_url("all", listed=listed))

    assert {person.name for person in Contact.objects.all()} == left


def test_one_step_deletes_a_bounded_number_and_says_so(admin_client, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 3)
    for number in range(5):
        contact(firstname=f"P{number}")

    assert "The list holds more" in text(
        BeautifulSoup(admin_client.get(bulk_url("all")).content, "html.parser")
    )
    confirm(admin_client, bulk_url("all"))

    assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    "listed",
    [
        "?device=nonsense",
        "?active_from=nonsense",
        "?anonymous=nonsense",
        "?active_from=3000-01-01",
        "?active_to=1899-12-31",
        "?q=%00",
        "../other/",
    ],
)
def test_a_filter_that_is_not_understood_deletes_nobody(admin_client, listed):
    contact()

    assert admin_client.get(bulk_url("all", listed=listed)).status_code == 404
    assert admin_client.post(bulk_url("all", listed=listed)).status_code == 404
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("ids", [[], ["0"], ["x"], ["1; DROP TABLE"], ["9" * 30], ["-1"]])
def test_nobody_to_delete_is_not_found(admin_client, ids):
    contact()

    assert admin_client.get(bulk_url(*ids)).status_code == 404
    assert admin_client.post(bulk_url(*ids)).status_code == 404
    assert Contact.objects.count() == 1


def test_the_page_to_return_to_is_one_of_ours(admin_client):
    person = contact()
    url = f"{BULK}?id={person.pk}&next={quote('https://evil.example/')}"

    assert "evil.example" not in confirm(admin_client, url)["Location"]
