"""Tags and companies on the page of a contact and in the list of contacts."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.activity.making import NOON, contact
from tests.admin.looking import text
from wagtail_contacttrack.admin.contacts import bulk
from wagtail_contacttrack.contacts import company_editing, fieldset, listing, tag_editing, tags
from wagtail_contacttrack.contacts.models import Company, Contact, ContactTag, Presence, Tag
from wagtail_contacttrack.tracking.models import TrackingSettings

pytestmark = pytest.mark.django_db

LIST = reverse("contacttrack_contacts:index")


def tag(name, *people):
    made = Tag.objects.create(name=name, digest=tags.digest(name), date_added=NOON)
    for person in people:
        ContactTag.objects.create(contact=person, tag=made)
    return made


def company(name, *people):
    made = Company(date_added=NOON)
    company_editing.save(made, {"companyname": name}, fieldset.current(), now=NOON)
    for person in people:
        company_editing.link(person.pk, made, several=True, now=NOON)
    return made


def tags_of(person):
    return sorted(person.tags.values_list("name", flat=True))


def companies_of(person):
    """The names of a contact's companies, the primary one first."""
    rows = person.memberships.order_by("-is_primary", "company__name")
    return [row.company.name for row in rows]


def send(client, person, card, **values):
    return client.post(reverse(f"contacttrack_marks:{card}", args=[person.pk]), values, follow=True)


def said(response):
    soup = BeautifulSoup(response.content, "html.parser")
    return " ".join(text(item) for item in soup.select(".messages li"))


def bulk_url(action, *ids, listed=""):
    address = reverse("wagtail_bulk_action", args=["wagtail_contacttrack", "contact", action])
    query = [("id", number) for number in ids]
    return f"{address}?{urlencode([*query, ('next', LIST + listed)])}"


def ask(client, url):
    return BeautifulSoup(client.get(url).content, "html.parser")


def answer(client, url, **values):
    """Answer the question behind this address."""
    fields = ask(client, url).select("form[method=POST] input[type=hidden]")
    return client.post(url, {field["name"]: field["value"] for field in fields} | values)


# The page of a contact


# S78
def test_the_page_shows_tags_that_lead_to_all_who_have_them(contact_page, admin_client):
    person = contact(firstname="Ada")
    tag("Customer", person, contact(firstname="Bob", date_identified=None))
    tag("Other", contact(firstname="Eve"))

    [link] = contact_page(person).select("#ct-tags a")

    assert text(link) == "Customer"
    found = BeautifulSoup(admin_client.get(link["href"]).content, "html.parser")
    assert len(found.select("td.title")) == 2


# S79
def test_the_page_shows_companies_the_primary_one_first(contact_page):
    person = contact(firstname="Ada")
    made = [company(name, person) for name in ("Zulu", "Alpha")]

    card = contact_page(person).select_one("#ct-companies")

    assert [text(row) for row in card.select(".ct-marks__name")] == ["Zulu Primary", "Alpha"]
    assert card.select_one("a")["href"] == reverse(
        "contacttrack_companies:inspect", args=[made[0].pk]
    )


def test_the_page_says_when_there_are_none(contact_page):
    soup = contact_page(contact(firstname="Ada"))

    assert "This contact has no tags." in text(soup.select_one("#ct-tags"))
    assert "This contact belongs to no company." in text(soup.select_one("#ct-companies"))


def test_tags_are_added_and_removed_on_the_page(admin_client):
    person = contact(firstname="Ada")
    old = tag("Old", person)

    response = send(admin_client, person, "tags", add="New, R&D ,New")
    assert response.redirect_chain[-1][0].endswith(f"/{person.pk}/#ct-tags")
    assert tags_of(person) == ["New", "Old", "R&D"]

    send(admin_client, person, "tags", remove=old.pk)
    assert tags_of(person) == ["New", "R&D"]
    assert Tag.objects.filter(pk=old.pk).exists()


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (" , ", "Write the name of a tag"),
        ("-Gone", "cannot begin with a hyphen"),
        ("x" * 192, "191 characters"),
    ],
)
def test_a_tag_that_cannot_be_is_refused_in_words(admin_client, names, problem):
    person = contact(firstname="Ada")

    assert problem in said(send(admin_client, person, "tags", add=names))
    assert not Tag.objects.exists()


def test_who_may_not_add_tags_gives_those_that_there_are(client, user_with):
    person = contact(firstname="Ada")
    tag("Customer")
    client.force_login(user_with("view_contact", "change_contact"))

    response = send(client, person, "tags", add="Customer,New")
    assert "There is no tag “New”, and you may not add one." in said(response)
    assert tags_of(person) == []

    send(client, person, "tags", add="Customer")
    assert tags_of(person) == ["Customer"]


def test_companies_are_added_changed_and_removed_on_the_page(admin_client):
    person = contact(firstname="Ada")
    first = company("Ropes")

    send(admin_client, person, "companies", add=" ROPES ")
    send(admin_client, person, "companies", add="Anchors")
    assert companies_of(person) == ["Ropes", "Anchors"]

    second = Company.objects.get(name="Anchors")
    send(admin_client, person, "companies", primary=second.pk)
    assert companies_of(person) == ["Anchors", "Ropes"]
    person.refresh_from_db()
    assert person.company == "Anchors"

    send(admin_client, person, "companies", remove=second.pk)
    person.refresh_from_db()
    assert (companies_of(person), person.company) == (["Ropes"], "Ropes")
    assert Company.objects.count() == 2
    assert first.memberships.get().contact == person


def test_where_contacts_have_one_company_the_new_one_takes_over(admin_client, settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "CONTACT_ALLOW_MULTIPLE_COMPANIES": False}
    person = contact(firstname="Ada")
    company("Ropes", person)

    send(admin_client, person, "companies", add="Anchors")

    assert companies_of(person) == ["Anchors"]
    assert not TrackingSettings.objects.exists()


@pytest.mark.parametrize("several", [True, False])
def test_the_company_in_a_contacts_form_is_its_primary_one(admin_client, settings, several):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "CONTACT_ALLOW_MULTIPLE_COMPANIES": several}
    person = contact(firstname="Ada")
    company("Ropes", person)
    url = reverse("contacttrack_contacts:edit", args=[person.pk])

    admin_client.post(url, {"firstname": "Ada", "company": "Anchors"})
    assert companies_of(person) == ["Anchors", "Ropes"][: 2 if several else 1]

    admin_client.post(url, {"firstname": "Ada", "company": ""})
    person.refresh_from_db()
    assert companies_of(person) == (["Ropes"] if several else [])
    assert person.company == ("Ropes" if several else "")


@pytest.mark.parametrize(
    ("name", "problem"),
    [(" ", "Write the name of a company"), ("x" * 65, "It is longer than this field allows")],
)
def test_a_company_that_cannot_be_is_refused_in_words(admin_client, name, problem):
    person = contact(firstname="Ada")

    assert problem in said(send(admin_client, person, "companies", add=name))
    assert not Company.objects.exists()


def test_who_may_not_add_companies_gives_those_that_there_are(client, user_with):
    person = contact(firstname="Ada")
    company("Ropes")
    client.force_login(user_with("view_contact", "change_contact"))

    assert "you may not add one" in said(send(client, person, "companies", add="Anchors"))
    send(client, person, "companies", add="Ropes")

    assert companies_of(person) == ["Ropes"]


def test_who_may_only_look_gets_no_buttons(client, user_with):
    person = contact(firstname="Ada")
    tag("Customer", person)
    company("Ropes", person)
    client.force_login(user_with("view_contact"))

    html = client.get(reverse("contacttrack_contacts:inspect", args=[person.pk])).content
    soup = BeautifulSoup(html, "html.parser")

    assert "Customer" in text(soup.select_one("#ct-tags"))
    assert "Ropes" in text(soup.select_one("#ct-companies"))
    assert not soup.select("#ct-tags form, #ct-companies form, #ct-companies a")


@pytest.mark.parametrize("card", ["tags", "companies"])
def test_a_contact_that_is_gone_is_not_found(admin_client, card):
    url = reverse(f"contacttrack_marks:{card}", args=[999])
    assert admin_client.post(url, {"add": "A"}).status_code == 404
    assert admin_client.get(url).status_code == 302


# The list of contacts


def found(client, query):
    soup = BeautifulSoup(client.get(f"{LIST}?{query}").content, "html.parser")
    rows = [text(cell.select_one(".title-wrapper")) for cell in soup.select("td.title")]
    return rows, soup


@pytest.mark.parametrize("few", [0, 1_000], ids=["many have it", "few have it"])
def test_the_list_is_filtered_by_tag(admin_client, monkeypatch, few):
    monkeypatch.setattr(listing, "FEW", few)
    ada, bob = contact(firstname="Ada", lastname="A"), contact(firstname="Bob", lastname="B")
    nobody = contact(date_identified=None)
    made, other = tag("Customer", ada, bob, nobody), tag("Other", ada)
    contact(firstname="Eve")

    assert sorted(found(admin_client, f"tag={made.pk}")[0]) == ["Ada A", "Bob B"]
    assert len(found(admin_client, f"tag={made.pk}&anonymous=shown")[0]) == 3
    assert found(admin_client, f"tag={made.pk}&q=bob")[0] == ["Bob B"]
    for order in ("name", "-name", "id", "points", "-last_active"):
        assert len(found(admin_client, f"tag={made.pk}&ordering={order}")[0]) == 2
    assert found(admin_client, f"tag={other.pk}")[0] == ["Ada A"]
    assert "Customer" in text(
        found(admin_client, f"tag={made.pk}")[1].select_one(".w-active-filters")
    )


@pytest.mark.parametrize("tag_id", ["999", "x", "-1"])
def test_a_tag_that_does_not_exist_is_left_out_and_the_list_says_so(admin_client, tag_id):
    contact(firstname="Ada")

    rows, soup = found(admin_client, f"tag={tag_id}")

    assert rows == ["Ada"]
    assert "A filter could not be understood" in text(soup)


def test_whoever_has_a_rare_tag_is_found_however_long_ago(admin_client, monkeypatch):
    monkeypatch.setattr(listing, "SCAN_LIMIT", 1)
    old = contact(firstname="Old")
    Presence.objects.filter(contact=old).update(at=NOON.replace(year=2020))
    contact(firstname="New")

    rows, soup = found(admin_client, f"tag={tag('Rare', old).pk}")

    assert rows == ["Old"]
    assert not soup.select(".ct-found__horizon")


def test_the_tag_is_also_in_the_export(admin_client):
    made = tag("Customer", contact(firstname="Ada"))
    contact(firstname="Bob")

    response = admin_client.get(f"{LIST}?tag={made.pk}&export=csv")

    lines = b"".join(response.streaming_content).decode()
    assert "Ada" in lines and "Bob" not in lines


# S78
def test_those_who_were_chosen_get_tags(admin_client):
    people = [contact(firstname=name) for name in ("Ada", "Bob", "Eve")]
    tag("Old", people[0])
    url = bulk_url("add_tags", people[0].pk, people[1].pk)

    question = ask(admin_client, url)
    assert "Add tags to these 2 contacts" in text(question)
    assert "Old" in [option["value"] for option in question.select("datalist option")]
    response = answer(admin_client, url, names="New, Old")

    assert response["Location"] == LIST
    assert [tags_of(person) for person in people] == [["New", "Old"], ["New", "Old"], []]


def test_those_who_were_chosen_lose_tags(admin_client):
    people = [contact(firstname=name) for name in ("Ada", "Bob", "Eve")]
    old, kept = tag("Old", *people), tag("Kept", people[0])
    tag("Elsewhere", people[2])
    url = bulk_url("remove_tags", people[0].pk, people[1].pk)

    offered = [
        text(label)
        for label in ask(admin_client, url).select(
            "form[method=POST] ul label, form[method=POST] div label"
        )
    ]
    assert {"Old", "Kept"} <= set(offered) and "Elsewhere" not in offered
    answer(admin_client, url, tags=[old.pk])

    assert [tags_of(person) for person in people] == [["Kept"], [], ["Elsewhere", "Old"]]
    assert Tag.objects.filter(pk__in=[old.pk, kept.pk]).count() == 2


def test_nothing_is_to_be_removed_where_nobody_has_a_tag(admin_client):
    question = ask(admin_client, bulk_url("remove_tags", contact(firstname="Ada").pk))

    assert "None of these contacts has a tag." in text(question)
    assert not question.select('form[method="POST"] button.serious')


def test_only_those_that_were_asked_about_get_tags(admin_client):
    ada = contact(firstname="Ada")
    url = bulk_url("add_tags", "all", listed="?q=Ada")
    hidden = ask(admin_client, url).select_one("input[name=ids]")["value"]
    later = contact(firstname="Ada", lastname="Later")

    admin_client.post(url, {"ids": hidden, "names": "New"})

    assert (tags_of(ada), tags_of(later)) == (["New"], [])


def test_a_wrong_answer_asks_again_about_the_same_contacts(admin_client):
    ada = contact(firstname="Ada")
    url = bulk_url("add_tags", "all", listed="?q=Ada")
    hidden = ask(admin_client, url).select_one("input[name=ids]")["value"]
    contact(firstname="Ada", lastname="Later")

    response = admin_client.post(url, {"ids": hidden, "names": "-Bad"})

    soup = BeautifulSoup(response.content, "html.parser")
    assert "cannot begin with a hyphen" in text(soup)
    assert soup.select_one("input[name=ids]")["value"] == str(ada.pk)
    assert not Tag.objects.exists()


def test_one_step_changes_no_more_than_it_can(admin_client, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    for number in range(3):
        contact(firstname=str(number))

    url = bulk_url("add_tags", "all")
    assert "The list holds more than that" in text(ask(admin_client, url))
    answer(admin_client, url, names="New")

    assert ContactTag.objects.count() == 2


@pytest.mark.parametrize(
    ("permissions", "actions"),
    [
        (("change_contact",), {"add_tags", "remove_tags"}),
        (("delete_contact",), {"delete"}),
        ((), set()),
    ],
)
def test_the_list_offers_what_an_editor_may_do(client, user_with, permissions, actions):
    contact(firstname="Ada")
    client.force_login(user_with("view_contact", *permissions))

    soup = BeautifulSoup(client.get(LIST).content, "html.parser")

    ours = {"add_tags", "remove_tags", "delete"}
    offered = {link["href"].split("/")[-2] for link in soup.select("[data-bulk-action-button]")}
    assert offered & ours == actions
    assert bool(soup.select("[data-bulk-action-checkbox]")) == bool(actions)


def test_hostile_names_are_shown_as_text(contact_page):
    name = "<script>alert(1)</script>"
    person = contact(firstname="Ada")
    tag(name, person)
    company("x", person)
    Company.objects.update(name=name)
    Contact.objects.update(company=name)

    soup = contact_page(person)

    assert text(soup.select_one("#ct-tags a")) == name
    assert "alert(1)" not in "".join(script.get_text() for script in soup.select("script"))


def test_very_many_tags_stand_behind_a_click(contact_page):
    person = contact(firstname="Ada")
    tag_editing.add_to([person.pk], [f"Tag {number:03}" for number in range(100)], now=NOON)

    card = contact_page(person).select_one("#ct-tags")

    assert len(card.select(":scope > ul > li")) == 20
    more = card.select_one("details")
    assert text(more.summary) == "and 80 more" and not more.has_attr("open")
    assert [text(link) for link in more.select("a")][::79] == ["Tag 020", "Tag 099"]


def test_few_tags_have_nothing_behind_a_click(contact_page):
    person = contact(firstname="Ada")
    tag_editing.add_to([person.pk], [f"Tag {number:03}" for number in range(20)], now=NOON)

    assert not contact_page(person).select("#ct-tags details")
