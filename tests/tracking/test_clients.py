"""What snippets, CMS plugins and apps really send arrives, and is stored as it was sent."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.client import encode_multipart
from wagtail.models import Site

from tests.wire import test_packed as packed
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact, Device
from wagtail_contacttrack.tracking import snippet

from .conftest import FIREFOX, GIF, PUBLIC, browser, counts, reason

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
BASE = "http://127.0.0.1:9999"
ID = "0123456789abcdefghijklm"


def row() -> Activity:
    return Activity.objects.select_related("contact", "device", "agent", "page").get()


def image(html: str, client: Client | None = None, **headers: Any) -> HttpResponse:
    """Load the image of a snippet as a browser does."""
    source = urlsplit(unescape(re.search(r'src="([^"]+)"', html).group(1)))
    assert source.path == "/mtracking.gif"
    response = (client or browser()).get(f"{source.path}?{source.query}", **headers)
    assert (response.status_code, response.content) == (200, GIF)
    return response


def xhr(values: Mapping[str, Any], client: Client | None = None, **headers: Any) -> HttpResponse:
    """What the script sends: a form by `XMLHttpRequest`."""
    body = "&".join(f"{quote(name, '')}={quote(str(value), '')}" for name, value in values.items())
    extra = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest", **headers}
    return (client or browser()).post("/mtc/event", body, content_type=FORM, **extra)


# The script

AUTOMATIC = {
    "page_title": "Pricing",
    "page_language": "en-US",
    "preferred_locale": "en_US",
    "page_referrer": "https://www.google.com/search?q=shop&hl=en",
    "page_url": "https://testserver/pricing?plan=1#top",
    "counter": 0,
    "timezone_offset": -120,
    "timezone": "Europe/Berlin",
    "resolution": "1920x1080",
    "platform": "Linux",
    "do_not_track": "false",
    "adblock": "false",
    "fingerprint": "0123",
}


def test_the_address_is_stored_with_query_and_fragment():  # S18
    assert reason(xhr(AUTOMATIC)) == "recorded"
    assert row().url == "https://testserver/pricing?plan=1#top"
    assert row().page.url == "https://testserver/pricing"


def test_the_title_is_stored():  # S15
    xhr(AUTOMATIC)
    assert (row().title, row().page.title) == ("Pricing", "Pricing")


def test_the_language_is_stored_and_is_not_the_pages():  # S16
    xhr({**AUTOMATIC, "mtc_locale": "de"}, HTTP_ACCEPT_LANGUAGE="fr-CH, fr;q=0.9, en;q=0.8")
    assert row().data["language"] == "en-US"
    assert row().data["locale"] == "de"
    assert row().data["browser_languages"] == ["fr-CH", "fr", "en"]


def test_the_whole_referrer_is_stored():  # S17
    xhr(AUTOMATIC)
    assert row().referrer == "https://www.google.com/search?q=shop&hl=en"


@pytest.mark.parametrize("referrer", ["", "https://testserver/pricing?plan=1"])
def test_a_page_does_not_refer_to_itself(referrer):  # S17
    xhr({**AUTOMATIC, "page_referrer": referrer})
    assert row().referrer == ""


def test_everything_else_that_the_script_sends_is_kept_with_the_hit():
    xhr(AUTOMATIC)
    assert row().data["params"] == {
        "preferred_locale": "en_US",
        "counter": "0",
        "timezone_offset": "-120",
        "timezone": "Europe/Berlin",
        "resolution": "1920x1080",
        "platform": "Linux",
        "do_not_track": "false",
        "adblock": "false",
        "fingerprint": "0123",
    }
    assert row().agent.browser == "Firefox"
    assert row().address == PUBLIC


def test_custom_parameters_are_stored():  # S27
    xhr({**AUTOMATIC, "plan": "gold", "cart[0][id]": "7", "cart[0][n]": "2", "a.b c": "x"})
    params = row().data["params"]
    assert params["plan"] == "gold"
    assert params["cart"] == [{"id": "7", "n": "2"}]
    assert params["a_b_c"] == "x"


def test_custom_parameters_override_the_automatic_ones():  # S28
    """The script sends each name once, with the value that the page has given."""
    custom = {"page_title": "Mine", "page_url": "https://testserver/mine", "page_language": "de",
              "page_referrer": "https://mine.example/", "timezone": "Asia/Tokyo"}  # fmt: skip
    xhr({**AUTOMATIC, **custom})
    assert (row().title, row().url) == ("Mine", "https://testserver/mine")
    assert (row().data["language"], row().referrer) == ("de", "https://mine.example/")
    assert row().data["params"]["timezone"] == "Asia/Tokyo"


def test_what_is_sent_outright_overrides_the_header_and_the_address(visitor):  # S28
    headers = {"HTTP_REFERER": "https://testserver/other?utm_source=header"}
    visitor.post(
        "/mtc/event?page_title=query&plan=query",
        {"page_url": "https://testserver/a?utm_source=url", "plan": "body", "utm_source": "given"},
        **headers,
    )
    assert row().url == "https://testserver/a?utm_source=url"
    assert row().data["utm"] == {"utm_source": "given"}
    assert row().data["params"] == {"plan": "body"}
    assert row().title == "query"


def test_fields_and_a_page_view_travel_in_one_call():  # S32
    fields = {"email": "ada@example.com", "firstname": "Ada", "tags": "ProductA,-ProductB"}
    answer = xhr({**AUTOMATIC, **fields})
    # What the script gives to `onload`.
    assert answer.status_code == 200
    assert answer.json()["success"] == 1
    assert answer.json()["id"] == row().contact_id
    assert row().data["params"].items() >= fields.items()


def test_fields_that_a_browser_sends_identify_nobody_yet():
    xhr({**AUTOMATIC, "email": "ada@example.com", "firstname": "Ada"})
    contact = Contact.objects.get()
    assert (contact.email, contact.firstname, contact.is_known) == ("", "", False)


VALUES = [
    "emoji 🦊👩‍👩‍👧‍👦", "עברית ‏ العربية", "a&b=c", "1+1=2", "100%", "%41 %2B", "𝒳 4-byte 𠜎",
    "quotes \"'`", "<script>alert(1)</script>", "back\\slash", "tab\tand\nline", " spaces ", "ÄÖÜß",
    "&amp; &#38;", "null", "0", "{{ x }}", "; DROP TABLE", "İıſ", "e\u0301 é",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_what_is_stored_is_what_was_sent(value):  # S34
    values = {"page_url": f"https://testserver/{quote(value, '')}", "page_title": value, "x": value}
    ways = [
        lambda: xhr(values),
        lambda: browser().post("/mtc/event", values),
        lambda: browser().post("/mtc/event", json.dumps(values), content_type="application/json"),
        lambda: browser().post("/mtc/event", urlencode(values), content_type="text/plain"),
        lambda: browser().get("/mtracking.gif", values),
        lambda: browser().get("/mtracking.gif", {"d": b64encode(json.dumps(values).encode())}),
    ]
    for number, way in enumerate(ways):
        Activity.objects.all().delete()
        assert reason(way()) == "recorded"
        assert row().url == values["page_url"]
        # The title inside `d` is decoded once more, as WordPress writes it.
        assert row().title == (unescape(value) if number == 5 else value)
        assert row().data["params"] == {"x": value}


def test_values_are_escaped_when_they_are_shown_and_not_before(admin_client):  # S34 S75
    text = '<script>alert("x")</script> & 🦊'
    xhr({**AUTOMATIC, "page_title": text, "plan": text})
    assert row().title == text
    shown = admin_client.get(row().contact.get_absolute_url()).content.decode()
    assert text not in shown
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; 🦊" in shown


# Projects whose middleware is curious


def look_into(get_response: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        look = request.headers.get("X-Look")
        if look == "body":
            len(request.body)
        elif look == "form":
            dict(request.POST)
        elif look == "body, then form":
            len(request.body)
            dict(request.POST)
        return get_response(request)

    return middleware


@pytest.mark.parametrize("look", ["nothing", "body", "form", "body, then form"])
@pytest.mark.parametrize("way", ["form", "multipart", "json", "beacon"])
def test_a_middleware_may_look_into_the_request_first(settings, way, look):
    settings.MIDDLEWARE = [f"{__name__}.look_into", *settings.MIDDLEWARE]
    values = {"page_url": "https://testserver/ü", "tags": "a,-b", "plan": "x&y"}
    body, kind = {
        "form": (urlencode(values), FORM),
        "multipart": (encode_multipart("b", values), "multipart/form-data; boundary=b"),
        "json": (json.dumps(values), "application/json"),
        "beacon": (urlencode(values), "text/plain;charset=UTF-8"),
    }[way]
    answer = browser().post("/mtc/event", body, content_type=kind, HTTP_X_LOOK=look)
    assert reason(answer) == "recorded"
    assert row().url == "https://testserver/ü"
    assert row().data["params"] == {"tags": "a,-b", "plan": "x&y"}


# The loader


@pytest.fixture
def site() -> Site:
    return Site.objects.get()


def test_the_address_in_the_loader_is_that_of_the_script(site):  # S6 S13
    source = re.search(r'"([^"]+/mtc\.js)"', snippet.javascript(site)).group(1)
    response = browser().get(urlsplit(source).path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/javascript")


# Cookies


def test_a_visitor_gets_three_cookies_that_scripts_may_read(visitor):  # S8 S10 S22
    ids = visitor.post("/mtc/event", AUTOMATIC).json()
    cookies = visitor.cookies
    assert cookies["mautic_device_id"].value == cookies["mtc_sid"].value == ids["device_id"]
    assert cookies["mtc_id"].value == str(ids["id"])
    for name in ("mautic_device_id", "mtc_id", "mtc_sid"):
        assert not cookies[name]["httponly"]
        assert cookies[name]["path"] == "/"
        assert cookies[name]["domain"] == ""
    assert cookies["mtc_id"]["max-age"] == cookies["mtc_sid"]["max-age"] == ""


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookies_fit_the_scheme(secure):
    response = browser().post("/mtc/event", AUTOMATIC, secure=secure)
    assert set(response.cookies) == {"mautic_device_id", "mtc_id", "mtc_sid", "mautic_referer_id"}
    for cookie in response.cookies.values():
        assert cookie["samesite"] == ("None" if secure else "Lax")
        assert bool(cookie["secure"]) is secure


@pytest.mark.parametrize(
    ("setting", "value", "attribute", "expected"),
    [
        ("COOKIE_DOMAIN", ".example.com", "domain", ".example.com"),
        ("COOKIE_PATH", "/shop/", "path", "/shop/"),
        ("COOKIE_HTTPONLY", True, "httponly", True),
        ("COOKIE_SECURE", True, "secure", True),
        ("COOKIE_SECURE", True, "samesite", "None"),
        ("COOKIE_SECURE", False, "samesite", "Lax"),
    ],
)
def test_the_cookies_follow_the_settings(configure, setting, value, attribute, expected):  # S8
    configure(**{setting: value})
    secure = setting == "COOKIE_SECURE" and value is False
    response = browser().post("/mtc/event", AUTOMATIC, secure=secure)
    for cookie in response.cookies.values():
        assert cookie[attribute] == expected


def test_the_lifetime_is_also_written_as_a_date(clock):  # S8
    from email.utils import parsedate_to_datetime
    from time import time

    cookie = browser().post("/mtc/event", AUTOMATIC).cookies["mautic_device_id"]
    expires = parsedate_to_datetime(cookie["expires"]).timestamp()
    assert abs(expires - time() - 63_072_000) < 10


# The published pixels


def test_the_html_pixel(site):  # S46
    html = snippet.pixel_html(site)
    assert reason(image(html)) == "recorded"
    assert (row().url, row().title) == ("https://example.com/pricing", "Pricing")
    assert row().data["door"] == "pixel"


def test_the_php_pixel(site):  # S47
    """What PHP makes of the snippet, where there is PHP; else what it made of it once."""
    code = snippet.pixel_php(site)
    assert "base64_encode(serialize(array(" in code
    server = "$_SERVER = ['HTTP_HOST' => 'shop.example', 'REQUEST_URI' => '/preise?a=1&b=2',"
    server += " 'HTTPS' => 'on', 'HTTP_REFERER' => 'https://www.google.com/'];"
    page = f"<?php {server} $pageTitle = 'Preise & Pläne'; ?>{code}"
    if php := shutil.which("php"):
        html = subprocess.run([php], input=page, capture_output=True, text=True, check=True).stdout
    else:
        data = (
            'a:4:{s:8:"page_url";s:35:"https://shop.example/preise?a=1&b=2";'
            's:10:"page_title";s:15:"Preise & Pläne";s:8:"referrer";s:23:"https://www.google.com/";'
            's:8:"language";s:2:"en";}'
        )
        html = f'<img src="/mtracking.gif?d={quote(b64encode(data.encode()), "")}">'
    assert reason(image(html)) == "recorded"
    assert (row().url, row().title) == ("https://shop.example/preise?a=1&b=2", "Preise & Pläne")
    assert (row().referrer, row().data["language"]) == ("https://www.google.com/", "en")


def test_the_javascript_pixel():  # S48
    """`new Image().src = "…/mtracking.gif?" + new URLSearchParams({…})`"""
    values = {"page_url": "https://a.example/?x=1&y=ü", "page_title": "A + B",
              "page_referrer": "https://b.example/"}  # fmt: skip
    html = f'<img src="{BASE}/mtracking.gif?{urlencode(values)}">'
    assert reason(image(html, HTTP_REFERER="https://a.example/")) == "recorded"
    assert (row().url, row().title) == (values["page_url"], "A + B")
    assert row().referrer == "https://b.example/"


NEW = {"page_url": "https://a.example/x", "page_referrer": "https://b.example/y",
       "page_language": "de", "page_title": "Titel"}  # fmt: skip
OLD = {"url": "https://a.example/x", "referrer": "https://b.example/y",
       "language": "de", "title": "Titel"}  # fmt: skip


@pytest.mark.parametrize("values", [NEW, OLD, {**OLD, **NEW}], ids=["new", "old", "both"])
@pytest.mark.parametrize("door", ["/mtracking.gif", "/mtc/event"])
def test_both_spellings_of_the_four_parameters(values, door):  # S38 S39
    browser().get(door, values)
    assert (row().url, row().referrer, row().title) == (
        "https://a.example/x",
        "https://b.example/y",
        "Titel",
    )
    assert row().data["language"] == "de"


def test_of_both_spellings_the_new_one_counts():  # S38 S39
    old = {"url": "https://old.example/", "referrer": "old", "language": "xx", "title": "Old"}
    browser().get("/mtracking.gif", {**old, **NEW})
    assert (row().url, row().title) == ("https://a.example/x", "Titel")
    # Beside a title of the page, `title` is how a contact wants to be addressed.
    assert row().data["params"]["title"] == "Old"


@pytest.mark.parametrize(
    ("query", "referer", "url"),
    [
        ("page_url=https%3A%2F%2Fa.example%2F", "https://b.example/", "https://a.example/"),
        ("tags=a", "https://b.example/page?x=1", "https://b.example/page?x=1"),
        ("tags=a", "", ""),
        ("", "https://b.example/", "http://testserver/mtracking.gif"),
    ],
)
def test_which_page_a_pixel_stands_for(query, referer, url):  # S38
    extra = {"HTTP_REFERER": referer} if referer else {}
    browser().get("/mtracking.gif", QUERY_STRING=query, **extra)
    assert row().url == url


def test_a_pixel_on_any_page_of_the_web_is_tracked():  # S50
    response = browser().get(
        "/mtracking.gif",
        {"page_url": "https://anywhere.example/page"},
        HTTP_REFERER="https://anywhere.example/",
        HTTP_SEC_FETCH_DEST="image",
        HTTP_SEC_FETCH_MODE="no-cors",
        HTTP_SEC_FETCH_SITE="cross-site",
        secure=True,
    )
    assert reason(response) == "recorded"
    assert response.cookies["mautic_device_id"]["samesite"] == "None"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


# Content management systems

WORDPRESS_PAGE = (
    "http://127.0.0.1:47085?page_id=4",
    "Produits & Prix – été – E2E Blog & Co",
    "http://ref.example/?utm_source=x",
    "en_US",
)
MEMBER = {
    "email": "ada@example.com",
    "firstname": "Ada",
    "lastname": "Lovelace",
    "wp_user": "ada",
    "wp_alias": "Ada L.",
    "wp_registration_date": "2026-11-23",
}


@pytest.mark.parametrize(
    ("d", "page", "params"),
    [
        (packed.WORDPRESS_GUEST, WORDPRESS_PAGE, {}),
        (packed.WORDPRESS_MEMBER, WORDPRESS_PAGE, MEMBER),
        (
            packed.DRUPAL,
            (
                "https://drupal.example/de/preise?utm_source=news&x=1",
                "Preise & Pläne",
                "https://www.google.com/",
                "de",
            ),
            {},
        ),
        (
            packed.DOCUMENTED,
            ("https://example.com/pricing?a=1&b=2", "Pricing", "", ""),
            {"email": "user@theirdomain.com"},
        ),
        (packed.NESTED, ("u", "", "", ""), {"tags": ["ProductA", "-ProductB"],
                                            "company": {"name": "X"}}),
        (packed.TAGS, ("u", "", "", ""), {"tags": "ProductA,-ProductB"}),
    ],
    ids=["wordpress guest", "wordpress member", "drupal 6", "documentation", "nested", "tags"],
)  # fmt: skip
def test_the_d_of_the_plugins(d, page, params):  # S47 S49
    assert reason(image(f'<img src="{BASE}/mtracking.gif?d={d}" style="display:none;" />')) == (
        "recorded"
    )
    found = row()
    assert (found.url, found.title, found.referrer, found.data.get("language", "")) == page
    assert found.data.get("params", {}) == params


def test_wordpress_loses_campaign_tags_and_the_browser_still_knows_them():  # S49
    """In image mode, `page_url` lacks them; the Referer header has them."""
    here = "http://127.0.0.1:47085/?page_id=4&utm_source=news&utm_medium=email"
    image(f'<img src="{BASE}/mtracking.gif?d={packed.WORDPRESS_GUEST}">', HTTP_REFERER=here)
    assert row().data["utm"] == {"utm_source": "news", "utm_medium": "email"}


def test_the_noscript_pixel_of_wordpress_beside_its_script_is_one_visit(visitor):  # S49 S74
    page = "http://127.0.0.1:47085?page_id=4"
    xhr({**AUTOMATIC, **MEMBER, "page_url": page, "mtc_event_id": "e1"}, visitor,
        HTTP_ORIGIN="http://testserver")  # fmt: skip
    answer = image(f'<img src="{BASE}/mtracking.gif?d={packed.WORDPRESS_MEMBER}">', visitor)
    assert reason(answer) == "duplicate"
    assert row().data["params"].items() >= MEMBER.items()


def test_the_tags_pixel_of_wordpress():  # S49
    image(f'<img src="{BASE}/mtracking.gif?tags=ProductA,-ProductB" alt="Mautic Tags" />')
    assert row().data["params"] == {"tags": "ProductA,-ProductB"}


def test_a_browsers_unencoded_base64():  # S47
    """A plus that nobody encoded arrives as a space."""
    raw = packed.PLUS_AND_SLASH.replace("%2B", "+").replace("%2F", "/")
    browser().get("/mtracking.gif", QUERY_STRING=f"d={raw}")
    assert row().url == "https://example.com/x?q=>>>~~~þ~ûü1"
    assert row().data["params"] == {"email": "a+b@example.com"}


@pytest.mark.parametrize(
    "params",
    [
        {"email": "ada@example.com", "firstname": "Ada", "lastname": "Lovelace"},  # Joomla
        {},  # Joomla's guests, Grav
        # The all-in-one plugin of WordPress
        {"language": "en_US", "page_url": "https://shop.example/", "page_title": "Shop",
         "referrer": "https://shop.example/", "email": "ada@example.com"},
        {"site_url": "https://drupal.example"},  # Drupal 8 to 10
    ],
)  # fmt: skip
def test_what_the_snippets_of_the_plugins_pass_to_the_script(params):  # S49
    answer = xhr({**AUTOMATIC, **params})
    assert reason(answer) == "recorded"
    kept = row().data["params"]
    for name in set(params) - {"page_url", "page_title", "language", "referrer"}:
        assert kept[name] == params[name]
    assert row().url == params.get("page_url", AUTOMATIC["page_url"])


def test_concrete5_passes_an_empty_list(visitor):  # S49
    """`mt("send", "pageview", [])` adds nothing to what is sent."""
    assert reason(xhr(AUTOMATIC, visitor)) == "recorded"
    body = json.dumps([])
    answer = visitor.post("/mtc/event", body, content_type="application/json")
    assert reason(answer) == "recorded"


def test_typo3_sends_tags_from_its_server(configure):  # S49
    configure(TRUSTED_PROXIES=[PUBLIC])
    server = Client(HTTP_USER_AGENT="GuzzleHttp/7", REMOTE_ADDR=PUBLIC)
    headers = {"HTTP_X_FORWARDED_FOR": "8.8.8.8", "HTTP_CLIENT_IP": "8.8.8.8"}
    response = server.get("/mtracking.gif", QUERY_STRING="tags=My Produkt Ä", **headers)
    assert (response.status_code, response.content) == (200, GIF)
    assert row().data["params"]["tags"].startswith("My Produkt")
    assert row().address == "8.8.8.8"


def test_a_server_hands_its_visitors_cookies_on(configure):  # S49
    """TYPO3, Drupal: the cookies that the script has set, and the address in a header."""
    configure(TRUSTED_PROXIES=["192.0.2.10"])
    ids = xhr(AUTOMATIC).json()
    server = Client(REMOTE_ADDR="192.0.2.10", HTTP_USER_AGENT=FIREFOX)
    cookies = f"mtc_id={ids['id']}; mtc_sid={ids['sid']}; mautic_device_id={ids['device_id']}"
    server.get("/mtracking.gif?page_url=x", HTTP_COOKIE=cookies, HTTP_X_FORWARDED_FOR="8.8.8.8")
    assert Contact.objects.count() == 1
    assert Activity.objects.latest("id").address == "8.8.8.8"


def test_the_php_library_names_the_address_by_its_old_name():  # S39
    browser().get("/mtracking.gif", {"url": "http://mautic.test/page"})
    assert row().url == "http://mautic.test/page"


# Apps

APPS = ["okhttp/4.12.0", "Dart/3.4 (dart:io)", "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)",
        "Shop/7 CFNetwork/1494.0.7 Darwin/23.4.0", ""]  # fmt: skip


@pytest.mark.parametrize("agent", APPS)
@pytest.mark.parametrize(
    "query", ["page_url=cart_screen&email=myemail%40example.com",
              "page_url=cart_screen&email=myemail@example.com"]
)  # fmt: skip
def test_an_app_names_its_screens(agent, query):  # S54 S55
    app = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=PUBLIC)
    assert reason(app.get(f"/mtracking.gif?{query}")) == "recorded"
    assert (row().url, row().page.url) == ("cart_screen", "cart_screen")
    assert row().data["params"] == {"email": "myemail@example.com"}


def test_an_app_with_a_cookie_jar_is_one_visitor():  # S54
    app = Client(HTTP_USER_AGENT="okhttp/4.12.0", REMOTE_ADDR=PUBLIC)
    for screen in ("app_started", "/home", "cart_screen", "screen_cart_event_tap"):
        assert reason(app.get("/mtracking.gif", {"page_url": screen})) == "recorded"
    assert Contact.objects.count() == Device.objects.count() == 1
    assert list(Activity.objects.order_by("id").values_list("url", flat=True)) == [
        "app_started", "/home", "cart_screen", "screen_cart_event_tap",
    ]  # fmt: skip


def test_two_apps_behind_one_address_are_two_visitors():  # S54
    for _ in range(2):
        app = Client(HTTP_USER_AGENT="okhttp/4.12.0", REMOTE_ADDR=PUBLIC)
        app.get("/mtracking.gif", {"page_url": "cart_screen"})
    assert Contact.objects.count() == 2


def test_the_dart_library_gives_the_id_back_under_another_name():  # S54
    """It reads our cookies and sends `mtc_device_id`."""
    headers = {"HTTP_USER_AGENT": "Dart/3.4 (dart:io)", "HTTP_ACCEPT_LANGUAGE": "de_DE"}
    values = {"page_url": "home", "page_title": "Home", "userid": "7", "tags": "app",
              "page_referrer": "com.example.shop"}  # fmt: skip
    first = Client(REMOTE_ADDR=PUBLIC).get("/mtracking.gif", values, **headers)
    cookies = {
        name: first.cookies[name].value for name in ("mtc_id", "mtc_sid", "mautic_device_id")
    }
    cookies["mtc_device_id"] = cookies.pop("mautic_device_id")
    again = "; ".join(f"{name}={value}" for name, value in cookies.items())
    Client(REMOTE_ADDR=PUBLIC).get("/mtracking.gif", values, HTTP_COOKIE=again, **headers)
    assert Contact.objects.count() == Device.objects.count() == 1
    stored = Activity.objects.earliest("id")
    assert (stored.title, stored.referrer) == ("Home", "com.example.shop")
    assert stored.data["params"] == {"userid": "7", "tags": "app"}


def test_an_app_that_keeps_an_id_of_its_own_and_repeats_itself():  # S54
    """As the documentation tells app developers."""
    values = {"page_url": "cart_screen", "mautic_device_id": ID, "mtc_event_id": "start-1"}
    for expected in ("recorded", "duplicate"):
        app = Client(HTTP_USER_AGENT="okhttp/4.12.0", REMOTE_ADDR=PUBLIC)
        assert reason(app.get("/mtracking.gif", values)) == expected
    assert row().device.tracking_id == ID
    assert counts() == {"recorded": 1, "duplicate": 1}


@pytest.mark.parametrize("screen", ["myapp://cart", "com.example.Cart", "Корзина", "cart screen"])
def test_a_screen_is_never_made_an_address(screen):  # S55
    browser().get("/mtracking.gif", {"page_url": screen})
    assert row().url == screen


# Mail


def test_a_pixel_in_a_mail():  # S37 S50
    query = "page_url=newsletter-november&amp;page_title=Newsletter%20November&amp;utm_medium=email"
    image(f'<img src="https://www.example.com/mtracking.gif?{query}" alt="">')
    assert (row().url, row().title) == ("newsletter-november", "Newsletter November")
    assert row().data["utm"] == {"utm_medium": "email"}
