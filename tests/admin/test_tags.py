"""Tags in the admin: their list, their forms, and one out of two."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.activity.making import NOON, contact
from tests.admin.looking import text
from wagtail_contacttrack.contacts import counting, listing, tag_editing, tags
from wagtail_contacttrack.contacts.models import ContactTag, Tag

pytestmark = pytest.mark.django_db

LIST = reverse("contacttrack_tags:index")
ADD = reverse("contacttrack_tags:add")
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}"


def tag(name, *people, **values):
    made = Tag.objects.create(name=name, digest=tags.digest(name), date_added=NOON, **values)
    for person in people:
        ContactTag.objects.create(contact=person, tag=made)
    return made


def url(name, row):
    return reverse(f"contacttrack_tags:{name}", args=[row.pk])


@pytest.fixture
def page(admin_client):
    def get(address):
        response = admin_client.get(address)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return get


def listed(soup):
    """Name, description and number of contacts in each row."""
    return [
        [text(cell.select_one(".title-wrapper") or cell) for cell in row.select("td")[:3]]
        for row in soup.select("tbody tr")
    ]


# S78
def test_the_list_says_how_many_contacts_have_each_tag_and_leads_to_them(page):
    ada, bob = contact(firstname="Ada"), contact(firstname="Bob", date_identified=None)
    tag("Customer", ada, bob, description="Bought something")
    tag("Guest", ada)
    tag("Nobody")

    soup = page(LIST)

    assert listed(soup) == [
        ["Customer", "Bought something", "2 contacts"],
        ["Guest", "", "1 contact"],
        ["Nobody", "", "0 contacts"],
    ]
    found = page(soup.find("a", string="2 contacts")["href"])
    assert "2 contacts" in text(found)


def test_no_more_is_counted_than_anybody_wants_to_know(page, monkeypatch):
    monkeypatch.setattr(counting, "LIMIT", 2)
    tag("Many", *(contact(firstname=str(n)) for n in range(4)))

    assert listed(page(LIST)) == [["Many", "", "More than 2 contacts"]]


def test_an_empty_list_says_what_tags_are_for(page):
    soup = page(LIST)

    assert "There are no tags yet" in text(soup)
    assert soup.select_one(f'main a[href="{ADD}"]')


def test_a_search_finds_parts_of_names(page):
    for name in ("Spring sale", "Summer sale", "Guest"):
        tag(name)

    assert [row[0] for row in listed(page(f"{LIST}?q=SALE+s"))] == ["Spring sale", "Summer sale"]
    assert "No tag matches" in text(page(f"{LIST}?q=zzz"))


def test_among_very_many_a_search_looks_at_the_newest_or_finds_a_whole_name(page, monkeypatch):
    monkeypatch.setattr(listing, "SCAN_LIMIT", 2)
    for name in ("Sale one", "Sale two", "Sale three"):
        tag(name)

    soup = page(f"{LIST}?q=sale")
    assert [row[0] for row in listed(soup)] == ["Sale three", "Sale two"]
    assert "Only the 2 that were added last" in text(soup)
    assert [row[0] for row in listed(page(f"{LIST}?q=Sale+one"))] == ["Sale one"]


def test_every_tag_is_on_one_page_of_the_list(page):
    for number in range(120):
        tag(f"Tag {number:03}")
    seen, address = [], LIST

    while address:
        soup = page(address)
        seen += [row[0] for row in listed(soup)]
        following = soup.select_one("li.next a[href]")
        address = following and LIST + following["href"].removeprefix(LIST)

    assert seen == [f"Tag {number:03}" for number in range(120)]
    assert listed(page(f"{LIST}?ordering=-name"))[0][0] == "Tag 119"


def test_the_list_costs_the_same_for_many_tags(admin_client, django_assert_max_num_queries):
    people = [contact(firstname=str(n)) for n in range(5)]
    for number in range(60):
        tag(f"Tag {number}", *people)
    admin_client.get(LIST)

    with django_assert_max_num_queries(12):
        admin_client.get(LIST)


# S36
def test_hostile_names_are_shown_as_text(page):
    made = tag(HOSTILE, contact(firstname="Ada"))

    for address in (LIST, *(url(name, made) for name in ("edit", "delete", "merge", "history"))):
        soup = page(address)
        assert "alert(1)" not in "".join(script.get_text() for script in soup.select("script"))
    assert listed(page(LIST))[0][0] == HOSTILE


def test_a_tag_is_added_and_tracking_calls_find_it(admin_client):
    response = admin_client.post(ADD, {"name": "  R&D team ", "description": "x"})

    assert response["Location"] == LIST
    person = contact()
    tags.apply(person.pk, tags.parse("R&D team").changes, now=NOON, using="default")
    assert person.tags.get().description == "x"
    assert Tag.objects.get().name == "R&D team"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Old", "There is already a tag of this name"),
        ("<b></b>", "more than markup"),
        ("-Gone", "cannot begin with a hyphen"),
        ("A, B", "cannot have a comma"),
        ("x" * 192, "191 characters"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_words(admin_client, name, problem):
    tag("Old")

    response = admin_client.post(ADD, {"name": name})

    assert problem in text(BeautifulSoup(response.content, "html.parser"))
    assert Tag.objects.count() == 1


def test_tags_may_differ_in_case_alone(admin_client):
    tag("vip")

    admin_client.post(ADD, {"name": "VIP"})

    assert sorted(Tag.objects.values_list("name", flat=True)) == ["VIP", "vip"]


def test_a_tag_is_renamed_and_its_contacts_keep_it(admin_client):
    person = contact()
    made = tag("Old", person)

    admin_client.post(url("edit", made), {"name": "New", "description": "x"})

    assert person.tags.get().name == "New"
    assert tag_editing.find("New").description == "x"
    assert tag_editing.find("Old") is None
    assert ModelLogEntry.objects.filter(object_id=str(made.pk), action="wagtail.edit").exists()


def test_a_name_that_somebody_takes_meanwhile_is_refused_as_well(admin_client, monkeypatch):
    made, other = tag("Old"), tag("New")
    find = tag_editing.find
    answers = [None]
    monkeypatch.setattr(tag_editing, "find", lambda name: answers.pop() if answers else find(name))

    response = admin_client.post(url("edit", made), {"name": "New"})

    assert "There is already a tag of this name" in response.content.decode()
    made.refresh_from_db()
    assert (made.name, find("New")) == ("Old", other)


def test_deleting_says_how_many_contacts_lose_the_tag(admin_client, page):
    people = [contact(firstname=str(n)) for n in range(2)]
    made = tag("Old", *people)

    assert "2 contacts will lose it" in text(page(url("delete", made)))
    admin_client.post(url("delete", made))

    assert not Tag.objects.exists()
    assert not people[0].tags.exists()


def test_two_tags_become_one(admin_client, page):
    both, one = contact(firstname="Both"), contact(firstname="One")
    source, target = tag("Customers", both, one), tag("Customer", both)

    soup = page(url("merge", source))
    assert "2 contacts with the tag “Customers” get another tag instead" in text(soup)
    assert [option["value"] for option in soup.select("datalist option")] == ["Customer"]
    response = admin_client.post(url("merge", source), {"target": "Customer"}, follow=True)

    assert "“Customers” is part of “Customer” now: 2 contacts." in text(
        BeautifulSoup(response.content, "html.parser")
    )
    assert [list(person.tags.all()) for person in (both, one)] == [[target], [target]]
    assert not Tag.objects.filter(pk=source.pk).exists()
    assert ModelLogEntry.objects.filter(object_id=str(source.pk), action="wagtail.delete").exists()


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("customer", "There is no tag of this name"),
        ("Customers", "This is the tag itself"),
        ("", "This field is required"),
    ],
)
def test_merging_needs_another_tag(admin_client, target, problem):
    source = tag("Customers", contact())
    tag("Customer")

    response = admin_client.post(url("merge", source), {"target": target})

    assert problem in response.content.decode()
    assert Tag.objects.count() == 2


@pytest.mark.parametrize("permission", ["change_tag", "delete_tag"])
def test_merging_takes_both_permissions(client, user_with, permission):
    source = tag("Customers")
    tag("Customer")
    client.force_login(user_with("view_tag", permission))

    response = client.post(url("merge", source), {"target": "Customer"})

    assert response["Location"] == reverse("wagtailadmin_home")
    assert Tag.objects.count() == 2


def test_who_may_only_look_sees_no_links_to_what_is_closed(client, user_with):
    made = tag("Customers", contact())
    client.force_login(user_with("view_tag"))

    soup = BeautifulSoup(client.get(LIST).content, "html.parser")

    assert listed(soup) == [["Customers", "", "1 contact"]]
    links = {link["href"] for link in soup.select("main a[href]")}
    assert not links & {url(name, made) for name in ("edit", "delete", "merge")}
    assert not [link for link in links if "contacts/" in link]


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("<b>VIP</b>", "VIP"),
        ("R&amp;D", "R&D"),
        ("A < B", "A"),
        ("V\x07IP", "VIP"),
    ],
)
def test_what_a_name_cannot_have_is_said_and_not_taken_away(admin_client, name, without):
    person = contact()
    card = reverse("contacttrack_marks:tags", args=[person.pk])

    made = admin_client.post(ADD, {"name": name})
    given = admin_client.post(card, {"add": f"Good, {name}"}, follow=True)

    for response in (made, given):
        shown = text(BeautifulSoup(response.content, "html.parser"))
        assert "A name cannot contain markup such as <b> or &amp;, or invisible" in shown
        assert f"Without them this one would be “{without}”" in shown
    assert not Tag.objects.exists()


def test_a_name_of_nothing_but_markup_is_none(admin_client):
    shown = admin_client.post(ADD, {"name": "<br>"}).content.decode()

    assert "more than markup" in shown and not Tag.objects.exists()
