"""Who is it? Whoever says nothing is known by their device, all of a batch together.

That is the device cookie; where there is none, the device parameter; else a new anonymous contact.
An id that nobody knows yet is adopted with the visitor who brings it, so that many first requests
at once with one id make one contact: the database's unique tracking id decides which of them is
first. Hits that say who the visitor is are `recognition`'s.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..activity.models import Activity
from ..contacts import fieldset
from ..contacts.fieldset import COLUMNS
from ..contacts.linking import Ground, NewDevice, link
from ..contacts.models import Contact, Device, Presence, Rule
from ..sql import Dialect, Statement
from . import lookups
from .claims import further_claims
from .outcome import Admitted, KnownDevice, Superseded
from .recognition import Recogniser

CONTACT_COLUMNS = (
    *COLUMNS, "points", "fields", "date_added", "date_modified", "date_identified",
)  # fmt: skip


def identify(cursor: Any, sql: Dialect, batch: Sequence[Admitted], *, using: str) -> Recogniser:
    """Give every hit of the batch its device and contact, making those that do not exist yet."""
    devices = find_devices(cursor, sql, sorted({item.tracking_id for item in batch}))
    _silence_repetitions(cursor, sql, batch, devices)
    speaking = [item for item in batch if item.speaks]
    # Whoever says who they are may turn out to be somebody: no contact is made before.
    waiting = {item.tracking_id for item in speaking}
    wanted: dict[str, Admitted] = {}
    for item in batch:
        wanted.setdefault(item.tracking_id, item)
    newcomers = {
        key: wanted[key] for key in sorted(wanted) if key not in devices and key not in waiting
    }
    if newcomers:
        devices.update(_welcome(cursor, sql, newcomers))
    recogniser = Recogniser(cursor, sql, using, devices)
    if speaking and len(batch) > 1:
        recogniser.lock_all(batch)
    for item in speaking:
        recogniser.meet(item)
    for item in batch:
        item.meet(item.device or devices[item.tracking_id])
    _follow_agents(cursor, sql, batch)
    return recogniser


def _silence_repetitions(
    cursor: Any, sql: Dialect, batch: Sequence[Admitted], devices: dict[str, KnownDevice]
) -> None:
    """What was said and heard already is not news: it may have been corrected since.

    A later call of the same page view may say more; that is heard.
    """
    again = [
        item for item in batch if item.speaks and item.hit.event_id and item.tracking_id in devices
    ]
    if not again:
        return
    table = sql.quote(Activity._meta.db_table)
    condition, values = sql.one_of("event_key", [sql.key(item.key) for item in again])
    cursor.execute(f"SELECT event_key, data FROM {table} WHERE {condition}", values)  # noqa: S608
    heard = {
        uuid.UUID(str(key)): json.loads(data) if isinstance(data, str) else data
        for key, data in cursor.fetchall()
    }
    for item in again:
        if item.key in heard:
            data = heard[item.key]
            params = data.get("params") if isinstance(data, dict) else None
            params = params if isinstance(params, dict) else {}
            item.claims = further_claims(
                item.hit, params, item.site, fieldset.current(), now=item.now
            )


def recognise(cursor: Any, sql: Dialect, leaves: Sequence[Admitted]) -> None:
    """Say whose page is being left, without making anybody."""
    devices = find_devices(cursor, sql, sorted({item.tracking_id for item in leaves}))
    for item in leaves:
        if device := devices.get(item.tracking_id):
            item.meet(device)


def find_devices(cursor: Any, sql: Dialect, tracking_ids: Sequence[str]) -> dict[str, KnownDevice]:
    """The devices that exist, by tracking id; one query."""
    device, presence = sql.quote(Device._meta.db_table), sql.quote(Presence._meta.db_table)
    condition, values = sql.one_of("tracking_id", tracking_ids)
    cursor.execute(
        f"SELECT tracking_id, {device}.id, {device}.contact_id, agent_id, epoch "  # noqa: S608
        f"FROM {device} LEFT JOIN {presence} ON {presence}.contact_id = {device}.contact_id "
        f"WHERE {condition}",
        values,
    )
    return {
        tracking_id: KnownDevice(number, tracking_id, contact_id, agent_id, epoch=epoch)
        for tracking_id, number, contact_id, agent_id, epoch in cursor.fetchall()
    }


def _welcome(cursor: Any, sql: Dialect, newcomers: dict[str, Admitted]) -> dict[str, KnownDevice]:
    """Make a contact and a device for each tracking id, unless somebody else was faster."""
    own = _add_contacts(cursor, sql, list(newcomers.values()))
    contact_of = dict(zip(newcomers, own, strict=True))
    wanted = [
        NewDevice(
            tracking_id,
            contact_of[tracking_id],
            Ground(Rule.PARAMETER if item.hit.param_device else Rule.NEW, item.now),
            lookups.user_agents.get(item.hit.user_agent),
        )
        for tracking_id, item in newcomers.items()
    ]
    devices = {
        key: KnownDevice(
            row.id, key, row.contact_id, row.agent_id, row.contact_id == contact_of[key]
        )
        for key, row in link(cursor, sql, wanted).items()
        if isinstance(key, str)
    }
    _remove_superfluous(cursor, sql, contact_of, devices)
    return devices


def _add_contacts(cursor: Any, sql: Dialect, items: Sequence[Admitted]) -> list[int]:
    rows = [_anonymous(sql, item) for item in items]
    returning = ["id", "country", "fields"]
    statements = sql.insert(Contact._meta.db_table, CONTACT_COLUMNS, rows, returning)
    # Anonymous contacts differ in nothing but these, so any that has the same will do.
    alike: dict[tuple[str, str], list[int]] = {}
    for number, country, fields in sql.run(cursor, statements):
        fields = json.loads(fields) if isinstance(fields, str) else fields
        alike.setdefault((country, fields.get("timezone", "")), []).append(number)
    first = [item.first_values() for item in items]
    return [alike[v.get("country", ""), v.get("timezone", "")].pop() for v in first]


def _anonymous(sql: Dialect, item: Admitted) -> tuple[Any, ...]:
    fields = item.first_values()
    columns = [fields.pop(name, "") for name in COLUMNS]
    moment = sql.moment(item.now)
    return (*columns, 0, sql.document(fields), moment, moment, None)


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
    rows = [(number, 0, sql.moment(latest[number])) for number in sorted(latest)]
    return sql.upsert(
        Presence._meta.db_table,
        ("contact_id", "known", "at"),
        rows,
        key=["contact_id"],
        latest=["at"],
        returning=["contact_id", "known", "epoch"],
    )


def check_presence(row: Sequence[Any], batch: Sequence[Admitted], settled: set[int]) -> None:
    """See to it that a contact is still who it was when its devices were looked up.

    `row` is one of those that `presence` gives. Raises `Superseded` if the contact has been merged,
    or parted from another, in between; those in `settled` were locked before.
    """
    contact_id, known, epoch = row
    if contact_id in settled:
        return
    if known == Presence.MERGED:
        raise Superseded
    for item in batch:
        device = item.device
        if device and device.contact_id == contact_id and device.epoch not in (None, epoch):
            raise Superseded
