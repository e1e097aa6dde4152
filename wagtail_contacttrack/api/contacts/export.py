"""Everything about one person, as one JSON document that is written while it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

from ...activity.models import Activity
from ...contacts import company_people, resolving
from ...contacts.models import Contact, Device, Identifier, Merge, Note
from ...contacts.shapes import company as company_shapes
from ...contacts.shapes import contact as shapes
from ...contacts.shapes.basics import Entry, moment
from ...outbound.models import Message
from ...segments import members

CHUNK = 1_000


def document(contact: Contact, *, sees_companies: bool, sees_segments: bool) -> Iterator[str]:
    """The parts of the document. The activity comes last, by short queries, the oldest first.

    Companies and segments are left out for who may not view them.
    """
    companies = company_people.of_contact(contact.pk) if sees_companies else []
    segments = list(members.of_contact(contact.pk)) if sees_segments else []
    head = {
        "contact": shapes.contacts([contact])[0],
        "mergedContacts": resolving.merged_into([contact.pk]),
        "merges": [_merge(row) for row in _merges(contact)],
        "identifiers": [_identifier(row) for row in _of(Identifier, contact)],
        "devices": [_device(row) for row in _of(Device, contact).select_related("agent")],
        "companies": company_shapes.companies(row.company for row in companies),
        "segments": [
            {"id": row.segment_id, "name": row.segment.name, "dateAdded": moment(row.date_added)}
            for row in segments
        ],
        "notes": [_note(row) for row in _of(Note, contact).select_related("author")],
        "messages": [_message(row) for row in _of(Message, contact)],
    }
    # All but the closing bracket.
    yield _json(head)[:-1] + ', "activity": ['
    separator = ""
    for row in _activity(contact):
        yield separator + _json(_event(row))
        separator = ", "
    yield "]}"


def _activity(contact: Contact) -> Iterator[Activity]:
    rows = Activity.objects.filter(contact=contact).order_by("time", "id")
    rows = rows.select_related("agent", "device")
    last: tuple[datetime, int] | None = None
    while True:
        beyond = rows
        if last is not None:
            later = Q(time__gt=last[0]) | Q(time=last[0], id__gt=last[1])
            beyond = rows.filter(later, time__gte=last[0])
        part = list(beyond[:CHUNK])
        yield from part
        if len(part) < CHUNK:
            return
        last = (part[-1].time, part[-1].pk)


def _of(model: Any, contact: Contact) -> QuerySet[Any]:
    return model.objects.filter(contact=contact).order_by("pk")


def _merges(contact: Contact) -> QuerySet[Merge]:
    return Merge.objects.filter(Q(winner=contact) | Q(loser=contact)).order_by("pk")


def _merge(row: Merge) -> Entry:
    return {
        "winner": row.winner_id,
        "loser": row.loser_id,
        "rule": row.rule,
        "evidence": row.evidence,
        "at": moment(row.linked_at),
        "undoneAt": moment(row.undone_at),
    }


def _identifier(row: Identifier) -> Entry:
    return {
        "field": row.field,
        "value": row.value,
        "verified": row.verified,
        "current": row.current,
        "rule": row.rule,
        "evidence": row.evidence,
        "at": moment(row.linked_at),
    }


def _device(row: Device) -> Entry:
    return {
        "trackingId": row.tracking_id,
        "userAgent": row.agent.raw if row.agent else None,
        "rule": row.rule,
        "evidence": row.evidence,
        "dateAdded": moment(row.date_added),
    }


def _note(row: Note) -> Entry:
    return {
        "text": row.text,
        "author": row.author.get_username() if row.author else None,
        "dateAdded": moment(row.date_added),
    }


def _message(row: Message) -> Entry:
    return {
        "recipient": row.recipient,
        "subject": row.subject,
        "dateAdded": moment(row.date_added),
    }


def _event(row: Activity) -> Entry:
    return {
        "id": row.pk,
        "kind": row.kind,
        "time": moment(row.time),
        "left": moment(row.left_at),
        "engagedMilliseconds": row.engaged,
        "url": row.url,
        "title": row.title,
        "referrer": row.referrer,
        "ipAddress": row.address,
        "device": row.device.tracking_id if row.device else None,
        "userAgent": row.agent.raw if row.agent else None,
        "data": row.data,
    }


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)
