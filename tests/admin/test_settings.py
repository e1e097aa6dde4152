"""The tracking settings: who may change what, and that it counts afterwards."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.test import Client, override_settings
from django.urls import reverse
from wagtail.models import GroupSitePermission, Site

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.tracking.models import TrackingSettings
from wagtail_contacttrack.tracking.views import REASON_HEADER

from ..tracking.conftest import FIREFOX, PUBLIC

pytestmark = pytest.mark.django_db

BASIC = {"COUNTER_FLUSH_SECONDS": 0, "RATE_LIMIT": 0}
UNCHANGED = {
    "script_position": "body",
    "cors_restrict_domains": "on",
    "cors_valid_domains": "",
    "respect_privacy_signals": "on",
    "do_not_track_ips": "",
    "identity_mode": "off",
    "contact_allow_multiple_companies": "on",
}


@pytest.fixture
def site():
    return Site.objects.get()


def address(site):
    names = ["wagtail_contacttrack", "trackingsettings", site.pk]
    return reverse("wagtailsettings:edit", args=names)


@pytest.fixture
def page(admin_client, site):
    """The settings page, as a superuser sees it."""

    def get(**headers):
        response = admin_client.get(address(site), **headers)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return get


@pytest.fixture
def save(admin_client, site):
    """Send the form, changed in some fields; a switch is turned off by None."""

    def send(**changes):
        values = {k: v for k, v in {**UNCHANGED, **changes}.items() if v is not None}
        response = admin_client.post(address(site), values)
        if response.status_code == 302:
            return None
        return BeautifulSoup(response.content, "html.parser")

    return send


def visit(origin="", **headers):
    if origin:
        headers["HTTP_ORIGIN"] = origin
    client = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    response = client.post("/mtc/event", {"page_url": f"{origin}/page"}, **headers)
    return response[REASON_HEADER]


# Switches


def test_switches_are_in_groups_with_headings(page):
    headings = [heading.get_text(strip=True) for heading in page().select("h2.w-panel__heading")]
    assert headings == [
        "Tracking code",
        "What arrives",
        "Pages of this site",
        "Other websites",
        "What visitors say",
        "Links in messages",
        "Members who are logged in",
        "API",
        "Privacy",
    ]


def test_what_is_saved_counts_for_the_next_visit(save):
    assert visit(HTTP_DNT="1") == "dnt"
    assert save(respect_privacy_signals=None, anonymize_ip="on") is None
    assert visit(HTTP_DNT="1") == "recorded"
    assert Activity.objects.get().address == "203.0.113.0"


def test_an_address_that_is_not_tracked_can_be_listed(save):
    assert save(do_not_track_ips="198.51.100.1\n203.0.113.*") is None
    assert visit() == "blocked_ip"


def test_a_misspelt_address_is_an_error_that_says_how_to_write_it(save):
    form = save(do_not_track_ips="203.0.113.0/24\nour office")
    (error,) = form.select(".error-message")
    assert "“our office” is not an address. Write, for example, 203.0.113.7" in error.text


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("shop.example.com", "Write https://shop.example.com"),
        ("https://shop.example.com/", "leave out the path and the last slash"),
        ("ftp://shop.example.com", "must begin with http:// or https://"),
        ("https://*shop.example.com", "as in https://*.example.com"),
        ("https://shop.example.com:99999", "between 1 and 65535"),
        ("https://", "is not a host name"),
    ],
)
def test_a_misspelt_origin_is_an_error_with_the_remedy(save, line, remedy):  # S24
    form = save(cors_valid_domains=f"https://fine.example.com\n{line}")
    (error,) = form.select(".error-message")
    assert remedy in error.text
    assert line in error.text
    assert form.select_one("#id_cors_valid_domains")["aria-invalid"] == "true"
    assert visit("https://fine.example.com") == "origin_not_listed"


def test_a_website_may_send_visits_as_soon_as_it_is_listed(save):  # S11 S24
    assert visit("https://shop.example.com") == "origin_not_listed"
    assert save(cors_valid_domains="https://shop.example.com") is None
    assert visit("https://shop.example.com") == "recorded"
    assert visit("http://shop.example.com") == "origin_not_listed"


# What the project's settings decide


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ANONYMIZE_IP", True),
        ("RESPECT_PRIVACY_SIGNALS", False),
        ("CORS_RESTRICT_DOMAINS", False),
        ("TRACK_HASH_CHANGES", True),
    ],
)
def test_a_switch_that_the_project_decides_is_shown_as_it_is_and_closed(page, key, value):
    with override_settings(CONTACTTRACK={**BASIC, key: value}):
        switch = page().select_one(f"#id_{key.lower()}")
    assert switch.has_attr("disabled")
    assert switch.has_attr("checked") == value
    help_text = switch.find_parent(class_="w-field").select_one(".help").text
    assert "The project’s settings decide this" in help_text
    assert f'CONTACTTRACK["{key}"]' in help_text


@override_settings(CONTACTTRACK={**BASIC, "SCRIPT_POSITION": "head"})
def test_a_choice_that_the_project_decides_is_shown_as_it_is_and_closed(page):
    choices = page().select("[name=script_position]")
    assert all(choice.has_attr("disabled") for choice in choices)
    assert [choice["value"] for choice in choices if choice.has_attr("checked")] == ["head"]


def test_other_switches_stay_open(page):
    with override_settings(CONTACTTRACK={**BASIC, "ANONYMIZE_IP": True}):
        assert len(page().select("#w-editor-form input[disabled]")) == 1
    assert not page().select("#w-editor-form input[disabled]")


def test_saving_leaves_alone_what_the_project_decides(save, site):
    assert save(script_position="off", anonymize_ip="on") is None
    decided = {**BASIC, "SCRIPT_POSITION": "head", "ANONYMIZE_IP": False}
    with override_settings(CONTACTTRACK=decided):
        assert save(script_position="body", track_hash_changes="on") is None
    saved = TrackingSettings.objects.get(site=site)
    assert (saved.script_position, saved.anonymize_ip) == ("off", True)
    assert saved.track_hash_changes


@override_settings(CONTACTTRACK={**BASIC, "CORS_VALID_DOMAINS": ["https://app.example.com"]})
def test_origins_of_the_project_are_shown_and_others_can_be_added(page, save):
    field = page().select_one("#id_cors_valid_domains")
    assert not field.has_attr("disabled")
    help_text = field.find_parent(class_="w-field").select_one(".help").text
    assert "The project’s settings list these as well: https://app.example.com." in help_text
    assert save(cors_valid_domains="https://shop.example.com") is None
    assert visit("https://app.example.com") == visit("https://shop.example.com") == "recorded"


@override_settings(CONTACTTRACK={**BASIC, "DO_NOT_TRACK_INTERNAL_IPS": ["<b>10.1.2.3"]})
def test_addresses_of_the_project_are_shown_as_text(page):
    help_text = page().select_one("#id_do_not_track_ips").find_parent(class_="w-field").text
    assert "<b>10.1.2.3" in help_text


def test_the_page_says_whether_private_networks_are_tracked_and_how_to_change_it(page):  # S4
    assert "Not tracked" in page().text
    assert 'CONTACTTRACK = {"TRACK_PRIVATE_IP_RANGES": True}' in page().text
    assert "CONTACTTRACK_TRACK_PRIVATE_IP_RANGES=true" in page().text
    with override_settings(CONTACTTRACK={**BASIC, "TRACK_PRIVATE_IP_RANGES": True}):
        assert "Not tracked" not in page().text
        assert "Tracked." in page().text


# Who may


@pytest.fixture
def other_site(site):
    return Site.objects.create(hostname="other.example", root_page=site.root_page)


@pytest.fixture
def editor_of_one_site(site, user_with):
    """Somebody who may change the tracking settings of one site only."""
    group = Group.objects.create(name="Editors of one site")
    permission = Permission.objects.get(codename="change_trackingsettings")
    GroupSitePermission.objects.create(group=group, site=site, permission=permission)
    user = user_with()
    user.groups.add(group)
    return user


def pages_of(site):
    return [
        ("get", address(site)),
        ("post", address(site)),
        ("get", reverse("contacttrack_settings:test_hit", args=[site.pk])),
        ("post", reverse("contacttrack_settings:test_hit", args=[site.pk])),
        ("post", reverse("contacttrack_settings:delete_test_hit", args=[site.pk])),
        ("get", reverse("contacttrack_settings:rotate_key", args=[site.pk])),
        ("post", reverse("contacttrack_settings:rotate_key", args=[site.pk])),
    ]


def test_who_lacks_the_permission_gets_nothing(client, site, user_with):
    client.force_login(user_with("view_contact"))
    for method, url in pages_of(site):
        response = getattr(client, method)(url)
        assert (response.status_code, response.get("Location")) == (302, "/admin/"), url
    assert not TrackingSettings.objects.exists()
    assert not Activity.objects.exists()
    assert "trackingsettings" not in client.get("/admin/").content.decode()


def test_strangers_are_asked_to_log_in(client, site):
    for method, url in pages_of(site):
        assert getattr(client, method)(url)["Location"].startswith("/admin/login/"), url


@override_settings(CONTACTTRACK={**BASIC, "TRACK_PRIVATE_IP_RANGES": True})
def test_the_permission_can_be_given_for_one_site(client, site, other_site, editor_of_one_site):
    client.force_login(editor_of_one_site)
    for method, url in pages_of(site):
        response = getattr(client, method)(url, UNCHANGED if method == "post" else {})
        assert response.status_code == 200 or response["Location"] == address(site), url
    for method, url in pages_of(other_site):
        assert getattr(client, method)(url)["Location"] == "/admin/", url
    assert not TrackingSettings.objects.filter(site=other_site).exists()


def test_each_site_has_settings_of_its_own(admin_client, site, other_site):
    changed = {**UNCHANGED, "cors_valid_domains": "https://shop.example.com"}
    admin_client.post(address(other_site), changed)
    assert visit("https://shop.example.com") == "origin_not_listed"
    assert visit("https://shop.example.com", HTTP_HOST="other.example") == "recorded"
