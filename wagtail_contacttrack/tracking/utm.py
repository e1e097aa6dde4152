"""UTM tags of hits as entries of their own, where a site wants that."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from ..activity.models import Activity
from ..contacts import utm
from ..sql import Dialect
from . import lookups
from .ledger import COLUMNS
from .outcome import Admitted
from .reasons import Reason


def note(cursor: Any, sql: Dialect, views: Sequence[Admitted]) -> None:
    """Write an entry for each page view that has just become a row, if it came with UTM tags."""
    rows = [
        _row(sql, item)
        for item in views
        if item.site.utm_always and item.hit.utm and item.outcome.reason == Reason.RECORDED
    ]
    if rows:
        sql.run(cursor, sql.insert(Activity._meta.db_table, COLUMNS, rows))


def _row(sql: Dialect, item: Admitted) -> tuple[Any, ...]:
    hit, device = item.hit, item.device
    values = {
        "kind": utm.KIND,
        "contact_id": item.outcome.contact_id,
        "device_id": device.id if device else None,
        "site_id": item.site.site_id,
        "page_id": None,
        "agent_id": lookups.user_agents.get(hit.user_agent),
        "event_key": sql.key(uuid.uuid4()),
        "time": sql.moment(item.time),
        "left_at": None,
        "engaged": None,
        "url": hit.page_url,
        "title": hit.utm.get("utm_campaign", ""),
        "referrer": hit.page_referrer,
        "address": hit.address,
        "data": sql.document({"utm": hit.utm}),
    }
    return tuple(values[column] for column in COLUMNS)
