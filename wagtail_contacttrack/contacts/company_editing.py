"""Companies as editors keep them, and which contacts belong to which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import router
from django.db.models import Max

from ..sql import writing
from . import companies, editing, identified, telling
from .companies import CompanyData
from .fieldset import COMPANY_NAME, FieldSet
from .identifiers import digest
from .models import Company, CompanyIdentifier, CompanyMembership, Contact

CHUNK = 1_000


class ValueTaken(ValueError):
    """Another company has this value of a unique field."""

    def __init__(self, alias: str) -> None:
        super().__init__(alias)
        self.alias = alias


def save(company: Company, values: Mapping[str, Any], fields: FieldSet, *, now: datetime) -> None:
    """Give a company, maybe a new one, these values by alias; empty ones are emptied.

    Raises `ValueTaken` and changes nothing if another company has the value of a unique field, and
    `Company.DoesNotExist` if this one is gone.
    """
    using = router.db_for_write(Company)
    with writing(using, Company._meta.db_table):
        if company.pk is not None:
            rows = Company.objects.using(using).select_for_update()
            company.refresh_from_db(using=using, from_queryset=rows)
        before = company.name
        company.name = values.get(COMPANY_NAME, company.name)
        company.fields = {
            alias: value
            for alias, value in {**company.fields, **values}.items()
            if alias != COMPANY_NAME and value not in (None, "", [])
        }
        company.date_modified = now
        company.save(using=using)
        _name(company, fields, using)
        if before and before != company.name:
            for ids in _members(company, using, is_primary=True):
                _write_name(ids, company.name, now, using)
        telling.company_saved(company.pk, at=now, using=using)


def link(contact_id: int, company: Company, *, several: bool, now: datetime) -> None:
    """Add a contact to a company. It becomes the primary one of who has none, and without
    `several` the only one. Raises `editing.MergedMeanwhile`."""
    using = router.db_for_write(Company)
    with writing(using, Contact._meta.db_table):
        contact = editing.hold(contact_id, using)
        rows = CompanyMembership.objects.using(using).filter(contact=contact)
        if not several:
            others = rows.exclude(company=company)
            left = list(others.values_list("company_id", flat=True))
            others.delete()
            for number in left:
                telling.company_of([contact_id], number, False, at=now, using=using)
        first = not rows.filter(is_primary=True).exclude(company=company).exists()
        made, is_new = rows.get_or_create(
            contact=contact, company=company, defaults={"date_added": now, "is_primary": first}
        )
        if first and not made.is_primary:
            rows.filter(pk=made.pk).update(is_primary=True)
        if is_new:
            telling.company_of([contact_id], company.pk, True, at=now, using=using)
        _settle(contact, now, using)


def unlink(contact_id: int, company: Company, *, now: datetime) -> None:
    """Take a contact out of a company; another one of its companies becomes the primary one.

    Raises `editing.MergedMeanwhile`.
    """
    using = router.db_for_write(Company)
    with writing(using, Contact._meta.db_table):
        contact = editing.hold(contact_id, using)
        rows = CompanyMembership.objects.using(using).filter(contact=contact)
        if rows.filter(company=company).delete()[0]:
            telling.company_of([contact_id], company.pk, False, at=now, using=using)
            _settle(contact, now, using)


def set_primary(contact_id: int, company: Company, *, now: datetime) -> None:
    """Make one of a contact's companies the primary one. Raises `editing.MergedMeanwhile`."""
    using = router.db_for_write(Company)
    with writing(using, Contact._meta.db_table):
        contact = editing.hold(contact_id, using)
        rows = CompanyMembership.objects.using(using).filter(contact=contact)
        if rows.filter(company=company).exists():
            rows.exclude(company=company).update(is_primary=False)
            rows.filter(company=company).update(is_primary=True)
            _settle(contact, now, using)


def follow(
    contact: Contact, data: CompanyData, *, several: bool, now: datetime, using: str
) -> None:
    """Make the contact's companies agree with what an editor wrote into its field `company`.

    The contact is saved already, in the same transaction. An emptied field leaves the primary
    company, and another one takes over if there is any.
    """
    if data.unique:
        companies.assign(contact, data, several=several, now=now, using=using)
    elif not contact.company:
        rows = CompanyMembership.objects.using(using).filter(contact=contact)
        left = list(rows.filter(is_primary=True).values_list("company_id", flat=True))
        if left:
            rows.filter(is_primary=True).delete()
            for number in left:
                telling.company_of([contact.pk], number, False, at=now, using=using)
            _settle(contact, now, using)


def delete(company: Company, *, now: datetime) -> None:
    """Delete a company. Its contacts stay, and where it was the primary one another takes over."""
    using = router.db_for_write(Company)
    with writing(using, Company._meta.db_table):
        for ids in _members(company, using):
            # The same order as everywhere: contacts first, then what belongs to them.
            rows = Contact.objects.using(using).filter(pk__in=ids).order_by("pk")
            list(rows.select_for_update().values_list("pk", flat=True))
            memberships = CompanyMembership.objects.using(using)
            leaving = memberships.filter(company=company, contact_id__in=ids)
            primary = leaving.filter(is_primary=True)
            orphans = list(primary.values_list("contact_id", flat=True))
            leaving.delete()
            _promote(orphans, now, using)
        telling.company_removed(company.pk, at=now, using=using)
        company.delete(using=using)


def _name(company: Company, fields: FieldSet, using: str) -> None:
    """Keep what the company is found by in step with its unique fields."""
    stored = {COMPANY_NAME: company.name, **company.fields}
    unique = {
        digest(item.alias, stored[item.alias]): (item.alias, stored[item.alias])
        for item in fields.company.values()
        if item.unique and stored.get(item.alias)
    }
    rows = CompanyIdentifier.objects.using(using).filter(company=company)
    rows.exclude(digest__in=unique).delete()
    there = set(rows.values_list("digest", flat=True))
    for key, (alias, value) in sorted(unique.items()):
        if key not in there and companies.claim(company.pk, {key: (alias, value)}, using) != {
            company.pk
        }:
            raise ValueTaken(alias)


def _settle(contact: Contact, now: datetime, using: str) -> None:
    """Make one of the contact's companies the primary one, and the contact show its name."""
    rows = CompanyMembership.objects.using(using).filter(contact=contact)
    found = rows.select_related("company").order_by("-is_primary", "-pk").first()
    if found and not found.is_primary:
        rows.filter(pk=found.pk).update(is_primary=True)
    was_known, before = contact.is_known, contact.company
    contact.company = found.company.name if found else ""
    identified.note_identity(contact, now=now)
    contact.save(using=using, update_fields=["company", "date_identified", "date_modified"])
    identified.record(contact, now=now, actor=None, using=using)
    if contact.company != before or contact.is_known != was_known:
        telling.saved(contact, was_known=was_known, at=now, using=using)


def _promote(contact_ids: Sequence[int], now: datetime, using: str) -> None:
    """Give contacts that have just lost their primary company the next one, if they have any."""
    rows = CompanyMembership.objects.using(using)
    others = rows.filter(contact_id__in=contact_ids).order_by().values("contact_id")
    latest = list(others.annotate(latest=Max("pk")).values_list("latest", flat=True))
    rows.filter(pk__in=latest).update(is_primary=True)
    found = rows.filter(pk__in=latest).values_list("contact_id", "company__name")
    names: dict[str, list[int]] = {"": []}
    there = dict(found)
    for contact_id in contact_ids:
        names.setdefault(there.get(contact_id, ""), []).append(contact_id)
    for name, ids in names.items():
        _write_name(ids, name, now, using)


def _write_name(contact_ids: Sequence[int], name: str, now: datetime, using: str) -> None:
    rows = Contact.objects.using(using).filter(pk__in=contact_ids)
    rows.update(company=name, date_modified=now)


def _members(company: Company, using: str, **filters: Any) -> Iterator[list[int]]:
    """The contacts of a company, by parts."""
    rows = CompanyMembership.objects.using(using).filter(company=company, **filters)
    last = 0
    while part := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", "contact_id")[:CHUNK]
    ):
        last = part[-1][0]
        yield sorted(contact for _, contact in part)
