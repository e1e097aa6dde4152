"""A merge forgets nothing, whatever refers to a contact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from tests.tracking.conftest import browser
from wagtail_contacttrack.activity.adding import add
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import linking, merge_rules, merging, resolving, unmerging
from wagtail_contacttrack.contacts.merging import MergeRefused
from wagtail_contacttrack.contacts.models import (
    Company,
    CompanyMembership,
    Contact,
    ContactTag,
    Device,
    DoNotContact,
    Identifier,
    Note,
    Rule,
    Tag,
)
from wagtail_contacttrack.contacts.tags import digest
from wagtail_contacttrack.outbound.models import Message

from .test_machine import everything
from .test_recognition import ADA, BOB, hit, known

pytestmark = pytest.mark.usefixtures("opened")


def merged(winner: Contact, loser: Contact, **values):
    return merging.merge(winner.pk, loser.pk, rule=Rule.EDITOR, now=timezone.now(), **values)


def test_everything_that_refers_to_a_contact_has_a_rule():
    missing = [
        merge_rules.key_of(field)
        for model in apps.get_models()
        for field in model._meta.get_fields(include_hidden=True)
        if (field.many_to_one or field.one_to_one) and field.concrete
        if field.related_model is Contact
        if merge_rules.rule_of(merge_rules.key_of(field)) is None
    ]
    assert missing == [], "Say in contacts/merge_rules.py what a merge does with these."


@pytest.fixture
def ada() -> Contact:
    contact = known(ADA, firstname="Ada", points=5)
    Contact.objects.filter(pk=contact.pk).update(
        date_modified=timezone.now() - timedelta(days=2), fields={"phone": "+43 1"}
    )
    contact.refresh_from_db()
    return contact


@pytest.fixture
def bob() -> Contact:
    """Somebody with one of everything that can belong to a contact."""
    now = timezone.now()
    visitor = browser()
    contact = Contact.objects.get(pk=hit(visitor, "a", email=BOB)["id"])
    tag = Tag.objects.create(name="VIP", digest=digest("VIP"))
    company = Company.objects.create(name="Acme")
    ContactTag.objects.create(contact=contact, tag=tag)
    CompanyMembership.objects.create(contact=contact, company=company, is_primary=True)
    DoNotContact.objects.create(contact=contact, channel="email")
    Note.objects.create(contact=contact, text="Called back")
    Message.objects.create(contact=contact, key="k" * 32, subject="Hello", sent_at=now)
    add("project.kind", contact.pk, now=now, title="UTM", data={"utm": {"utm_source": "x"}})
    Contact.objects.filter(pk=contact.pk).update(
        points=7, city="Vienna", company="Acme", fields={"phone": "+43 2", "position": "Rigger"}
    )
    contact.refresh_from_db()
    return contact


def test_everything_goes_over(ada, bob):
    merged(ada, bob)

    for model in (Activity, Device, Identifier, Note, Message):
        rows = model.objects.exclude(kind="contact.merged") if model is Activity else model.objects
        assert not rows.filter(contact=bob).exists(), model
        assert rows.filter(contact=ada).exists(), model
    assert list(ada.tags.values_list("name", flat=True)) == ["VIP"]
    assert ada.memberships.get().is_primary
    assert ada.do_not_contact.exists()
    ada.refresh_from_db()
    assert ada.points == 12


def test_of_two_values_the_newer_counts_and_blanks_never(ada, bob):
    merged(ada, bob)
    ada.refresh_from_db()
    assert (ada.firstname, ada.city) == ("Ada", "Vienna")
    assert ada.fields == {"phone": "+43 2", "position": "Rigger"}


def test_an_editor_can_choose_other_values(ada, bob):
    merged(ada, bob, values={"email": ADA, "firstname": "Ada", "phone": "+43 1"})
    ada.refresh_from_db()
    assert (ada.email, ada.city, ada.fields) == (ADA, "", {"phone": "+43 1"})


def test_both_addresses_lead_to_the_contact_afterwards(ada, bob):
    merged(ada, bob)
    assert linking.owner_of("email", ADA) == linking.owner_of("email", BOB) == ada.pk
    assert hit(browser(), email=BOB)["id"] == hit(browser(), email=ADA)["id"] == ada.pk


def test_old_ids_and_cookies_lead_to_the_contact_for_ever(ada, bob):
    visitor = browser()
    hit(visitor, "b", email=BOB)
    third = known("cy@site.example")
    merged(ada, bob)
    merged(third, ada)
    assert resolving.survivor_id(bob.pk) == resolving.survivor_id(ada.pk) == third.pk
    assert hit(visitor, "c")["id"] == third.pk


def test_undone_it_was_never(ada, bob):
    before = everything()
    row = merged(ada, bob)
    unmerging.undo(row.pk, now=timezone.now())
    assert everything() == before


def test_what_came_in_meanwhile_follows_its_device(ada, bob):
    visitor = browser()
    hit(visitor, "bob-before", email=BOB)
    row = merged(ada, bob)
    hit(visitor, "bob-meanwhile")
    other = browser()
    hit(other, "ada-meanwhile", email=ADA)
    unmerging.undo(row.pk, now=timezone.now())

    def urls(contact):
        rows = Activity.objects.filter(contact=contact, kind="page.hit")
        return {url.rpartition("/")[2] for url in rows.values_list("url", flat=True)}

    assert urls(bob) >= {"bob-before", "bob-meanwhile"}
    assert urls(ada) == {"ada-meanwhile"}


def test_what_an_editor_changed_meanwhile_stays(ada, bob):
    row = merged(ada, bob)
    Contact.objects.filter(pk=ada.pk).update(city="Graz")
    unmerging.undo(row.pk, now=timezone.now())
    ada.refresh_from_db()
    assert (ada.city, ada.fields) == ("Graz", {"phone": "+43 1"})


def test_two_merges_are_undone_in_any_order(ada, bob):
    third = known("cy@site.example", city="Linz")
    before = everything()
    first = merged(ada, bob)
    second = merged(ada, third)
    unmerging.undo(first.pk, now=timezone.now())
    unmerging.undo(second.pk, now=timezone.now())
    assert everything() == before


def test_the_last_link_of_a_chain_is_undone_first(ada, bob):
    third = known("cy@site.example")
    first = merged(ada, bob)
    merged(third, ada)
    with pytest.raises(MergeRefused, match=f"#{third.pk}"):
        unmerging.undo(first.pk, now=timezone.now())


def test_an_address_that_somebody_else_has_by_now_is_not_taken_back(ada, bob):
    row = merged(ada, bob)
    ada.refresh_from_db()
    ada.email = "new@site.example"
    ada.save()
    linking.claim(ada, rule=Rule.EDITOR, now=timezone.now())
    other = known(BOB)
    with pytest.raises(MergeRefused, match=f"#{other.pk}") as refused:
        unmerging.undo(row.pk, now=timezone.now())
    assert refused.value.code == "taken"


@pytest.mark.parametrize("rule", [Rule.UNIQUE_FIELD, Rule.CLICKTHROUGH, Rule.VERIFIED, Rule.FORM])
def test_nothing_but_an_editor_joins_two_known_contacts(ada, bob, rule):
    with pytest.raises(MergeRefused) as refused:
        merging.merge(ada.pk, bob.pk, rule=rule, now=timezone.now())
    assert refused.value.code == "both_identified"


def test_a_contact_is_not_merged_with_itself_nor_twice_nor_with_nobody(ada, bob):
    for winner, loser, code in (
        (ada.pk, ada.pk, "same"),
        (ada.pk, 10**9, "gone"),
    ):
        with pytest.raises(MergeRefused) as refused:
            merging.merge(winner, loser, rule=Rule.EDITOR, now=timezone.now())
        assert refused.value.code == code
    merged(ada, bob)
    with pytest.raises(MergeRefused) as refused:
        merged(ada, bob)
    assert refused.value.code == "merged"


def test_an_anonymous_visitors_country_overrules_nothing(ada):
    Contact.objects.filter(pk=ada.pk).update(city="Vienna", country="Austria")
    visitor = Contact.objects.create(country="Germany")
    merging.merge(ada.pk, visitor.pk, rule=Rule.UNIQUE_FIELD, now=timezone.now())
    ada.refresh_from_db()
    assert ada.country == "Austria"
