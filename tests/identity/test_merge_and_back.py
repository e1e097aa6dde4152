"""What two contacts both have, and what happened while they were one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.tracking.conftest import browser
from wagtail_contacttrack.contacts import consent, field_changes, fieldset, linking, unmerging
from wagtail_contacttrack.contacts.merging import MergeRefused
from wagtail_contacttrack.contacts.models import (
    Company,
    CompanyMembership,
    Contact,
    ContactField,
    DoNotContact,
    Identifier,
    Presence,
    Rule,
)

from .test_machine import everything
from .test_merging import merged
from .test_recognition import ADA, BOB, hit, known

pytestmark = pytest.mark.usefixtures("opened")

Reason = DoNotContact.Reason


@pytest.fixture
def ada() -> Contact:
    return known(ADA, date_modified=timezone.now() - timedelta(days=1))


@pytest.fixture
def bob() -> Contact:
    return known(BOB)


def forbid(contact: Contact, reason: Reason) -> None:
    consent.forbid(contact.pk, reason=reason, now=timezone.now())


def employ(contact: Contact, name: str) -> CompanyMembership:
    company, _ = Company.objects.get_or_create(name=name)
    Contact.objects.filter(pk=contact.pk).update(company=name)
    return CompanyMembership.objects.create(contact=contact, company=company, is_primary=True)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        (Reason.BOUNCED, Reason.UNSUBSCRIBED),
        (Reason.UNSUBSCRIBED, Reason.MANUAL),
        (Reason.MANUAL, Reason.BOUNCED),
    ],
)
def test_the_reason_that_weighs_more_stays(ada, bob, own, others):
    forbid(ada, own)
    forbid(bob, others)
    before = everything()
    row = merged(ada, bob)
    record = consent.record_of(ada.pk)
    assert record is not None
    assert record.reason == (Reason.MANUAL if Reason.MANUAL in (own, others) else others)
    assert DoNotContact.objects.count() == 1

    unmerging.undo(row.pk, now=timezone.now())
    assert everything() == before


def test_the_primary_company_is_the_one_in_the_field(ada, bob):
    employ(ada, "Acme")
    later = employ(bob, "Zeta")
    before = everything()
    row = merged(ada, bob)
    assert Contact.objects.get(pk=ada.pk).company == "Zeta"
    assert CompanyMembership.objects.get(contact=ada, is_primary=True) == later
    assert CompanyMembership.objects.filter(contact=ada).count() == 2

    unmerging.undo(row.pk, now=timezone.now())
    assert everything() == before


def test_an_address_that_an_editor_has_given_to_the_other_is_not_given_twice(ada, bob):
    row = merged(ada, bob, values={"email": ADA})
    ada.refresh_from_db()
    ada.email = BOB
    ada.save()
    assert not linking.claim(ada, rule=Rule.EDITOR, now=timezone.now())

    before = everything()
    with pytest.raises(MergeRefused) as refused:
        unmerging.undo(row.pk, now=timezone.now())
    assert refused.value.code == "taken"
    assert f"“{BOB}” (email) belongs to contact #{ada.pk}" in str(refused.value)
    assert everything() == before


def test_a_field_that_was_switched_off_and_on_meanwhile_names_both_again(ada, bob):
    for number, contact in enumerate((ada, bob)):
        contact.fields = {"customer": str(number)}
        contact.save()
        assert not linking.claim(contact, rule=Rule.EDITOR, now=timezone.now())
    row = merged(ada, bob)
    field = fieldset.current().contact["customer"]
    field_changes.unclaim(field)
    field_changes.claim(field, now=timezone.now())

    unmerging.undo(row.pk, now=timezone.now())
    owners = {(item.field, item.value): item.contact_id for item in Identifier.objects.all()}
    assert owners == {
        ("email", ADA): ada.pk,
        ("email", BOB): bob.pk,
        ("customer", "0"): ada.pk,
        ("customer", "1"): bob.pk,
    }
    assert Identifier.objects.filter(current=True).count() == 4


def test_a_field_that_becomes_unique_meanwhile_makes_both_of_them_known(ada):
    visitor = Contact.objects.create(fields={"customer": "7"})
    merge = merged(ada, visitor)
    row = ContactField.objects.get(object="contact", alias="customer")
    row.unique_identifier = True
    row.save()
    field_changes.claim(fieldset.of_row(row), now=timezone.now())

    unmerging.undo(merge.pk, now=timezone.now())

    visitor.refresh_from_db()
    assert visitor.is_known
    assert visitor.presence.known == 1
    assert Identifier.objects.get(field="customer").contact == visitor


def test_what_one_of_them_did_meanwhile_makes_nobody_else_active(ada):
    visitor, other = browser(), browser()
    hit(visitor, "a", email=BOB)
    hit(other, "a", email=ADA)
    bob = Contact.objects.get(email=BOB)
    before = Presence.objects.get(contact=ada).at
    row = merged(ada, bob)
    hit(visitor, "b")
    assert Presence.objects.get(contact=ada).at > before

    unmerging.undo(row.pk, now=timezone.now())
    assert Presence.objects.get(contact=ada).at == before
    assert Presence.objects.get(contact=bob).at > before


def test_who_was_active_after_the_other_stays_so(ada):
    visitor, other = browser(), browser()
    hit(visitor, "a", email=BOB)
    hit(other, "a", email=ADA)
    row = merged(ada, Contact.objects.get(email=BOB))
    hit(visitor, "b")
    hit(other, "b")
    last = Presence.objects.get(contact=ada).at

    unmerging.undo(row.pk, now=timezone.now())
    assert Presence.objects.get(contact=ada).at == last


def test_an_e_mail_address_always_names_one_contact(ada):
    ContactField.objects.filter(object="contact", alias="email").update(unique_identifier=False)
    fieldset.clear()
    assert known(ADA) == ada
    assert known("new@site.example") == known("new@site.example")


def test_the_primary_company_that_a_merge_has_changed_is_the_old_one_again(ada, bob):
    employ(ada, "Acme")
    employ(bob, "Beta")
    beta = Company.objects.get(name="Beta")
    CompanyMembership.objects.create(contact=ada, company=beta)
    before = everything()
    row = merged(ada, bob)
    assert CompanyMembership.objects.get(contact=ada, is_primary=True).company == beta

    unmerging.undo(row.pk, now=timezone.now())
    assert everything() == before


@pytest.mark.parametrize("own", [True, False])
def test_an_owner_comes_along_and_goes_back(ada, bob, own, django_user_model):
    editor, other = (django_user_model.objects.create_user(name) for name in ("one", "two"))
    Contact.objects.filter(pk=bob.pk).update(owner=editor)
    if own:
        Contact.objects.filter(pk=ada.pk).update(owner=other)
    before = everything()

    row = merged(ada, bob)
    ada.refresh_from_db()
    assert ada.owner == (other if own else editor)

    unmerging.undo(row.pk, now=timezone.now())
    assert everything() == before


def test_what_was_said_of_both_about_mail_stays_with_both(ada, bob):
    forbid(bob, Reason.BOUNCED)
    row = merged(ada, bob)
    forbid(ada, Reason.UNSUBSCRIBED)

    unmerging.undo(row.pk, now=timezone.now())
    records = [consent.record_of(contact.pk) for contact in (ada, bob)]
    assert [record and record.reason for record in records] == [
        Reason.UNSUBSCRIBED,
        Reason.BOUNCED,
    ]
