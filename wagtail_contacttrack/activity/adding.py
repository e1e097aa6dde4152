"""Add rows to the ledger that are no page hits."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import router

from ..reactions import Happened, tell, wanted
from ..signals import activity_recorded, announce
from .models import Activity


def add(
    kind: str,
    contact_id: int,
    *,
    now: datetime,
    title: str = "",
    url: str = "",
    referrer: str = "",
    data: dict[str, Any] | None = None,
    device_id: int | None = None,
    site_id: int | None = None,
    agent_id: int | None = None,
    address: str = "",
    key: uuid.UUID | None = None,
    using: str | None = None,
) -> Activity:
    """Add one row, within the caller's transaction if there is one.

    `key` makes it happen once: a second row with the same key raises an IntegrityError.
    """
    using = using or router.db_for_write(Activity)
    row = Activity.objects.using(using).create(
        kind=kind,
        contact_id=contact_id,
        device_id=device_id,
        site_id=site_id,
        agent_id=agent_id,
        event_key=key or uuid.uuid4(),
        time=now,
        title=title,
        url=url,
        referrer=referrer,
        address=address,
        data=data or {},
    )
    if wanted(kind):
        facts = {"activity": row.pk, **({"machine": True} if row.data.get("machine") else {})}
        tell([Happened(kind, now, contact_id, facts)], using=using)
    announce_row(row.pk, kind, contact_id, site_id, now, using)
    return row


def announce_row(
    activity_id: int, kind: str, contact_id: int, site_id: int | None, at: datetime, using: str
) -> None:
    """Send `activity_recorded` for a new row, once it is committed."""
    announce(
        activity_recorded,
        using=using,
        activity_id=activity_id,
        kind=kind,
        contact_id=contact_id,
        site_id=site_id,
        at=at,
    )


def add_once(kind: str, contact_id: int, *, key: uuid.UUID, using: str, **values: Any) -> None:
    """Add a row unless there is one with this key; what can be said once need not be said again."""
    if not Activity.objects.using(using).filter(event_key=key).exists():
        add(kind, contact_id, key=key, using=using, **values)
