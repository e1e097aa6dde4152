"""Write values into a contact for somebody whose word counts: an editor, or a program of theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import router

from ..sql import writing
from . import companies, company_editing, content, editing, fieldset, identified, linking, telling
from .linking import Conflict
from .models import Contact


class ValueTaken(Exception):
    """That values of unique fields name other contacts already; the caller's transaction ends."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__(conflicts)
        self.conflicts = conflicts


def save(
    contact: Contact,
    news: Mapping[str, Any],
    *,
    rule: str,
    now: datetime,
    actor: Any,
    several: bool,
    check: Callable[[Contact], None] | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Contact:
    """Write `news`, cleaned values by alias, and nothing else, into the contact as it is by now.

    `attributes` are what is no field, such as the owner. A contact without an id is made. Unique
    values name it from now on, and it belongs to the company that its field says. `check` gets the
    contact as it is before the change, and may raise.

    Raises `ValueTaken`, `editing.MergedMeanwhile` or `Contact.DoesNotExist`, and then has changed
    nothing.
    """
    using = contact._state.db or router.db_for_write(Contact)
    is_new = contact.pk is None
    with writing(using, Contact._meta.db_table):
        if not is_new:
            editing.hold(contact.pk, using)
            contact.refresh_from_db(using=using)
            if check is not None:
                check(contact)
        was_known, before = contact.is_known, _standing(contact)
        for name, value in (attributes or {}).items():
            setattr(contact, name, value)
        for alias, value in news.items():
            content.put(contact, alias, value)
        identified.note_identity(contact, now=now)
        contact.save(using=using)
        conflicts = linking.claim(contact, rule=rule, now=now, actor=actor)
        # What several have had since before it became unique is no fault of this change.
        conflicts = [conflict for conflict in conflicts if conflict.field in news]
        if conflicts:
            if is_new:
                contact.pk = None
            raise ValueTaken(conflicts)
        identified.record(contact, rule=rule, now=now, actor=actor, using=using)
        if "company" in news:
            data = companies.named(contact.company, fieldset.current())
            company_editing.follow(contact, data, several=several, now=now, using=using)
        if contact.is_known != was_known or _standing(contact) != before:
            telling.saved(contact, was_known=was_known, at=now, using=using)
    return contact


def _standing(contact: Contact) -> tuple[int | None, dict[str, Any]]:
    """What others see of it and an editor can change."""
    return contact.owner_id, content.values_of(contact)
