"""Every address of ours in the admin, and every bulk action, asked for by who may not."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.models import Site

from tests.activity.making import contact, device, did
from wagtail_contacttrack.contacts.models import Contact, ContactField
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
    "contacttrack_fields:index": {"view_contactfield"},
    "contacttrack_fields:index_results": {"view_contactfield"},
    "contacttrack_fields:add": {"add_contactfield"},
    "contacttrack_fields:edit": {"change_contactfield"},
    "contacttrack_fields:delete": {"delete_contactfield"},
    "contacttrack_fields:history": {"view_contactfield"},
    "contacttrack_fields:history_results": {"view_contactfield"},
    "contacttrack_settings:test_hit": {"change_trackingsettings"},
    "contacttrack_settings:delete_test_hit": {"change_trackingsettings"},
    "contacttrack_settings:rotate_key": {"change_trackingsettings"},
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
                "contacttrack_fields:",
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
def address(person, own_field):
    def of(name, pk=None):
        space, view = name.split(":")
        if view in ("index", "index_results", "add"):
            return reverse(name)
        ids = {
            "contacttrack_settings": Site.objects.get().pk,
            "contacttrack_fields": own_field.pk,
        }
        return reverse(name, args=[pk or ids.get(space, person.pk)])

    return of


def bulk_addresses(person):
    actions = bulk_action_registry.get_bulk_actions_for_model("wagtail_contacttrack", "contact")
    return [
        reverse("wagtail_bulk_action", args=["wagtail_contacttrack", "contact", action.action_type])
        + f"?id={person.pk}"
        for action in actions
    ]


def test_the_table_names_every_address():
    assert set(ours()) == set(NEEDS)


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_the_login(client, address, person, method):
    for url in [*map(address, NEEDS), *bulk_addresses(person)]:
        response = getattr(client, method)(url)
        assert response.status_code == 302, url
        assert response["Location"].startswith(reverse("wagtailadmin_login")), url
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [*NEEDS, "bulk"])
def test_who_lacks_just_the_permission_needed_is_turned_away(
    client, user_with, address, person, name, method
):
    needed = {"delete_contact"} if name == "bulk" else NEEDS[name]
    client.force_login(user_with(*(code for code in ALL if code not in needed)))

    for url in bulk_addresses(person) if name == "bulk" else [address(name)]:
        response = getattr(client, method)(url)
        assert response.status_code == 302, url
        assert response["Location"] == reverse("wagtailadmin_home"), url
        assert SECRET not in response.content.decode()
    assert Contact.objects.get().firstname == "Ada"
    assert not HitCount.objects.exists()


@pytest.mark.parametrize("name", [*NEEDS, "bulk"])
def test_who_has_just_that_permission_gets_in(client, user_with, address, person, name):
    needed = {"delete_contact"} if name == "bulk" else NEEDS[name]
    client.force_login(user_with(*needed))

    for url in bulk_addresses(person) if name == "bulk" else [address(name)]:
        posted = name == "contacttrack_settings:delete_test_hit"
        response = client.post(url) if posted else client.get(url)
        away = reverse("wagtailadmin_home")
        assert response.status_code == 200 or response["Location"] != away, url


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

    for action in ("view", "add", "change", "delete", "export"):
        permission = Permission.objects.get(codename=f"{action}_contact")
        assert f'value="{permission.pk}"' in html, action
