"""The fields of contacts and companies as plain values, ready for the hot path.

They are read in one query and kept in memory for `MAX_AGE` seconds, or until one is saved in this
process. While the database is away, what was read last stays good.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, transaction
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext

from .models import ContactField, FieldObject, FieldType

MAX_AGE = 2.0

# Fields that are columns of the contact's row. The last two are kept by the system: nothing but
# the code may write them.
COLUMNS = ("email", "firstname", "lastname", "company", "city", "state", "country")
SYSTEM = ("points", "last_active")
COMPANY_NAME = "companyname"


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `options` are pairs of value and label."""

    object: str
    alias: str
    label: str
    type: str
    group: str
    order: int = 0
    required: bool = False
    default: str = ""
    options: tuple[tuple[str, str], ...] = ()
    properties: dict[str, Any] = field(default_factory=dict, hash=False)
    visible: bool = True
    public: bool = False
    unique: bool = False
    installed: bool = False
    id: int = 0

    @property
    def is_column(self) -> bool:
        return self.object == FieldObject.CONTACT and self.alias in COLUMNS

    @property
    def is_system(self) -> bool:
        return self.object == FieldObject.CONTACT and self.alias in SYSTEM

    @property
    def title(self) -> str:
        """The label in the reader's language, as far as it is one of the app's own."""
        return gettext(self.label) if self.installed and self.label else self.label


@dataclass(frozen=True, slots=True)
class FieldSet:
    """All fields by alias, in the order in which they are shown."""

    contact: dict[str, Field]
    company: dict[str, Field]
    # Names of parameters that say something about somebody, in small letters.
    names: frozenset[str] = frozenset()
    company_names: frozenset[str] = frozenset()

    @property
    def unique(self) -> list[Field]:
        """The fields by which contacts are recognised."""
        return [item for item in self.contact.values() if item.unique]

    @property
    def title_is_public(self) -> bool:
        """Whether a bare ``title`` in a tracking call is how the contact wants to be addressed."""
        return "title" in self.contact and self.contact["title"].public

    @property
    def email_identifies(self) -> bool:
        """Whether a browser may say who somebody is by an e-mail address."""
        email = self.contact.get("email")
        return bool(email and email.public)


def fieldset_of(contact: dict[str, Field], company: dict[str, Field]) -> FieldSet:
    """Fields by alias as a `FieldSet`."""
    company_names = frozenset({*company, "company"})
    return FieldSet(contact, company, frozenset({*contact, *company_names, "tags"}), company_names)


_cached: tuple[float, FieldSet] | None = None
_renewing = threading.Lock()


def current() -> FieldSet:
    """The fields, at most a few seconds old. Raises a database error only if none could be read."""
    cached = _cached
    if cached is None:
        return _read()
    if time.monotonic() - cached[0] > MAX_AGE and _renewing.acquire(blocking=False):
        try:
            return _read()
        except Error:
            return cached[1]
        finally:
            _renewing.release()
    return cached[1]


def of_row(row: ContactField) -> Field:
    """One field as it is saved."""
    return Field(
        object=row.object,
        alias=row.alias,
        label=row.label,
        type=FieldType(row.type).value,
        group=row.group,
        order=row.order,
        required=row.required,
        default=row.default,
        options=tuple((str(value), str(label)) for value, label in row.options or ()),
        properties=dict(row.properties or {}),
        visible=row.visible,
        public=row.publicly_updatable,
        # One address is one contact, everywhere: mail, members and forms rely on it.
        unique=row.unique_identifier
        or (row.object == FieldObject.CONTACT and row.alias == "email"),
        installed=row.installed,
        id=row.pk or 0,
    )


def clear() -> None:
    """Forget what was read; the next question reads anew."""
    global _cached
    _cached = None


def reset() -> None:
    """Begin anew in a forked process, where nobody is reading."""
    global _renewing
    _renewing = threading.Lock()


def _read() -> FieldSet:
    global _cached
    found: dict[str, dict[str, Field]] = {FieldObject.CONTACT: {}, FieldObject.COMPANY: {}}
    for row in ContactField.objects.order_by("order", "pk"):
        found[row.object][row.alias] = of_row(row)
    fields = fieldset_of(found[FieldObject.CONTACT], found[FieldObject.COMPANY])
    _cached = (time.monotonic(), fields)
    return fields


def connect() -> None:
    """Drop the copy whenever a field is saved in this process."""

    def forget(using: str, **kwargs: Any) -> None:
        clear()
        # Somebody may have read the old fields again before these were committed.
        transaction.on_commit(clear, using=using)

    for signal in (post_save, post_delete):
        signal.connect(forget, sender=ContactField, weak=False, dispatch_uid="contacttrack-fields")
