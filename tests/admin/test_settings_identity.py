"""Who somebody is, in the tracking settings: what it means, and what is impossible."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from wagtail_contacttrack.contacts.models import ContactField
from wagtail_contacttrack.tracking import identity
from wagtail_contacttrack.tracking.models import IdentityKey, TrackingSettings

from .test_settings import BASIC, UNCHANGED, address

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site.objects.get()


@pytest.fixture
def page(admin_client, site):
    """The settings page, as a superuser sees it."""

    def get():
        response = admin_client.get(address(site))
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return get


@pytest.fixture
def save(admin_client, site):
    """Send the form, changed in some fields; the page if it comes back with errors."""

    def send(**changes):
        values = {k: v for k, v in {**UNCHANGED, **changes}.items() if v is not None}
        response = admin_client.post(address(site), values)
        if response.status_code == 302:
            return None
        return BeautifulSoup(response.content, "html.parser")

    return send


@pytest.fixture
def open_field():
    """Let browsers set a contact field, or recognise people by it."""

    def change(alias, *, public=True, unique=True):
        row = ContactField.objects.get(object="contact", alias=alias)
        row.publicly_updatable, row.unique_identifier = public, unique
        row.save()

    return change


def text(found):
    return " ".join(found.get_text(" ", strip=True).split())


def errors(form):
    """The sentences beside each field."""
    return {
        field.select_one("[name]")["name"]: text(field.select_one(".error-message"))
        for field in form.select(".w-field__wrapper")
        if field.select_one(".error-message")
    }


# What it means


def test_the_page_says_what_browsers_may_say_now(page):
    shown = text(page())
    assert "whoever sends its value is taken for the contact who has it" in shown
    assert "E-mail is not publicly updatable: visitors’ browsers cannot say who they are" in shown
    assert "No contact field is publicly updatable now" in shown


def test_the_page_follows_the_contact_fields(page, open_field):
    open_field("firstname", unique=False)
    assert "E-mail is not publicly updatable" in text(page())
    open_field("email")
    shown = text(page())
    assert "visitors’ browsers can say who they are." in shown
    assert "Publicly updatable now: First name, E-mail" in shown
    assert "By these, people are recognised: E-mail" in shown


def test_a_page_without_the_field_email_still_opens(page):
    ContactField.objects.get(object="contact", alias="email").delete()
    assert "There is no contact field E-mail" in text(page())


def test_the_list_of_fields_is_linked_for_those_who_may_see_it(client, site, user_with):
    link = reverse("contacttrack_fields:index")
    for permissions, expected in (
        (["change_trackingsettings"], 0),
        (["change_trackingsettings", "view_contactfield"], 1),
    ):
        client.force_login(user_with(*permissions))
        html = BeautifulSoup(client.get(address(site)).content, "html.parser")
        assert len(html.select(f'main a[href="{link}"]')) == expected


# What is saved


def test_every_option_is_saved(save, site, open_field):  # S51
    open_field("email")
    values = {
        "track_by_tracking_url": "on",
        "track_unsigned_clickthrough": "on",
        "fields_from_page_url": "on",
        "identity_mode": "report",
        "track_members": "on",
        "contact_allow_multiple_companies": None,
    }
    assert save(**values) is None
    row = TrackingSettings.objects.get(site=site)
    assert {name: getattr(row, name) for name in values} == {
        "track_by_tracking_url": True,
        "track_unsigned_clickthrough": True,
        "fields_from_page_url": True,
        "identity_mode": "report",
        "track_members": True,
        "contact_allow_multiple_companies": False,
    }


def test_the_defaults_are_the_careful_ones(save, site):  # S51
    assert save() is None
    row = TrackingSettings.objects.get(site=site)
    assert not (row.track_by_tracking_url or row.fields_from_page_url or row.track_members)
    assert row.identity_mode == "off"


# What is impossible


def test_links_identify_nobody_while_e_mail_is_not_open(save):  # S52 S53
    found = errors(save(track_by_tracking_url="on"))
    assert list(found) == ["track_by_tracking_url"]
    assert "Make the contact field E-mail publicly updatable first" in str(found)
    assert not TrackingSettings.objects.filter(track_by_tracking_url=True).exists()


def test_unsigned_links_count_only_together_with_signed_ones(save, open_field):  # S51
    open_field("email")
    found = errors(save(track_unsigned_clickthrough="on"))
    assert list(found) == ["track_unsigned_clickthrough"]
    assert "switch that on as well" in str(found)


def test_members_cannot_be_recognised_where_signed_identities_are_ignored(save):
    found = errors(save(track_members="on"))
    assert list(found) == ["track_members"]
    assert "Choose Report or Enforce" in str(found)


@pytest.mark.parametrize("mode", ["report", "enforce"])
def test_a_site_may_sign_by_itself_and_leave_members_alone(save, mode):
    assert save(identity_mode=mode) is None


def test_what_the_project_decides_counts_for_what_is_possible(save, settings, open_field):
    open_field("email")
    settings.CONTACTTRACK = {**BASIC, "TRACK_BY_TRACKING_URL": True, "IDENTITY_MODE": "report"}
    assert save(track_unsigned_clickthrough="on", track_members="on") is None
    settings.CONTACTTRACK = {**BASIC, "TRACK_BY_TRACKING_URL": False}
    assert list(errors(save(track_unsigned_clickthrough="on"))) == ["track_unsigned_clickthrough"]


def test_what_the_project_has_decided_never_keeps_editors_from_saving(save, settings, site):
    settings.CONTACTTRACK = {
        **BASIC, "TRACK_BY_TRACKING_URL": True, "TRACK_MEMBERS": True, "IDENTITY_MODE": "off",
    }  # fmt: skip
    assert save(anonymize_ip="on") is None
    row = TrackingSettings.objects.get(site=site)
    assert (row.anonymize_ip, row.track_by_tracking_url) == (True, False)


# The signing key


@pytest.fixture
def rotate_url(site):
    return reverse("contacttrack_settings:rotate_key", args=[site.pk])


def test_the_key_is_renewed_after_a_question_and_logged(admin_client, page, site, rotate_url):
    assert "There is no key yet" in text(page())
    assert not page().select_one(f'a[href="{rotate_url}"]')
    identity.issue(site.pk, {"email": "a@example.org"}, now=timezone.now())
    assert page().select_one(f'a[href="{rotate_url}"]')
    question = admin_client.get(rotate_url)
    assert "a new key signs" in question.content.decode()
    assert IdentityKey.objects.count() == 1, "asking changes nothing"
    assert admin_client.post(rotate_url)["Location"] == address(site)
    assert IdentityKey.objects.count() == 2
    shown = text(page())
    assert "A new key signs identities from now on." in shown
    assert "Identities are signed with a key of this site, made on" in shown
    assert all(key.secret not in shown for key in IdentityKey.objects.all())
    history = admin_client.get(reverse("wagtailadmin_reports:site_history"))
    assert "Renewed the key that signs identities of members" in history.content.decode()


def test_a_token_stays_good_for_one_renewal(admin_client, site, rotate_url):
    token = identity.issue(site.pk, {"email": "a@example.org"}, now=timezone.now())
    for expected in ("", "identity_forged"):
        admin_client.post(rotate_url)
        assert identity.check(token, site.pk, now=timezone.now()).problem == expected


def test_renewing_the_key_of_one_site_leaves_the_others(admin_client, site, rotate_url):
    root = site.root_page
    other = Site.objects.create(hostname="other.example", root_page=root)
    admin_client.post(rotate_url)
    assert not IdentityKey.objects.filter(site=other).exists()


UNSIGNED, MODE = "track_unsigned_clickthrough", "identity_mode"


def test_unsigned_links_and_enforced_signatures_exclude_each_other(save, open_field, site):
    open_field("email")
    wanted = {"track_by_tracking_url": "on", UNSIGNED: "on"}

    found = errors(save(**wanted, identity_mode="enforce"))

    assert found.keys() == {UNSIGNED, MODE}
    for sentence in found.values():
        assert "Also by links that are not signed" in sentence
        assert "Signed identities" in sentence and "exclude each other" in sentence
    assert not TrackingSettings.objects.filter(site=site, identity_mode="enforce").exists()
    for mode in ("off", "report"):
        assert save(**wanted, identity_mode=mode) is None
    assert save(track_by_tracking_url="on", identity_mode="enforce") is None


@pytest.mark.parametrize(
    ("decided", "left"),
    [({"IDENTITY_MODE": "enforce"}, UNSIGNED), ({"TRACK_UNSIGNED_CLICKTHROUGH": True}, MODE)],
)
def test_only_what_can_be_changed_here_is_refused_together(
    save, open_field, settings, decided, left
):
    open_field("email")
    settings.CONTACTTRACK = decided
    sent = {"track_by_tracking_url": "on", UNSIGNED: "on", MODE: "enforce"}
    sent = {name: value for name, value in sent.items() if name.upper() not in decided}

    assert errors(save(**sent)).keys() == {left}
