"""Devices of contacts in the API; only hits make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from ..contacts.models import Contact, Device, UserAgent
from ..contacts.shapes.basics import moment
from . import describing, listing
from .answers import Container, Entry, answer
from .calling import Call, call_of
from .contacts.resource import Contacts
from .queries import Column
from .resources import Resource
from .schemas import ListQuery

COLUMNS = {
    "id": Column("pk", "integer"),
    "lead": Column("contact_id", "integer"),
    "lead_id": Column("contact_id", "integer"),
    "tracking_id": Column("tracking_id"),
    "device": Column("agent__kind", nullable=True),
    "device_brand": Column("agent__brand", nullable=True),
    "device_model": Column("agent__model", nullable=True),
    "device_os_name": Column("agent__os", nullable=True),
    "date_added": Column("date_added", "datetime"),
}


class DeviceOut(Schema):
    id: int
    lead: dict[str, int]
    trackingId: str
    clientInfo: dict[str, str] | list[str]
    device: str | None
    deviceBrand: str | None
    deviceModel: str | None
    deviceOsName: str | None
    deviceOsShortName: str | None
    deviceOsVersion: str | None
    deviceOsPlatform: str | None
    dateAdded: str | None


class Devices(Resource[Device]):
    """Browsers and apps."""

    model = Device
    path: ClassVar[str] = "devices"
    single: ClassVar[str] = "device"
    plural: ClassVar[str] = "devices"
    container = Container.LIST
    columns = COLUMNS
    read_only = True

    def must(self, action: str, call: Call) -> None:
        call.must(action, Contact)

    def rows(self, call: Call) -> Any:
        return Device.objects.select_related("agent")

    def show(self, rows: Sequence[Device], call: Call, *, minimal: bool = False) -> list[Entry]:
        return [shape(row) for row in rows]

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Device, bool]:
        raise NotImplementedError

    def update(
        self, row: Device, values: Mapping[str, Any], call: Call, *, replace: bool
    ) -> Device:
        raise NotImplementedError


def client_info(agent: UserAgent | None) -> Any:
    """The program; [] if nothing is known about it."""
    if agent is None or not agent.browser:
        return []
    return {"type": "browser", "name": agent.browser, "version": agent.browser_version}


def shape(row: Device) -> Entry:
    """A device."""
    agent = row.agent
    return {
        "id": row.pk,
        "lead": {"id": row.contact_id},
        "trackingId": row.tracking_id,
        "clientInfo": client_info(agent),
        "device": (agent and agent.kind) or None,
        "deviceBrand": (agent and agent.brand) or None,
        "deviceModel": (agent and agent.model) or None,
        "deviceOsName": (agent and agent.os) or None,
        "deviceOsShortName": (agent and agent.os[:3].upper()) or None,
        "deviceOsVersion": (agent and agent.os_version) or None,
        "deviceOsPlatform": None,
        "dateAdded": moment(row.date_added),
    }


DESCRIBED = describing.described(
    "Device", "device", "devices", DeviceOut, DeviceOut, container=Container.LIST
)
router = Router(tags=["devices"])
devices = Devices()


@router.get(
    "/contacts/{int:number}/devices",
    **describing.of("devices_of_contact", DESCRIBED.many, "Their devices"),
)
def devices_of_contact(request: HttpRequest, number: int, query: Query[ListQuery]) -> HttpResponse:
    call = call_of(request)
    call.must("view", Contact)
    contact = Contacts().find(number, call)
    return answer(listing.listed(devices, query, call, contact_id=contact.pk))
