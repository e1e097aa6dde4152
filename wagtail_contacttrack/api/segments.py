"""Segments in the API, and who belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema

from ..contacts.models import Contact
from ..contacts.shapes.basics import moment
from ..segments import members
from ..segments.models import Segment, SegmentMember
from ..wire.text import storable
from . import describing
from .answers import Entry, answer
from .calling import Call, call_of
from .contacts.resource import Contacts
from .errors import ApiError, Invalid, Taken
from .params import numbers, truth
from .queries import Column
from .resources import Resource
from .schemas import Success

COLUMNS = {
    "id": Column("pk", "integer"),
    "name": Column("name"),
    "alias": Column("alias"),
    "is_published": Column("is_published", "boolean"),
    "date_added": Column("date_added", "datetime"),
    "date_modified": Column("date_modified", "datetime"),
}
TEXTS = {
    "name": "name",
    "publicName": "public_name",
    "alias": "alias",
    "description": "description",
}
TRUTHS = {
    "isPublished": "is_published",
    "isGlobal": "is_global",
    "isPreferenceCenter": "is_preference_center",
}


class SegmentOut(Schema):
    id: int | None
    name: str
    publicName: str
    alias: str
    description: str | None
    isPublished: bool
    isGlobal: bool
    isPreferenceCenter: bool
    dateAdded: str | None
    dateModified: str | None
    category: None
    filters: list[Any]


class SegmentIn(Schema):
    name: str
    alias: str | None = None
    publicName: str | None = None
    description: str | None = None
    isPublished: bool | int | str | None = None
    isGlobal: bool | int | str | None = None
    isPreferenceCenter: bool | int | str | None = None


class SegmentsOf(Schema):
    total: int
    lists: dict[str, Any] | list[Any]


class Added(Success):
    details: dict[str, Any]


class Segments(Resource[Segment]):
    """Manual lists of contacts."""

    model = Segment
    path: ClassVar[str] = "segments"
    single: ClassVar[str] = "list"
    plural: ClassVar[str] = "lists"
    columns = COLUMNS

    def search(self, rows: Any, text: str, call: Call) -> Any:
        return rows.filter(name__icontains=text) | rows.filter(alias__icontains=text)

    def show(self, rows: Sequence[Segment], call: Call, *, minimal: bool = False) -> list[Entry]:
        return [_shape(row) for row in rows]

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Segment, bool]:
        return _save(Segment(date_added=call.now), values), True

    def update(
        self, row: Segment, values: Mapping[str, Any], call: Call, *, replace: bool
    ) -> Segment:
        if replace:
            row.public_name = row.description = ""
        return _save(row, values)


def _save(row: Segment, values: Mapping[str, Any]) -> Segment:
    if values.get("filters"):
        text = _("Segments have no filters yet: their contacts are added and removed by hand.")
        raise Invalid({"filters": [text]})
    for sent, name in TEXTS.items():
        if isinstance(values.get(sent), str | int):
            setattr(row, name, storable(str(values[sent])).strip())
    for sent, name in TRUTHS.items():
        if sent in values:
            setattr(row, name, truth(values[sent]))
    is_ours = not row.alias
    if is_ours:
        row.alias = members.free_alias(row.name)
    try:
        row.full_clean()
    except ValidationError as error:
        if is_ours and "alias" in error.message_dict:
            # Somebody else has just taken the one that was free.
            raise Taken({"alias": error.message_dict["alias"]}) from None
        sent_as = {name: sent for sent, name in TEXTS.items()}
        raise Invalid(
            {sent_as.get(n, n): texts for n, texts in error.message_dict.items()}
        ) from None
    row.save()
    return row


def _shape(row: Segment) -> Entry:
    return {
        "isPublished": row.is_published,
        "dateAdded": moment(row.date_added),
        "dateModified": moment(row.date_modified),
        "createdBy": None,
        "createdByUser": None,
        "modifiedBy": None,
        "modifiedByUser": None,
        "id": row.pk,
        "name": row.name,
        "publicName": row.public_name or row.name,
        "alias": row.alias,
        "description": row.description or None,
        "category": None,
        "filters": [],
        "isGlobal": row.is_global,
        "isPreferenceCenter": row.is_preference_center,
    }


DESCRIBED = describing.described("Segment", "list", "lists", SegmentOut, SegmentIn)
router = Router(tags=["lists"])
segments, contacts = Segments(), Contacts()


@router.post(
    "/segments/{int:number}/contact/{int:contact}/add",
    **describing.of("segment_add_contact", Success, "Add a contact to a segment"),
)
def add_contact(request: HttpRequest, number: int, contact: int) -> HttpResponse:
    call, segment = _segment(request, number)
    person = contacts.find(contact, call)
    members.add(segment, [person.pk], now=call.now)
    call.log("wagtail.edit", person, segment=segment.pk)
    return answer({"success": 1})


@router.post(
    "/segments/{int:number}/contact/{int:contact}/remove",
    **describing.of("segment_remove_contact", Success, "Take a contact out of a segment"),
)
def remove_contact(request: HttpRequest, number: int, contact: int) -> HttpResponse:
    call, segment = _segment(request, number)
    person = contacts.find(contact, call)
    members.remove(segment, [person.pk])
    call.log("wagtail.edit", person, left_segment=segment.pk)
    return answer({"success": 1})


@router.post(
    "/segments/{int:number}/contacts/add",
    **describing.of(
        "segment_add_contacts",
        Added,
        "Add many contacts to a segment",
        body={"type": "object", "properties": {"ids": {"type": "array", "items": {}}}},
    ),
)
def add_contacts(request: HttpRequest, number: int) -> HttpResponse:
    call, segment = _segment(request, number)
    wanted = numbers(call.params.all.get("ids"))
    if not wanted:
        raise ApiError(400, _("Send the ids of contacts as ids."))
    there = set(members.add(segment, wanted, now=call.now))
    call.log("wagtail.edit", segment, contacts=sorted(there))
    details = {str(number): {"success": number in there} for number in wanted}
    return answer({"success": 1, "details": details})


@router.get(
    "/contacts/{int:number}/segments",
    **describing.of("segments_of_contact", SegmentsOf, "Their segments"),
)
def segments_of_contact(request: HttpRequest, number: int) -> HttpResponse:
    call = call_of(request)
    call.must("view", Contact)
    call.must("view", Segment)
    found = [_membership(row) for row in members.of_contact(contacts.find(number, call).pk)]
    held = segments.container.hold(found)
    return answer({"total": len(found), "lists": held})


@router.get(
    "/contacts/list/segments", **describing.of("segment_choices", list[Any], "Segments to choose")
)
def choices(request: HttpRequest) -> HttpResponse:
    call = call_of(request)
    call.must("view", Segment)
    rows = Segment.objects.filter(is_published=True).order_by("name", "pk")
    return answer([{"id": row.pk, "name": row.name, "alias": row.alias} for row in rows])


def _membership(row: SegmentMember) -> Entry:
    segment = row.segment
    return {
        "id": segment.pk,
        "name": segment.name,
        "alias": segment.alias,
        "dateAdded": moment(row.date_added),
        "manuallyAdded": True,
        "manuallyRemoved": False,
    }


def _segment(request: HttpRequest, number: int) -> tuple[Call, Segment]:
    call = call_of(request)
    call.must("change", Contact)
    call.must("view", Segment)
    return call, segments.find(number, call)
