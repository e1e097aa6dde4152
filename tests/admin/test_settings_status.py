"""What arrives: the last hit, and how requests ended, with what to do about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.tracking import counters, status
from wagtail_contacttrack.tracking.models import HitCount
from wagtail_contacttrack.tracking.reasons import REMEDIES, Reason

from ..tracking.conftest import FIREFOX, PUBLIC

pytestmark = pytest.mark.django_db

PENDING = {"COUNTER_FLUSH_SECONDS": 60, "RATE_LIMIT": 0}


@pytest.fixture
def site():
    return Site.objects.get()


def visit(page_url="https://testserver/prices", **headers):
    client = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    return client.post("/mtc/event", {"page_url": page_url, "page_title": "Prices"}, **headers)


@pytest.fixture
def panel(site):
    def get(client):
        names = ["wagtail_contacttrack", "trackingsettings", site.pk]
        response = client.get(reverse("wagtailsettings:edit", args=names))
        soup = BeautifulSoup(response.content, "html.parser")
        return soup.select_one(".ct-status")

    return get


def counts(panel):
    """The table: how many requests by reason."""
    return {
        row["data-reason"]: int(row.select_one(".ct-number").text.replace(",", ""))
        for row in panel.select("[data-reason]")
    }


def text(soup):
    return " ".join(soup.text.split())


def test_before_the_first_hit_the_panel_says_what_to_do(admin_client, panel):
    found = panel(admin_client)
    assert "No hit yet. Open http://localhost in a private window" in text(found)
    assert not found.select("table")
    assert found.select_one("a.button").text == "Send a test hit"


def test_the_last_hit_is_shown_with_its_page_and_contact(admin_client, panel):
    visit("https://testserver/first")
    contact_id = visit("https://testserver/second?a=1").json()["id"]
    last = panel(admin_client).select_one(".ct-last")
    assert "Prices" in last.text
    assert "https://testserver/second?a=1" in last.text
    assert last.select_one("time")["datetime"][:4] == str(timezone.now().year)
    assert last.select_one("a")["href"] == Contact.objects.get(pk=contact_id).get_absolute_url()


def test_the_contact_is_shown_only_to_those_who_may_view_contacts(client, panel, user_with):
    visit()
    client.force_login(user_with("change_trackingsettings"))
    assert not panel(client).select(".ct-last a")
    client.force_login(user_with("change_trackingsettings", "view_contact"))
    assert panel(client).select(".ct-last a")


def test_what_a_visitor_typed_is_shown_only_to_those_who_may_view_contacts(
    client, panel, user_with
):
    visit("https://testserver/order?token=secret")
    client.force_login(user_with("change_trackingsettings"))
    shown = text(panel(client))
    assert "https://testserver/order" in shown
    assert "secret" not in shown
    assert "Prices" not in shown
    client.force_login(user_with("change_trackingsettings", "view_contact"))
    assert "token=secret" in text(panel(client))


def test_requests_are_counted_by_reason_with_the_remedy_of_refusals(admin_client, panel):  # S73
    visit()
    visit()
    visit(HTTP_USER_AGENT="Googlebot/2.1")
    visit(HTTP_ORIGIN="https://elsewhere.example")
    visit(REMOTE_ADDR="192.168.1.9")
    found = panel(admin_client)
    assert counts(found) == {"recorded": 2, "bot": 1, "origin_not_listed": 1, "private_ip": 1}
    assert "3 requests were not kept" in found.select_one("caption").text
    for reason in ("bot", "origin_not_listed", "private_ip"):
        row = found.select_one(f"[data-reason={reason}]")
        assert str(Reason(reason).label) in row.select_one("th").text
        assert row.select_one(".ct-remedy").text == str(REMEDIES[Reason(reason)])
    assert found.select_one("[data-reason=recorded] .ct-remedy").text == ""


def test_what_was_kept_comes_first_and_then_the_most_frequent(admin_client, panel, site):
    now = timezone.now()
    numbers = {"bot": 3, "dnt": 9, "page_left": 2, "recorded": 5, "gpc": 9, "private_ip": 70}
    for reason, number in numbers.items():
        counters.count(site.pk, reason, now, number)
    order = ["recorded", "page_left", "private_ip", "dnt", "gpc", "bot"]
    assert list(counts(panel(admin_client))) == order


def test_every_refusal_has_a_remedy():  # S73
    refusals = [reason for reason in Reason if not status.Tally(reason, 1).kept]
    assert all(str(status.Tally(reason.value, 1).remedy) for reason in refusals)
    assert len(refusals) == 13


@override_settings(CONTACTTRACK=PENDING)
def test_what_is_counted_but_not_written_yet_is_in_the_numbers(admin_client, panel):
    visit()
    counters.flush()
    visit()
    visit(HTTP_USER_AGENT="Googlebot/2.1")
    assert HitCount.objects.count() == 1
    assert counts(panel(admin_client)) == {"recorded": 2, "bot": 1}


@override_settings(CONTACTTRACK=PENDING)
def test_only_the_last_24_hours_of_this_site_count(admin_client, panel, site):
    other = Site.objects.create(hostname="other.example", root_page=site.root_page)
    now = timezone.now()
    for age, number in ((timedelta(hours=23), 1), (timedelta(hours=26), 10)):
        counters.count(site.pk, "recorded", now - age, number)
        counters.count(other.pk, "recorded", now - age, 100)
        counters.count(other.pk, "bot", now, 100)
    assert counts(panel(admin_client)) == {"recorded": 1}
    counters.flush()
    assert counts(panel(admin_client)) == {"recorded": 1}


def test_the_last_hit_of_another_site_is_not_shown(admin_client, panel, site):
    Site.objects.create(hostname="other.example", root_page=site.root_page)
    visit()
    visit("https://other.example/there", HTTP_HOST="other.example")
    assert "https://testserver/prices" in panel(admin_client).select_one(".ct-last").text


def test_a_hit_of_long_ago_is_told_by_its_hour_without_searching_the_ledger(
    admin_client, panel, site, monkeypatch, django_assert_max_num_queries
):
    Site.objects.create(hostname="other.example", root_page=site.root_page)
    visit()
    for _ in range(3):
        visit("https://other.example/there", HTTP_HOST="other.example")
    monkeypatch.setattr(status, "LOOK_BACK", 3)
    with django_assert_max_num_queries(2):
        assert status.last_hit(site.pk) is None
    assert "The last hit was recorded on" in panel(admin_client).select_one(".ct-last").text


def test_a_hit_whose_contact_was_deleted_is_gone(admin_client, panel):
    visit()
    Activity.objects.all().delete()
    assert "The last hit was recorded on" in panel(admin_client).select_one(".ct-last").text
    HitCount.objects.all().delete()
    assert "No hit yet." in panel(admin_client).text


def test_a_reason_of_another_release_is_shown_under_its_name(admin_client, panel, site):
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    HitCount.objects.create(site=site, hour=hour, reason="from_the_future", count=7)
    found = panel(admin_client)
    assert counts(found) == {"from_the_future": 7}
    assert "from_the_future" in found.select_one("[data-reason] th").text
