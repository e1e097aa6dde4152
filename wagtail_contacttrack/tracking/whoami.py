"""Which contact a request comes from, without changing anything."""

from __future__ import annotations

from typing import Any

from ..contacts.models import Device
from ..wire.addresses import parse_networks
from ..wire.hit import decode
from ..wire.request import RawRequest


def current_ids(raw: RawRequest) -> dict[str, Any]:
    """The ids of the visitor as ``GET /mtc`` answers them; all None for a stranger."""
    hit = decode(raw, door="event", trusted_proxies=parse_networks([])[0])
    claimed = hit.cookie_device or hit.param_device
    contact_id = None
    if claimed:
        contact_id = (
            Device.objects.filter(tracking_id=claimed).values_list("contact_id", flat=True).first()
        )
    tracking_id = claimed if contact_id is not None else None
    return {"id": contact_id, "sid": tracking_id, "device_id": tracking_id}
