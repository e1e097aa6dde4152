"""A page hit as Mautic's clients read it."""

from __future__ import annotations

from ...activity.models import Activity
from .basics import Entry, moment


def hit(row: Activity) -> Entry:
    """A page hit; its row comes with `agent` and `device`."""
    data = row.data if isinstance(row.data, dict) else {}
    tags = data.get("utm") or {}
    return {
        "id": row.pk,
        "dateHit": moment(row.time),
        "dateLeft": moment(row.left_at),
        "url": row.url,
        "urlTitle": row.title,
        "referer": row.referrer or None,
        "query": {**tags, **(data.get("params") or {})},
        "pageLanguage": data.get("language"),
        "browserLanguages": data.get("browser_languages") or [],
        "ipAddress": row.address or None,
        "userAgent": row.agent.raw if row.agent else None,
        "trackingId": row.device.tracking_id if row.device else None,
        "code": 200,
        "source": None,
        "sourceId": None,
    }
