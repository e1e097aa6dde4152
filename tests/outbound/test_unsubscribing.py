"""Recipients stop mail with one click, and nothing else stops it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from tests.activity.making import contact
from tests.tracking.conftest import browser
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import consent
from wagtail_contacttrack.contacts.merging import merge
from wagtail_contacttrack.contacts.models import DoNotContact

from .making import kinds, message

pytestmark = pytest.mark.django_db

Reason = DoNotContact.Reason


def address(sent, what="unsubscribe"):
    return f"/email/{what}/{sent.key}"


def heading(response):
    return BeautifulSoup(response.content, "html.parser").h1.get_text()


def button(response):
    """The form of the page, as pressing its button sends it."""
    form = BeautifulSoup(response.content, "html.parser").form
    assert form["method"] == "post"
    return form["action"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(method):
    sent = message()
    response = getattr(browser(), method)(address(sent))
    assert response.status_code == 200
    assert consent.may_contact(sent.contact_id)
    assert not kinds()


def test_the_button_unsubscribes_and_the_next_one_takes_it_back(visitor):
    sent = message()
    asked = visitor.get(address(sent))
    assert heading(asked) == "Do you want no more e-mail from us?"
    assert "ada@example.org" in asked.content.decode()
    stopped = visitor.post(button(asked))
    assert heading(stopped) == "You get no more e-mail from us"
    record = DoNotContact.objects.get()
    assert (record.contact_id, record.channel) == (sent.contact_id, "email")
    assert record.reason == Reason.UNSUBSCRIBED
    assert not consent.may_contact(sent.contact_id)
    wanted = visitor.post(button(stopped))
    assert heading(wanted) == "You get e-mail from us"
    assert consent.may_contact(sent.contact_id)
    assert kinds() == ["email.unsubscribed", "email.resubscribed"]


@pytest.mark.parametrize("content_type", [None, "application/x-www-form-urlencoded"])
def test_one_click_of_the_mail_program_needs_no_cookie_and_no_token(content_type):
    sent = message()
    client = Client(enforce_csrf_checks=True)
    if content_type:
        response = client.post(
            address(sent), "List-Unsubscribe=One-Click", content_type=content_type
        )
    else:
        response = client.post(address(sent), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert not response.cookies
    assert not consent.may_contact(sent.contact_id)


def test_unsubscribing_twice_is_one_entry():
    sent = message()
    for _time in range(2):
        assert browser().post(address(sent)).status_code == 200
    assert kinds() == ["email.unsubscribed"]
    assert DoNotContact.objects.count() == 1


@pytest.mark.parametrize("what", ["unsubscribe", "resubscribe"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("key", ["0" * 32, "x", "%00", "A" * 32, "é", "%0d%0aa:b", "<script>"])
def test_an_unknown_message_gets_a_friendly_page(what, method, key):
    response = getattr(browser(), method)(f"/email/{what}/{key}")
    assert response.status_code == 404
    assert heading(response) == "We do not know this message"
    assert "<script>" not in response.content.decode()


def test_one_click_for_an_unknown_message_is_plain_text():
    response = browser().post("/email/unsubscribe/x", {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"{", "application/json"),
        (b"a=1", "application/x-www-form-urlencoded; charset=nonsense"),
    ],
)
def test_whatever_a_post_holds_it_unsubscribes(body, content_type):
    sent = message()
    response = browser().generic("POST", address(sent), body, content_type=content_type)
    assert response.status_code == 200
    assert not consent.may_contact(sent.contact_id)


def test_no_recipient_takes_back_what_an_editor_has_set():
    sent = message()
    consent.forbid(sent.contact_id, reason=Reason.MANUAL, now=timezone.now())
    stopped = browser().post(address(sent))
    assert heading(stopped) == "You get no more e-mail from us"
    assert not BeautifulSoup(stopped.content, "html.parser").form
    browser().post(address(sent, "resubscribe"))
    assert DoNotContact.objects.get().reason == Reason.MANUAL
    assert not kinds()


def test_who_has_unsubscribed_stays_so_when_mail_comes_back():
    sent = message()
    now = timezone.now()
    assert consent.forbid(sent.contact_id, reason=Reason.BOUNCED, now=now)
    assert consent.forbid(sent.contact_id, reason=Reason.UNSUBSCRIBED, now=now)
    assert not consent.forbid(sent.contact_id, reason=Reason.BOUNCED, now=now)
    assert DoNotContact.objects.get().reason == Reason.UNSUBSCRIBED


def test_who_was_merged_is_unsubscribed_as_who_that_is_now():
    sent, survivor = message(), contact(email="bob@example.org")
    merge(survivor.pk, sent.contact_id, rule="editor", now=timezone.now())
    browser().post(address(sent))
    assert not consent.may_contact(survivor.pk)
    assert Activity.objects.get(kind="email.unsubscribed").contact_id == survivor.pk


def test_nobody_keeps_the_page_or_learns_its_address():
    response = browser().get(address(message()))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert not response.cookies


def test_a_project_replaces_the_page_with_its_own(tmp_path, settings):
    folder = tmp_path / "wagtail_contacttrack" / "mail"
    folder.mkdir(parents=True)
    (folder / "subscription.html").write_text("<h1>{{ state }} {{ message.recipient }}</h1>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]
    assert heading(browser().get(address(message()))) == "asked ada@example.org"


def test_the_page_speaks_the_language_of_the_site(settings):
    settings.LANGUAGE_CODE = "ar"
    html = BeautifulSoup(browser().get(address(message())).content, "html.parser").html
    assert (html["lang"], html["dir"]) == ("ar", "rtl")


def test_a_flood_of_keys_asks_the_database_for_none_that_cannot_be(django_assert_num_queries):
    with django_assert_num_queries(0):
        browser().get("/email/unsubscribe/x")
