"""Mautic's tables, as far as our rows answer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from ...activity.kinds import PAGE_HIT
from ...activity.models import Activity
from ...contacts import history, points, utm
from ...contacts.models import CompanyMembership, ContactTag, Device, DoNotContact
from ...outbound.models import Message, TrackedLink
from ...segments.models import SegmentMember
from ...wire.page import UTM
from ...wire.phpserialize import dumps
from ..queries import Column

# What is computed from a row, where it is no column of the database.
Computed = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its rows, and for each of its columns where the value is.

    A column that is a `Column` can be compared and sorted by; others are shown only.
    """

    model: type[Model]
    columns: Mapping[str, Column | Computed]
    condition: Q | None = None
    related: tuple[str, ...] = ()

    def rows(self) -> QuerySet[Any]:
        """All rows, with what showing them needs."""
        found = self.model._default_manager.filter(self.condition or Q())
        return found.select_related(*self.related) if self.related else found

    @property
    def comparable(self) -> dict[str, Column]:
        """The columns that `where` and `order` may name."""
        return {name: c for name, c in self.columns.items() if isinstance(c, Column)}

    def show(self, row: Any) -> dict[str, str]:
        """The row with all values as text; those that are NULL are left out."""
        values = {
            name: _value(row, column.path) if isinstance(column, Column) else column(row)
            for name, column in self.columns.items()
        }
        return {name: _text(value) for name, value in values.items() if value not in (None, "")}


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = None if row is None else getattr(row, name)
    return row


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        # As in the database of PHP: UTC, without saying so.
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return str(int(value)) if isinstance(value, bool) else str(value)


def _always(value: Any) -> Computed:
    return lambda _row: value


def _data(*names: str) -> Computed:
    """A value out of the row's JSON; lists and objects in PHP's own format."""

    def look(row: Any) -> Any:
        value: Any = row.data
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return dumps(value) if isinstance(value, dict | list) and value else value or None

    return look


def _query(row: Any) -> Any:
    data = row.data if isinstance(row.data, dict) else {}
    found = {**(data.get("utm") or {}), **(data.get("params") or {})}
    return dumps(found) if found else None


ID, LEAD = Column("id", "integer"), Column("contact_id", "integer")
TIME = Column("time", "datetime")
_AGENT = {
    "user_agent": Column("agent__raw", nullable=True),
    "tracking_id": Column("device__tracking_id", nullable=True),
}

TABLES: dict[str, Table] = {
    "companies_leads": Table(
        CompanyMembership,
        {
            "company_id": Column("company_id", "integer"),
            "lead_id": LEAD,
            "date_added": Column("date_added", "datetime"),
            "is_primary": Column("is_primary", "boolean"),
        },
    ),
    "email_stats": Table(
        Message,
        {
            "id": ID,
            "lead_id": LEAD,
            "email_address": Column("recipient"),
            "date_sent": Column("date_added", "datetime"),
        },
    ),
    "lead_devices": Table(
        Device,
        {
            "id": ID,
            "lead_id": LEAD,
            "tracking_id": Column("tracking_id"),
            "device": Column("agent__kind", nullable=True),
            "device_os_name": Column("agent__os", nullable=True),
            "device_os_version": Column("agent__os_version", nullable=True),
            "device_brand": Column("agent__brand", nullable=True),
            "device_model": Column("agent__model", nullable=True),
            "date_added": Column("date_added", "datetime"),
        },
        related=("agent",),
    ),
    "lead_donotcontact": Table(
        DoNotContact,
        {
            "id": ID,
            "lead_id": LEAD,
            "channel": Column("channel"),
            "reason": Column("reason", "integer"),
            "comments": Column("comments"),
            "date_added": Column("date_added", "datetime"),
        },
    ),
    "lead_event_log": Table(
        Activity,
        {
            "id": ID,
            "lead_id": LEAD,
            "user_id": _data("actor"),
            "bundle": _always("lead"),
            "object": _always("contact"),
            "action": Column("kind"),
            "date_added": TIME,
            "properties": lambda row: dumps(row.data) if row.data else None,
        },
        condition=Q(kind__in=[*history.KINDS, "contact.saved"]),
    ),
    "lead_lists_leads": Table(
        SegmentMember,
        {
            "leadlist_id": Column("segment_id", "integer"),
            "lead_id": LEAD,
            "date_added": Column("date_added", "datetime"),
            "manually_added": _always(True),
            "manually_removed": _always(False),
        },
    ),
    "lead_points_change_log": Table(
        Activity,
        {
            "id": ID,
            "lead_id": LEAD,
            "type": lambda row: "API" if row.data.get("actor") else "points",
            "event_name": _data("event"),
            "action_name": _data("action"),
            "delta": _data("delta"),
            "date_added": TIME,
        },
        condition=Q(kind=points.KIND),
    ),
    "lead_tags_xref": Table(ContactTag, {"tag_id": Column("tag_id", "integer"), "lead_id": LEAD}),
    "lead_utmtags": Table(
        Activity,
        {
            "id": ID,
            "lead_id": LEAD,
            "date_added": TIME,
            "query": _data("query"),
            "referer": Column("referrer"),
            "remote_host": _data("remote_host"),
            "url": Column("url"),
            "user_agent": lambda row: row.data.get("user_agent") or (row.agent and row.agent.raw),
            **{name: _data("utm", name) for name in UTM},
        },
        condition=Q(kind=utm.KIND),
        related=("agent",),
    ),
    "page_hits": Table(
        Activity,
        {
            "id": ID,
            "page_id": Column("page_id", "integer", nullable=True),
            "lead_id": LEAD,
            "device_id": Column("device_id", "integer", nullable=True),
            "date_hit": TIME,
            "date_left": Column("left_at", "datetime", nullable=True),
            "code": _always(200),
            "referer": Column("referrer"),
            "url": Column("url"),
            "url_title": Column("title"),
            **_AGENT,
            "ip_address": Column("address"),
            "page_language": _data("language"),
            "browser_languages": _data("browser_languages"),
            "query": _query,
        },
        condition=Q(kind=PAGE_HIT),
        related=("agent", "device"),
    ),
    "page_redirects": Table(
        TrackedLink,
        {
            "id": ID,
            "redirect_id": Column("key"),
            "url": Column("url"),
            "hits": Column("hits", "integer"),
            "unique_hits": Column("unique_hits", "integer"),
            "date_added": Column("date_added", "datetime"),
        },
    ),
}
