"""What contacts did, as a list of events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from ...activity import kinds, latest
from ...activity.kinds import PAGE_HIT
from ...activity.models import Activity
from ...activity.timeline import RELATED, Filters, matching
from ...contacts import history, moments, points, utm
from ...contacts.shapes.basics import Entry, camel, moment
from ...contacts.shapes.hit import hit
from ...outbound import kinds as mail
from ..calling import Call
from ..errors import Invalid
from ..listing import total
from ..params import texts

USUAL, MOST = 25, 200
# Mautic's names for our kinds. Other kinds go by their own.
EVENTS = {
    PAGE_HIT: "page.hit",
    utm.KIND: "lead.utmtagsadded",
    points.KIND: "point.gained",
    history.IDENTIFIED: "lead.source.identified",
    mail.EMAIL_SENT: "email.sent",
    mail.EMAIL_OPENED: "email.read",
    mail.EMAIL_CLICKED: "page.redirect.hit",
    mail.LINK_CLICKED: "link.hit",
}
KINDS = {event: kind for kind, event in EVENTS.items()}
ORDERS = {"timestamp": ("time", "id"), "eventLabel": ("title", "id"), "eventType": ("kind", "id")}


def events(call: Call, contact_id: int | None = None) -> Entry:
    """A page of events, of one contact or of all, the newest first unless asked otherwise.

    Each page has as many events as it may, until the last one; none is left out or shown twice.
    """
    sent = call.params.all
    filters = sent.get("filters") if isinstance(sent.get("filters"), dict) else sent
    filters = filters if isinstance(filters, dict) else {}
    chosen = _filters(filters)
    rows = _rows(filters, chosen, contact_id)
    order = _order(sent.get("order"), contact_id)
    limit = min(_number(sent.get("limit"), USUAL), MOST)
    page = _number(sent.get("page"), 1)
    number = total(rows)
    start = (page - 1) * limit
    shown = rows.select_related(*RELATED)
    if contact_id is None and order[1] == "DESC":
        found = latest.newest(shown, start, limit, until=chosen.until)
    else:
        found = list(shown.order_by(*_columns(order))[start : start + limit])
    return {
        "events": [event(row, call) for row in found],
        "filters": {
            "search": str(filters.get("search") or ""),
            "includeEvents": texts(filters.get("includeEvents")),
            "excludeEvents": texts(filters.get("excludeEvents")),
        },
        "order": order,
        "types": {_event_of(key): str(label) for key, label in kinds.choices()},
        "total": number,
        "page": page,
        "limit": limit,
        "maxPages": -(-number // limit),
    }


def event(row: Activity, call: Call) -> Entry:
    """One row as an event."""
    label: Any = row.title or str(kinds.get(row.kind).label)
    if row.url:
        external = not row.url.startswith(call.base)
        label = {"label": row.title or row.url, "href": row.url, "isExternal": external}
    return {
        "event": _event_of(row.kind),
        "eventId": f"{row.kind}{row.pk}",
        "eventLabel": label,
        "eventType": str(kinds.get(row.kind).label),
        "timestamp": moment(row.time),
        "contactId": str(row.contact_id),
        "details": {"hit": hit(row)} if row.kind == PAGE_HIT else _details(row),
    }


def _details(row: Activity) -> Entry:
    data = row.data if isinstance(row.data, dict) else {}
    return {camel(name): value for name, value in data.items()}


def _event_of(kind: str) -> str:
    return EVENTS.get(kind, kind)


def _rows(
    filters: Mapping[str, Any], chosen: Filters, contact_id: int | None
) -> QuerySet[Activity]:
    rows = Activity.objects.all()
    if contact_id is not None:
        rows = rows.filter(contact_id=contact_id)
    rows = matching(rows, chosen)
    excluded = [KINDS.get(name, name) for name in texts(filters.get("excludeEvents"))]
    return rows.exclude(kind__in=excluded) if excluded else rows


def _filters(filters: Mapping[str, Any]) -> Filters:
    bounds = {}
    for name in ("dateFrom", "dateTo"):
        if text := str(filters.get(name) or ""):
            bounds[name] = moments.moment(text)
            if bounds[name] is None:
                text = _("It is not a date and time. Write it as 2024-05-31 14:30.")
                raise Invalid({name: [text]})
    return Filters(
        kinds=tuple(KINDS.get(name, name) for name in texts(filters.get("includeEvents"))),
        text=str(filters.get("search") or "")[:200],
        since=bounds.get("dateFrom"),
        until=bounds.get("dateTo"),
    )


def _order(sent: Any, contact_id: int | None) -> list[str]:
    given = texts(sent)
    by = given[0] if given and given[0] in ORDERS and contact_id is not None else "timestamp"
    direction = given[1].upper() if len(given) > 1 else "DESC"
    return [by, direction if direction == "ASC" else "DESC"]


def _columns(order: list[str]) -> list[Any]:
    columns = ORDERS[order[0]]
    if order[1] == "ASC":
        return [_folded(column) for column in columns]
    return [_folded(column).desc() for column in columns]


def _folded(column: str) -> Any:
    """Texts sort without regard to case, as some databases do anyway."""
    return Lower(column) if column in ("title", "kind") else F(column)


def _number(sent: Any, usual: int) -> int:
    text = str(sent or "").strip()
    found = int(text[:9]) if text.isascii() and text.isdecimal() else 0
    return found or usual
