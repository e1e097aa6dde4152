"""Pages of other websites: which of them may send visits, and read what comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client
from wagtail.models import Page, Site

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.tracking.models import TrackingSettings
from wagtail_contacttrack.tracking.reasons import Reason

from .conftest import GIF, PUBLIC, browser, counts, reason

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example.com"
ACAO = "Access-Control-Allow-Origin"
PREFLIGHT = {
    "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST",
    "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "content-type,x-requested-with",
}
DOORS = ["/mtc/event", "/mtc", "/mtracking.gif", "/index.php/mtc/event"]


@pytest.fixture
def listed() -> None:
    """What an editor has written into the tracking settings."""
    save(Site.objects.get(), f"{SHOP}\nhttp://*.example.org\n\n  https://app.example.net:8443  ")


def save(site: Site, lines: str) -> None:
    row = TrackingSettings(site=site, cors_valid_domains=lines)
    row.full_clean()
    row.save()


def event(origin: str, client: Client | None = None, **extra: Any) -> HttpResponse:
    client = client or browser()
    return client.post("/mtc/event", {"page_url": f"{origin}/page"}, HTTP_ORIGIN=origin, **extra)


def vary(response: HttpResponse) -> set[str]:
    return {name.strip().lower() for name in response.get("Vary", "").split(",")}


# Who may


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (SHOP, True),
        ("http://shop.example.com", False),
        ("https://shop.example.com:8443", False),
        ("https://www.shop.example.com", False),
        ("https://example.com", False),
        ("http://www.example.org", True),
        ("http://a.b.example.org", True),
        ("http://example.org", False),
        ("http://evil-example.org", False),
        ("http://www.example.org.evil.net", False),
        ("https://www.example.org", False),
        ("http://www.example.org:8080", False),
        ("https://app.example.net:8443", True),
        ("https://app.example.net", False),
        ("https://evil.example", False),
        ("https://evil.example#.example.org", False),
        ("http://evil.example/.example.org", False),
        ("http://a@evil.example", False),
        ("file://", False),
    ],
)
def test_only_pages_whose_origin_is_listed_read_the_answer(  # S11 S24 S25 S26
    listed, origin, may
):
    answer = event(origin)
    if may:
        assert reason(answer) == "recorded"
        assert answer[ACAO] == origin
        assert answer["Access-Control-Allow-Credentials"] == "true"
        assert answer.json()["id"] == Contact.objects.get().pk
    else:
        assert answer.status_code == 200
        assert ACAO not in answer
        assert "Access-Control-Allow-Credentials" not in answer
        assert not Activity.objects.exists()
        assert not Contact.objects.exists()
        assert not answer.cookies
        assert counts() == {"origin_not_listed": 1}
    assert "origin" in vary(answer)


def test_a_page_without_an_origin_of_its_own_is_recorded_but_reads_nothing(listed):
    """Sandboxed frames, and websites with a strict referrer policy."""
    values = {"page_url": f"{SHOP}/page", "mtc_event_id": "e"}
    answer = browser().post("/mtc/event", values, HTTP_ORIGIN="null")
    assert reason(answer) == "recorded"
    assert ACAO not in answer


def test_an_entry_without_its_scheme_lists_nobody_and_is_an_error():  # S24
    with pytest.raises(ValidationError) as error:
        save(Site.objects.get(), "shop.example.com")
    assert "Write https://shop.example.com" in str(error.value.message_dict["cors_valid_domains"])
    TrackingSettings.objects.create(site=Site.objects.get(), cors_valid_domains="shop.example.com")
    for scheme in ("http", "https"):
        assert reason(event(f"{scheme}://shop.example.com")) == "origin_not_listed"


def test_an_entry_ends_with_its_removal(listed):
    assert reason(event(SHOP)) == "recorded"
    row = TrackingSettings.objects.get()
    row.cors_valid_domains = ""
    row.save()
    answer = event(SHOP)
    assert reason(answer) == "origin_not_listed"
    assert ACAO not in answer


def test_each_site_has_its_own_list(listed):  # S11
    root = Page.objects.get(depth=2)
    Site.objects.create(hostname="second.example", root_page=root)
    answer = event(SHOP, HTTP_HOST="second.example")
    assert reason(answer) == "origin_not_listed"
    assert ACAO not in answer
    assert event(SHOP, HTTP_HOST="localhost")[ACAO] == SHOP


def test_the_projects_list_and_the_editors_add_up(listed, configure):
    configure(CORS_VALID_DOMAINS=["https://project.example"])
    for origin in (SHOP, "https://project.example"):
        assert event(origin)[ACAO] == origin


def test_without_the_restriction_everybody_reads(configure):
    configure(CORS_RESTRICT_DOMAINS=False)
    assert event("https://anywhere.example")[ACAO] == "https://anywhere.example"


@pytest.mark.parametrize("host", ["testserver", "proxied.internal"])
@pytest.mark.parametrize("door", DOORS)
def test_to_a_request_by_https_the_sites_own_pages_are_those_by_https(door, host):  # S25
    """Anybody on the way can change a page by http, and would read the visitor's ids with it."""
    Site.objects.update(hostname="testserver", port=443)
    extra = {"HTTP_HOST": host, "QUERY_STRING": "page_url=x"}
    for origin, secure, may in (
        ("http://testserver", True, False),
        ("HTTP://testserver", True, False),
        ("https://testserver", True, True),
        # Here a proxy may have ended TLS without saying so.
        ("https://testserver", False, True),
        ("http://testserver", False, True),
    ):
        answer = browser().get(door, HTTP_ORIGIN=origin, secure=secure, **extra)
        assert (answer.get(ACAO) == origin) is may, (origin, secure)
        if door != "/mtc":
            assert reason(answer) == ("recorded" if may else "origin_not_listed")


def test_pages_by_http_are_listed_like_those_of_another_website(configure):  # S24 S25
    configure(CORS_VALID_DOMAINS=["http://testserver"])
    assert event("http://testserver", secure=True)[ACAO] == "http://testserver"


# What comes back


@pytest.mark.parametrize("door", DOORS)
def test_every_door_answers_other_websites(listed, door):  # S11
    ask = browser()
    for method in ("get", "post"):
        answer = getattr(ask, method)(door, {"page_url": f"{SHOP}/"}, HTTP_ORIGIN=SHOP)
        assert (answer.status_code, answer[ACAO]) == (200, SHOP)
        assert "origin" in vary(answer)
        assert ACAO not in getattr(ask, method)(door, HTTP_ORIGIN="https://evil.example")


@pytest.mark.parametrize("door", DOORS)
def test_browsers_that_ask_before_they_send_are_told(listed, door):  # S11
    answer = browser().options(door, HTTP_ORIGIN=SHOP, **PREFLIGHT)
    assert answer.status_code == 200
    assert answer[ACAO] == SHOP
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert {"GET", "POST"} <= set(answer["Access-Control-Allow-Methods"].split(", "))
    allowed = answer["Access-Control-Allow-Headers"].split(", ")
    assert {"content-type", "x-requested-with"} <= set(allowed)
    assert int(answer["Access-Control-Max-Age"]) > 0
    assert "origin" in vary(answer)
    assert not answer.content
    assert counts() == {}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example.com", "null"])
def test_browsers_of_others_are_told_nothing(listed, door, origin):
    answer = browser().options(door, HTTP_ORIGIN=origin, **PREFLIGHT)
    assert answer.status_code in (200, 204)
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert "origin" in vary(answer)
    assert counts() == {}


@pytest.mark.parametrize("paths", [r"^/mtc.*$", r"^/api/.*$"])
def test_answers_to_nobody_in_particular_vary_too(listed, settings, paths):
    """Or a cache in between would give one website's answer to another."""
    settings.CORS_URLS_REGEX = paths
    for door in [*DOORS, "/mtc.js"]:
        assert "origin" in vary(browser().get(door))


def test_a_visitor_of_another_website_keeps_cookie_and_id(listed):  # S9 S11
    client = browser()
    first = event(SHOP, client, secure=True)
    assert first.cookies["mautic_device_id"]["samesite"] == "None"
    assert first.cookies["mautic_device_id"]["secure"]
    assert event(SHOP, client, secure=True).json() == first.json()
    assert Contact.objects.count() == 1


def test_paths_that_are_not_ours_stay_closed(listed, settings):
    settings.CORS_URLS_REGEX = r"^.*$"
    for path in ("/admin/", "/", "/admin/login/"):
        assert ACAO not in browser().get(path, HTTP_ORIGIN=SHOP)


def test_our_paths_are_open_whatever_paths_the_project_has_given(listed, settings):
    settings.CORS_URLS_REGEX = r"^/api/.*$"
    assert event(SHOP)[ACAO] == SHOP
    answer = browser().options("/mtc/event", HTTP_ORIGIN=SHOP, **PREFLIGHT)
    assert answer[ACAO] == SHOP


def test_what_the_project_allows_by_itself_may_read_but_not_send(settings):
    """A frontend that may call the project's API is not yet a website whose visits count."""
    settings.CORS_ALLOWED_ORIGINS = ["https://frontend.example"]
    answer = event("https://frontend.example")
    assert answer[ACAO] == "https://frontend.example"
    assert reason(answer) == "origin_not_listed"
    assert answer.json()["id"] is None


@pytest.mark.parametrize("path", ["/mtc.js", "/mtracking.gif"])
def test_script_and_pixel_can_be_embedded_everywhere(path):  # S50
    answer = browser().get(path, HTTP_ORIGIN="https://anywhere.example")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_the_pixel_of_a_page_that_is_not_listed_is_still_an_image(listed):  # S37
    answer = browser().get("/mtracking.gif?page_url=x", HTTP_ORIGIN="https://evil.example")
    assert (answer.status_code, answer.content) == (200, GIF)
    assert reason(answer) == "origin_not_listed"


# The reason in the answer: for whoever looks into the network panel, and for nobody else

REQUESTS = {
    "recorded": {},
    "bot": {"HTTP_USER_AGENT": "Googlebot/2.1"},
    "private_ip": {"REMOTE_ADDR": "10.0.0.1"},
    "dnt": {"HTTP_DNT": "1"},
    "gpc": {"HTTP_SEC_GPC": "1"},
    "prefetch": {"HTTP_SEC_PURPOSE": "prefetch"},
    "origin_not_listed": {"HTTP_ORIGIN": "https://evil.example"},
    "payload_too_large": {"QUERY_STRING": "x" * 70_000},
    "blocked_ip": {"REMOTE_ADDR": "198.51.100.7"},
    "rate_limited": {"REMOTE_ADDR": "198.51.100.8"},
    "invalid": {"QUERY_STRING": "mtc_leave=unknown"},
}


@pytest.mark.parametrize("expected", REQUESTS)
@pytest.mark.parametrize("door", ["/mtc/event", "/mtracking.gif"])
def test_every_answer_says_how_it_ended_and_to_its_own_sender_only(
    listed, configure, door, expected
):
    limited = expected == "rate_limited"
    configure(DO_NOT_TRACK_IPS=["198.51.100.7"], RATE_LIMIT=1 if limited else 0)
    for _ in range(2 if limited else 1):
        extra = {"HTTP_ORIGIN": SHOP, "REMOTE_ADDR": PUBLIC, **REQUESTS[expected]}
        answer = browser().get(door, **extra)
    assert reason(answer) == expected
    # No cache keeps it, and no script of another website reads it, not even of a listed one.
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))
    assert "origin" in vary(answer)
    assert "Access-Control-Expose-Headers" not in answer
    assert Reason(expected).value not in answer.content.decode("latin-1")


@pytest.mark.parametrize("path", ["/mtc.js", "/mtc"])
def test_what_is_no_hit_has_no_reason(path):
    assert "X-Contacttrack-Reason" not in browser().get(path)
