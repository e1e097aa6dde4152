"""The picture in a message: who opens it is counted, and is nobody for that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.activity.making import contact, device
from tests.tracking.conftest import GIF, browser, counts, reason
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact, Device, Presence

from .making import kinds, message

pytestmark = pytest.mark.django_db

APPLE = "Mozilla/5.0"
GOOGLE = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"


def load(key: str, **extra):
    return browser().get(f"/email/{key}.gif", **extra)


@pytest.mark.parametrize("prefix", ["", "index.php/"])
def test_an_opening_stands_in_the_timeline_once_and_is_counted_each_time(prefix):
    sent = message()
    for _time in range(3):
        response = browser().get(f"/{prefix}email/{sent.key}.gif")
        assert (response.status_code, response.content) == (200, GIF)
        assert response["Content-Type"] == "image/gif"
        assert reason(response) == "recorded"
    row = Activity.objects.get()
    assert (row.kind, row.contact_id, row.title) == ("email.opened", sent.contact_id, sent.subject)
    sent.refresh_from_db()
    assert sent.opens == 3
    assert sent.opened_at == row.time
    assert sent.last_opened_at > sent.opened_at
    assert Presence.objects.get().at >= row.time
    assert counts() == {"recorded": 3}


@pytest.mark.parametrize(
    "key",
    [
        "0" * 32,
        "0" * 31,
        "x",
        "%00",
        "A" * 32,
        "..",
        "%0d%0aa:b",
        "é",
        "'--",
        "<script>",
        "a" * 100,
    ],
)
def test_the_picture_is_the_same_for_who_is_not_known(key):
    response = load(key)
    assert (response.status_code, response.content) == (200, GIF)
    assert reason(response) == "invalid"
    assert not kinds()
    assert counts() == {"invalid": 1}


def test_an_opening_sets_no_cookie_and_makes_nobody():
    sent = message()
    response = load(sent.key)
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    assert Contact.objects.count() == 1
    assert not Device.objects.exists()


def test_a_forwarded_message_does_not_make_its_reader_the_recipient():
    sent, other = message(), contact(email="bob@example.org")
    used = device(other)
    load(sent.key, HTTP_COOKIE=f"mautic_device_id={used.tracking_id}")
    used.refresh_from_db()
    assert used.contact_id == other.pk
    assert Activity.objects.get().device_id is None


def test_asking_for_the_headers_is_not_reading():
    sent = message()
    response = browser().head(f"/email/{sent.key}.gif")
    assert response.status_code == 200
    assert not kinds()
    sent.refresh_from_db()
    assert sent.opens == 0


@pytest.mark.parametrize(
    ("agent", "name"),
    [(GOOGLE, "Google image proxy"), (YAHOO, "Yahoo Mail proxy"), (APPLE, "Apple Mail privacy")],
)
def test_an_image_proxy_is_marked_and_opens_nothing(agent, name, contact_page):
    sent = message()
    before = Presence.objects.get().at
    for _time in range(2):
        response = load(sent.key, HTTP_USER_AGENT=agent)
        assert (response.content, reason(response)) == (GIF, "machine")
    sent.refresh_from_db()
    assert (sent.opens, sent.opened_at) == (0, None)
    assert Presence.objects.get().at == before
    assert Activity.objects.get().data["machine"] == name
    assert f"By a machine: {name}" in contact_page(sent.contact).get_text()
    # The reader opens it too.
    assert reason(load(sent.key)) == "recorded"
    assert kinds() == ["email.opened"] * 2


def test_an_opening_right_after_sending_is_a_scanners():
    sent = message(sent_at=timezone.now() - timedelta(seconds=1))
    assert reason(load(sent.key)) == "machine"
    sent.refresh_from_db()
    assert sent.opens == 0


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"HTTP_USER_AGENT": "Googlebot/2.1"}, "bot"),
        ({"REMOTE_ADDR": "192.168.1.1"}, "private_ip"),
        ({"HTTP_DNT": "1"}, "dnt"),
    ],
)
def test_who_may_not_be_tracked_gets_the_picture_and_is_not_counted(headers, refused):
    sent = message()
    response = load(sent.key, **headers)
    assert (response.content, reason(response)) == (GIF, refused)
    assert not kinds()
    assert counts() == {refused: 1}


def test_an_address_that_is_to_be_masked_is_masked(configure):
    configure(ANONYMIZE_IP=True)
    load(message().key)
    assert Activity.objects.get().address == "203.0.113.0"


def test_the_picture_comes_while_nothing_can_be_stored(monkeypatch):
    from django.db import OperationalError

    from wagtail_contacttrack.outbound import recording

    def away(*_arguments, **_values):
        raise OperationalError("away")

    sent = message()
    monkeypatch.setattr(recording, "_open", away)
    response = load(sent.key)
    assert (response.status_code, response.content) == (200, GIF)
    assert reason(response) == "storage_failed"
