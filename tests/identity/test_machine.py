"""Whatever people, browsers and editors do, in whatever order: identity stays right."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from django.core import serializers
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from wagtail.models import Site

from tests.identity.browsing import Browser, open_fields
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import (
    consent,
    content,
    field_changes,
    fieldset,
    history,
    linking,
    merging,
    removal,
    resolving,
    unmerging,
)
from wagtail_contacttrack.contacts.identifiers import digest, normalised
from wagtail_contacttrack.contacts.merging import MergeRefused
from wagtail_contacttrack.contacts.models import (
    CompanyMembership,
    Contact,
    ContactField,
    ContactTag,
    Device,
    DoNotContact,
    Identifier,
    Note,
    Presence,
    Rule,
)
from wagtail_contacttrack.tracking import clickthrough, identity

EXAMPLES = int(os.environ.get("IDENTITY_EXAMPLES", "25"))

MAILS = ["ada@site.example", "ADA@site.example", "bob@site.example", "cy@site.example"]
NUMBERS = ["1", "2", "3"]
NAMES = ["Ada", "Bob"]
TAGS = ["a", "b,-a", "-b"]

browsers = st.integers(0, 3)
choices = st.integers(0, 30)

# What a merge and its undoing may leave behind: that they happened.
REPORTS = (history.MERGED, history.UNMERGED)
# Counts merges, and never goes back.
COUNTERS = ("epoch",)
TABLES = (
    Contact,
    Presence,
    Device,
    Identifier,
    ContactTag,
    CompanyMembership,
    DoNotContact,
    Note,
    Activity,
)


def everything() -> dict[tuple[str, object], object]:
    """Every row of every table that says who somebody is."""
    found = {}
    for model in TABLES:
        rows = model._default_manager.all()
        if model is Activity:
            rows = rows.exclude(kind__in=REPORTS)
        for item in serializers.serialize("python", rows):
            fields = {k: v for k, v in item["fields"].items() if k not in COUNTERS}
            found[item["model"], item["pk"]] = fields
    return found


class Identity(RuleBasedStateMachine):
    """Four browsers, three people with e-mail addresses and customer numbers, and an editor."""

    @initialize()
    def begin(self) -> None:
        self.now = datetime(2026, 3, 1, 9, tzinfo=UTC)
        self.site = Site.objects.get(is_default_site=True).pk
        self.browsers = [Browser() for _ in range(4)]
        # Every id that anybody was ever told, and whether it must still lead to somebody.
        self.told: set[int] = set()
        self.gone: set[int] = set()
        self.visits = 0

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        fieldset.clear()
        identity.clear()

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    # What browsers do

    def hit(self, browser: int, **params: str) -> None:
        known = set(Identifier.objects.values_list("contact_id", flat=True))
        theirs = dict(Activity.objects.filter(contact__in=known).values_list("pk", "contact_id"))
        self.visits += 1
        outcome = self.browsers[browser].visit(str(self.visits), now=self.tick(), **params)

        assert outcome.reason == "recorded"
        assert outcome.contact_id is not None
        self.told.add(outcome.contact_id)
        # No browser joins two identified contacts, and nobody's history goes elsewhere.
        assert not Contact.objects.filter(pk__in=known, merged_into__isnull=False).exists()
        after = dict(Activity.objects.filter(pk__in=theirs).values_list("pk", "contact_id"))
        assert after == theirs
        # What was sent stands with whom it names.
        unique = {field.alias for field in fieldset.current().unique}
        said = [(name, params[name]) for name in ("email", "customer") if name in params]
        said = [(name, value) for name, value in said if name in unique]
        if len(said) == 1:
            assert linking.owner_of(*said[0]) == outcome.contact_id

    @rule(browser=browsers)
    def visits_a_page(self, browser: int) -> None:
        self.hit(browser)

    @rule(browser=browsers, email=st.sampled_from(MAILS))
    def says_who_it_is(self, browser: int, email: str) -> None:
        self.hit(browser, email=email)

    @rule(browser=browsers, number=st.sampled_from(NUMBERS))
    def says_a_customer_number(self, browser: int, number: str) -> None:
        self.hit(browser, customer=number)

    @rule(browser=browsers, email=st.sampled_from(MAILS), number=st.sampled_from(NUMBERS))
    def says_both(self, browser: int, email: str, number: str) -> None:
        self.hit(browser, email=email, customer=number)

    @rule(
        browser=browsers,
        name=st.sampled_from(NAMES),
        tags=st.sampled_from(TAGS),
        company=st.sampled_from(["", "Acme", "Zeta"]),
    )
    def says_further_things(self, browser: int, name: str, tags: str, company: str) -> None:
        self.hit(browser, firstname=name, tags=tags, company=company)

    @rule(browser=browsers, name=st.sampled_from(NAMES))
    def says_its_name(self, browser: int, name: str) -> None:
        self.hit(browser, firstname=name)

    @rule(browser=browsers, email=st.sampled_from(MAILS))
    def is_signed_in(self, browser: int, email: str) -> None:
        token = identity.issue(self.site, {"email": email}, now=self.now)
        self.hit(browser, mtc_identity=token)
        assert Identifier.objects.get(digest=digest("email", email)).verified

    @rule(browser=browsers, number=choices)
    def follows_a_link(self, browser: int, number: int) -> None:
        if contact := self.contact(number):
            self.hit(browser, ct=clickthrough.sign(contact.pk, now=self.now))

    @rule(browser=browsers)
    def loses_its_cookies(self, browser: int) -> None:
        self.browsers[browser] = Browser()

    # What an editor does

    def contact(self, number: int) -> Contact | None:
        found = list(Contact.objects.current().order_by("pk"))
        return found[number % len(found)] if found else None

    @rule(one=choices, other=choices)
    def merges(self, one: int, other: int) -> None:
        winner, loser = self.contact(one), self.contact(other)
        if winner is None or loser is None or winner == loser:
            return
        before = everything()
        row = merging.merge(winner.pk, loser.pk, rule=Rule.EDITOR, now=self.tick())
        assert everything() != before
        assert not Activity.objects.filter(contact=loser).exclude(kind__in=REPORTS).exists()
        # Taken back at once, nothing has changed.
        unmerging.undo(row.pk, now=self.tick())
        assert everything() == before
        merging.merge(winner.pk, loser.pk, rule=Rule.EDITOR, now=self.tick())

    @rule(one=choices, other=choices, own=st.booleans())
    def merges_and_chooses_the_values(self, one: int, other: int, own: bool) -> None:
        winner, loser = self.contact(one), self.contact(other)
        if winner is None or loser is None or winner == loser:
            return
        before = everything()
        values = content.values_of(winner if own else loser)
        row = merging.merge(winner.pk, loser.pk, rule=Rule.EDITOR, values=values, now=self.tick())
        assert content.values_of(Contact.objects.get(pk=winner.pk)) == values
        unmerging.undo(row.pk, now=self.tick())
        assert everything() == before
        merging.merge(winner.pk, loser.pk, rule=Rule.EDITOR, values=values, now=self.tick())

    @rule()
    def switches_customer_numbers_off_or_on(self) -> None:
        row = ContactField.objects.get(object="contact", alias="customer")
        row.unique_identifier = not row.unique_identifier
        row.save()
        fieldset.clear()
        if row.unique_identifier:
            field_changes.claim(fieldset.of_row(row), now=self.tick())
        else:
            field_changes.unclaim(fieldset.of_row(row))

    @rule(number=choices)
    def undoes(self, number: int) -> None:
        merges = list(merging.Merge.objects.filter(undone_at=None).order_by("pk"))
        if not merges:
            return
        row = merges[number % len(merges)]
        before = everything()
        try:
            unmerging.undo(row.pk, now=self.tick())
        except MergeRefused as refused:
            assert refused.code in ("later_merge", "taken")
            assert everything() == before
        else:
            assert resolving.survivor_id(row.loser_id) == row.loser_id

    @rule(number=choices, email=st.sampled_from([*MAILS, ""]))
    def edits(self, number: int, email: str) -> None:
        contact = self.contact(number)
        owner = linking.owner_of("email", email) if email else None
        if contact is None or owner not in (None, contact.pk):
            return
        contact.email = email
        contact.date_identified = contact.date_identified or (self.tick() if email else None)
        contact.save()
        conflicts = linking.claim(contact, rule=Rule.EDITOR, now=self.tick())
        # A number may have been several contacts' before it became unique.
        assert not [conflict for conflict in conflicts if conflict.field == "email"]

    @rule(number=choices)
    def writes_a_note(self, number: int) -> None:
        if contact := self.contact(number):
            Note.objects.create(contact=contact, text="Called back", date_added=self.tick())

    @rule(number=choices, reason=st.sampled_from(DoNotContact.Reason))
    def must_not_be_written_to(self, number: int, reason: DoNotContact.Reason) -> None:
        if contact := self.contact(number):
            consent.forbid(contact.pk, reason=reason, now=self.tick())

    @rule(number=choices)
    def deletes(self, number: int) -> None:
        if contact := self.contact(number):
            self.gone |= {contact.pk, *resolving.merged_into([contact.pk])}
            removal.remove([contact.pk])
            assert not Contact.objects.filter(pk__in=self.gone).exists()

    # What always holds

    @invariant()
    def one_address_has_one_contact(self) -> None:
        mails = [
            normalised(contact.email) for contact in Contact.objects.current() if contact.email
        ]
        assert len(mails) == len(set(mails))
        for contact in Contact.objects.current():
            if contact.email:
                assert linking.owner_of("email", contact.email) == contact.pk

    @invariant()
    def identifiers_know_whether_they_stand_in_a_field(self) -> None:
        for row in Identifier.objects.select_related("contact"):
            value = content.value_of(row.contact, row.field)
            assert row.current == (value is not None and normalised(value) == row.value)

    @invariant()
    def one_company_is_the_primary_one(self) -> None:
        rows = CompanyMembership.objects.select_related("contact", "company")
        memberships: dict[Contact, list[CompanyMembership]] = {}
        for row in rows.filter(contact__merged_into=None):
            memberships.setdefault(row.contact, []).append(row)
        for contact, own in memberships.items():
            # None is, where an editor has chosen that the field stays empty.
            primary = [row.company.name for row in own if row.is_primary]
            assert primary == ([contact.company] if contact.company else [])

    @invariant()
    def history_is_with_the_device(self) -> None:
        pairs = Activity.objects.filter(device__isnull=False).values_list(
            "contact_id", "device__contact_id"
        )
        assert all(contact == owner for contact, owner in pairs)
        owners: Iterable[int] = Device.objects.values_list("contact_id", flat=True)
        assert not Contact.objects.filter(pk__in=owners, merged_into__isnull=False).exists()

    @invariant()
    def old_ids_lead_to_somebody(self) -> None:
        living = self.told - self.gone
        assert resolving.survivors(living).keys() == living
        survivors = set(resolving.survivors(self.told).values())
        assert Contact.objects.current().filter(pk__in=survivors).count() == len(survivors)

    @invariant()
    def lists_show_everybody_once(self) -> None:
        for contact in Contact.objects.select_related("presence"):
            shown = contact.is_known if contact.merged_into_id is None else Presence.MERGED
            assert contact.presence.known == shown
        named = Identifier.objects.values_list("contact_id", flat=True)
        assert not Contact.objects.filter(pk__in=named, date_identified=None).exists()


@pytest.mark.django_db
def test_identity_stays_right(settings):
    settings.CONTACTTRACK = {
        **settings.CONTACTTRACK,
        "TRACK_PRIVATE_IP_RANGES": True,
        "TRACK_BY_TRACKING_URL": True,
        "IDENTITY_MODE": "report",
    }
    open_fields("email", "firstname", "customer", unique=("customer",))

    run_state_machine_as_test(Identity, settings=_settings())


def _settings() -> settings:
    return settings(
        max_examples=EXAMPLES,
        stateful_step_count=20,
        deadline=None,
        # Not Phase.shrink, which takes minutes with a database.
        phases=[Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
