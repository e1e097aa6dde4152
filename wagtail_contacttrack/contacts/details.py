"""What is known about a contact, as labelled values by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import content, fieldset
from .fieldset import Field
from .models import Contact, FieldGroup, FieldType
from .showing import Shown, show

# Values under names that are no field (any more) read as plain text.
_STRAY = FieldType.TEXTAREA


@dataclass(frozen=True, slots=True)
class Row:
    """A label and what there is to read under it."""

    label: Any
    values: list[Shown]


@dataclass(frozen=True, slots=True)
class Group:
    """Some details with a heading."""

    label: Any
    rows: list[Row]


def heading(contact: Contact) -> str:
    """Who this is: the contact's name, or for somebody without any the number as well."""
    if contact.firstname or contact.lastname or contact.company or contact.email:
        return contact.name
    return gettext("Anonymous #%(id)s") % {"id": contact.pk}


def by_group(fields: Iterable[Field]) -> list[tuple[Any, list[Field]]]:
    """Fields under the headings of their groups, in their order; groups without any are left out.

    A field of a group that does not exist counts as one of the first.
    """
    found: dict[str, list[Field]] = {group: [] for group in FieldGroup.values}
    for field in fields:
        found.get(field.group, found[FieldGroup.CORE]).append(field)
    return [(FieldGroup(name).label, members) for name, members in found.items() if members]


def shown_fields(fields: Mapping[str, Field]) -> list[Field]:
    """The fields that editors see and change: neither hidden ones nor those that only code sets."""
    return [field for field in fields.values() if field.visible and not field.is_system]


def groups(contact: Contact) -> list[Group]:
    """All details of a contact that are not empty; values that no field describes come last."""
    return of_values(content.values_of(contact), fieldset.current().contact)


def of_values(values: Mapping[str, Any], fields: Mapping[str, Field]) -> list[Group]:
    """These values, by alias, under the labels and in the groups of their fields."""
    found = [
        Group(label, [Row(f.title, show(f, values[f.alias])) for f in members if f.alias in values])
        for label, members in by_group(shown_fields(fields))
    ]
    strays = [
        Row(alias, show(Field("", alias, alias, _STRAY, ""), value))
        for alias, value in sorted(values.items())
        if alias not in fields
    ]
    found.append(Group(_("Further details"), strays))
    filled = [Group(group.label, [row for row in group.rows if row.values]) for group in found]
    return [group for group in filled if group.rows]
