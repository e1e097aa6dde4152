"""Which hits are kept, and that every request ends with exactly one reason, which is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DataError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Site

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.tracking.models import HitCount, TrackingSettings
from wagtail_contacttrack.tracking.reasons import KEPT, REMEDIES, Reason

from .conftest import GIF, browser, counts, reason

pytestmark = pytest.mark.django_db


def signed_in(**details: object) -> Client:
    client = browser()
    client.force_login(User.objects.create_user("ada", **details))
    return client


def editor() -> Client:
    client = signed_in()
    group = Group.objects.create(name="Writers")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    User.objects.get().groups.add(group)
    return client


# Staff


@pytest.mark.parametrize("make", [editor, lambda: signed_in(is_superuser=True)])
def test_an_editor_leaves_nothing_behind_and_the_same_page_logged_out_does(make):  # S2
    client = make()
    response = client.post("/mtc/event", {"page_url": "https://testserver/"})
    assert reason(response) == "staff_excluded"
    assert response.json() == {"success": 0}
    assert not Contact.objects.exists()
    client.logout()
    response = client.post("/mtc/event", {"page_url": "https://testserver/"})
    assert reason(response) == "recorded"
    assert Activity.objects.count() == 1
    assert counts() == {"staff_excluded": 1, "recorded": 1}


def test_an_editor_gets_the_pixel_and_no_cookies():  # S2
    response = editor().get("/mtracking.gif?page_url=x")
    assert (response.status_code, response.content) == (200, GIF)
    assert reason(response) == "staff_excluded"
    assert not response.cookies


def test_an_editor_who_asks_for_the_current_contact_gets_nobody():
    assert editor().get("/mtc").json() == []


def test_a_member_who_may_not_enter_the_admin_is_tracked():
    assert reason(signed_in().post("/mtc/event", {"page_url": "x"})) == "recorded"


def test_an_editor_who_was_deactivated_is_tracked():
    client = editor()
    User.objects.update(is_active=False)
    assert reason(client.post("/mtc/event", {"page_url": "x"})) == "recorded"


def test_an_editor_whose_session_has_expired_is_tracked():
    client = editor()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert reason(client.post("/mtc/event", {"page_url": "x"})) == "recorded"


@pytest.mark.parametrize("value", ["x", "' OR 1=1", "a" * 5000])
def test_a_made_up_session_cookie_hides_nobody(value):
    client = browser(HTTP_COOKIE=f"sessionid={value}")
    assert reason(client.post("/mtc/event", {"page_url": "x"})) == "recorded"


def test_without_a_session_cookie_no_session_and_no_user_is_looked_up(visit):
    visit()
    with CaptureQueriesContext(connection) as queries:
        visit()
    read = " ".join(query["sql"] for query in queries)
    assert "django_session" not in read
    assert "auth_user" not in read


def test_where_sessions_cannot_be_read_nothing_is_kept_and_nothing_is_lost(monkeypatch):
    client = browser(HTTP_COOKIE="sessionid=abcdefghijklmnopqrstuvwxyz123456")

    def refuse(self):
        raise ConnectionError("no sessions here")

    monkeypatch.setattr(SessionStore, "load", refuse)
    response = client.post("/mtc/event", {"page_url": "x"})
    assert (response.status_code, reason(response)) == (503, "storage_failed")
    assert client.get("/mtc").status_code == 503
    assert counts() == {"storage_failed": 1}


@pytest.mark.parametrize("error", [DataError, ValueError])
def test_a_session_cookie_that_the_database_does_not_take_hides_nobody(monkeypatch, error):
    client = browser(HTTP_COOKIE="sessionid=abcdefghijklmnopqrstuvwxyz123456")

    def refuse(self):
        raise error("not a text")

    monkeypatch.setattr(SessionStore, "load", refuse)
    assert reason(client.post("/mtc/event", {"page_url": "x"})) == "recorded"
    assert client.get("/mtc").status_code == 200


# What browsers ask for


@pytest.mark.parametrize(
    ("header", "expected"),
    [({"HTTP_DNT": "1"}, "dnt"), ({"HTTP_SEC_GPC": "1"}, "gpc"), ({"HTTP_DNT": "0"}, "recorded")],
)
def test_do_not_track_and_global_privacy_control_are_respected(visit, header, expected):
    response = visit(**header)
    assert reason(response) == expected
    assert bool(response.cookies) is (expected == "recorded")


@pytest.mark.parametrize(
    ("value", "expected"), [("true", "dnt"), ("1", "dnt"), ("false", "recorded")]
)
def test_the_scripts_word_on_do_not_track_counts_as_well(visit, value, expected):
    assert reason(visit(do_not_track=value)) == expected


@pytest.mark.parametrize("header", ["HTTP_DNT", "HTTP_SEC_GPC"])
def test_one_switch_lets_the_signals_go_unheard(visit, configure, header):
    configure(RESPECT_PRIVACY_SIGNALS=False)
    assert reason(visit(**{header: "1"})) == "recorded"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_SEC_PURPOSE", "prefetch"),
        ("HTTP_SEC_PURPOSE", "prefetch;prerender"),
        ("HTTP_SEC_PURPOSE", "prefetch;anonymous-client-ip"),
        ("HTTP_PURPOSE", "prefetch"),
        ("HTTP_X_MOZ", "prefetch"),
    ],
)
def test_what_is_loaded_ahead_of_time_is_no_visit(pixel, name, value):
    assert reason(pixel(**{name: value})) == "prefetch"
    assert counts() == {"prefetch": 1}


# Origins

LISTED = ["https://shop.example.com", "http://*.example.org", "https://shop.example.net:8443"]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://shop.example.com", "recorded"),
        ("https://shop.example.com:443", "recorded"),
        ("https://SHOP.example.com", "recorded"),
        ("http://shop.example.com", "origin_not_listed"),
        ("https://shop.example.com:8443", "origin_not_listed"),
        ("https://example.com", "origin_not_listed"),
        ("https://other.example.com", "origin_not_listed"),
        ("http://a.example.org", "recorded"),
        ("http://a.b.example.org", "recorded"),
        ("http://example.org", "origin_not_listed"),
        ("http://evil-example.org", "origin_not_listed"),
        ("http://example.org.evil.net", "origin_not_listed"),
        ("https://a.example.org", "origin_not_listed"),
        ("http://a.example.org:8080", "origin_not_listed"),
        ("https://shop.example.net:8443", "recorded"),
        ("https://shop.example.net", "origin_not_listed"),
        ("https://testserver", "recorded"),
        ("http://testserver", "recorded"),
        ("https://testserver.evil.net", "origin_not_listed"),
        ("http://localhost", "recorded"),  # the Wagtail site's own name, hidden by some proxies
        ("https://localhost:8000", "origin_not_listed"),
    ],
)
def test_only_listed_origins_may_send_visits(visit, configure, origin, expected):  # S11 S24 S26
    configure(CORS_VALID_DOMAINS=LISTED)
    response = visit(f"{origin}/page", HTTP_ORIGIN=origin)
    assert reason(response) == expected
    assert counts() == {expected: 1}


def test_without_the_restriction_every_origin_may(visit, configure):
    configure(CORS_RESTRICT_DOMAINS=False)
    assert reason(visit(HTTP_ORIGIN="https://anywhere.example")) == "recorded"


def test_plain_pixels_work_everywhere(pixel):  # S50
    response = pixel("https://mail.example/", HTTP_REFERER="https://mail.example/")
    assert reason(response) == "recorded"


@pytest.mark.parametrize("place", ["https://evil.example/page", "https://testserver/page"])
def test_the_scripts_own_image_is_held_to_its_page(pixel, place):
    response = pixel(place, mtc_event_id="e1", HTTP_REFERER=place)
    expected = "recorded" if "testserver" in place else "origin_not_listed"
    assert reason(response) == expected


@pytest.mark.parametrize("place", ["https://evil.example/page", "https://testserver/page"])
def test_a_page_that_hides_its_origin_is_held_to_its_address(visit, place):
    expected = "recorded" if "testserver" in place else "origin_not_listed"
    assert reason(visit(place, mtc_event_id="e1", HTTP_ORIGIN="null")) == expected
    assert reason(visit(place, HTTP_ORIGIN="null")) == expected


def test_a_beacon_that_hides_its_origin_still_ends_its_page_view(visit):
    visit(mtc_event_id="e1", mautic_device_id="a" * 23)
    response = visit("", mtc_leave="e1", mtc_engaged="0", HTTP_ORIGIN="null")
    assert reason(response) == "page_left"


# Rate and size


def test_a_flood_from_one_address_is_stopped_and_others_are_not(visit, configure):
    configure(RATE_LIMIT=3)
    answers = [visit(f"https://testserver/{number}") for number in range(5)]
    assert [reason(answer) for answer in answers] == ["recorded"] * 3 + ["rate_limited"] * 2
    # The script keeps what gets 429 and sends it again later.
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert answers[-1].json()["success"] == 0
    assert reason(visit(REMOTE_ADDR="8.8.8.8")) == "recorded"
    assert counts() == {"recorded": 4, "rate_limited": 2}


def test_a_pixel_that_comes_too_often_is_still_an_image(pixel, configure):  # S37
    configure(RATE_LIMIT=1)
    pixel()
    response = pixel()
    assert (response.status_code, response.content) == (200, GIF)
    assert reason(response) == "rate_limited"


def test_one_ipv6_customer_is_one_sender(pixel, configure):
    configure(RATE_LIMIT=1)
    found = [
        reason(pixel(REMOTE_ADDR=address))
        for address in ("2a00:1450:1:1::1", "2a00:1450:1:1:ffff::2", "2a00:1450:1:2::1")
    ]
    assert found == ["recorded", "rate_limited", "recorded"]


def test_where_addresses_are_unknown_nobody_pays_for_the_others(pixel, configure):
    configure(RATE_LIMIT=1, TRACK_PRIVATE_IP_RANGES=True)
    assert [reason(pixel(REMOTE_ADDR="")) for _ in range(3)] == ["recorded"] * 3


def test_the_next_minute_begins_anew(pixel, configure, monkeypatch):
    configure(RATE_LIMIT=1)
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    assert [reason(pixel()) for _ in range(2)] == ["recorded", "rate_limited"]
    now += timedelta(minutes=1)
    assert reason(pixel()) == "recorded"


@pytest.mark.parametrize("size", [999, 1000, 1001])
def test_a_request_that_is_too_large_is_not_looked_into(visit, configure, size):
    configure(MAX_BODY_SIZE=1000)
    body = b"page_url=x&filler=".ljust(size, b"x")
    response = browser().generic(
        "POST", "/mtc/event", body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    assert reason(response) == ("recorded" if size <= 1000 else "payload_too_large")


def test_so_is_a_query_that_is_too_large(pixel, configure):  # S37
    configure(MAX_BODY_SIZE=1000)
    response = pixel(filler="x" * 1001)
    assert (response.status_code, response.content) == (200, GIF)
    assert reason(response) == "payload_too_large"


# Counting


def test_every_request_is_counted_once_by_site_and_hour(visit, pixel, visitor):
    visit()
    pixel()
    visit(HTTP_USER_AGENT="Googlebot/2.1")
    visitor.head("/mtracking.gif?page_url=y")
    row = HitCount.objects.get(reason="recorded")
    assert row.count == 2
    assert row.site == Site.objects.get()
    assert timezone.now() - timedelta(hours=1) < row.hour <= timezone.now()
    assert (row.hour.minute, row.hour.second, row.hour.microsecond) == (0, 0, 0)
    assert counts() == {"recorded": 2, "duplicate": 1, "bot": 1}


@pytest.mark.parametrize("path", ["/mtc.js", "/mtc"])
def test_what_is_no_hit_is_not_counted(visitor, path):
    visitor.get(path)
    assert counts() == {}


def test_a_preflight_is_no_hit(visitor):
    assert visitor.options("/mtc/event").status_code == 204
    assert counts() == {}


def test_every_refusal_has_a_sentence_with_its_remedy():
    for code in Reason:
        assert code.label
        assert bool(REMEDIES.get(code)) is (code not in KEPT)


def test_scripts_of_other_websites_cannot_read_the_reason(visit, configure):
    configure(CORS_VALID_DOMAINS=["https://shop.example.com"])
    response = visit(HTTP_ORIGIN="https://shop.example.com")
    assert response["Access-Control-Allow-Origin"] == "https://shop.example.com"
    assert "Access-Control-Expose-Headers" not in response


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_asks_not_to_be_tracked_can_be_by_the_switch_of_that_name(language):  # S73
    field = TrackingSettings._meta.get_field("respect_privacy_signals")
    with override(language):
        switch = str(field.formfield().label)
        assert switch in str(REMEDIES[Reason.DNT])
        assert REMEDIES[Reason.GPC] == REMEDIES[Reason.DNT]
