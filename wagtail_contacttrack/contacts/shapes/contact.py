"""A contact as Mautic's clients read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from ...activity.models import Activity
from .. import content, fieldset, utm
from ..models import Contact, ContactTag, DoNotContact
from .basics import Entry, by_group, moment

# How far back a single contact's addresses are looked for.
LOOK_BACK = 1_000


def contacts(found: Sequence[Contact], *, saved: bool = False) -> list[Entry]:
    """The contacts in full. The number of queries does not depend on how many they are.

    `saved` says that they have just been written: Mautic then gives the id among the fields as a
    number, and otherwise as text.
    """
    ids = [contact.pk for contact in found]
    tags, dont, marks = _tags(ids), _do_not_contact(ids), _utm_tags(ids)
    addresses = _addresses(ids)
    return [
        {
            **_head(contact),
            "fields": _fields(contact, saved),
            "lastActive": moment(contact.last_active),
            "owner": owner(contact.owner),
            "ipAddresses": addresses[contact.pk],
            "tags": tags[contact.pk],
            "utmtags": marks[contact.pk],
            "stage": None,
            "dateIdentified": moment(contact.date_identified),
            "preferredProfileImage": "gravatar",
            "doNotContact": dont[contact.pk],
            "frequencyRules": [],
        }
        for contact in found
    ]


def minimal(found: Iterable[Contact]) -> list[Entry]:
    """The contacts without anything that lies in other tables."""
    return [
        {
            **_head(contact),
            "fields": {"all": _fields(contact, False)["all"]},
            "lastActive": moment(contact.last_active),
            "dateIdentified": moment(contact.date_identified),
        }
        for contact in found
    ]


def related(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    """The rows with what their shapes need."""
    return rows.prefetch_related("presence", "owner")


def owner(user: Any) -> Entry | None:
    """A user whom a contact belongs to."""
    if user is None:
        return None
    return {
        "id": user.pk,
        "username": user.get_username(),
        "firstName": getattr(user, "first_name", ""),
        "lastName": getattr(user, "last_name", ""),
    }


def _head(contact: Contact) -> Entry:
    return {
        "isPublished": True,
        "dateAdded": moment(contact.date_added),
        "dateModified": moment(contact.date_modified),
        "createdBy": None,
        "createdByUser": None,
        "modifiedBy": None,
        "modifiedByUser": None,
        "id": contact.pk,
        "points": contact.points,
        "color": None,
    }


def _fields(contact: Contact, saved: bool) -> Entry:
    stored = {
        **content.values_of(contact),
        "points": contact.points,
        "last_active": moment(contact.last_active),
    }
    further = {"id": contact.pk if saved else str(contact.pk), "points": contact.points}
    return by_group(fieldset.current().contact, stored, "lead", further)


def tag(row: Any) -> Entry:
    """A tag."""
    return {"id": row.pk, "tag": row.name, "description": row.description or None}


def _tags(ids: Sequence[int]) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    rows = ContactTag.objects.filter(contact_id__in=ids).select_related("tag")
    for row in rows.order_by("tag__name", "tag_id"):
        found[row.contact_id].append(tag(row.tag))
    return found


def _do_not_contact(ids: Sequence[int]) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in DoNotContact.objects.filter(contact_id__in=ids).order_by("pk"):
        found[row.contact_id].append(
            {
                "id": row.pk,
                "reason": row.reason,
                "comments": row.comments,
                "channel": row.channel,
                "channelId": None,
            }
        )
    return found


def _utm_tags(ids: Sequence[int]) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in utm.rows_of(ids):
        found[row.contact_id].append(utm.shape(row))
    return found


def _addresses(ids: Sequence[int]) -> dict[int, list[Entry]]:
    """Of one contact those that were used lately, of several the last one of each."""
    found: dict[int, list[Entry]] = defaultdict(list)
    rows = Activity.objects.order_by("-time", "-id")
    if len(ids) == 1:
        latest = rows.filter(contact_id=ids[0]).values_list("address", "id")[:LOOK_BACK]
        pairs = [(ids[0], address, number) for address, number in latest if address]
    else:
        last = rows.filter(contact_id=OuterRef("pk")).exclude(address="")
        annotated = Contact.objects.filter(pk__in=ids).annotate(
            address=Subquery(last.values("address")[:1]), row=Subquery(last.values("id")[:1])
        )
        pairs = [
            (number, address, row)
            for number, address, row in annotated.values_list("pk", "address", "row")
            if address
        ]
    seen = set()
    for contact_id, address, number in pairs:
        if (contact_id, address) not in seen:
            seen.add((contact_id, address))
            found[contact_id].append({"ipAddress": address, "id": number, "ipDetails": None})
    return found
