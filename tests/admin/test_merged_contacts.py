"""Contacts that are part of others: out of every list, and their addresses still lead somewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.activity.making import NOON, contact, device, did
from tests.admin.looking import text
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import linking, listing, merging, removal
from wagtail_contacttrack.contacts.models import Contact, Device, Presence, Rule
from wagtail_contacttrack.tracking.traffic import last_days

pytestmark = pytest.mark.django_db


def merge(winner, loser, rule=Rule.EDITOR):
    return merging.merge(winner.pk, loser.pk, rule=rule, now=NOON)


@pytest.fixture
def pair():
    other = contact(firstname="Ada", lastname="King", email="king@example.org", country="FR")
    ada = contact(firstname="Ada", lastname="Byron", email="ada@example.org", country="GB")
    for made in (ada, other):
        linking.claim(made, rule=Rule.EDITOR, now=NOON)
        did(made, 0)
    merge(ada, other)
    cache.clear()
    return ada, other


@pytest.fixture
def listed(admin_client):
    def get(query=""):
        response = admin_client.get(f"{reverse('contacttrack_contacts:index')}?{query}")
        soup = BeautifulSoup(response.content, "html.parser")
        return [text(cell.select_one(".title-wrapper")) for cell in soup.select("td.title")]

    return get


@pytest.mark.parametrize("anonymous", ["", "anonymous=shown&"])
@pytest.mark.parametrize("order", ["", "ordering=id", "ordering=name", "q=ada", "country=FR"])
def test_no_list_shows_them(pair, listed, anonymous, order):
    expected = [] if order == "country=FR" else ["Ada Byron"]
    assert listed(anonymous + order) == expected


def test_an_anonymous_one_is_in_no_list_either(listed):
    ada, visitor = contact(firstname="Ada"), contact(date_identified=None)
    merge(ada, visitor, Rule.UNIQUE_FIELD)

    assert listed("anonymous=shown") == ["Ada"]
    assert listed("anonymous=only") == []


@pytest.mark.parametrize("wanted", ["{id}", "%23{id}", "king@example.org", "KING@example.org"])
def test_searching_for_one_finds_the_contact_that_it_is_part_of(pair, listed, wanted):
    assert listed("q=" + wanted.format(id=pair[1].pk)) == ["Ada Byron"]


def test_exports_counts_and_choices_leave_them_out(pair, admin_client):
    csv = b"".join(
        admin_client.get(f"{reverse('contacttrack_contacts:index')}?export=csv").streaming_content
    ).decode()
    assert "ada@example.org" in csv and "king@example.org" not in csv
    assert listing.countries() == ["GB"]
    assert listing.count_up_to(listing.show(Contact.objects.all())) == 1
    (day,) = last_days(1, now=NOON, zone=UTC)
    assert (day.visitors, day.known) == (1, 1)


@pytest.mark.parametrize("name", ["inspect", "edit", "delete", "history"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_old_address_leads_to_the_survivor_and_says_why(pair, admin_client, name, method):
    ada, other = pair
    name = f"contacttrack_contacts:{name}"

    response = getattr(admin_client, method)(reverse(name, args=[other.pk]), follow=True)

    assert response.redirect_chain == [(reverse(name, args=[ada.pk]), 302)]
    said = text(BeautifulSoup(response.content, "html.parser").select_one(".messages"))
    assert f"contact #{other.pk} is part of this contact" in said.replace("Contact", "contact")
    assert ("Nothing was changed" in said) == (method == "post")
    assert Contact.objects.count() == 2


def test_deleting_a_contact_asks_about_those_within_and_deletes_them(pair, admin_client):
    ada, other = pair
    device(other)
    elsewhere = contact(firstname="Grace")
    did(elsewhere, 0)
    url = reverse("contacttrack_contacts:delete", args=[ada.pk])

    assert "One contact that was merged into this one" in admin_client.get(url).content.decode()
    admin_client.post(url)

    assert list(Contact.objects.all()) == [elsewhere]
    assert not Device.objects.exists()
    assert {row.contact_id for row in Activity.objects.all()} == {elsewhere.pk}
    assert [row.contact_id for row in Presence.objects.all()] == [elsewhere.pk]


def test_a_chain_of_merges_is_deleted_to_its_end():
    people = [contact(firstname=f"P{number}", date_added=NOON) for number in range(4)]
    for winner, loser in zip(people[1:], people, strict=False):
        merging.merge(winner.pk, loser.pk, rule=Rule.EDITOR, now=NOON + timedelta(hours=1))

    assert removal.remove([people[3].pk]) == 1
    assert not Contact.objects.exists()
    assert not Activity.objects.exists()


def test_a_look_back_counts_only_those_that_are_shown(monkeypatch):
    ada = contact(firstname="Ada")
    for _ in range(3):
        visitor = contact(date_identified=None, country="GB")
        Presence.objects.filter(contact=visitor).update(at=datetime(2026, 3, 21, tzinfo=UTC))
        merge(ada, visitor, Rule.UNIQUE_FIELD)
    monkeypatch.setattr(listing, "SCAN_LIMIT", 2)

    assert listing.find(listing.Choice(anonymous="shown", country="GB")).horizon is None


def test_deleting_takes_the_names_of_merged_contacts_out_of_the_log_as_well(admin_client):
    one = Contact.objects.create(firstname="Ada", date_identified=timezone.now())
    other = Contact.objects.create(firstname="Grace", date_identified=timezone.now())
    edit = reverse("contacttrack_contacts:edit", args=[other.pk])
    admin_client.post(edit, {"firstname": "Gracie"})
    merging.merge(one.pk, other.pk, rule=Rule.EDITOR, now=timezone.now())
    assert ModelLogEntry.objects.filter(label="Gracie").exists()

    admin_client.post(reverse("contacttrack_contacts:delete", args=[one.pk]))

    assert not Contact.objects.exists()
    labels = ModelLogEntry.objects.filter(object_id__in=[str(one.pk), str(other.pk)]).values_list(
        "label", flat=True
    )
    assert set(labels) == {f"#{one.pk}", f"#{other.pk}"}
