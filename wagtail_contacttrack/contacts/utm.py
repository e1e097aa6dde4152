"""UTM tags of a contact: where they came from, as rows of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ..activity.adding import add
from ..activity.kinds import Kind, register
from ..activity.models import Activity
from ..wire.page import MAX_UTM, UTM

KIND = "utm"
# What is kept along with the tags themselves.
FURTHER = ("query", "remote_host", "user_agent")

register(Kind(KIND, _("UTM tags"), "crosshairs"))


def record(
    contact_id: int,
    tags: Mapping[str, str],
    *,
    now: datetime,
    url: str = "",
    referrer: str = "",
    further: Mapping[str, Any] | None = None,
    agent_id: int | None = None,
    using: str | None = None,
) -> Activity:
    """Note these tags, of `UTM`, in the contact's timeline, under the name of the campaign.

    `further` may have the keys of `FURTHER`.
    """
    kept = {name: str(tags[name])[:MAX_UTM] for name in UTM if tags.get(name)}
    return add(
        KIND,
        contact_id,
        now=now,
        title=kept.get("utm_campaign", ""),
        url=url,
        referrer=referrer,
        data={"utm": kept, **{k: v for k, v in (further or {}).items() if v}},
        agent_id=agent_id,
        using=using,
    )


def rows_of(contact_ids: Sequence[int]) -> QuerySet[Activity]:
    """What was noted about these contacts, the oldest first."""
    rows = Activity.objects.filter(contact_id__in=contact_ids, kind=KIND)
    return rows.select_related("agent").order_by("contact_id", "id")


def shape(row: Activity) -> dict[str, Any]:
    """One row as Mautic's clients read it."""
    data = row.data if isinstance(row.data, dict) else {}
    tags = data.get("utm") or {}
    return {
        "id": row.pk,
        "query": data.get("query") or [],
        "referer": row.referrer or None,
        "remoteHost": data.get("remote_host"),
        "url": row.url or None,
        "userAgent": data.get("user_agent"),
        "utmCampaign": tags.get("utm_campaign"),
        "utmContent": tags.get("utm_content"),
        "utmMedium": tags.get("utm_medium"),
        "utmSource": tags.get("utm_source"),
        "utmTerm": tags.get("utm_term"),
    }
