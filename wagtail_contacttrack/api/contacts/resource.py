"""Contacts: list, get, new, edit, delete, and batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from ...contacts import deletion_log, fieldset, listing, removal, resolving, search
from ...contacts.fieldset import COLUMNS, Field
from ...contacts.models import Contact
from ...contacts.models import FieldType as T
from ...contacts.shapes import contact as shapes
from ..answers import Container, Entry
from ..calling import Call
from ..errors import NotFound
from ..params import identity
from ..queries import Column
from ..resources import Resource
from . import writing

OWN_COLUMNS = {
    "id": Column("pk", "integer"),
    # Whoever has an address is known.
    "email": Column("email", indexed=Q(date_identified__isnull=False)),
    "firstname": Column("firstname"),
    "lastname": Column("lastname"),
    "company": Column("company"),
    "city": Column("city"),
    "state": Column("state"),
    "country": Column("country"),
    "points": Column("points", "integer"),
    "owner": Column("owner_id", "integer", nullable=True),
    "owner_id": Column("owner_id", "integer", nullable=True),
    "date_added": Column("date_added", "datetime"),
    "date_modified": Column("date_modified", "datetime"),
    "date_identified": Column("date_identified", "datetime", nullable=True),
    "last_active": Column("presence__at", "datetime"),
}


class Contacts(Resource[Contact]):
    """Everybody, anonymous visitors as well; who was merged answers under the old id."""

    model = Contact
    path: ClassVar[str] = "contacts"
    single: ClassVar[str] = "contact"
    plural: ClassVar[str] = "contacts"
    container = Container.OBJECT
    total_as_text = True

    @property
    def columns(self) -> Mapping[str, Column]:  # type: ignore[override]
        further = fieldset.current().contact
        return {
            **{a: json_column(f) for a, f in further.items() if a not in (*COLUMNS, *OWN_COLUMNS)},
            **OWN_COLUMNS,
        }

    def rows(self, call: Call) -> QuerySet[Contact]:
        return shapes.related(Contact.objects.current())

    def search(self, rows: QuerySet[Contact], text: str, call: Call) -> QuerySet[Contact]:
        """By the language of the admin's search; a whole e-mail address is whoever has it."""
        if named := listing.named_by_address(text):
            return rows.filter(pk__in=named)
        return search.compile(text, user_id=call.user.pk).narrow(rows)

    def find(self, sent: Any, call: Call) -> Contact:
        number = identity(sent)
        number = None if number is None else resolving.survivor_id(number)
        row = None if number is None else self.rows(call).filter(pk=number).first()
        if row is None:
            raise NotFound
        return row

    def show(self, rows: Sequence[Contact], call: Call, *, minimal: bool = False) -> list[Entry]:
        return shapes.minimal(rows) if minimal else shapes.contacts(rows)

    def show_one(self, row: Contact, call: Call, *, saved: bool = False) -> Entry:
        return shapes.contacts([row], saved=saved)[0]

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Contact, bool]:
        return writing.create(values, call)

    def update(
        self, row: Contact, values: Mapping[str, Any], call: Call, *, replace: bool
    ) -> Contact:
        return writing.update(row, values, call, replace=replace)

    def delete(self, row: Contact, call: Call) -> None:
        deletion_log.note_deletions([row], call.user)
        removal.remove([row.pk])


def json_column(field: Field) -> Column:
    """A field that is kept with others in one JSON column."""
    kinds = {T.NUMBER: "number", T.BOOLEAN: "boolean", T.DATE: "date", T.DATETIME: "datetime"}
    return Column("fields", kinds.get(T(field.type), "text"), key=field.alias)
