"""Notes about contacts in the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from ..contacts import resolving
from ..contacts.models import Contact, Note
from ..contacts.shapes.basics import moment
from ..wire.text import storable
from . import describing, listing
from .answers import Container, Entry, answer
from .calling import Call, call_of
from .contacts.resource import Contacts
from .errors import Invalid
from .params import identity
from .queries import Column
from .resources import Resource
from .schemas import ListQuery

LONGEST = 10_000
COLUMNS = {
    "id": Column("pk", "integer"),
    "text": Column("text"),
    "lead": Column("contact_id", "integer"),
    "lead_id": Column("contact_id", "integer"),
    "date_added": Column("date_added", "datetime"),
}


class NoteOut(Schema):
    id: int | None
    text: str
    type: str
    dateTime: str | None
    lead: dict[str, int]
    dateAdded: str | None
    createdBy: int | None
    createdByUser: str | None


class NoteIn(Schema):
    lead: int | str
    text: str


class Notes(Resource[Note]):
    """What was written down about contacts: who may change those, may do so with these."""

    model = Note
    path: ClassVar[str] = "notes"
    single: ClassVar[str] = "note"
    plural: ClassVar[str] = "notes"
    container = Container.LIST
    columns = COLUMNS

    def must(self, action: str, call: Call) -> None:
        call.must("view" if action == "view" else "change", Contact)

    def rows(self, call: Call) -> Any:
        return Note.objects.select_related("author")

    def search(self, rows: Any, text: str, call: Call) -> Any:
        return rows.filter(text__icontains=text)

    def show(self, rows: Sequence[Note], call: Call, *, minimal: bool = False) -> list[Entry]:
        return [_shape(row) for row in rows]

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Note, bool]:
        note = Note(author=call.user, date_added=call.now)
        note.contact_id = _contact(values)
        note.text = _text(values)
        note.save()
        return note, True

    def update(self, row: Note, values: Mapping[str, Any], call: Call, *, replace: bool) -> Note:
        if "text" in values or replace:
            row.text = _text(values)
        if values.get("lead"):
            row.contact_id = _contact(values)
        row.save(update_fields=["text", *(["contact"] if values.get("lead") else [])])
        return row


def _contact(values: Mapping[str, Any]) -> int:
    sent = values.get("lead", values.get("contact"))
    number = identity(sent.get("id") if isinstance(sent, dict) else sent)
    found = None if number is None else resolving.survivor_id(number)
    if found is None:
        raise Invalid({"lead": [_("There is no such contact.")]})
    return found


def _text(values: Mapping[str, Any]) -> str:
    sent = values.get("text")
    text = storable(sent).strip() if isinstance(sent, str) else ""
    if not text:
        raise Invalid({"text": [_("Send the text of the note.")]})
    if len(text) > LONGEST:
        said = _("A note has %(limit)s characters at most.") % {"limit": LONGEST}
        raise Invalid({"text": [said]})
    return text


def _shape(row: Note) -> Entry:
    return {
        "id": row.pk,
        "text": row.text,
        "type": "general",
        "dateTime": moment(row.date_added),
        "lead": {"id": row.contact_id},
        "dateAdded": moment(row.date_added),
        "createdBy": row.author_id,
        "createdByUser": row.author.get_username() if row.author else None,
    }


DESCRIBED = describing.described("Note", "note", "notes", NoteOut, NoteIn, container=Container.LIST)
router = Router(tags=["notes"])
notes = Notes()


@router.get(
    "/contacts/{int:number}/notes",
    **describing.of("notes_of_contact", DESCRIBED.many, "Their notes"),
)
def notes_of_contact(request: HttpRequest, number: int, query: Query[ListQuery]) -> HttpResponse:
    call = call_of(request)
    call.must("view", Contact)
    contact = Contacts().find(number, call)
    return answer(listing.listed(notes, query, call, contact_id=contact.pk))
