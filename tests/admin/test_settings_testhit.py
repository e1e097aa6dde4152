"""The test hit: what an editor learns from it, and what it leaves behind."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from wagtail_contacttrack.activity.models import Activity, TrackedPage
from wagtail_contacttrack.contacts.models import Contact, Device
from wagtail_contacttrack.tracking.models import HitCount, TrackingSettings
from wagtail_contacttrack.tracking.reasons import REMEDIES, Reason

from ..tracking.conftest import FIREFOX, PUBLIC

pytestmark = pytest.mark.django_db

BASIC = {"COUNTER_FLUSH_SECONDS": 0, "RATE_LIMIT": 0}


@pytest.fixture
def site():
    return Site.objects.get()


@pytest.fixture
def test_url(site):
    return reverse("contacttrack_settings:test_hit", args=[site.pk])


@pytest.fixture
def send(admin_client, test_url):
    """Press the button; the section that says how it ended."""

    def press(client=admin_client, values=None, **headers):
        headers = {"REMOTE_ADDR": PUBLIC, "HTTP_USER_AGENT": FIREFOX, **headers}
        response = client.post(test_url, values or {}, **headers)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser").select_one(".ct-result")

    return press


def facts(result):
    """What the result lists, by name."""
    return {
        name.get_text(strip=True): " ".join(name.find_next_sibling("dd").text.split())
        for name in result.select("dt")
    }


def test_a_test_hit_is_stored_and_shown(send, site):
    result = send(HTTP_ACCEPT_LANGUAGE="de-AT,de;q=0.8")
    row = Activity.objects.get()
    assert (row.url, row.title, row.site_id) == ("http://localhost/", "Test hit", site.pk)
    assert (row.address, row.agent.raw) == (PUBLIC, FIREFOX)
    assert row.data["browser_languages"] == ["de-AT", "de"]
    assert abs(row.time - timezone.now()).total_seconds() < 60
    shown = facts(result)
    assert shown.pop("Time")
    assert shown.pop("Contact") == f"Anonymous (#{row.contact_id})"
    assert shown == {
        "Title": "Test hit",
        "Page": "http://localhost/",
        "Website": "http://localhost",
        "IP address": PUBLIC,
        "Browser": row.agent.label,
        "Languages": "de-AT, de",
    }
    assert result.select_one("dd a")["href"] == row.contact.get_absolute_url()
    assert HitCount.objects.get().reason == "recorded"


def test_the_contact_is_a_link_only_for_those_who_may_view_contacts(client, send, user_with):
    client.force_login(user_with("change_trackingsettings"))
    assert not send(client).select("dd a")


def test_a_shortened_address_is_shown_as_it_is_stored(send, site):
    TrackingSettings.objects.create(site=site, anonymize_ip=True)
    assert facts(send())["IP address"] == "203.0.113.0 (shortened)"


def test_tests_leave_one_contact_however_many_there_are(send, client):
    real = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    real.post("/mtc/event", {"page_url": "https://testserver/"})
    for _ in range(3):
        assert send()["data-reason"] == "recorded"
    assert Contact.objects.count() == Device.objects.count() == 2
    assert [row.title for row in Activity.objects.order_by("id")] == ["", "Test hit"]


def test_sites_have_tests_of_their_own(admin_client, send, site):
    other = Site.objects.create(hostname="other.example", root_page=site.root_page)
    send()
    url = reverse("contacttrack_settings:test_hit", args=[other.pk])
    admin_client.post(url, REMOTE_ADDR=PUBLIC, HTTP_USER_AGENT=FIREFOX)
    rows = Activity.objects.order_by("id")
    assert [row.url for row in rows] == ["http://localhost/", "http://other.example/"]
    assert [row.site_id for row in rows] == [site.pk, other.pk]


def test_the_test_can_be_deleted_and_nothing_else_goes_with_it(admin_client, send, site):
    real = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    real.post("/mtc/event", {"page_url": "https://testserver/"})
    action = send().select_one("form")["action"]
    response = admin_client.post(action, follow=True)
    assert "The test hit has been deleted." in response.content.decode()
    assert Activity.objects.get().url == "https://testserver/"
    assert Contact.objects.count() == Device.objects.count() == 1
    response = admin_client.post(action, follow=True)
    assert "There was no test hit left to delete." in response.content.decode()
    assert admin_client.get(action).status_code == 405


def test_a_test_contact_that_somebody_has_named_is_kept(send):
    send()
    contact = Contact.objects.get()
    contact.email, contact.date_identified = "ada@example.com", timezone.now()
    contact.save()
    send()
    assert Contact.objects.get() == contact


def test_a_page_that_nobody_has_visited_is_not_called_test_hit(send):
    send()
    assert TrackedPage.objects.get().title == ""


def test_a_page_that_was_visited_keeps_its_title(send):
    visitor = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    visitor.post("/mtc/event", {"page_url": "http://localhost/", "page_title": "Welcome"})
    send()
    assert TrackedPage.objects.get().title == "Welcome"


# Refusals


def refusal(result, reason):
    assert result["data-reason"] == reason
    assert str(Reason(reason).label) in result.select_one("h3").text
    assert str(REMEDIES[Reason(reason)]) in result.text
    assert not Activity.objects.exists()
    assert not Contact.objects.exists()
    assert not result.select("form")
    return facts(result)


def test_from_a_private_network_the_remedy_is_shown_with_the_address(send):  # S73
    shown = refusal(send(REMOTE_ADDR="127.0.0.1"), "private_ip")
    assert shown["IP address"] == "127.0.0.1"


@override_settings(CONTACTTRACK={**BASIC, "TRUSTED_PROXIES": ["127.0.0.1"]})
def test_behind_a_trusted_proxy_the_address_is_the_visitors(send):  # S73
    result = send(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=PUBLIC)
    assert facts(result)["IP address"] == PUBLIC


def test_behind_an_unknown_proxy_the_remedy_names_the_setting(send):  # S73
    result = send(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=PUBLIC)
    assert "TRUSTED_PROXIES" in result.text
    refusal(result, "private_ip")


def test_as_a_logged_in_editor_it_is_refused_with_the_reason(send):  # S2 S73
    refusal(send(values={"sender": "editor"}), "staff_excluded")


def test_the_editors_browser_may_ask_not_to_be_tracked(send):  # S73
    refusal(send(HTTP_DNT="1"), "dnt")
    refusal(send(HTTP_SEC_GPC="1"), "gpc")


def test_a_page_of_a_website_that_is_not_listed_is_refused_until_it_is(send, site):  # S11 S73
    page = {"page": "https://shop.example.com/cart"}
    shown = refusal(send(values=page), "origin_not_listed")
    assert shown["Website"] == "https://shop.example.com"
    TrackingSettings.objects.create(site=site, cors_valid_domains="https://shop.example.com")
    assert send(values=page)["data-reason"] == "recorded"
    assert Activity.objects.get().url == "https://shop.example.com/cart"


def test_refusals_are_counted_like_those_of_visitors(send):
    send(HTTP_USER_AGENT="Googlebot/2.1")
    assert HitCount.objects.get().reason == "bot"


# The form


def test_opening_the_page_sends_nothing_and_asks(admin_client, test_url):
    soup = BeautifulSoup(admin_client.get(test_url).content, "html.parser")
    assert soup.select_one("[name=page]")["value"] == "http://localhost/"
    assert soup.select_one("[name=sender][checked]")["value"] == "visitor"
    assert not soup.select(".ct-result")
    assert not HitCount.objects.exists()


def test_the_form_remembers_what_was_sent(admin_client, test_url):
    values = {"page": "https://shop.example.com/a", "sender": "editor"}
    soup = BeautifulSoup(admin_client.post(test_url, values).content, "html.parser")
    assert soup.select_one("[name=page]")["value"] == values["page"]
    assert soup.select_one("[name=sender][checked]")["value"] == "editor"


@pytest.mark.parametrize(
    "page", ["javascript:alert(1)", "ftp://example.com/", "shop.example.com/x", "/x", "https:///x"]
)
def test_what_is_no_web_address_is_a_form_error(admin_client, test_url, page):
    soup = BeautifulSoup(admin_client.post(test_url, {"page": page}).content, "html.parser")
    assert soup.select(".error-message")
    assert not soup.select(".ct-result")
    assert not HitCount.objects.exists()


def test_a_test_needs_the_token_of_the_form(admin_user, test_url):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(test_url).status_code == 403
    assert not HitCount.objects.exists()


def test_the_page_tells_how_to_check_the_rest(admin_client, test_url):
    soup = BeautifulSoup(admin_client.get(test_url).content, "html.parser")
    limits = soup.select_one("#limits-section")
    assert limits.select_one("p a")["href"] == "http://localhost"
    assert "private window" in " ".join(limits.text.split())
