"""The list of contacts: who is in it, in which order, by pages, and what it says."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from tests.activity.making import NOON, agent, contact, device
from tests.admin.looking import text
from wagtail_contacttrack.contacts import listing, pages
from wagtail_contacttrack.contacts.models import Contact, Presence

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def no_countries():
    cache.delete(listing.COUNTRIES_KEY)


def person(name="", days_ago=0, **values):
    """A contact with a last name, active so many days before noon."""
    made = contact(lastname=name, **values)
    Presence.objects.filter(contact=made).update(at=NOON - days_ago * DAY)
    return made


def visitor(days_ago=0, **values):
    return person(days_ago=days_ago, date_identified=None, **values)


@pytest.fixture
def listed(admin_client):
    """The list as a superuser sees it for a query string."""

    def get(query="", results_only=False):
        name = (
            "contacttrack_contacts:index_results" if results_only else "contacttrack_contacts:index"
        )
        response = admin_client.get(f"{reverse(name)}?{query}")
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return get


def names(soup):
    return [text(cell.select_one(".title-wrapper")) for cell in soup.select("td.title")]


def test_it_shows_name_email_location_points_last_active_and_id(listed):
    ada = person(
        "Lovelace",
        firstname="Ada",
        email="ada@example.org",
        city="London",
        country="GB",
        points=1234,
    )

    soup = listed()

    assert [text(head) for head in soup.select("th")][1:] == [
        "Name", "E-mail", "Location", "Points", "Last active", "ID",
    ]  # fmt: skip
    row = [text(cell) for cell in soup.select("tbody td")][1:]
    assert row[0].startswith("Ada Lovelace")
    assert row[1:4] == ["ada@example.org", "London, GB", "1,234"]
    assert row[5] == str(ada.pk)
    active = datetime.fromisoformat(soup.select_one("tbody time")["datetime"])
    assert active == NOON
    link = soup.select_one("td.title a")
    assert link["href"] == reverse("contacttrack_contacts:inspect", args=[ada.pk])


def test_who_was_active_last_comes_first(listed):
    person("Longago", 9)
    person("Today", 0)
    person("Yesterday", 1)

    assert names(listed()) == ["Today", "Yesterday", "Longago"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Known"]),
        ("anonymous=shown", ["Known", "Anonymous"]),
        ("anonymous=only", ["Anonymous"]),
        ("anonymous=nonsense", ["Known"]),
    ],
)
def test_anonymous_visitors_are_behind_a_switch(listed, query, expected):
    person("Known")
    visitor(1)

    assert [name.split(" #")[0] for name in names(listed(query))] == expected


def test_the_switch_is_on_the_page_and_says_which_way_it_stands(listed):
    person("Known")

    soup = listed("anonymous=only&q=known")

    switch = soup.select(".ct-switch a")
    assert [text(link) for link in switch] == ["Known", "Everybody", "Anonymous"]
    assert [link.has_attr("aria-current") for link in switch] == [False, False, True]
    assert "q=known" in switch[0]["href"] and "anonymous" not in switch[0]["href"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lovel", ["Lovelace"]),
        ("q=LOVELACE+example", ["Lovelace"]),
        ("q=ada@example.org", ["Lovelace"]),
        ("q=Analytical", ["Lovelace"]),
        ("q=hopper", ["Hopper"]),
        ("q=lovelace+hopper", []),
        ("q=100%25", []),
        ("q=lovelace+OR+hopper", ["Hopper", "Lovelace"]),
        ("q=!hopper", ["Lovelace"]),
        ("q=company:analytical", ["Lovelace"]),
        ("q=company:engines", []),
        ("q=(hopper", []),
        ("q=%22analytical+engines%22", ["Lovelace"]),
        ("q=hop%00per", ["Hopper", "Lovelace"]),
        ("q=" + "+".join(["lovelace"] * 2_000), ["Lovelace"]),
    ],
)
def test_search_finds_words_in_name_company_and_email(listed, query, found):
    person("Hopper")
    person("Lovelace", 1, email="ada@example.org", company="Analytical Engines")

    assert names(listed(query)) == found


def test_an_id_finds_its_contact_even_if_it_is_anonymous(listed):
    person("Other")
    wanted = visitor(400)

    for query in (f"q={wanted.pk}", f"q=%23{wanted.pk}"):
        assert names(listed(query)) == [f"Anonymous #{wanted.pk}"]


def test_a_search_for_anonymous_visitors_shows_them_though_they_are_hidden(listed):
    person("Known")
    wanted = visitor(1)

    for query in ("q=is:anonymous", f"q=ids:{wanted.pk}", "q=is:anonymous&anonymous=shown"):
        assert names(listed(query)) == [f"Anonymous #{wanted.pk}"]
    for query in ("q=!is:anonymous", "q=!is:anonymous&anonymous=shown"):
        assert names(listed(query)) == ["Known"]


def test_words_are_looked_for_among_anonymous_visitors_where_only_those_are_shown(listed):
    person("Known", city="Paris")
    wanted = visitor(1, city="Paris")
    visitor(2)

    assert names(listed("q=paris&anonymous=only")) == [f"Anonymous #{wanted.pk}"]
    assert names(listed("q=city:paris&anonymous=shown")) == ["Known", f"Anonymous #{wanted.pk}"]


def test_what_a_search_cannot_answer_is_said(listed):
    person("Ada")

    soup = listed("q=ada+OR+stage:<b>+OR+lang:bob")

    assert names(soup) == ["Ada"]
    assert "stage:<b>, lang:bob cannot be answered" in text(
        soup.select_one(".ct-found__unsupported")
    )
    assert not listed("q=ada").select(".ct-found__unsupported")


def test_how_to_search_is_said_outside_of_what_a_search_replaces(listed):
    assert "How to search" in text(listed().select_one(".ct-search-help summary"))
    assert not listed(results_only=True).select(".ct-search-help")


def test_it_filters_by_last_activity(listed):
    for days in (0, 10, 20):
        person(f"Before{days}", days)

    assert names(listed("active_from=2026-03-05&active_to=2026-03-15")) == ["Before10"]
    assert names(listed("active_from=2026-03-10")) == ["Before0", "Before10"]
    assert not listed("active_from=2026-03-10").select(".ct-found [role=alert]")


@pytest.mark.parametrize(
    "query",
    [
        "active_from=2026-02-30",
        "active_to=9999-12-31",
        "active_from=0001-01-01",
        "device=x",
        "anonymous=x",
    ],
)
def test_a_filter_that_is_not_understood_is_left_out_and_the_list_says_so(listed, query):
    person("Ada")

    soup = listed(query)

    assert names(soup) == ["Ada"]
    assert "could not be understood" in text(soup.select_one(".ct-found [role=alert]"))


def test_it_filters_by_device_and_country(listed):
    phone, desk = agent("Safari", kind="mobile"), agent("Firefox", kind="desktop")
    ada, bob = person("Ada", country="GB"), person("Bob", 1, country="DE")
    device(ada, phone)
    device(ada, phone)
    device(bob, desk)

    assert names(listed("device=mobile")) == ["Ada"]
    assert names(listed("device=mobile&device=desktop")) == ["Ada", "Bob"]
    assert names(listed("device=tablet")) == []
    assert names(listed("country=DE")) == ["Bob"]
    assert names(listed("country=DE&device=mobile")) == []
    assert names(listed("country=FR")) == []
    choices = [choice["value"] for choice in listed().select("[name=country]")]
    assert choices == ["", "DE", "GB"]


@pytest.mark.parametrize("results_only", [False, True])
def test_filters_in_force_stand_above_the_list_and_can_be_taken_away(listed, results_only):
    person("Ada", country="GB")

    soup = listed("country=GB&anonymous=shown&q=ada", results_only)

    pills = [text(pill) for pill in soup.select(".w-pill__content")]
    assert pills == ["Anonymous visitors: Shown", "Country: GB"]


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("name", ["Adams", "Baker", "Clark"]),
        ("-name", ["Clark", "Baker", "Adams"]),
        ("email", ["Clark", "Adams", "Baker"]),
        ("-points", ["Baker", "Clark", "Adams"]),
        ("id", ["Baker", "Adams", "Clark"]),
        ("-last_active", ["Clark", "Baker", "Adams"]),
        ("password", ["Clark", "Baker", "Adams"]),
    ],
)
@pytest.mark.parametrize("search", ["", "&q=example"])
def test_columns_sort(listed, ordering, expected, search):
    person("Baker", 1, email="c@example.org", points=9)
    person("Adams", 2, email="b@example.org", points=1)
    person("Clark", 0, email="a@example.org", points=5)

    assert names(listed(f"ordering={ordering}{search}")) == expected


def test_only_cheap_orders_are_offered_for_anonymous_visitors(listed):
    person("Known")
    visitor()

    heads = listed("anonymous=shown").select("th")

    assert [text(head) for head in heads if head.a] == ["Last active", "ID"]


@pytest.mark.parametrize("query", ["", "ordering=name", "ordering=-points", "q=walker"])
def test_every_contact_is_on_exactly_one_page(listed, query):
    for number in range(120):
        person(f"Walker{number % 7}", number % 5, points=number % 3)

    seen, soup = [], listed(query)
    while True:
        seen += [row["data-object-id"] for row in soup.select("[data-bulk-action-checkbox]")]
        following = soup.select_one("a[rel=next]")
        if following is None:
            break
        soup = listed(following["href"].partition("?")[2])
    assert len(seen) == 120
    assert len(set(seen)) == 120
    back = listed(soup.select_one("a[rel=prev]")["href"].partition("?")[2])
    previous = [row["data-object-id"] for row in back.select("[data-bulk-action-checkbox]")]
    assert previous == seen[50:100]


@pytest.mark.parametrize("ordering", ["name", "-email"])
def test_links_name_nobody_and_still_lead_on_when_somebody_goes(listed, ordering):
    for number in range(60):
        person(f"Secret{number:02}", email=f"secret{number:02}@example.org")

    link = listed(f"ordering={ordering}").select_one("a[rel=next]")["href"]

    payload = parse_qs(urlsplit(link).query)["p"][0].split(":")[0]
    assert b"ecret" not in base64.urlsafe_b64decode(payload + "==")
    assert len(names(listed(link.partition("?")[2]))) == 10
    Contact.objects.all().delete()
    assert names(listed(link.partition("?")[2])) == []


def rows_read():
    with connection.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        return sum(int(number) for _name, number in cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "mysql", reason="MariaDB's own counters of what is read")
@pytest.mark.parametrize("ordering", ["-last_active", "email", "-points", "id"])
def test_a_deep_page_reads_no_more_than_the_first(ordering):
    Contact.objects.bulk_create(
        Contact(email=f"p{number:05}@example.org", date_identified=NOON, points=number // 500)
        for number in range(5_000)
    )
    Presence.objects.bulk_create(
        Presence(contact=made, known=True, at=NOON - DAY * (made.pk % 100))
        for made in Contact.objects.all()
    )
    found = listing.find(listing.Choice(), ordering)
    cursor_of = None
    for _ in range(30):
        cursor_of = pages.read(found.rows, found.columns, size=100, cursor=cursor_of).next
    before = rows_read()
    assert len(pages.read(found.rows, found.columns, size=50, cursor=cursor_of).rows) == 50
    assert rows_read() - before < 1_000


def test_a_page_that_was_never_given_out_is_the_first_page(listed):
    person("Ada")

    for page in ("2", "nonsense", "x" * 3000, "%00"):
        assert names(listed(f"p={page}")) == ["Ada"]


def test_the_cost_does_not_grow_with_the_table(listed, django_assert_max_num_queries, monkeypatch):
    for number in range(55):
        device(person(f"P{number}", number), agent(f"A{number}"))
    listed()  # what Wagtail caches

    with django_assert_max_num_queries(14) as few:
        listed()
    for number in range(120):
        person(f"Q{number}", number)
    with django_assert_max_num_queries(len(few)):
        listed()
    monkeypatch.setattr(listing, "COUNT_LIMIT", 100)
    assert "More than 100 contacts" in text(listed())


def test_a_look_that_has_to_stop_says_so(listed, monkeypatch):
    for days in range(4):
        person("Walker", days)
    monkeypatch.setattr(listing, "SCAN_LIMIT", 2)

    soup = listed("q=walker")

    assert len(names(soup)) == 2
    assert "back to March 19, 2026" in text(soup.select_one(".ct-found__horizon"))
    assert not listed().select(".ct-found__horizon")


def test_an_empty_list_says_what_to_do(listed):
    soup = listed()
    assert "Nobody is known by name yet" in text(soup)
    links = [link["href"] for link in soup.select(".ct-empty a")]
    assert f"{reverse('contacttrack_contacts:index')}?anonymous=only" in links
    assert reverse("contacttrack_contacts:add") in links

    assert "No contacts match" in text(listed("q=nobody"))


def test_hostile_names_are_shown_as_text(listed):
    person('<script>alert("x")</script>', email='"<b>"@example.org')

    html = str(listed())

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_who_may_only_look_gets_no_buttons(client, user_with):
    ada = person("Ada")
    client.force_login(user_with("view_contact"))

    soup = BeautifulSoup(client.get(reverse("contacttrack_contacts:index")).content, "html.parser")

    assert names(soup) == ["Ada"]
    assert not soup.select("[data-bulk-action-checkbox]")
    html = str(soup)
    for part in ("export=csv", "contacts/new", f"edit/{ada.pk}", f"delete/{ada.pk}"):
        assert part not in html


def test_wagtails_search_offers_contacts_to_those_who_may_see_them(client, user_with):
    url = reverse("wagtailadmin_pages:search")
    for codenames, offered in ((["view_contact"], True), ([], False)):
        client.force_login(user_with(*codenames, "add_page"))
        html = client.get(url, follow=True).content.decode()
        assert (f'href="{reverse("contacttrack_contacts:index")}' in html) == offered


def test_an_added_contact_is_in_the_list(admin_client, listed):
    admin_client.post(
        reverse("contacttrack_contacts:add"), {"firstname": "Grace", "lastname": "Hopper"}
    )

    assert names(listed()) == ["Grace Hopper"]
    assert Contact.objects.get().is_known
