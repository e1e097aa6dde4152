"""What the public doors answer: bytes, headers, cookies, JSON."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils.http import http_date

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact, Device
from wagtail_contacttrack.tracking import counters

from .conftest import FIREFOX, PUBLIC, counts, reason

pytestmark = pytest.mark.django_db

GIF = bytes.fromhex(
    "47494638396101000100900000ff000000000021f90405100000002c00000000010001000002020401003b"
)


def test_both_doors_store_the_same_row_for_the_same_visit(visit, visitor):  # S1 S37
    details = {
        "page_title": "Prices & plans",
        "page_referrer": "https://search.example/?q=a",
        "page_language": "en-GB",
        "utm_campaign": "spring",
    }
    visit("https://testserver/a?utm_source=news", **details)
    other = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    other.get("/mtracking.gif", {"page_url": "https://testserver/a?utm_source=news", **details})
    script, pixel = Activity.objects.order_by("id")
    for name in ("kind", "url", "title", "referrer", "site_id", "page_id", "agent_id", "address"):
        assert getattr(script, name) == getattr(pixel, name), name
    assert script.data.pop("door") == "script"
    assert pixel.data.pop("door") == "pixel"
    assert script.data == pixel.data
    assert script.data["utm"] == {"utm_campaign": "spring", "utm_source": "news"}
    assert script.data["language"] == "en-GB"


def test_the_pixel_is_the_43_byte_gif_and_never_cached(pixel):  # S37
    response = pixel()
    assert response.status_code == 200
    assert response["Content-Type"] == "image/gif"
    assert response.content == GIF
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("method", "body"), [("POST", b" "), ("HEAD", b"")])
def test_the_pixel_counts_other_methods_too(visitor, method, body):  # S37
    response = visitor.generic(method, "/mtracking.gif?page_url=https://testserver/x")
    assert response.status_code == 200
    assert response.content == body
    assert Activity.objects.get().url == "https://testserver/x"


def test_a_refused_pixel_is_still_the_gif(pixel):  # S37
    response = pixel(HTTP_USER_AGENT="Googlebot/2.1")
    assert response.content == GIF
    assert reason(response) == "bot"
    assert not Activity.objects.exists()
    assert not response.cookies


def test_the_event_door_answers_with_the_ids_of_the_visitor(visit):  # S10 S22
    response = visit()
    device = Device.objects.get()
    assert response.json() == {
        "success": 1,
        "id": device.contact_id,
        "sid": device.tracking_id,
        "device_id": device.tracking_id,
        "events": [],
    }
    assert len(device.tracking_id) == 23


def test_a_visitor_who_is_not_tracked_gets_empty_ids_and_no_cookie(visit):
    response = visit(HTTP_USER_AGENT="bingbot/2.0")
    assert response.status_code == 200
    expected = {"success": 1, "id": None, "sid": None, "device_id": None, "events": []}
    assert response.json() == expected
    assert not response.cookies


def test_the_device_cookie_lives_two_years_and_is_refreshed(visit):  # S8
    first = visit().cookies["mautic_device_id"]
    second = visit("https://testserver/b").cookies["mautic_device_id"]
    assert first["max-age"] == second["max-age"] == 63_072_000
    assert first.value == second.value


def test_the_lifetime_of_the_cookie_begins_with_the_visit(visit, clock):  # S8
    clock.forward(days=100)
    end = clock.now.timestamp() + 63_072_000
    assert visit().cookies["mautic_device_id"]["expires"] == http_date(end)


@override_settings(CONTACTTRACK={"TRACK_PRIVATE_IP_RANGES": True, "COOKIE_MAX_AGE": 3600})
def test_the_lifetime_of_the_cookie_can_be_configured(visit):  # S8
    assert visit().cookies["mautic_device_id"]["max-age"] == 3600


def test_cookies_on_http_are_lax_and_on_https_reach_us_from_other_sites(visitor):
    plain = visitor.post("/mtc/event", {"page_url": "x"}).cookies["mautic_device_id"]
    secure = visitor.post("/mtc/event", {"page_url": "x"}, secure=True).cookies["mautic_device_id"]
    assert (plain["samesite"], plain["secure"]) == ("Lax", "")
    assert (secure["samesite"], secure["secure"]) == ("None", True)


def test_asking_who_i_am_makes_nobody(visitor):  # S10
    expected = {"id": None, "sid": None, "device_id": None}
    assert visitor.get("/mtc").json() == expected
    assert not Contact.objects.exists()


def test_asking_who_i_am_names_the_current_contact(visit, visitor):  # S22
    ids = visit().json()
    assert visitor.get("/mtc").json() == {key: ids[key] for key in ("id", "sid", "device_id")}


@pytest.mark.parametrize("path", ["/mtc/event", "/index.php/mtc/event", "/mtc/event/"])
def test_every_door_also_answers_under_index_php(visitor, path):
    assert visitor.post(path, {"page_url": "https://testserver/p"}).status_code == 200
    assert Activity.objects.count() == 1


@pytest.mark.parametrize("path", ["/mtc.js", "/mtc/event", "/mtc", "/mtracking.gif"])
def test_no_door_needs_a_login_or_a_token(path):
    strict = Client(enforce_csrf_checks=True, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    middleware = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    with override_settings(MIDDLEWARE=[*_middleware(), middleware]):
        assert strict.get(path).status_code == 200
        assert strict.post(path, {"page_url": "x"}).status_code == 200


def _middleware() -> list[str]:
    from django.conf import settings

    return list(settings.MIDDLEWARE)


def test_the_script_is_cacheable_and_the_same_for_everybody(visitor, visit):  # S14
    visit()
    known, stranger = visitor.get("/mtc.js"), Client().get("/mtc.js")
    assert known.content == stranger.content
    assert known["ETag"] == stranger["ETag"]
    assert "public" in known["Cache-Control"]
    assert known["Content-Type"].startswith("application/javascript")
    assert not known.cookies
    assert "Cookie" not in known.get("Vary", "")
    assert visitor.get("/mtc.js", HTTP_IF_NONE_MATCH=known["ETag"]).status_code == 304


def test_the_script_costs_no_query_once_the_sites_are_known(visitor, django_assert_num_queries):
    visitor.get("/mtc.js")
    with django_assert_num_queries(0):
        visitor.get("/mtc.js")


def test_a_cookie_wins_over_the_parameter(visit):  # S9
    mine = visit().json()["device_id"]
    response = visit("https://testserver/b", mautic_device_id="x" * 23)
    assert response.json()["device_id"] == mine
    assert Contact.objects.count() == 1


def test_the_parameter_counts_where_there_is_no_cookie(visit):  # S9 S12
    mine = visit().json()
    stranger = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    body = {"page_url": "https://testserver/b", "mautic_device_id": mine["device_id"]}
    assert stranger.post("/mtc/event", body).json()["id"] == mine["id"]


@pytest.mark.parametrize("forged", ["short", "A" * 23, "' OR 1=1 --            ", "ü" * 23])
def test_a_malformed_device_id_is_replaced(visitor, forged):
    answer = visitor.post("/mtc/event", {"page_url": "x", "mautic_device_id": forged}).json()
    assert answer["device_id"] != forged
    assert len(answer["device_id"]) == 23


def test_an_app_screen_is_stored_as_it_is(pixel):  # S54 S55
    pixel("cart_screen", HTTP_USER_AGENT="okhttp/4.12.0")
    assert Activity.objects.get().url == "cart_screen"


@pytest.mark.parametrize("length", ["9" * 5_000, "-1", "1e3", "٣", ""])
def test_a_length_that_is_none_is_no_server_error(visit, length):
    response = visit(CONTENT_LENGTH=length)

    assert response.status_code == 200


def test_without_a_thread_for_the_counts_visitors_are_answered_and_counted_later(
    pixel, configure, monkeypatch
):
    def refuse(self: Any) -> None:
        raise RuntimeError("can't start new thread")

    configure(COUNTER_FLUSH_SECONDS=60)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Timer, "start", refuse)
        assert reason(pixel()) == "recorded"
    started: list[threading.Timer] = []
    monkeypatch.setattr(threading.Timer, "start", lambda timer: started.append(timer))
    assert reason(pixel()) == "recorded"
    assert reason(pixel()) == "recorded"
    assert len(started) == 1
    counters.flush()
    assert counts() == {"recorded": 3}
