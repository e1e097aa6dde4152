"""Contacts that are part of others: out of every list, and their addresses still lead somewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.activity.making import NOON, contact, device, did
from tests.admin.looking import text
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.admin.contacts.bulk import DeleteContacts
from wagtail_contacttrack.admin.contacts.checked import CheckedFirstMixin, CurrentContactMixin
from wagtail_contacttrack.admin.marks import views as marks_views
from wagtail_contacttrack.contacts import linking, listing, merging, removal, tag_editing
from wagtail_contacttrack.contacts.models import (
    Company,
    CompanyMembership,
    Contact,
    ContactTag,
    Device,
    DoNotContact,
    Note,
    Presence,
    Rule,
    Tag,
)
from wagtail_contacttrack.tracking.traffic import last_days

pytestmark = pytest.mark.django_db

LIST = reverse("contacttrack_contacts:index")


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


@pytest.mark.parametrize("name", ["inspect", "edit", "history", "email"])
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


# What editors do who have an old page open


def said(response):
    return text(BeautifulSoup(response.content, "html.parser").select_one(".messages"))


@pytest.fixture
def tagged(pair):
    """A tag that both of them have."""
    tag_editing.add_to([pair[0].pk], ["VIP"], now=NOON)
    tag = Tag.objects.get()
    ContactTag.objects.create(contact=pair[1], tag=tag, date_added=NOON)
    return tag


@pytest.mark.parametrize("method", ["get", "post"])
def test_deleting_one_never_leads_to_deleting_the_survivor(pair, admin_client, method):
    ada, other = pair

    url = reverse("contacttrack_contacts:delete", args=[other.pk])
    response = getattr(admin_client, method)(url, follow=True)

    assert response.redirect_chain == [(ada.get_absolute_url(), 302)]
    assert f"ontact #{other.pk} is part of this contact" in said(response)
    assert Contact.objects.count() == 2


def test_deleting_one_leads_home_who_may_not_see_the_survivor(pair, client, user_with):
    ada, other = pair
    client.force_login(user_with("delete_contact"))

    response = client.post(reverse("contacttrack_contacts:delete", args=[other.pk]), follow=True)

    assert response.redirect_chain == [(reverse("wagtailadmin_home"), 302)]
    assert f"contact #{other.pk} is part of contact #{ada.pk}" in said(response)
    assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    ("card", "data"),
    [
        ("tags", {"add": "New"}),
        ("tags", {"remove": "{tag}"}),
        ("companies", {"add": "Engines Ltd"}),
        ("companies", {"remove": "{company}"}),
        ("companies", {"primary": "{company}"}),
    ],
)
def test_a_card_changes_neither_of_the_two(pair, tagged, admin_client, card, data):
    ada, other = pair
    company = Company.objects.create(name="Analytical")
    for person in pair:
        CompanyMembership.objects.create(contact=person, company=company, date_added=NOON)
    data = {name: value.format(tag=tagged.pk, company=company.pk) for name, value in data.items()}
    url = reverse(f"contacttrack_marks:{card}", args=[other.pk])

    response = admin_client.post(url, data, follow=True)

    assert response.redirect_chain == [(f"{ada.get_absolute_url()}#ct-{card}", 302)]
    assert f"Nothing was changed: contact #{other.pk} is part of this" in said(response)
    assert not ModelLogEntry.objects.exists()
    assert ContactTag.objects.filter(tag=tagged).count() == ContactTag.objects.count() == 2
    assert Company.objects.get() == company
    assert CompanyMembership.objects.filter(is_primary=False).count() == 2


@pytest.mark.parametrize("card", ["tags", "companies"])
@pytest.mark.parametrize("step", ["add", "remove"])
def test_a_card_changes_nothing_if_the_merge_comes_at_the_same_moment(
    pair, admin_client, monkeypatch, card, step
):
    """As if the contact had been merged after the view has looked at it."""
    _ada, other = pair
    stale = Contact(pk=other.pk)
    monkeypatch.setattr(marks_views, "get_object_or_404", lambda *_a, **_k: stale)
    value = "Grown" if step == "add" else "1"

    response = admin_client.post(
        reverse(f"contacttrack_marks:{card}", args=[other.pk]), {step: value}, follow=True
    )

    assert "Nothing was changed" in said(response)
    assert not ContactTag.objects.exists()
    assert not CompanyMembership.objects.exists() and not Company.objects.exists()


@pytest.mark.parametrize("wanted", ["forbid", "allow"])
@pytest.mark.parametrize("late", [True, False])
def test_mail_is_neither_stopped_nor_allowed(pair, admin_client, monkeypatch, wanted, late):
    ada, other = pair
    for person in pair if wanted == "allow" else ():
        DoNotContact.objects.create(contact=person, reason=3, date_added=NOON)
    if late:
        monkeypatch.setattr(CurrentContactMixin, "dispatch", CheckedFirstMixin.dispatch)

    response = admin_client.post(
        reverse("contacttrack_contacts:email", args=[other.pk]), {"wanted": wanted}, follow=True
    )

    assert response.redirect_chain == [(reverse("contacttrack_contacts:email", args=[ada.pk]), 302)]
    assert f"Nothing was changed: contact #{other.pk} is part of this" in said(response)
    assert DoNotContact.objects.count() == (2 if wanted == "allow" else 0)


def test_a_note_goes_to_the_survivor_and_says_so(pair, admin_client):
    ada, other = pair
    url = reverse("contacttrack_identity:add_note", args=[other.pk])

    response = admin_client.post(url, {"text": "Likes engines"}, follow=True)

    assert "The note has been added here" in said(response)
    assert Note.objects.get().contact == ada


def bulk(action, *people):
    url = reverse("wagtail_bulk_action", args=["wagtail_contacttrack", "contact", action])
    query = urlencode([*(("id", person.pk) for person in people), ("next", LIST)])
    return f"{url}?{query}"


@pytest.mark.parametrize("action", ["add_tags", "remove_tags", "delete"])
def test_a_bulk_action_leaves_them_out_and_says_who_they_are_now(
    pair, tagged, admin_client, action
):
    ada, other = pair
    grace = contact(firstname="Grace")
    data = {"ids": f"{grace.pk},{other.pk}", "names": "New", "tags": [tagged.pk]}
    tag_editing.add_to([grace.pk], ["VIP"], now=NOON)

    response = admin_client.post(bulk(action, grace, other), data, follow=True)

    assert response.redirect_chain == [(LIST, 302)]
    assert "1 contact" in said(response)
    assert f"Left out, because it was merged into another contact meanwhile: #{other.pk} (now " in (
        said(response)
    )
    messages = BeautifulSoup(response.content, "html.parser").select_one(".messages")
    assert messages.select_one("a")["href"] == ada.get_absolute_url()
    assert set(Contact.objects.all()) >= set(pair)
    assert set(other.tagged.values_list("tag__name", flat=True)) == {"VIP"}


@pytest.mark.parametrize("action", ["add_tags", "remove_tags", "delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_bulk_action_about_none_but_them_leads_back(pair, admin_client, action, method):
    data = {"ids": str(pair[1].pk), "names": "New"} if method == "post" else {}

    response = getattr(admin_client, method)(bulk(action, pair[1]), data, follow=True)

    assert response.redirect_chain[-1][0] == LIST
    assert "Left out" in said(response)
    assert Contact.objects.count() == 2 and not ContactTag.objects.exists()


def test_a_bulk_deletion_leaves_out_who_is_merged_at_the_same_moment(pair):
    """As if the contact had been merged after the view has looked at it."""
    ada, other = pair

    assert DeleteContacts.execute_action([Contact(pk=other.pk)]) == (0, 0)
    assert set(Contact.objects.all()) == {ada, other}
