"""Who is it? The only place that links a device to a contact.

The order in this release: the device cookie; where there is none, the device parameter; else a new
anonymous contact. An id that nobody knows yet is adopted with the visitor who brings it, so that
many first requests at once with one id make one contact: the database's unique tracking id decides
which of them is first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..contacts.models import Contact, Device, Presence, Rule
from ..sql import Dialect, Statement
from . import lookups
from .outcome import Admitted, KnownDevice

CONTACT_COLUMNS = (
    "email", "firstname", "lastname", "company", "city", "state", "country", "points", "fields",
    "date_added", "date_modified", "date_identified",
)  # fmt: skip
DEVICE_COLUMNS = (
    "tracking_id", "contact_id", "agent_id", "date_added", "rule", "evidence", "linked_at",
)  # fmt: skip


def identify(cursor: Any, sql: Dialect, batch: Sequence[Admitted]) -> None:
    """Give every hit of the batch its device and contact, making those that do not exist yet."""
    wanted: dict[str, Admitted] = {}
    for item in batch:
        wanted.setdefault(item.tracking_id, item)
    devices = find_devices(cursor, sql, list(wanted))
    newcomers = {key: wanted[key] for key in sorted(wanted) if key not in devices}
    if newcomers:
        devices.update(_welcome(cursor, sql, newcomers))
    for item in batch:
        item.meet(devices[item.tracking_id])
    _follow_agents(cursor, sql, batch)


def recognise(cursor: Any, sql: Dialect, leaves: Sequence[Admitted]) -> None:
    """Say whose page is being left, without making anybody."""
    devices = find_devices(cursor, sql, sorted({item.tracking_id for item in leaves}))
    for item in leaves:
        if device := devices.get(item.tracking_id):
            item.meet(device)


def find_devices(cursor: Any, sql: Dialect, tracking_ids: Sequence[str]) -> dict[str, KnownDevice]:
    """The devices that exist, by tracking id; one query."""
    table = sql.quote(Device._meta.db_table)
    condition, values = sql.one_of("tracking_id", tracking_ids)
    cursor.execute(
        f"SELECT tracking_id, id, contact_id, agent_id FROM {table} WHERE {condition}",  # noqa: S608
        values,
    )
    return {
        tracking_id: KnownDevice(number, tracking_id, contact_id, agent_id)
        for tracking_id, number, contact_id, agent_id in cursor.fetchall()
    }


def _welcome(cursor: Any, sql: Dialect, newcomers: dict[str, Admitted]) -> dict[str, KnownDevice]:
    """Make a contact and a device for each tracking id, unless somebody else was faster."""
    own = _add_contacts(cursor, sql, list(newcomers.values()))
    contact_of = dict(zip(newcomers, own, strict=True))
    rows = [
        (
            tracking_id,
            contact_of[tracking_id],
            lookups.user_agents.get(item.hit.user_agent),
            sql.moment(item.now),
            Rule.PARAMETER if item.hit.param_device else Rule.NEW,
            sql.document({}),
            sql.moment(item.now),
        )
        for tracking_id, item in newcomers.items()
    ]
    statements = sql.upsert(
        Device._meta.db_table,
        DEVICE_COLUMNS,
        rows,
        key=["tracking_id"],
        returning=["id", "tracking_id", "contact_id", "agent_id"],
    )
    devices = {
        tracking_id: KnownDevice(
            number, tracking_id, contact_id, agent_id, contact_id == contact_of[tracking_id]
        )
        for number, tracking_id, contact_id, agent_id in sql.run(cursor, statements)
    }
    _remove_superfluous(cursor, sql, contact_of, devices)
    return devices


def _add_contacts(cursor: Any, sql: Dialect, items: Sequence[Admitted]) -> list[int]:
    rows = [_anonymous(sql, item.hit.country, item.now) for item in items]
    statements = sql.insert(Contact._meta.db_table, CONTACT_COLUMNS, rows, ["id", "country"])
    # Anonymous contacts differ in nothing but their country, so any of that country will do.
    by_country: dict[str, list[int]] = {}
    for number, country in sql.run(cursor, statements):
        by_country.setdefault(country, []).append(number)
    return [by_country[item.hit.country].pop() for item in items]


def _anonymous(sql: Dialect, country: str, now: datetime) -> tuple[Any, ...]:
    moment = sql.moment(now)
    return ("", "", "", "", "", "", country, 0, sql.document({}), moment, moment, None)


def _remove_superfluous(
    cursor: Any, sql: Dialect, contact_of: dict[str, int], devices: dict[str, KnownDevice]
) -> None:
    """Take back contacts whose device another process had made in the meantime."""
    spare = [
        contact_id
        for tracking_id, contact_id in contact_of.items()
        if devices[tracking_id].contact_id != contact_id
    ]
    if spare:
        table = sql.quote(Contact._meta.db_table)
        condition, values = sql.one_of("id", spare)
        cursor.execute(f"DELETE FROM {table} WHERE {condition}", values)  # noqa: S608


def _follow_agents(cursor: Any, sql: Dialect, batch: Sequence[Admitted]) -> None:
    """A browser that was updated stays the same device, with its new User-Agent."""
    changed: dict[int, int] = {}
    for item in batch:
        agent_id = lookups.user_agents.get(item.hit.user_agent)
        if item.device and agent_id and item.device.agent_id != agent_id:
            changed[item.device.id] = item.device.agent_id = agent_id
    table = sql.quote(Device._meta.db_table)
    for device_id in sorted(changed):
        cursor.execute(
            f"UPDATE {table} SET agent_id = %s WHERE id = %s",  # noqa: S608
            [changed[device_id], device_id],
        )


def presence(sql: Dialect, batch: Sequence[Admitted]) -> list[Statement]:
    """Note for each contact of the batch when it was last active; never turns time back.

    Until the transaction ends, other processes wait here with hits of the same contacts.
    """
    latest: dict[int, datetime] = {}
    for item in batch:
        contact_id = item.outcome.contact_id
        if contact_id is not None:
            latest[contact_id] = max(item.time, latest.get(contact_id, item.time))
    rows = [(number, False, sql.moment(latest[number])) for number in sorted(latest)]
    return sql.upsert(
        Presence._meta.db_table,
        ("contact_id", "known", "at"),
        rows,
        key=["contact_id"],
        latest=["at"],
    )
