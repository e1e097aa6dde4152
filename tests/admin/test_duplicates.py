"""Pairs of contacts that may be one person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.activity.making import NOON, contact
from tests.admin.looking import text
from wagtail_contacttrack.contacts import duplicates, merging
from wagtail_contacttrack.contacts.models import NotADuplicate, Presence, Rule

pytestmark = pytest.mark.django_db
URL = "contacttrack_identity:duplicates"


@pytest.fixture
def report(admin_client):
    def get():
        response = admin_client.get(reverse(URL))
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return get


def reasons(soup):
    return [text(reason) for reason in soup.select(".ct-pair__reason")]


def ada(**values):
    return {"firstname": "Ada", "lastname": "Byron", **values}


@pytest.mark.parametrize(
    ("one", "two", "reason"),
    [
        (ada(company="Engines"), ada(lastname="BYRON ", company="engines"), "name and company"),
        (
            {"fields": {"phone": "+44 20 7946 0018"}, "firstname": "A"},
            {"fields": {"mobile": "020/79460018"}, "firstname": "B"},
            "phone number",
        ),
        ({"email": "ada@gmail.com"}, {"email": "Ada@gmial.com"}, "differ by one letter"),
        ({"email": "ada@example.org"}, {"email": "ada@example.rg"}, "differ by one letter"),
        ({"email": "ada@example.org"}, {"email": "ada+news@example.org"}, "one mailbox"),
        (ada(email="ada@example.org"), ada(company="Engines"), "has no e-mail"),
    ],
)
def test_a_pair_is_suggested_with_its_reason(report, one, two, reason):
    first, second = contact(**one), contact(**two)

    soup = report()

    assert len(reasons(soup)) == 1
    assert reason in reasons(soup)[0]
    links = {link["href"] for link in soup.select(".ct-pair__person a")}
    assert links == {first.get_absolute_url(), second.get_absolute_url()}
    merge = soup.select_one(".ct-pair__actions a")["href"]
    assert {first.pk, second.pk} == {int(p) for p in merge.split("/") if p.isdecimal()}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (ada(email="ada@example.org"), ada(email="byron@example.com")),
        (ada(email="ada@example.org", company="Engines"), ada(company="Looms")),
        ({"firstname": "Ada"}, {"firstname": "Ada"}),
        ({"firstname": "A", "fields": {"fax": "12345678"}}, {"fields": {"fax": "12345678"}}),
        ({"firstname": "A", "fields": {"phone": "112"}}, {"fields": {"phone": "112"}}),
        ({"email": "ada@example.org"}, {"email": "ada@engines.com"}),
        ({"email": "ab@example.org"}, {"email": "ab@exmple.org"}),
        (ada(), ada(date_identified=None)),
    ],
)
def test_what_may_well_be_two_people_is_not_suggested(report, one, two):
    contact(**one)
    contact(**two)
    assert reasons(report()) == []


def test_what_many_share_says_nothing(report):
    for number in range(9):
        contact(firstname=f"P{number}", fields={"phone": "0800 123456"})
    assert reasons(report()) == []


def test_a_pair_stands_there_once_with_the_strongest_reason(report):
    for _ in range(2):
        contact(**ada(company="Engines", fields={"phone": "0123456789"}))
    assert reasons(report()) == ["Same name and company"]


def test_contacts_that_are_merged_are_no_pair_any_more(report):
    one, two = contact(**ada()), contact(**ada())
    assert len(reasons(report())) == 1
    merging.merge(one.pk, two.pk, rule=Rule.EDITOR, now=NOON)
    assert reasons(report()) == []


def test_saying_that_they_are_two_people_hides_the_pair(report, admin_client):
    contact(**ada())
    contact(**ada())
    form = report().select_one(".ct-pair form")

    response = admin_client.post(form["action"], follow=True)

    assert "not be suggested again" in text(BeautifulSoup(response.content, "html.parser"))
    assert reasons(report()) == []
    admin_client.post(form["action"])
    assert NotADuplicate.objects.count() == 1


def test_a_decision_about_somebody_who_is_gone_says_so(admin_client):
    person = contact()
    url = reverse("contacttrack_identity:not_a_duplicate", args=[person.pk, 404])
    response = admin_client.post(url, follow=True)
    assert "does not exist any more" in text(BeautifulSoup(response.content, "html.parser"))
    assert not NotADuplicate.objects.exists()


def test_an_empty_report_says_what_was_compared(report):
    assert "No two contacts look like the same person." in text(report())


def test_a_look_that_has_to_stop_says_so(report, monkeypatch):
    for days in range(3):
        person = contact(**ada())
        Presence.objects.filter(contact=person).update(at=NOON - timedelta(days=days))
    monkeypatch.setattr(duplicates, "SCAN_LIMIT", 2)

    soup = report()

    assert len(reasons(soup)) == 1
    assert "back to March 19, 2026" in text(soup)


def test_many_pairs_are_cut_and_the_page_says_so(report, monkeypatch):
    monkeypatch.setattr(duplicates, "SHOWN", 2)
    monkeypatch.setattr(duplicates.suggest, "__defaults__", (2,))
    for _ in range(3):
        contact(**ada())

    soup = report()

    assert len(reasons(soup)) == 2
    assert "There are further pairs." in text(soup)


def test_the_report_costs_a_handful_of_queries(admin_client, django_assert_max_num_queries):
    for number in range(60):
        contact(firstname=f"P{number // 2}", lastname="X", company="Engines")
    admin_client.get(reverse(URL))
    with django_assert_max_num_queries(10):
        admin_client.get(reverse(URL))


def test_who_may_not_change_contacts_only_reads_it(client, user_with):
    contact(**ada())
    contact(**ada())
    client.force_login(user_with("view_contact"))

    soup = BeautifulSoup(client.get(reverse(URL)).content, "html.parser")

    assert len(reasons(soup)) == 1
    assert not soup.select(".ct-pair form, .ct-pair__actions")


def test_the_reports_menu_has_it_for_those_who_may_see_contacts(client, user_with):
    for codenames, shown in ((["view_contact"], True), ([], False)):
        client.force_login(user_with(*codenames))
        html = client.get(reverse("wagtailadmin_home")).content.decode()
        assert (reverse(URL) in html) == shown


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("gmail.com", "gmial.com", True),
        ("gmail.com", "gmai.com", True),
        ("gmail.com", "gmail.comm", True),
        ("gmail.com", "gmeil.com", True),
        ("gmail.com", "gmail.com", False),
        ("gmail.com", "gamli.com", False),
        ("gmail.com", "example.org", False),
        ("a.b", "a.c", False),
    ],
)
def test_one_letter_makes_a_slip(one, other, slip):
    assert duplicates.is_slip(one, other) == duplicates.is_slip(other, one) == slip
