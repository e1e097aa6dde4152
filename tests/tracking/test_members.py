"""Members who are logged in: what their browser is given, and what becomes of it."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Permission
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone
from wagtail.models import Page, Site

from tests.testapp.models import PlainPage
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact, Identifier
from wagtail_contacttrack.tracking import identity
from wagtail_contacttrack.tracking.members import identity_token
from wagtail_contacttrack.tracking.models import IdentityKey

from .conftest import browser, reason

pytestmark = pytest.mark.django_db

ADA = {"email": "ada@example.org", "firstname": "Ada", "lastname": "Lovelace"}
ADDRESS = "/mtc/identity"


@pytest.fixture(autouse=True)
def recognised(configure):
    configure(TRACK_MEMBERS=True, IDENTITY_MODE="report")


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create_user(
        "ada", "ada@example.org", "x", first_name="Ada", last_name="Lovelace"
    )


@pytest.fixture
def member(ada):
    """The browser of a member who is logged in."""
    client = browser()
    client.force_login(ada)
    return client


def answer(client: Client, address: str = ADDRESS, **headers: str) -> dict:
    response = client.get(address, **headers)
    assert response.status_code == 200
    return response.json()


def values_in(token: str) -> dict:
    return identity.check(token, Site.objects.get().pk, now=timezone.now()).values


# Who gets what


def test_a_member_is_given_what_the_site_knows(member):  # S84
    found = answer(member)
    assert values_in(found["identity"]) == ADA
    assert found["seconds"] == 600


@pytest.mark.parametrize("address", ["/mtc/identity/", "/index.php/mtc/identity"])
def test_it_answers_at_every_spelling_of_its_address(member, address):
    assert "identity" in answer(member, address)


def test_a_stranger_is_given_nothing_and_costs_no_query(django_assert_num_queries):
    client = browser()
    answer(client)
    with django_assert_num_queries(0):
        assert answer(client) == {}
    assert not IdentityKey.objects.exists()


@pytest.mark.parametrize("cookie", ["nonsense", "x" * 5000, '"a\\000b"', ""])
def test_a_cookie_that_is_no_session_is_given_nothing(cookie):
    assert answer(browser(HTTP_COOKIE=f"sessionid={cookie}")) == {}


def test_who_has_logged_out_is_given_nothing(member):
    member.logout()
    assert answer(member) == {}


def test_an_editor_is_given_nothing(member, ada):  # S2
    ada.user_permissions.add(Permission.objects.get(codename="access_admin"))
    assert answer(member) == {}


@pytest.mark.parametrize(
    "switched", [{"TRACK_MEMBERS": False}, {"IDENTITY_MODE": "off"}, {"IDENTITY_MODE": "enforce"}]
)
def test_it_is_up_to_the_site(member, configure, switched):
    configure(**switched)
    assert bool(answer(member)) == (switched == {"IDENTITY_MODE": "enforce"})


def test_what_a_member_has_not_said_is_left_out(member, ada):
    ada.first_name, ada.last_name = " ", ""
    ada.save()
    assert values_in(answer(member)["identity"]) == {"email": "ada@example.org"}
    ada.email = ""
    ada.save()
    assert answer(member) == {}


def test_more_than_fits_is_no_identity_and_no_error(member, ada, configure, monkeypatch):
    monkeypatch.setattr(identity, "MAX_LENGTH", 100)
    assert answer(member) == {}


# The project's filter


def test_a_filter_changes_what_is_said(member, configure):  # S84
    configure(MEMBER_FILTER="tests.testapp.members.shouting")
    found = values_in(answer(member)["identity"])
    assert found == {**ADA, "firstname": "ADA", "path": ADDRESS}


def test_a_filter_leaves_members_out(member, ada, configure):  # S84
    configure(MEMBER_FILTER="tests.testapp.members.only_customers")
    assert answer(member) == {}
    ada.groups.create(name="customers")
    assert values_in(answer(member)["identity"]) == ADA


@pytest.mark.parametrize("name", ["broken", "missing"])
def test_a_filter_that_fails_is_logged_and_means_no_identity(member, configure, caplog, name):
    configure(MEMBER_FILTER=f"tests.testapp.members.{name}")
    assert answer(member) == {}
    assert "could not be given an identity" in caplog.text


# Who may read it


def test_no_cache_may_keep_it(member):
    response = member.get(ADDRESS)
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://testserver"},
        {"HTTP_ORIGIN": "https://shop.example.com"},
        {"HTTP_ORIGIN": "https://listed.example.com"},
        {"HTTP_ORIGIN": "http://testserver:8000"},
        {"HTTP_ORIGIN": "http://testserver.evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://testserver", "wsgi.url_scheme": "https"},
    ],
)
def test_another_website_cannot_read_it(member, configure, settings, headers):
    configure(CORS_VALID_DOMAINS=["https://listed.example.com"], CORS_RESTRICT_DOMAINS=False)
    # Whatever else the project allows these websites.
    settings.CORS_ALLOWED_ORIGINS = ["https://listed.example.com"]
    response = member.get(ADDRESS, **headers)
    assert response.json() == {}
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("origin", ["https://listed.example.com", "https://shop.example.com"])
def test_listed_websites_are_granted_the_other_doors_and_not_this_one(member, configure, origin):
    configure(CORS_VALID_DOMAINS=[origin])
    for door, granted in (("/mtc", True), ("/mtc/event", True), (ADDRESS, False)):
        response = member.get(door, HTTP_ORIGIN=origin)
        assert ("Access-Control-Allow-Origin" in response) == granted, door


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "same-origin"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "http://testserver"},
    ],
)
def test_the_sites_own_pages_read_it(member, headers):
    assert "identity" in answer(member, **headers)


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "head"])
def test_it_is_only_read(member, method):
    response = getattr(member, method)(ADDRESS)
    assert response.status_code in (200, 204)
    assert b"identity" not in response.content


# In pages


@pytest.fixture
def page():
    home = Page.objects.get(depth=2)
    found = home.add_child(instance=PlainPage(title="Prices", slug="prices"))
    Site.objects.update(root_page=found)
    return found


SCRIPT = b'<script async src="/mtc/identity.js" data-identity></script>'


def test_pages_with_the_tracker_recognise_members_by_themselves(page):  # S84
    content = browser().get("/").content
    assert content.count(SCRIPT) == 1
    assert content.index(SCRIPT) < content.index(b"data-contacttrack")


def test_a_page_is_the_same_for_members_and_strangers(page, member):
    strangers, members = browser().get("/"), member.get("/")
    assert strangers.content == members.content
    assert "Vary" not in strangers
    assert not strangers.cookies


def test_the_tags_place_it_once_each_and_the_same_for_everybody(member, ada):
    template = Template("{% load contacttrack %}{% contacttrack_identity %}|{% contacttrack %}")
    request = RequestFactory().get("/")
    by_hand, with_tracker = template.render(Context({"request": request})).encode().split(b"|")
    assert by_hand == SCRIPT
    assert with_tracker.count(SCRIPT) == 1
    request.user = ada
    assert template.render(Context({"request": request})).encode() == by_hand + b"|" + with_tracker


@pytest.mark.parametrize("switched", [{"TRACK_MEMBERS": False}, {"IDENTITY_MODE": "off"}])
def test_no_page_has_it_where_members_are_not_recognised(page, configure, switched):
    configure(**switched)
    content = browser().get("/").content
    assert b"data-contacttrack" in content
    assert b"identity" not in content
    template = Template("{% load contacttrack %}{% contacttrack_identity %}")
    assert template.render(Context({"request": RequestFactory().get("/")})) == ""


def test_previews_and_opted_out_pages_have_none():
    template = Template("{% load contacttrack %}{% contacttrack_identity %}")
    for mark in ("is_preview", "contacttrack_disabled"):
        request = RequestFactory().get("/")
        setattr(request, mark, True)
        assert template.render(Context({"request": request})) == ""
    assert template.render(Context({})) == ""


def test_its_script_is_cacheable_and_the_same_for_everybody(member):
    first, second = browser().get("/mtc/identity.js"), member.get("/mtc/identity.js")
    assert first.content == second.content
    assert "public" in first["Cache-Control"]
    assert first["Content-Type"].startswith("application/javascript")
    assert browser().get("/mtc/identity.js", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


# What becomes of it


def test_a_member_becomes_known_by_what_was_signed(member, visit):
    response = visit(mtc_identity=answer(member)["identity"])
    assert reason(response) == "recorded"
    contact = Contact.objects.get()
    assert (contact.email, contact.firstname, contact.lastname) == tuple(ADA.values())
    assert Identifier.objects.get().verified
    assert "identity" not in json.dumps(Activity.objects.latest("pk").data)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda token: token[:-50], "identity_truncated"),
        (lambda token: "e30" + token, "identity_forged"),
    ],
)
def test_what_is_not_signed_right_changes_nothing_and_says_why(member, visit, spoil, problem):
    response = visit(mtc_identity=spoil(answer(member)["identity"]))
    assert reason(response) == "recorded"
    assert not Contact.objects.get().is_known
    assert problem in json.dumps(Activity.objects.get().data)


def test_another_browser_cannot_use_it_again(member, visit):
    token = answer(member)["identity"]
    first = visit(mtc_identity=token).json()["id"]
    assert visit("https://testserver/2", mtc_identity=token).json()["id"] == first
    thief = browser()
    thief.post("/mtc/event", {"page_url": "https://testserver/3", "mtc_identity": token})
    assert thief.get("/mtc").json()["id"] != first
    row = Activity.objects.filter(kind="page.hit").latest("pk")
    assert "identity_replayed" in json.dumps(row.data)


def test_server_code_signs_what_it_knows_by_itself(ada, visit):
    request = RequestFactory().get("/")
    token = identity_token(request, {"email": "grace@example.org"})
    assert values_in(token) == {"email": "grace@example.org"}
    visit(mtc_identity=token)
    assert Contact.objects.get().email == "grace@example.org"
