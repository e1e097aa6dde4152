"""Values as Mautic's clients read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...wire.phpserialize import dumps
from .. import values
from ..fieldset import Field
from ..models import FieldGroup
from ..models import FieldType as T

Entry = dict[str, Any]


def moment(value: datetime | None) -> str | None:
    """A time as ``2024-10-01T12:00:00+00:00``: UTC, in whole seconds."""
    return None if value is None else value.astimezone(UTC).replace(microsecond=0).isoformat()


def group(entries: Mapping[str, Any]) -> Any:
    """An object, which PHP writes as [] where it is empty."""
    return dict(entries) or []


def camel(name: str) -> str:
    """``remote_host`` as ``remoteHost``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def plain(field: Field, value: Any) -> Any:
    """A stored value; several choices are one text with "|" between them."""
    return "|".join(map(str, value)) if isinstance(value, list) else value


def by_group(
    fields: Mapping[str, Field], stored: Mapping[str, Any], object: str, further: Entry
) -> Entry:
    """All fields in their groups with their values, and ``all``: bare values behind `further`."""
    found: dict[str, Entry] = {str(name): {} for name in FieldGroup.values}
    bare = dict(further)
    for alias, field in fields.items():
        value = plain(field, stored.get(alias))
        place = field.group if field.group in found else str(FieldGroup.CORE)
        found[place][alias] = {
            "id": str(field.id),
            "label": field.title,
            "alias": alias,
            "type": field.type,
            "group": place,
            "object": object,
            "is_fixed": "1" if field.installed else "0",
            "properties": dumps(properties(field)),
            "default_value": field.default or None,
            "value": value,
            "normalizedValue": _normalized(field, stored.get(alias)),
        }
        bare.setdefault(alias, value)
    return {**{name: group(members) for name, members in found.items()}, "all": bare}


def properties(field: Field) -> Entry:
    """The further rules of a field by Mautic's names."""
    if field.type in (T.SELECT, T.MULTISELECT):
        return {"list": [{"label": label, "value": value} for value, label in field.options]}
    if field.type == T.BOOLEAN:
        yes, no = values.boolean_labels(field)
        return {"yes": yes, "no": no}
    if field.type == T.NUMBER:
        return {"scale": field.properties.get("scale") or 0}
    return {}


def _normalized(field: Field, value: Any) -> Any:
    """The value as people read it."""
    if isinstance(value, bool):
        yes, no = values.boolean_labels(field)
        return yes if value else no
    if field.type in (T.SELECT, T.MULTISELECT) and value is not None:
        labels = dict(field.options)
        chosen = value if isinstance(value, list) else [value]
        return "|".join(labels.get(str(item), str(item)) for item in chosen)
    return value
