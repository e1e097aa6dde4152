"""Add rows to the ledger that are no page hits."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import router

from .models import Activity


def add(
    kind: str,
    contact_id: int,
    *,
    now: datetime,
    title: str = "",
    url: str = "",
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
    return Activity.objects.using(using or router.db_for_write(Activity)).create(
        kind=kind,
        contact_id=contact_id,
        device_id=device_id,
        site_id=site_id,
        agent_id=agent_id,
        event_key=key or uuid.uuid4(),
        time=now,
        title=title,
        url=url,
        address=address,
        data=data or {},
    )


def add_once(kind: str, contact_id: int, *, key: uuid.UUID, using: str, **values: Any) -> None:
    """Add a row unless there is one with this key; what can be said once need not be said again."""
    if not Activity.objects.using(using).filter(event_key=key).exists():
        add(kind, contact_id, key=key, using=using, **values)
