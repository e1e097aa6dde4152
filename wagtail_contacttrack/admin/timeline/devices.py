"""The browsers and apps that a contact uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from ...activity.timeline import device_uses
from ...contacts import grounds
from ...contacts.listing import DEVICE_TYPES
from ...contacts.models import Device, UserAgent

SHOWN = 20
MOST = 500

ICONS = {
    "desktop": "desktop",
    "mobile": "mobile-alt",
    "tablet": "tablet-alt",
    "app": "mobile-alt",
}
LABELS = dict(DEVICE_TYPES)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device with the time of its last use, or the time since when it was not used."""

    device: Device
    last_used: datetime | None
    not_since: datetime | None

    @property
    def agent(self) -> UserAgent | None:
        return self.device.agent

    @property
    def icon(self) -> str:
        return icon_of(self.agent)

    @property
    def kind(self) -> Any:
        return LABELS.get(self.agent.kind if self.agent else "", _("Other"))

    @property
    def ground(self) -> str:
        """Why it belongs to the contact."""
        return grounds.of(self.device)

    @property
    def model(self) -> str:
        """For example "Samsung SM-S921B"; a model that names its brand says it once."""
        if self.agent is None:
            return ""
        brand, model = self.agent.brand, self.agent.model
        return model if model.startswith(brand) else f"{brand} {model}".strip()


@dataclass(frozen=True, slots=True)
class Devices:
    """The devices used last; `more` says that there are others."""

    rows: list[DeviceRow]
    more: bool


def devices_of(contact_id: int) -> Devices:
    """The contact's devices, the one used last first; two queries."""
    uses, reached = device_uses(contact_id)
    found = Device.objects.filter(contact_id=contact_id).select_related("agent")
    devices = list(found.order_by("-date_added", "-pk")[:MOST])
    devices.sort(key=lambda device: uses.get(device.pk, datetime.min.replace(tzinfo=UTC)))
    latest = devices[: -SHOWN - 1 : -1]
    rows = [
        DeviceRow(device, used, None if used else reached)
        for device in latest
        for used in [uses.get(device.pk)]
    ]
    return Devices(rows, more=len(devices) > SHOWN)


def icon_of(agent: UserAgent | None) -> str:
    """The Wagtail icon for a type of device."""
    return ICONS.get(agent.kind if agent else "", "globe")
