"""Which devices and identifiers belong to whom. `link` is the only way in.

What belongs to a contact stays with it: only a merge, and its undoing, take rows to another one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import router

from ..signals import announce, contact_identified
from ..sql import Dialect, writing
from . import content, fieldset, telling
from .identifiers import digest, normalised
from .models import Contact, Device, Identifier

COMMON = ("contact_id", "rule", "evidence", "actor_id", "linked_at")
DEVICE_COLUMNS = ("tracking_id", "agent_id", "date_added", *COMMON)
IDENTIFIER_COLUMNS = ("digest", "field", "value", "verified", "current", *COMMON)


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something belongs to a contact: by which rule, since when, on what evidence, by whom."""

    rule: str
    now: datetime
    evidence: Mapping[str, Any] = field(default_factory=dict)
    actor_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that is to belong to a contact; what names it is its tracking id."""

    tracking_id: str
    contact_id: int
    ground: Ground
    agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewIdentifier:
    """A value of a unique field that is to name a contact."""

    field: str
    value: Any
    contact_id: int
    ground: Ground
    verified: bool = False

    @property
    def digest(self) -> uuid.UUID:
        return digest(self.field, self.value)


@dataclass(frozen=True, slots=True)
class Linked:
    """A row as it is afterwards, and the contact that it belongs to: maybe another one's before."""

    id: int
    contact_id: int
    agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value of a unique field that names another contact already."""

    field: str
    value: Any
    contact_id: int


def link(
    cursor: Any, sql: Dialect, wanted: Sequence[NewDevice | NewIdentifier]
) -> dict[str | uuid.UUID, Linked]:
    """Give devices and identifiers to contacts, unless they have one: then that stays.

    The answer has every row, by tracking id or digest. However many processes ask for the same at
    once, all get the same answer.
    """
    devices = {item.tracking_id: item for item in wanted if isinstance(item, NewDevice)}
    identifiers = {item.digest: item for item in wanted if isinstance(item, NewIdentifier)}
    found: dict[str | uuid.UUID, Linked] = {}
    # One order everywhere, so that two processes never wait for each other's rows.
    statements = sql.upsert(
        Device._meta.db_table,
        DEVICE_COLUMNS,
        [_device_row(sql, devices[key]) for key in sorted(devices)],
        key=["tracking_id"],
        returning=["id", "tracking_id", "contact_id", "agent_id"],
    )
    for number, tracking_id, contact_id, agent_id in sql.run(cursor, statements):
        found[tracking_id] = Linked(number, contact_id, agent_id)
    statements = sql.upsert(
        Identifier._meta.db_table,
        IDENTIFIER_COLUMNS,
        [_identifier_row(sql, key, identifiers[key]) for key in sorted(identifiers)],
        key=["digest"],
        returning=["id", "digest", "contact_id"],
    )
    for number, key, contact_id in sql.run(cursor, statements):
        found[uuid.UUID(str(key))] = Linked(number, contact_id)
    return found


def _device_row(sql: Dialect, item: NewDevice) -> tuple[Any, ...]:
    moment = sql.moment(item.ground.now)
    return (item.tracking_id, item.agent_id, moment, *_common(sql, item))


def _identifier_row(sql: Dialect, key: uuid.UUID, item: NewIdentifier) -> tuple[Any, ...]:
    return (
        sql.key(key),
        item.field,
        normalised(item.value),
        item.verified,
        True,
        *_common(sql, item),
    )


def _common(sql: Dialect, item: NewDevice | NewIdentifier) -> tuple[Any, ...]:
    ground = item.ground
    return (
        item.contact_id,
        str(ground.rule),
        sql.document(dict(ground.evidence)),
        ground.actor_id,
        sql.moment(ground.now),
    )


def unique_values(contact: Contact) -> dict[str, Any]:
    """The contact's values of unique fields, by alias; blanks are left out."""
    values = content.values_of(contact)
    return {f.alias: values[f.alias] for f in fieldset.current().unique if f.alias in values}


def claim(
    contact: Contact,
    *,
    rule: str,
    now: datetime,
    actor: Any = None,
    evidence: Mapping[str, Any] | None = None,
) -> list[Conflict]:
    """Make the values of unique fields that stand in a saved contact name it, and no others.

    A value that was in the field before is free again. A value that names somebody else is told as
    a conflict and stays theirs: the caller rolls back.
    """
    using = contact._state.db or router.db_for_write(Contact)
    ground = Ground(rule, now, evidence or {}, getattr(actor, "pk", None))
    values = unique_values(contact)
    keys = {digest(alias, value): alias for alias, value in values.items()}
    with writing(using, Identifier._meta.db_table) as (cursor, sql):
        own = Identifier.objects.using(using).filter(contact=contact)
        own.filter(current=True).exclude(digest__in=keys).delete()
        own.filter(current=False, digest__in=keys).update(current=True)
        wanted = [
            NewIdentifier(alias, value, contact.pk, ground) for alias, value in values.items()
        ]
        linked = link(cursor, sql, wanted)
        if contact.date_identified == now:
            announce(
                contact_identified,
                using=using,
                contact_id=contact.pk,
                rule=str(rule),
                evidence=dict(ground.evidence),
                site_id=None,
                device_id=None,
                at=now,
            )
    return [
        Conflict(keys[key], values[keys[key]], row.contact_id)
        for key, row in linked.items()
        if isinstance(key, uuid.UUID) and row.contact_id != contact.pk
    ]


def verify(keys: Sequence[uuid.UUID], *, using: str) -> None:
    """Note that the website itself has confirmed whom these identifiers name."""
    rows = Identifier.objects.using(using).filter(digest__in=keys, verified=False)
    rows.update(verified=True)


def mark_current(contact: Contact, *, using: str) -> None:
    """Note which of a contact's identifiers stand in its own fields, and which do so no longer."""
    standing = [digest(alias, value) for alias, value in unique_values(contact).items()]
    rows = Identifier.objects.using(using).filter(contact=contact)
    rows.filter(current=False, digest__in=standing).update(current=True)
    rows.filter(current=True).exclude(digest__in=standing).update(current=False)


def keys_of(contact_id: int, *, using: str) -> list[uuid.UUID]:
    """The digests of everything that names a contact."""
    rows = Identifier.objects.using(using).filter(contact_id=contact_id)
    return list(rows.values_list("digest", flat=True))


def owners(
    values: Iterable[tuple[str, Any]], *, using: str | None = None
) -> dict[tuple[str, str], Identifier]:
    """The identifiers that exist already, by field and normalised value; one query."""
    keys = [digest(alias, value) for alias, value in values]
    rows = Identifier.objects.using(using or router.db_for_read(Identifier))
    return {(row.field, row.value): row for row in rows.filter(digest__in=keys)} if keys else {}


def owner_of(alias: str, value: Any, *, using: str | None = None) -> int | None:
    """The id of the contact that a value of a unique field names."""
    rows = Identifier.objects.using(using or router.db_for_read(Identifier))
    return rows.filter(digest=digest(alias, value)).values_list("contact_id", flat=True).first()


def contact_for(
    alias: str,
    value: Any,
    *,
    rule: str,
    now: datetime,
    actor: Any = None,
    evidence: Mapping[str, Any] | None = None,
    using: str | None = None,
) -> Contact:
    """The contact that a value of a unique field names; a new one with this value if there is none.

    Many callers at once get the same contact.
    """
    using = using or router.db_for_write(Contact)
    contacts = Contact.objects.using(using)
    found = owner_of(alias, value, using=using)
    if found is not None:
        return contacts.get(pk=found)
    columns = {alias: value} if alias in fieldset.COLUMNS else {"fields": {alias: value}}
    with writing(using, Identifier._meta.db_table):
        made = Contact(**columns, date_added=now, date_identified=now)
        made.save(using=using)
        conflicts = claim(made, rule=rule, now=now, actor=actor, evidence=evidence)
        if conflicts:
            # Somebody was faster.
            made.delete()
            return contacts.get(pk=conflicts[0].contact_id)
        telling.saved(made, was_known=False, at=now, using=using)
    return made
