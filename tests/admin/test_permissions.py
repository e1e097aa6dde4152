"""Every address of ours in the admin, and every bulk action, asked for by who may not."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern
from oauth2_provider.models import Application
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.models import Site

from tests.activity.making import contact, device, did
from wagtail_contacttrack.contacts.models import (
    Company,
    Contact,
    ContactField,
    Merge,
    Note,
    Tag,
)
from wagtail_contacttrack.outbound.webhooks import published
from wagtail_contacttrack.outbound.webhooks.models import Webhook
from wagtail_contacttrack.segments.models import Segment
from wagtail_contacttrack.tracking.models import HitCount

pytestmark = pytest.mark.django_db

SECRET = "secret-ada@example.org"
# What each address needs. An address that is not here fails the test below.
NEEDS = {
    "contacttrack_contacts:index": {"view_contact"},
    "contacttrack_contacts:index_results": {"view_contact"},
    "contacttrack_contacts:add": {"add_contact"},
    "contacttrack_contacts:edit": {"change_contact"},
    "contacttrack_contacts:delete": {"delete_contact"},
    "contacttrack_contacts:history": {"view_contact"},
    "contacttrack_contacts:history_results": {"view_contact"},
    "contacttrack_contacts:inspect": {"view_contact"},
    "contacttrack_contacts:email": {"change_contact"},
    "contacttrack_companies:index": {"view_company"},
    "contacttrack_companies:index_results": {"view_company"},
    "contacttrack_companies:add": {"add_company"},
    "contacttrack_companies:edit": {"change_company"},
    "contacttrack_companies:delete": {"delete_company"},
    "contacttrack_companies:history": {"view_company"},
    "contacttrack_companies:history_results": {"view_company"},
    "contacttrack_companies:inspect": {"view_company"},
    "contacttrack_tags:index": {"view_tag"},
    "contacttrack_tags:index_results": {"view_tag"},
    "contacttrack_tags:add": {"add_tag"},
    "contacttrack_tags:edit": {"change_tag"},
    "contacttrack_tags:delete": {"delete_tag"},
    "contacttrack_tags:history": {"view_tag"},
    "contacttrack_tags:history_results": {"view_tag"},
    "contacttrack_tags:merge": {"change_tag", "delete_tag"},
    "contacttrack_segments:index": {"view_segment"},
    "contacttrack_segments:index_results": {"view_segment"},
    "contacttrack_segments:add": {"add_segment"},
    "contacttrack_segments:edit": {"change_segment"},
    "contacttrack_segments:delete": {"delete_segment"},
    "contacttrack_segments:history": {"view_segment"},
    "contacttrack_segments:history_results": {"view_segment"},
    "contacttrack_marks:tags": {"change_contact"},
    "contacttrack_marks:companies": {"change_contact"},
    "contacttrack_fields:index": {"view_contactfield"},
    "contacttrack_fields:index_results": {"view_contactfield"},
    "contacttrack_fields:add": {"add_contactfield"},
    "contacttrack_fields:edit": {"change_contactfield"},
    "contacttrack_fields:delete": {"delete_contactfield"},
    "contacttrack_fields:history": {"view_contactfield"},
    "contacttrack_fields:history_results": {"view_contactfield"},
    "contacttrack_clients:index": {"view_application"},
    "contacttrack_clients:index_results": {"view_application"},
    "contacttrack_clients:add": {"add_application"},
    "contacttrack_clients:edit": {"change_application"},
    "contacttrack_clients:delete": {"delete_application"},
    "contacttrack_clients:history": {"view_application"},
    "contacttrack_clients:history_results": {"view_application"},
    "contacttrack_clients:renew": {"change_application"},
    "contacttrack_identity:choose": {"view_contact", "change_contact"},
    "contacttrack_identity:merge": {"view_contact", "change_contact"},
    "contacttrack_identity:undo_merge": {"view_contact", "change_contact"},
    "contacttrack_identity:add_note": {"view_contact", "change_contact"},
    "contacttrack_identity:delete_note": {"view_contact", "change_contact"},
    "contacttrack_identity:duplicates": {"view_contact"},
    "contacttrack_identity:not_a_duplicate": {"view_contact", "change_contact"},
    "contacttrack_webhooks:index": {"view_webhook"},
    "contacttrack_webhooks:index_results": {"view_webhook"},
    "contacttrack_webhooks:add": {"add_webhook"},
    "contacttrack_webhooks:edit": {"change_webhook"},
    "contacttrack_webhooks:delete": {"delete_webhook"},
    "contacttrack_webhooks:history": {"view_webhook"},
    "contacttrack_webhooks:history_results": {"view_webhook"},
    "contacttrack_webhooks:deliveries": {"view_webhook"},
    "contacttrack_webhooks:test": {"change_webhook"},
    "contacttrack_webhooks:again": {"change_webhook"},
    "contacttrack_settings:test_hit": {"change_trackingsettings"},
    "contacttrack_settings:delete_test_hit": {"change_trackingsettings"},
    "contacttrack_settings:rotate_key": {"change_trackingsettings"},
}
BULK_NEEDS = {
    "add_tags": {"change_contact"},
    "remove_tags": {"change_contact"},
    "merge": {"view_contact", "change_contact"},
    "delete": {"delete_contact"},
}
ALL = sorted(set().union(*NEEDS.values()) | {"export_contact"})


def ours(patterns=None, prefix=""):
    """The names of all addresses whose view is in this package, or is one of its viewset's."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            view = pattern.callback
            module = getattr(getattr(view, "view_class", view), "__module__", "")
            is_ours = module.startswith("wagtail_contacttrack.admin") or prefix in (
                "contacttrack_contacts:",
                "contacttrack_companies:",
                "contacttrack_fields:",
                "contacttrack_tags:",
                "contacttrack_segments:",
                "contacttrack_clients:",
                "contacttrack_webhooks:",
            )
            if is_ours:
                yield f"{prefix}{pattern.name}"
        else:
            space = f"{pattern.namespace}:" if pattern.namespace else prefix
            yield from ours(pattern.url_patterns, space)


@pytest.fixture
def person():
    made = contact(firstname="Ada", email=SECRET)
    device(made)
    did(made, 0, title=SECRET)
    return made


@pytest.fixture
def own_field():
    return ContactField.objects.create(alias="member", label=SECRET)


@pytest.fixture
def tag():
    return Tag.objects.create(name=SECRET, digest=uuid.uuid4())


@pytest.fixture
def segment():
    return Segment.objects.create(name=SECRET, alias="secret")


@pytest.fixture
def company():
    return Company.objects.create(name=SECRET)


@pytest.fixture
def merge(person):
    return Merge.objects.create(winner=person, loser=person)


@pytest.fixture
def note(person):
    return Note.objects.create(contact=person, text=SECRET)


@pytest.fixture
def webhook():
    # An address that nothing is sent to.
    yield Webhook.objects.create(name=SECRET, url="http://127.0.0.1/")
    published.clear()


@pytest.fixture
def program():
    return Application.objects.create(
        name=SECRET,
        redirect_uris="https://a.example/",
        authorization_grant_type="authorization-code",
    )


@pytest.fixture
def address(person, own_field, tag, segment, company, merge, note, program, webhook):
    def of(name, pk=None):
        space, view = name.split(":")
        if view in ("index", "index_results", "add", "duplicates"):
            return reverse(name)
        if view in ("merge", "not_a_duplicate") and space == "contacttrack_identity":
            return reverse(name, args=[person.pk, 404])
        ids = {
            "contacttrack_settings": Site.objects.get().pk,
            "contacttrack_fields": own_field.pk,
            "contacttrack_tags": tag.pk,
            "contacttrack_segments": segment.pk,
            "contacttrack_companies": company.pk,
            "contacttrack_clients": program.pk,
            "contacttrack_webhooks": webhook.pk,
        }
        ids_of_views = {"undo_merge": merge.pk, "delete_note": note.pk}
        wanted = pk or ids_of_views.get(view) or ids.get(space, person.pk)
        return reverse(name, args=[wanted])

    return of


def bulk_address(person, action):
    url = reverse("wagtail_bulk_action", args=["wagtail_contacttrack", "contact", action])
    return f"{url}?id={person.pk}"


def bulk_addresses(person):
    return [bulk_address(person, action) for action in BULK_NEEDS]


def needed_for(name):
    return BULK_NEEDS.get(name) or NEEDS[name]


def test_the_tables_name_every_address_and_every_bulk_action():
    actions = bulk_action_registry.get_bulk_actions_for_model("wagtail_contacttrack", "contact")

    assert set(ours()) == set(NEEDS)
    assert {action.action_type for action in actions} == set(BULK_NEEDS)


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_the_login(client, address, person, method):
    for url in [*map(address, NEEDS), *bulk_addresses(person)]:
        response = getattr(client, method)(url)
        assert response.status_code == 302, url
        assert response["Location"].startswith(reverse("wagtailadmin_login")), url
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [*NEEDS, *BULK_NEEDS])
def test_who_lacks_just_the_permission_needed_is_turned_away(
    client, user_with, address, person, name, method
):
    needed = needed_for(name)
    client.force_login(user_with(*(code for code in ALL if code not in needed)))

    url = bulk_address(person, name) if name in BULK_NEEDS else address(name)
    response = getattr(client, method)(url)
    assert response.status_code == 302
    assert response["Location"] == reverse("wagtailadmin_home")
    assert SECRET not in response.content.decode()
    assert Contact.objects.get().firstname == "Ada"
    assert not HitCount.objects.exists()


@pytest.mark.parametrize("name", [*NEEDS, *BULK_NEEDS])
def test_who_has_just_that_permission_gets_in(client, user_with, address, person, name):
    # From the page of a contact, editors come back to it if they may see it.
    seeing = {"view_contact"} if name.startswith("contacttrack_marks:") else set()
    client.force_login(user_with(*needed_for(name), *seeing))

    url = bulk_address(person, name) if name in BULK_NEEDS else address(name)
    posted = name.endswith((":delete_test_hit", ":add_note", ":not_a_duplicate", ":test", ":again"))
    response = client.post(url) if posted else client.get(url)
    away = reverse("wagtailadmin_home")
    assert response.status_code == 200 or response["Location"] != away


@pytest.mark.parametrize(
    "name", [n for n in NEEDS if n.startswith("contacttrack_contacts:") and "x" not in n]
)
def test_an_id_that_does_not_exist_looks_the_same_to_who_may_not(client, user_with, address, name):
    client.force_login(user_with())

    assert client.get(address(name)).status_code == 302
    assert client.get(address(name, 999_999)).status_code == 302


def test_a_minimal_editor_sees_nothing_of_ours(client, user_with, person):
    client.force_login(user_with())

    html = client.get(reverse("wagtailadmin_home")).content.decode()

    for part in ("contacttrack/", "contacttrack", "trackingsettings", SECRET):
        assert part not in html.replace("wagtail_contacttrack/css", ""), part


def test_an_administrator_sees_the_menu(admin_client):
    html = admin_client.get(reverse("wagtailadmin_home")).content.decode()

    assert reverse("contacttrack_contacts:index") in html


def test_groups_can_be_given_every_permission(admin_client):
    html = admin_client.get(reverse("wagtailusers_groups:add")).content.decode()

    basic = ("view", "add", "change", "delete")
    kept = ("contact", "company", "tag", "segment")
    wanted = [f"{action}_{model}" for action in basic for model in kept]
    for codename in (*wanted, "export_contact"):
        permission = Permission.objects.get(
            codename=codename, content_type__app_label="wagtail_contacttrack"
        )
        assert f'value="{permission.pk}"' in html, codename


@pytest.mark.parametrize("action", ["add_tags", "remove_tags", "delete"])
@pytest.mark.parametrize("reader", ["view_contact", "change_contact", ""])
def test_a_bulk_action_names_contacts_to_who_may_view_or_change_them(
    client, user_with, person, action, reader
):
    """As in Wagtail. Whoever may only delete reads numbers, and only viewers get links."""
    client.force_login(user_with(*BULK_NEEDS[action], reader))
    reads = bool(reader) or "change_contact" in BULK_NEEDS[action]

    html = client.get(bulk_address(person, action)).content.decode()

    assert (SECRET in html) == reads
    assert f"#{person.pk}" in html
    assert (person.get_absolute_url() in html) == (reader == "view_contact")
