"""What stands in the fields of a contact, wherever each is stored."""

from __future__ import annotations

from typing import Any

from .fieldset import COLUMNS
from .models import Contact

BLANK: tuple[Any, ...] = (None, "", [])


def value_of(contact: Contact, alias: str) -> Any:
    """One field of a contact; None if it is blank."""
    value = getattr(contact, alias) if alias in COLUMNS else contact.fields.get(alias)
    return None if value in BLANK else value


def values_of(contact: Contact) -> dict[str, Any]:
    """Everything that stands in the fields of a contact, by alias; blanks are left out."""
    found = {**contact.fields, **{name: getattr(contact, name) for name in COLUMNS}}
    return {alias: value for alias, value in found.items() if value not in BLANK}


def put(contact: Contact, alias: str, value: Any) -> None:
    """Set one field of a contact in memory; a blank empties it."""
    if alias in COLUMNS:
        setattr(contact, alias, "" if value in BLANK else value)
    elif value in BLANK:
        contact.fields.pop(alias, None)
    else:
        contact.fields[alias] = value
