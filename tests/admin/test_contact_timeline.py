"""The timeline on the page of a contact: what it shows, its filters, its pages, its cost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupPagePermission, Locale, Page, Site

from tests.activity.making import MINUTE, NOON, activity, agent, contact, did, tracked_page
from tests.admin.looking import text
from wagtail_contacttrack.activity import kinds
from wagtail_contacttrack.activity.models import Activity

pytestmark = pytest.mark.django_db

AJAX = {"X-Requested-With": "XMLHttpRequest"}


def visits(soup):
    return soup.select(".ct-visit")


def titles(soup):
    return [text(title) for title in soup.select(".ct-entry__title")]


def sent(soup, entry=0) -> dict[str, str]:
    """What the n-th entry's details list."""
    pairs = soup.select(".ct-entry")[entry].select("details dl > div")
    return {text(pair.dt): text(pair.dd) for pair in pairs}


def href(link) -> str:
    """Where a link leads to, without the place on the page."""
    path, _, fragment = link["href"].partition("#")
    assert fragment == "ct-timeline"
    return path


def query(link) -> str:
    return href(link).partition("?")[2] and "?" + href(link).partition("?")[2]


# What is shown


# S75
def test_a_page_hit_tells_what_was_looked_at_and_for_how_long(contact_page):
    person = contact()
    did(
        person,
        0,
        title="Spring bicycles",
        url="https://example.org/bikes/?a=1",
        left_at=NOON + timedelta(seconds=80),
        engaged=41_000,
        referrer="https://search.example/find?q=bikes",
    )

    [entry] = contact_page(person).select(".ct-entry")

    assert text(entry.select_one(".ct-entry__title")) == "Spring bicycles"
    link = entry.select_one(".ct-entry__address a")
    assert link["href"] == "https://example.org/bikes/?a=1"
    assert link["rel"] == ["noreferrer"]
    assert link["target"] == "_blank"
    assert "(opens in a new tab)" in text(link)
    found = text(entry.select_one(".ct-entry__facts"))
    assert "1 min 20 s on page" in found
    assert "41 s engaged" in found
    assert "From search.example/find?q=bikes" in found


def test_a_visit_tells_when_it_began_how_long_it_was_and_where_it_came_from(contact_page):
    person = contact()
    firefox = agent("Firefox", "Linux")
    did(
        person,
        0,
        agent=firefox,
        referrer="https://search.example/find",
        data={"utm": {"utm_campaign": "spring", "utm_source": "letter"}},
    )
    did(person, 5, 12, agent=firefox, referrer="https://example.org/")

    [visit] = visits(contact_page(person))

    head = text(visit.header)
    assert "March 20, 2026 1 p.m." in head
    assert "3 pages" in head
    assert "12 min" in head
    assert "Firefox on Linux" in head
    assert "From search.example" in head
    assert "Campaign spring" in head
    assert visit["aria-labelledby"] == visit.h3["id"]


def test_a_link_within_the_website_is_no_source(contact_page):
    person = contact()
    did(person, 0, url="https://example.org/b", referrer="https://EXAMPLE.org/a")

    soup = contact_page(person)

    assert "From" not in text(visits(soup)[0].header)
    assert sent(soup)["Referrer"] == "https://EXAMPLE.org/a"


def test_the_device_is_named_where_it_changes(contact_page):
    person = contact()
    phone, laptop = agent("Safari", "iOS"), agent("Firefox", "Linux")
    did(person, 0, 1, agent=phone)
    did(person, 2, 3, agent=laptop)

    entries = contact_page(person).select(".ct-entry")

    assert ["Now on" in text(entry) for entry in entries] == [False, True, False, False]
    assert "Now on Firefox on Linux" in text(entries[1])


# S54
def test_a_screen_of_an_app_is_shown_as_a_screen_and_not_as_a_link(contact_page):
    person = contact()
    did(person, 0, title="", url="cart_screen")

    [entry] = contact_page(person).select(".ct-entry")

    assert "Screen cart_screen" in text(entry)
    assert entry.select_one('use[href="#icon-mobile-alt"]')
    assert not entry.select("a")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://example.org",
        " javascript:alert(1)",
        "data:text/html,<b>",
        "//example.org/",
        "/path",
        "https:example.org",
        "https://",
        "http://user@/",
        "file:///etc/passwd",
        "app://cart",
    ],
)
def test_only_addresses_of_the_web_become_links(contact_page, url):
    person = contact()
    did(person, 0, url=url, referrer=url)

    [entry] = contact_page(person).select(".ct-entry")

    assert not entry.select("a")
    assert url.strip() in text(entry)


# S75
def test_everything_else_that_was_sent_stands_in_details(contact_page):
    person = contact()
    did(
        person,
        0,
        agent=agent("Firefox", "Linux"),
        address="203.0.113.9",
        data={
            "door": "both",
            "utm": {"utm_medium": "email", "utm_term": "shoes"},
            "language": "de",
            "locale": "de-at",
            "browser_languages": ["de-AT", "en"],
            "params": {"plan": "gold", "cart": {"items": ["a", "b"]}, "empty": ""},
            "problems": ["value_cut", "not_known_yet"],
        },
    )

    soup = contact_page(person)

    found = sent(soup)
    assert found["Time"] == "March 20, 2026, 13:00:00"
    assert found["Address"] == "https://example.org/"
    assert (found["Medium"], found["Term"]) == ("email", "shoes")
    assert (found["plan"], found["cart[items][1]"], found["empty"]) == ("gold", "b", "empty")
    assert found["Page language"] == "de"
    assert found["Locale of the page"] == "de-at"
    assert found["Browser languages"] == "de-AT, en"
    assert found["Sent by"] == "Tracking script and pixel"
    assert found["IP address"] == "203.0.113.9"
    assert found["User agent"].startswith("Firefox/Linux")
    assert found["Problems"] == "A value was too long and has been cut. not_known_yet"
    assert text(soup.select_one(".ct-sent summary")) == "Everything sent with at 0"


def test_a_hit_with_very_many_parameters_lists_some_and_counts_the_rest(contact_page):
    person = contact()
    did(person, 0, data={"params": {f"p{number}": "v" for number in range(150)}})

    soup = contact_page(person)

    assert "p99" in sent(soup)
    assert "p100" not in sent(soup)
    assert "50 more parameters are not shown." in text(soup)


@pytest.mark.parametrize("data", [[], "text", 7, {"utm": 1, "params": "x", "problems": "y"}])
def test_data_of_any_shape_is_shown(contact_page, data):
    person = contact()
    did(person, 0, data=data)

    assert titles(contact_page(person)) == ["at 0"]


@pytest.fixture
def wagtail_page():
    Locale.objects.get_or_create(language_code="en")
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
    home = root.add_child(instance=Page(title="Home", slug="home-of-bikes"))
    Site.objects.all().delete()
    Site.objects.create(hostname="example.org", root_page=home, is_default_site=True)
    return home.add_child(instance=Page(title="Bikes", slug="bikes"))


def test_the_wagtail_page_is_linked_for_those_who_may_edit_it(client, user_with, wagtail_page):
    person = contact()
    # Neither what a browser says nor another website's address leads to the page.
    did(person, 0, page=tracked_page("https://example.org/bikes"))
    did(person, 1, page=tracked_page("https://example.org/gone", wagtail_page.pk))
    did(person, 2, page=tracked_page("https://example.org:8001/bikes/"))
    did(person, 3, page=tracked_page("https://evil.example/bikes/", wagtail_page.pk))
    did(person, 4, page=tracked_page("https://example.org:x/bikes/"))
    url = reverse("wagtailadmin_pages:edit", args=[wagtail_page.pk])
    reader, editor = user_with("view_contact"), user_with("view_contact")
    group = Group.objects.create(name="Editors of bikes")
    editor.groups.add(group)
    GroupPagePermission.objects.create(group=group, page=wagtail_page, permission_type="change")

    seen = []
    for user in (reader, editor):
        client.force_login(user)
        response = client.get(reverse("contacttrack_contacts:inspect", args=[person.pk]))
        soup = BeautifulSoup(response.content, "html.parser")
        seen.append([text(link) for link in soup.select(f'.ct-sent a[href="{url}"]')])

    assert seen == [[], ["Bikes"]]


# What visitors send is text

HOSTILE = [
    "<script>alert(1)</script>",
    '"onmouseover="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}{% debug %}",
    "\u202egnp.exe",
    "\U0001f600 \U0001f9d1\u200d\U0001f680",
    "&lt;b&gt;",
    "x" * 8_000,
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_shown_as_text(contact_page, value):  # S34
    person = contact(firstname=value[:190], company=value[:190], fields={value[:99]: value})
    did(
        person,
        0,
        title=value,
        url=f"https://example.org/{value}",
        referrer=f"https://other.example/{value}",
        agent=agent(value[:60], value[:60]),
        data={
            "door": value,
            "utm": {"utm_campaign": value},
            "language": value,
            "params": {value: value, "nested": {value: [value]}},
            "problems": [value],
        },
    )
    did(person, 1, url=value, title="", kind="custom.kind", data={value: value})

    soup = contact_page(person)

    content = soup.select_one(".ct-contact")
    assert not content.select("script, img, [onmouseover], [onerror], [style]")
    assert all(not name.startswith("on") for tag in content.find_all(True) for name in tag.attrs)
    plain = " ".join(value.split())
    for entry in (0, 1):
        assert sent(soup, entry)[plain] == plain
    assert titles(soup)[1] == (plain if len(plain) <= 300 else plain[:299] + "…")
    # Each in an element of its own direction, so that no mark reaches beyond it.
    assert all(title.bdi for title in soup.select(".ct-entry__title"))


def test_a_very_long_title_and_address_are_cut_in_the_row_and_whole_below(contact_page):
    person = contact()
    did(person, 0, title="t" * 8_000, url="https://example.org/" + "u" * 8_000)

    soup = contact_page(person)

    assert len(titles(soup)[0]) == 300
    assert len(text(soup.select_one(".ct-entry__address bdi"))) == 200
    assert sent(soup)["Title"] == "t" * 8_000
    assert sent(soup)["Address"] == "https://example.org/" + "u" * 8_000


def test_marks_of_direction_are_visible_in_addresses(contact_page):
    person = contact()
    did(person, 0, url="https://example.org/\u202egnp.exe")

    soup = contact_page(person)

    assert text(soup.select_one(".ct-entry__address bdi")) == "example.org/%E2%80%AEgnp.exe"


# Kinds


@pytest.fixture
def kind_of():
    """Register a kind for one test."""
    before = dict(kinds._kinds)

    def register(*args, **kwargs):
        kinds.register(kinds.Kind(*args, **kwargs))

    yield register
    kinds._kinds.clear()
    kinds._kinds.update(before)


def test_a_project_shows_its_own_kind_with_its_own_template(contact_page, kind_of):
    kind_of(
        "order.paid",
        "Order",
        "tag",
        template="testapp/order_entry.html",
        context=lambda row: {"total": row.data["total"] * 2},
    )
    person = contact()
    did(person, 0, kind="order.paid", title="Order <7>", data={"total": 21})

    soup = contact_page(person)

    [entry] = soup.select(".ct-entry")
    assert text(entry.select_one(".order")) == "Order <7> paid: 42"
    assert entry.select_one('use[href="#icon-tag"]')
    assert sent(soup)["total"] == "21"


def test_a_kind_without_a_template_shows_its_title_or_else_its_label(contact_page, kind_of):
    kind_of("chat.message", "Chat message", "comment")
    person = contact()
    did(person, 0, kind="chat.message", title="", url="")
    did(person, 1, kind="chat.message", title="Hello", url="")

    assert titles(contact_page(person)) == ["Hello", "Chat message"]


def test_a_kind_that_is_gone_still_shows(contact_page):
    person = contact()
    did(person, 0, kind="left.over", title="", url="")

    assert titles(contact_page(person)) == ["left.over"]


def test_a_key_that_the_ledger_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="32 characters"):
        kinds.register(kinds.Kind("k" * 33, "Long", "tag"))


# Filters


@pytest.fixture
def person():
    """Three visits on three days."""
    made = contact()
    did(made, 0, title="Tents")
    did(made, 24 * 60, title="Bikes", kind="shop.visit")
    did(made, 48 * 60, title="Bikes & bells")
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Bikes & bells", "Bikes", "Tents"]),
        ("?q=bikes", ["Bikes & bells", "Bikes"]),
        ("?q=%26", ["Bikes & bells"]),
        ("?kind=page.hit", ["Bikes & bells", "Tents"]),
        ("?kind=page.hit&kind=shop.visit", ["Bikes & bells", "Bikes", "Tents"]),
        ("?since=2026-03-21", ["Bikes & bells", "Bikes"]),
        ("?until=2026-03-21", ["Bikes", "Tents"]),
        ("?since=2026-03-21&until=2026-03-21", ["Bikes"]),
        ("?since=2026-03-21&q=bells&kind=page.hit", ["Bikes & bells"]),
    ],
)
def test_filters_leave_what_they_say(contact_page, kind_of, person, query, expected):
    kind_of("shop.visit", "Visit of the shop", "tag")

    assert titles(contact_page(person, query)) == expected


def test_days_are_those_of_the_readers_time_zone(contact_page):
    person = contact()
    did(person, 11 * 60 - 1, 11 * 60, title="around midnight in Vienna")

    assert len(titles(contact_page(person, "?until=2026-03-20"))) == 1
    assert len(titles(contact_page(person, "?since=2026-03-21"))) == 1


def test_filters_in_force_are_summed_up_and_each_may_be_removed(contact_page, person):
    soup = contact_page(person, "?q=bikes&kind=page.hit&since=2026-03-21")

    pills = soup.select(".ct-pill")
    assert [text(pill) for pill in pills] == [
        "Search: bikes",
        "From: March 21, 2026",
        "Kinds: Page hit",
    ]
    assert query(pills[0].a) == "?since=2026-03-21&kind=page.hit"
    assert pills[0].a["aria-label"] == "Remove the filter Search: bikes"
    assert query(pills[2].a) == "?q=bikes&since=2026-03-21"
    assert query(soup.select_one(".ct-active__clear")) == ""
    assert soup.select_one("input[name=q]")["value"] == "bikes"


def test_of_two_kinds_one_may_be_removed(contact_page, kind_of, person):
    kind_of("shop.visit", "Visit of the shop", "tag")

    first, second = contact_page(person, "?kind=page.hit&kind=shop.visit").select(".ct-pill")

    assert query(first.a) == "?kind=shop.visit"
    assert query(second.a) == "?kind=page.hit"


def test_no_match_offers_to_clear_the_filters(contact_page, person):
    soup = contact_page(person, "?q=nothing-like-this")

    empty = soup.select_one(".ct-empty")
    assert "Nothing that this contact did matches the filters." in text(empty)
    assert href(empty.a) == reverse("contacttrack_contacts:inspect", args=[person.pk])


def test_a_contact_without_activity_says_so(contact_page):
    soup = contact_page(contact())

    assert "This contact has not done anything yet." in text(soup.select_one(".ct-empty"))
    assert not soup.select(".ct-pager, .ct-pill")


@pytest.mark.parametrize(
    "query",
    [
        "?since=yesterday",
        "?since=0001-01-01",
        "?until=9999-12-31",
        "?since=2026-03-22&until=2026-03-01&q=",
        "?kind=unheard.of",
        "?q=a%00b",
        "?q=" + "x" * 300,
        "?before=rubbish",
        "?after=1-",
        "?before=%F0%9F%98%80",
    ],
)
def test_what_makes_no_sense_is_left_out(contact_page, person, query):
    soup = contact_page(person, query)

    assert soup.select(".ct-entry")
    refused = not query.startswith(("?before", "?after"))
    assert ("A filter could not be understood" in text(soup)) is refused


def test_results_alone_are_sent_to_wagtails_swap(admin_client, person):
    url = reverse("contacttrack_contacts:inspect", args=[person.pk])

    whole = admin_client.get(url + "?q=bikes")
    results = admin_client.get(url + "?q=bikes", headers=AJAX)

    assert "X-Requested-With" in whole["Vary"]
    soup = BeautifulSoup(whole.content, "html.parser")
    assert titles(BeautifulSoup(results.content, "html.parser")) == titles(soup)
    assert b"<html" not in results.content
    assert b"2 visits are shown" in results.content
    form = soup.select_one("form.ct-filters")
    assert form["data-controller"] == "w-swap"
    assert soup.select_one(form["data-w-swap-target-value"])
    assert (form["method"], form["action"]) == ("get", url)


# Pages


def test_pages_lead_to_older_and_newer_rows_and_keep_the_filters(contact_page):
    person = contact()
    Activity.objects.bulk_create(
        activity(person, number * 60, title=f"Bikes {number}") for number in range(120)
    )
    did(person, 200 * 60, title="Tents")
    first = contact_page(person, "?q=bikes&since=2026-03-01")
    assert first.select_one("a[rel=prev]") is None

    second = contact_page(person, query(first.select_one("a[rel=next]")))
    third = contact_page(person, query(second.select_one("a[rel=next]")))
    back = contact_page(person, query(third.select_one("a[rel=prev]")))

    numbers = [[int(t.split()[-1]) for t in titles(s)] for s in (first, second, third, back)]
    assert numbers[:3] == [
        list(range(119, 69, -1)),
        list(range(69, 19, -1)),
        list(range(19, -1, -1)),
    ]
    assert numbers[3] == numbers[1]
    assert third.select_one("a[rel=next]") is None
    assert [len(soup.select(".ct-pill")) for soup in (second, third, back)] == [2, 2, 2]
    newest = second.select_one(".ct-pager a")
    assert text(newest) == "Newest"
    assert query(newest) == "?q=bikes&since=2026-03-01"


def test_a_visit_on_two_pages_says_that_it_is_only_a_part(contact_page):
    person = contact()
    did(person, *range(60))

    soup = contact_page(person)

    assert "50 of 60 entries of this visit are shown here." in text(soup)
    assert "60 pages" in text(visits(soup)[0].header)


def test_beyond_the_end_there_is_a_way_back(contact_page, person):
    soup = contact_page(person, "?before=1000000-1")

    assert "Nothing is older than this." in text(soup)
    assert titles(contact_page(person, query(soup.select_one(".ct-empty a"))))


def test_a_long_visit_says_that_there_was_more(contact_page):
    person = contact()
    Activity.objects.bulk_create(activity(person, number) for number in range(400))

    head = text(visits(contact_page(person))[0].header)

    assert "At least 250 pages" in head
    assert re.search(r"At least 4 h \d+ min", head)


# Cost


@pytest.mark.parametrize("query", ["", "?q=at+4", "?kind=page.hit&since=2026-03-01", "?before="])
def test_the_page_costs_the_same_few_queries_whatever_the_size(admin_client, query):
    cursor = f"{int((NOON + 1_500 * MINUTE).timestamp()) * 1_000_000}-1"
    query = query + cursor if query.endswith("before=") else query
    pages = [tracked_page(f"https://example.org/{number}", number) for number in range(1, 40)]
    agents = [agent(f"Browser {number}") for number in range(10)]
    counts = []
    for size in (60, 5_000):
        person = contact()
        Activity.objects.bulk_create(
            activity(person, number / 3, page=pages[number % 39], agent=agents[number % 10])
            for number in range(size)
        )
        url = reverse("contacttrack_contacts:inspect", args=[person.pk]) + query
        admin_client.get(url)
        for headers in ({}, AJAX):
            with CaptureQueriesContext(connection) as queries:
                assert admin_client.get(url, headers=headers).status_code == 200
            counts.append(len(queries))

    small, small_results, large, large_results = counts
    assert (large, large_results) <= (small, small_results)
    assert small <= 27
    assert small_results <= 10
