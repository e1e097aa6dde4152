"""A batch of items into the ledger, in one transaction."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, router
from django.utils.translation import gettext as _

from ...activity.adding import announce_row
from ...activity.kinds import PAGE_HIT
from ...activity.models import Activity
from ...contacts import content, fieldset, linking, merge_log, merging, resolving, saving
from ...contacts.defaults import defaults
from ...contacts.editing import MergedMeanwhile
from ...contacts.identified import is_identified
from ...contacts.identifiers import normalised
from ...contacts.linking import Ground, NewDevice
from ...contacts.merging import MergeRefused
from ...contacts.models import Contact, Presence, Rule
from ...contacts.saving import ValueTaken
from ...reactions import Happened, tell, wanted
from ...sql import Dialect, insist, writing
from ...tracking import lookups
from ...tracking.identify import find_devices
from ...tracking.ledger import COLUMNS
from ...tracking.lookups import page_address
from ...tracking.outcome import Superseded
from ...tracking.reasons import Reason
from ..calling import Call
from .decoding import Item, Refused

logger = logging.getLogger(__name__)

ATTEMPTS = 3
# Somebody else has recorded one of the items, or has merged or deleted its contact, at the same
# moment: all is read anew.
MEANWHILE = (IntegrityError, Superseded, MergedMeanwhile, Contact.DoesNotExist)
UNKNOWN_CONTACT, CONFLICT, FORBIDDEN = "unknown_contact", "conflict", "forbidden"


@dataclass(slots=True)
class Verdict:
    """How one item has ended: a code of `Reason`, or one of those above with a sentence."""

    reason: str
    contact_id: int | None = None
    activity_id: int | None = None
    message: str = ""


def ingest(items: Sequence[Item | Refused], call: Call) -> list[Verdict]:
    """Record the items and return how each has ended, in their order.

    One that cannot be kept takes no other with it. What was recorded before, here or by the
    device's own script, is a duplicate. All that is called recorded is committed together.
    """
    using = router.db_for_write(Activity)
    for attempt in range(ATTEMPTS):
        try:
            verdicts = insist(using, lambda: _Batch(items, call, using).write())
        except (DataError, *MEANWHILE) as error:
            lookups.drop()
            if isinstance(error, DataError) or attempt == ATTEMPTS - 1:
                return _one_by_one(items, call, error)
        except BaseException:
            lookups.drop()
            raise
        else:
            lookups.keep()
            return verdicts
    raise AssertionError


def _one_by_one(items: Sequence[Item | Refused], call: Call, error: Exception) -> list[Verdict]:
    """What the database does not take of one item must not take the others along."""
    if len(items) > 1:
        return [verdict for item in items for verdict in ingest([item], call)]
    logger.error("The database refuses an item of a batch.", exc_info=error)
    return [Verdict(Reason.INVALID, message=_("This cannot be stored."))]


class _Batch:
    """One attempt to write the items, with what it has looked up and made."""

    def __init__(self, items: Sequence[Item | Refused], call: Call, using: str) -> None:
        self.items = items
        self.call = call
        self.using = using
        self.there: dict[uuid.UUID, tuple[int | None, int | None]] = {}
        self.contacts: dict[int, Contact] = {}
        self.survivors: dict[int, int] = {}
        self.named: dict[tuple[str, str], int] = {}
        self.devices: dict[str, int] = {}
        self.owners: dict[str, int] = {}
        # How often contacts had been merged, or parted from others, when devices were looked up.
        self.epochs: dict[int, int | None] = {}
        self.verdicts: list[Verdict] = []

    def write(self) -> list[Verdict]:
        with writing(self.using, Activity._meta.db_table) as (cursor, sql):
            self._look_up(cursor, sql)
            verdicts = self.verdicts
            new: list[tuple[Item, Verdict]] = []
            for item in self.items:
                verdict = self._verdict(cursor, sql, item)
                verdicts.append(verdict)
                if isinstance(item, Item) and verdict.reason == Reason.RECORDED:
                    self.there[item.key] = (None, verdict.contact_id)
                    new.append((item, verdict))
            self._insert(cursor, sql, new)
            ids = {item.key: verdict.activity_id for item, verdict in new}
            for item, verdict in zip(self.items, verdicts, strict=True):
                if isinstance(item, Item) and verdict.reason == Reason.DUPLICATE:
                    verdict.activity_id = verdict.activity_id or ids.get(item.key)
        return verdicts

    def _look_up(self, cursor: Any, sql: Dialect) -> None:
        """Everything that the items name, with few queries however many they are."""
        items = [item for item in self.items if isinstance(item, Item)]
        rows = Activity.objects.using(self.using).filter(event_key__in=[i.key for i in items])
        for event, number, contact_id in rows.values_list("event_key", "pk", "contact_id"):
            if event is not None:
                self.there[event] = (number, contact_id)
        if wanted := sorted({item.device for item in items if item.device}):
            for key, device in find_devices(cursor, sql, wanted).items():
                self.devices[key], self.owners[key] = device.id, device.contact_id
                self.epochs[device.contact_id] = device.epoch
        ids = {item.contact_id for item in items if item.contact_id is not None}
        self.survivors = resolving.survivors(ids, using=self.using)
        values = [pair for item in items for pair in item.named.items()]
        owners = linking.owners(values, using=self.using)
        self.named = {pair: row.contact_id for pair, row in owners.items()}
        everybody = {*self.survivors.values(), *self.named.values(), *self.owners.values()}
        self.contacts = Contact.objects.using(self.using).in_bulk(everybody)
        lookups.learn_agents(cursor, sql, [item.user_agent for item in items if item.user_agent])
        pages = {page_address(i.url): (i.title, None) for i in items if i.kind == PAGE_HIT}
        lookups.learn_pages(cursor, sql, pages)

    def _verdict(self, cursor: Any, sql: Dialect, item: Item | Refused) -> Verdict:
        if isinstance(item, Refused):
            return Verdict(item.code, message=str(item))
        if item.key in self.there:
            number, contact_id = self.there[item.key]
            return Verdict(Reason.DUPLICATE, contact_id, number)
        try:
            contact_id = self._contact(item)
            if item.device:
                self._device(cursor, sql, item, contact_id)
        except Refused as refused:
            return Verdict(refused.code, message=str(refused))
        return Verdict(Reason.RECORDED, contact_id)

    def _contact(self, item: Item) -> int:
        """Whose it is: by id, by a unique value, by the device; a new contact if need be."""
        found = self._by_id(item) or self._by_value(item) or self._by_device(item)
        contact = None if found is None else self.contacts.get(found)
        if contact is None:
            if not self.call.may("add", Contact):
                text = _("There is no such contact, and you may not add any.")
                raise Refused(text, UNKNOWN_CONTACT)
            return self._save(Contact(date_added=self.call.now), {**defaults(), **item.news})
        if not _is_news(contact, item.news):
            return contact.pk
        if not self.call.may("change", Contact):
            raise Refused(_("You may not change contacts: leave their fields out."), FORBIDDEN)
        return self._save(contact, item.news)

    def _by_id(self, item: Item) -> int | None:
        if item.contact_id is None:
            return None
        if item.contact_id not in self.survivors:
            raise Refused(_("There is no contact with this id."), UNKNOWN_CONTACT)
        return self.survivors[item.contact_id]

    def _by_value(self, item: Item) -> int | None:
        pairs = [(alias, normalised(value)) for alias, value in item.named.items()]
        found = {self.named[pair] for pair in pairs if pair in self.named}
        if len(found) > 1:
            raise Refused(_("The unique values name different contacts."), CONFLICT)
        return next(iter(found), None)

    def _by_device(self, item: Item) -> int | None:
        """Whose device it is, unless the item is about somebody else who sits there as well."""
        owner = self.contacts.get(self.owners.get(item.device, 0))
        own = linking.unique_values(owner) if owner else {}
        for alias, value in item.named.items():
            if alias in own and normalised(own[alias]) != normalised(value):
                return None
        return owner.pk if owner else None

    def _save(self, contact: Contact, news: Mapping[str, Any]) -> int:
        call = self.call
        try:
            with writing(self.using, Contact._meta.db_table):
                saving.save(
                    contact, news, rule=Rule.API, now=call.now, actor=call.user,
                    several=call.several,
                )  # fmt: skip
        except ValueTaken as taken:
            pairs = [(c.field, normalised(c.value)) for c in taken.conflicts]
            if contact.pk is not None:
                # As it is without what was refused.
                contact.refresh_from_db(using=self.using)
            if any(pair not in self.named for pair in pairs):
                # Somebody else has made that contact since we looked.
                raise IntegrityError from None
            number = taken.conflicts[0].contact_id
            text = _("Contact #%(number)s has one of the values.") % {"number": number}
            raise Refused(text, CONFLICT) from None
        self.contacts[contact.pk] = contact
        # A value that was replaced names nobody any more.
        given_up = [p for p, n in self.named.items() if n == contact.pk and p[0] in news]
        for pair in given_up:
            del self.named[pair]
        for alias, value in linking.unique_values(contact).items():
            self.named[alias, normalised(value)] = contact.pk
        return contact.pk

    def _device(self, cursor: Any, sql: Dialect, item: Item, contact_id: int) -> None:
        owner = self.owners.get(item.device)
        if owner is None:
            agent = lookups.user_agents.get(item.user_agent)
            ground = Ground(Rule.API, self.call.now, {}, self.call.user.pk)
            wanted = NewDevice(item.device, contact_id, ground, agent)
            row = linking.link(cursor, sql, [wanted])[item.device]
            self.devices[item.device], self.owners[item.device] = row.id, row.contact_id
            owner = row.contact_id
        if owner != contact_id:
            self._meet(contact_id, self.contacts[owner])

    def _meet(self, contact_id: int, visitor: Contact) -> None:
        """A program says that a visitor is this contact.

        Nobody who is identified becomes somebody else by it: then the browser stays theirs, and
        what is reported is the contact's without it.
        """
        call = self.call
        if not call.may("change", Contact) or is_identified(visitor):
            return
        try:
            row = merging.merge(
                contact_id, visitor.pk, rule=Rule.API, now=call.now, actor=call.user,
                evidence={"by": "api"}, using=self.using,
            )  # fmt: skip
        except MergeRefused:
            return
        winner = self.contacts[contact_id]
        merge_log.note(merge_log.MERGE, row, winner, visitor, user=call.user)
        winner.refresh_from_db(using=self.using)
        places: list[dict[Any, int]] = [self.survivors, self.named, self.owners]
        for known in places:
            known.update({key: contact_id for key, n in known.items() if n == visitor.pk})
        for key, (number, owner) in self.there.items():
            if owner == visitor.pk:
                self.there[key] = (number, contact_id)
        for verdict in self.verdicts:
            if verdict.contact_id == visitor.pk:
                verdict.contact_id = contact_id
        for number in (contact_id, visitor.pk):
            # It has changed by our own doing.
            self.epochs.pop(number, None)

    def _insert(self, cursor: Any, sql: Dialect, new: list[tuple[Item, Verdict]]) -> None:
        self._note_presence(cursor, sql, new)
        # One order everywhere, so that two processes never wait for each other's keys.
        rows = [self._row(sql, *pair) for pair in sorted(new, key=lambda pair: pair[0].key)]
        table = Activity._meta.db_table
        statements = sql.insert(table, COLUMNS, rows, ["id", "event_key"])
        found = {uuid.UUID(str(key)): number for number, key in sql.run(cursor, statements)}
        happened: dict[str, list[Happened]] = {}
        for item, verdict in new:
            verdict.activity_id = found[item.key]
            number = verdict.contact_id or 0
            site_id = self.call.site_id
            announce_row(found[item.key], item.kind, number, site_id, item.time, self.using)
            if wanted(item.kind):
                facts = {"activity": found[item.key]}
                told = happened.setdefault(item.kind, [])
                told.append(Happened(item.kind, item.time, number, facts))
        for told in happened.values():
            tell(told, using=self.using)

    def _note_presence(
        self, cursor: Any, sql: Dialect, new: Sequence[tuple[Item, Verdict]]
    ) -> None:
        """When the contacts were active last; from here on, nobody merges them before we are done.

        Raises `Superseded` if somebody has done so since they were looked up.
        """
        latest: dict[int, datetime] = {}
        for item, verdict in new:
            number = verdict.contact_id or 0
            latest[number] = max(item.time, latest.get(number, item.time))
        seen = [(number, 0, sql.moment(latest[number])) for number in sorted(latest)]
        columns = ("contact_id", "known", "at")
        statements = sql.upsert(
            Presence._meta.db_table, columns, seen, key=["contact_id"], latest=["at"],
            returning=["contact_id", "known", "epoch"],
        )  # fmt: skip
        for number, known, epoch in sql.run(cursor, statements):
            if known == Presence.MERGED or self.epochs.get(number) not in (None, epoch):
                raise Superseded

    def _row(self, sql: Dialect, item: Item, verdict: Verdict) -> tuple[Any, ...]:
        is_theirs = self.owners.get(item.device) == verdict.contact_id
        values = {
            "kind": item.kind,
            "contact_id": verdict.contact_id,
            "device_id": self.devices.get(item.device) if is_theirs else None,
            "site_id": self.call.site_id,
            "page_id": lookups.pages.get(page_address(item.url)),
            "agent_id": lookups.user_agents.get(item.user_agent),
            "event_key": sql.key(item.key),
            "time": sql.moment(item.time),
            "left_at": None,
            "engaged": None,
            "url": item.url,
            "title": item.title,
            "referrer": item.referrer,
            "address": item.address,
            "data": sql.document(item.data),
        }
        return tuple(values[column] for column in COLUMNS)


def _is_news(contact: Contact, news: Mapping[str, Any]) -> bool:
    """Whether the contact does not have all of these values."""
    unique = {item.alias for item in fieldset.current().unique}
    for alias, value in news.items():
        own = content.value_of(contact, alias)
        if own != value and not (
            alias in unique and own is not None and normalised(own) == normalised(value)
        ):
            return True
    return False
