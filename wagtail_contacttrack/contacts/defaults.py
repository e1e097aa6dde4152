"""What new visitors begin with: the defaults of the fields."""

from __future__ import annotations

from typing import Any

from . import fieldset, values
from .fieldset import FieldSet
from .identified import naming

_found: tuple[FieldSet, dict[str, Any]] | None = None


def defaults() -> dict[str, Any]:
    """The defaults by alias; not those of fields that say who somebody is. Do not change it."""
    global _found
    fields = fieldset.current()
    found = _found
    if found is None or found[0] is not fields:
        found = _found = (fields, _read(fields))
    return found[1]


def _read(fields: FieldSet) -> dict[str, Any]:
    names = naming()
    pairs = (
        (item.alias, values.default_of(item))
        for item in fields.contact.values()
        if item.default and not item.unique and not item.is_system and item.alias not in names
    )
    return {alias: value for alias, value in pairs if value is not None}
