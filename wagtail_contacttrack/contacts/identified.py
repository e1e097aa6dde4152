"""Who is known, and who is identified.

Known is whoever has a name, a company, a social account or a value of a unique field: lists show
them. Identified is whoever was ever named by a value of a unique field, or by an editor: such
contacts are never joined by what a browser sends. A visitor who has only said a first name is
known, and may still turn out to be somebody else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import router

from ..activity.adding import add
from ..activity.models import Activity
from . import content, fieldset, history
from .linking import unique_values
from .models import Contact, FieldGroup, Identifier, Rule

NAMES = ("firstname", "lastname", "company", "email")


def naming() -> list[str]:
    """The fields that make whoever has a value in one of them known, by alias."""
    fields = fieldset.current().contact.values()
    return [*NAMES, *(item.alias for item in fields if item.group == FieldGroup.SOCIAL)]


def note_identity(contact: Contact, *, now: datetime) -> None:
    """Whoever has a name or a value of a unique field is known from now on.

    The caller saves the contact. Taking them away does not make anybody anonymous again.
    """
    if contact.date_identified is not None:
        return
    named = any(content.value_of(contact, alias) is not None for alias in naming())
    if named or unique_values(contact):
        contact.date_identified = now


def record(
    contact: Contact, *, now: datetime, actor: Any, using: str, rule: str = Rule.EDITOR
) -> None:
    """Say once in the timeline that an editor, or a program of theirs, has said who a contact is.

    That holds from now on.
    """
    if contact.is_known and not _is_recorded(contact, using):
        data = {"rule": str(rule), "actor": getattr(actor, "pk", None)}
        add(history.IDENTIFIED, contact.pk, now=now, data=data, using=using)


def is_identified(contact: Contact) -> bool:
    """Whether it is certain enough who this is, so that no browser makes it somebody else."""
    if not contact.is_known:
        return False
    using = contact._state.db or router.db_for_read(Contact)
    named = Identifier.objects.using(using).filter(contact=contact)
    return named.exists() or _is_recorded(contact, using)


def _is_recorded(contact: Contact, using: str) -> bool:
    """Whether the contact was ever identified, also if its identifiers are gone by now."""
    rows = Activity.objects.using(using).filter(contact=contact, kind=history.IDENTIFIED)
    return rows.exists()
