"""The tables that our data can answer. Others of Mautic's are about things that do not exist here.

Of a table, columns that never have a value are left out as well.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from ...activity.kinds import PAGE_HIT
from ...activity.models import Activity
from ...contacts import points, utm
from ...contacts.models import CompanyMembership, ContactTag, Device, DoNotContact
from ...outbound import kinds as mail
from ...outbound.models import Message, TrackedLink
from ...segments.models import SegmentMember
from ...wire.page import UTM
from ..casting import INTEGER
from .tables import Shown, Table, made, moment, nested, number, path, truth, within

CLICKS = (mail.EMAIL_CLICKED, mail.LINK_CLICKED)
# What has a table of its own does not stand in the log.
_ELSEWHERE = (points.KIND, utm.KIND, *CLICKS)
_ID = {"id": number("pk"), "lead_id": number("contact_id")}


def _data(row: Any) -> dict[str, Any]:
    return row.data if isinstance(row.data, dict) else {}


def _hit_query(row: Activity) -> dict[str, Any]:
    """Everything that the hit said, as it was sent."""
    data = _data(row)
    page = {
        "page_url": row.url,
        "page_title": row.title,
        "page_referrer": row.referrer,
        "page_language": data.get("language"),
    }
    said = {**page, **(data.get("utm") or {}), **(data.get("params") or {})}
    return {name: value for name, value in said.items() if value not in (None, "")}


def _source(row: Activity) -> str | None:
    return "email" if row.kind == mail.EMAIL_CLICKED else None


def _os_short(row: Device) -> str | None:
    return row.agent.os[:3].upper() if row.agent else None


def _client(row: Device) -> dict[str, str]:
    agent = row.agent
    if agent is None or not agent.browser:
        return {}
    return {"type": "browser", "name": agent.browser, "version": agent.browser_version}


def _log_names(row: Activity) -> tuple[str, str]:
    """Bundle and action: ``contact.merged`` is what was done, merged, in contacts."""
    first, _dot, rest = row.kind.partition(".")
    return ("lead" if first == "contact" else first), rest or first


def _logged(rows: QuerySet) -> QuerySet:
    # The partial index on kinds is for whatever is no page hit, and says so in these words.
    return rows.filter(~Q(kind=PAGE_HIT)).exclude(kind__in=_ELSEWHERE)


def _of_kind(kind: str) -> Any:
    return lambda rows: rows.filter(kind=kind)


_HITS: dict[str, Shown] = {
    **_ID,
    "device_id": number("device_id", nullable=True),
    "redirect_id": within("link", INTEGER),
    "date_hit": moment("time"),
    "date_left": moment("left_at", nullable=True),
    "code": made(lambda row: 302 if row.kind in CLICKS else 200),
    "referer": path("referrer"),
    "url": path("url"),
    "url_title": path("title"),
    "user_agent": path("agent__raw", nullable=True),
    "remote_host": path("address"),
    "page_language": within("language"),
    "browser_languages": made(lambda row: _data(row).get("browser_languages")),
    "tracking_id": path("device__tracking_id", nullable=True),
    "source": made(_source),
    "source_id": within("message", INTEGER),
    "query": made(_hit_query),
}

TABLES = {
    table.name: table
    for table in (
        Table(
            "page_hits",
            Activity,
            _HITS,
            lambda rows: rows.filter(kind__in=(PAGE_HIT, *CLICKS)),
            ("agent", "device"),
        ),
        Table(
            "page_redirects",
            TrackedLink,
            {
                "id": number("pk"),
                "redirect_id": path("key"),
                "url": path("url"),
                "hits": number("hits"),
                "unique_hits": number("unique_hits"),
                "date_added": moment("date_added"),
            },
        ),
        Table(
            "channel_url_trackables",
            TrackedLink,
            {
                "redirect_id": number("pk"),
                "channel": path("channel"),
                "hits": number("hits"),
                "unique_hits": number("unique_hits"),
            },
        ),
        Table(
            "lead_utmtags",
            Activity,
            {
                **_ID,
                "date_added": moment("time"),
                "url": path("url"),
                "referer": path("referrer"),
                "remote_host": within("remote_host"),
                "user_agent": made(
                    lambda row: _data(row).get("user_agent") or (row.agent and row.agent.raw)
                ),
                "query": made(lambda row: _data(row).get("query")),
                **{name: nested("utm", name) for name in UTM},
            },
            _of_kind(utm.KIND),
            ("agent",),
        ),
        Table(
            "lead_devices",
            Device,
            {
                **_ID,
                "date_added": moment("date_added"),
                "tracking_id": path("tracking_id"),
                "client_info": made(_client),
                "device": path("agent__kind", nullable=True),
                "device_os_name": path("agent__os", nullable=True),
                "device_os_shortname": made(_os_short),
                "device_os_version": path("agent__os_version", nullable=True),
                "device_brand": path("agent__brand", nullable=True),
                "device_model": path("agent__model", nullable=True),
            },
            related=("agent",),
        ),
        Table(
            "lead_event_log",
            Activity,
            {
                **_ID,
                "user_id": within("actor", INTEGER),
                "bundle": made(lambda row: _log_names(row)[0]),
                "object": path("kind"),
                "action": made(lambda row: _log_names(row)[1]),
                "date_added": moment("time"),
                "properties": made(_data),
            },
            _logged,
        ),
        Table(
            "lead_points_change_log",
            Activity,
            {
                **_ID,
                "type": made(lambda row: "manual" if _data(row).get("actor") else "api"),
                "event_name": within("event"),
                "action_name": within("action"),
                "delta": within("delta", INTEGER),
                "date_added": moment("time"),
            },
            _of_kind(points.KIND),
        ),
        Table(
            "lead_donotcontact",
            DoNotContact,
            {
                **_ID,
                "date_added": moment("date_added"),
                "reason": number("reason"),
                "channel": path("channel"),
                "comments": path("comments"),
            },
        ),
        Table(
            "lead_lists_leads",
            SegmentMember,
            {
                "leadlist_id": number("segment_id"),
                "lead_id": number("contact_id"),
                "date_added": moment("date_added"),
                "manually_removed": made(lambda _row: False),
                "manually_added": made(lambda _row: True),
            },
        ),
        Table(
            "lead_tags_xref",
            ContactTag,
            {"lead_id": number("contact_id"), "tag_id": number("tag_id")},
        ),
        Table(
            "companies_leads",
            CompanyMembership,
            {
                "company_id": number("company_id"),
                "lead_id": number("contact_id"),
                "date_added": moment("date_added"),
                "is_primary": truth("is_primary"),
            },
        ),
        Table(
            "email_stats",
            Message,
            {
                **_ID,
                "email_address": path("recipient"),
                "subject": path("subject"),
                "date_sent": moment("sent_at", nullable=True),
                "is_read": made(lambda row: row.opened_at is not None),
                "date_read": moment("opened_at", nullable=True),
                "open_count": number("opens"),
                "last_opened": moment("last_opened_at", nullable=True),
            },
        ),
    )
}
