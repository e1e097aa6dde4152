"""Who is behind a hit that says something about its visitor.

In the order of the protocol: what the website has signed, a link in a message, unique fields that
browsers may set, then the device. What a browser says can make a visitor part of a known contact.
It never joins two identified contacts: the browser gets a device of its own under the other one,
and both timelines say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..activity.adding import add, add_once
from ..contacts import (
    companies,
    content,
    fieldset,
    history,
    linking,
    merging,
    resolving,
    tags,
    telling,
)
from ..contacts.identified import is_identified, note_identity
from ..contacts.identifiers import normalised
from ..contacts.linking import Ground, NewDevice, NewIdentifier
from ..contacts.models import Contact, Device, Identifier, Presence, Rule
from ..signals import announce, contact_identified
from ..sql import Dialect
from ..wire.ids import text_key
from . import identity, lookups
from .agreement import Named, chosen, contradicts, is_news, signed_unique
from .claims import CONFLICT, Claims
from .outcome import Admitted, KnownDevice, Superseded
from .switching import device_id_for

REPLAYED = "identity_replayed"


class Recogniser:
    """Goes through the speaking hits of one batch, in their order, within its transaction.

    `devices` are those that the batch has met so far; it is kept up to date. `known` collects the
    contacts that are known since.
    """

    def __init__(
        self, cursor: Any, sql: Dialect, using: str, devices: dict[str, KnownDevice]
    ) -> None:
        self.cursor = cursor
        self.sql = sql
        self.using = using
        self.devices = devices
        self.known: set[int] = set()
        # Contacts that are locked: nobody merges them before this transaction ends.
        self.settled: set[int] = set()

    def meet(self, item: Admitted) -> None:
        """Give one hit its device and contact, and take over what it says."""
        claims = item.claims
        assert claims is not None  # noqa: S101
        device = self.devices.get(item.tracking_id)
        if claims.nonce:
            self._bind(claims, self._browser_of(device) if device else item.tracking_id)
        owners = linking.owners(
            [*claims.verified.items(), *claims.unique.items()], using=self.using
        )
        recipient_id = self._recipient(claims)
        wanted = {row.contact_id for row in owners.values()} | {recipient_id or 0} - {0}
        if device:
            wanted.add(device.contact_id)
        rows = merging.lock(sorted(wanted), self.using)
        self.settled |= rows.keys()
        self._check(rows, wanted, owners, claims, device)
        visitor = rows[device.contact_id] if device else None
        named = self._named(item, owners, rows, visitor, rows.get(recipient_id or 0))
        contact, device = self._settle(item, named, visitor, device)
        self._take_over(item, contact, device, named)
        item.device = device

    def lock_all(self, batch: Sequence[Admitted]) -> None:
        """Lock everybody whom a batch is about, in the one order that everybody keeps.

        One after the other would be in the order of the hits, and two batches could wait for each
        other.
        """
        said = [item.claims for item in batch if item.claims]
        values = [p for c in said for p in (*c.verified.items(), *c.unique.items())]
        ids = {row.contact_id for row in linking.owners(values, using=self.using).values()}
        ids |= {device.contact_id for device in self.devices.values()}
        ids |= {number for claims in said if (number := self._recipient(claims))}
        merging.lock(sorted(ids), self.using)

    def finish(self) -> None:
        """Once the presence of everybody stands: show those who have become known."""
        if self.known:
            rows = Presence.objects.using(self.using).filter(contact_id__in=self.known)
            rows.update(known=True)

    # Who is named

    def _check(
        self,
        rows: Mapping[int, Contact],
        wanted: set[int],
        owners: Mapping[tuple[str, str], Identifier],
        claims: Claims,
        device: KnownDevice | None,
    ) -> None:
        """Now that nobody can change it: is all as we have read it?"""
        if wanted - rows.keys() or any(row.merged_into_id for row in rows.values()):
            raise Superseded
        if owners:
            again = linking.owners(
                [*claims.verified.items(), *claims.unique.items()], using=self.using
            )
            if {k: r.contact_id for k, r in again.items()} != {
                k: r.contact_id for k, r in owners.items()
            }:
                raise Superseded
        if device and not device.is_new:
            found = Device.objects.using(self.using).filter(pk=device.id)
            if found.values_list("contact_id", flat=True).first() != device.contact_id:
                raise Superseded

    def _bind(self, claims: Claims, browser: str) -> None:
        """Have a signed identity count for one browser only."""
        assert claims.expires is not None  # noqa: S101
        if not identity.bind(claims.nonce, browser, claims.expires, using=self.using):
            claims.verified.clear()
            claims.problems.append(REPLAYED)

    def _recipient(self, claims: Claims) -> int | None:
        """Whom the link was sent to; what is said outright wins over it."""
        link = claims.clickthrough
        if link is None or link.contact_id is None or claims.unique or claims.verified:
            return None
        return resolving.survivor_id(link.contact_id, using=self.using)

    def _named(
        self,
        item: Admitted,
        owners: Mapping[tuple[str, str], Identifier],
        rows: Mapping[int, Contact],
        visitor: Contact | None,
        recipient: Contact | None,
    ) -> Named:
        claims = item.claims
        assert claims is not None  # noqa: S101
        if recipient is not None and recipient.email:
            # A cookie of somebody known is better evidence than a link, which may be forwarded.
            if visitor is None or not is_identified(visitor):
                message = claims.clickthrough.message if claims.clickthrough else ""
                return Named(recipient, Rule.CLICKTHROUGH, {"message": message})
            return Named()
        rounds = (
            (Rule.VERIFIED, signed_unique(claims)),
            (Rule.UNIQUE_FIELD, dict(claims.unique)),
        )
        found = {
            rule: {
                alias: row.contact_id
                for alias, value in said.items()
                if (row := owners.get((alias, normalised(value))))
            }
            for rule, said in rounds
        }
        named = chosen(rounds, found, rows)
        if named.rule == Rule.VERIFIED and named.contact is None and named.evidence:
            # Somebody new, as the website says: what names others does not count beside that.
            for alias in found[Rule.UNIQUE_FIELD]:
                self._drop(claims, alias)
        for alias, number in {**found[Rule.UNIQUE_FIELD], **found[Rule.VERIFIED]}.items():
            if named.contact is not None and number != named.contact.pk:
                self._drop(claims, alias)
                self._note_conflict(item, named, rows[number], alias)
        return named

    # Which contact and device it is

    def _settle(
        self, item: Admitted, named: Named, visitor: Contact | None, device: KnownDevice | None
    ) -> tuple[Contact, KnownDevice]:
        assert item.claims is not None  # noqa: S101
        contact = named.contact
        if visitor is None or device is None:
            contact = contact or self._add(item)
            return contact, self._link(item, item.tracking_id, contact, named)
        if contact is None and not contradicts(visitor, item.claims):
            return visitor, device
        if contact is None:
            contact = self._add(item)
        if contact.pk == visitor.pk:
            return contact, device
        if not is_identified(visitor):
            self._merge(contact, visitor, named, item.now)
            return contact, device
        return contact, self._switch(item, self._browser_of(device), visitor, contact, named)

    def _add(self, item: Admitted) -> Contact:
        contact = Contact(date_added=item.now)
        for alias, value in item.first_values().items():
            content.put(contact, alias, value)
        Contact.objects.using(self.using).bulk_create([contact])
        return contact

    def _link(
        self, item: Admitted, tracking_id: str, contact: Contact, named: Named, browser: str = ""
    ) -> KnownDevice:
        """A new device of a contact; raises `Superseded` if another process was faster."""
        rule = named.rule
        if not named.evidence:
            rule = Rule.PARAMETER if item.hit.param_device else Rule.NEW
        evidence = {**named.evidence, **({"browser": browser} if browser else {})}
        agent_id = lookups.user_agents.get(item.hit.user_agent)
        wanted = NewDevice(tracking_id, contact.pk, Ground(rule, item.now, evidence), agent_id)
        row = linking.link(self.cursor, self.sql, [wanted])[tracking_id]
        if row.contact_id != contact.pk:
            raise Superseded
        device = KnownDevice(row.id, tracking_id, contact.pk, row.agent_id, is_new=True)
        self.devices[tracking_id] = device
        return device

    def _find(self, tracking_id: str, contact: Contact) -> KnownDevice | None:
        rows = Device.objects.using(self.using)
        found = rows.filter(tracking_id=tracking_id, contact_id=contact.pk).first()
        if found is None:
            return None
        device = KnownDevice(found.pk, tracking_id, contact.pk, found.agent_id)
        self.devices[tracking_id] = device
        return device

    def _merge(self, contact: Contact, visitor: Contact, named: Named, now: datetime) -> None:
        merging.merge(
            contact.pk, visitor.pk, rule=named.rule, evidence=named.evidence, now=now,
            using=self.using,
        )  # fmt: skip
        contact.refresh_from_db(using=self.using)
        for device in self.devices.values():
            if device.contact_id == visitor.pk:
                device.contact_id = contact.pk

    def _browser_of(self, device: KnownDevice) -> str:
        evidence = (
            Device.objects.using(self.using)
            .filter(pk=device.id)
            .values_list("evidence", flat=True)
            .first()
        )
        return str((evidence or {}).get("browser") or device.tracking_id)

    def _switch(
        self, item: Admitted, browser: str, visitor: Contact, contact: Contact, named: Named
    ) -> KnownDevice:
        """The device of another person in the same browser; history stays with whose it is."""
        tracking_id = device_id_for(browser, contact.pk)
        if found := self._find(browser, contact) or self._find(tracking_id, contact):
            return found
        device = self._link(item, tracking_id, contact, named, browser)
        for one, other in ((visitor, contact), (contact, visitor)):
            self._note(history.CONFLICT, one, item, {**named.ground, "other": other.pk})
        return device

    # What is known about it

    def _take_over(
        self, item: Admitted, contact: Contact, device: KnownDevice, named: Named
    ) -> None:
        claims = item.claims
        assert claims is not None  # noqa: S101
        was_known, company = contact.is_known, contact.company
        is_named = self._claim(item, contact)
        said = {**claims.values, **claims.verified}
        if content.value_of(contact, "timezone") is None:
            said = {**item.clock(), **said}
        changed = {alias: value for alias, value in said.items() if is_news(contact, alias, value)}
        for alias, value in changed.items():
            content.put(contact, alias, value)
        if any(item.alias in changed for item in fieldset.current().unique):
            # An old value still leads here as well.
            linking.mark_current(contact, using=self.using)
        if claims.company:
            companies.assign(
                contact,
                claims.company,
                several=item.site.several_companies,
                now=item.now,
                using=self.using,
            )
        note_identity(contact, now=item.now)
        if changed or contact.is_known != was_known:
            contact.date_modified = item.now
            merging.store(contact, self.using)
        if changed or contact.is_known != was_known or contact.company != company:
            telling.saved(contact, was_known=was_known, at=item.now, using=self.using)
        if claims.tags:
            tags.apply(contact.pk, claims.tags, now=item.now, using=self.using)
        becomes_known = contact.is_known and not was_known
        if becomes_known:
            self.known.add(contact.pk)
        if becomes_known or is_named or (device.is_new and named.contact):
            self._announce(contact, item, device, named)
            if named.evidence:
                self._note(history.IDENTIFIED, contact, item, named.ground, device.id)

    def _claim(self, item: Admitted, contact: Contact) -> bool:
        """Make new unique values name the contact, and leave out those that it contradicts.

        Whether nothing had named it before.
        """
        claims = item.claims
        assert claims is not None  # noqa: S101
        own = linking.unique_values(contact)
        signed = signed_unique(claims)
        fresh, confirmed = [], []
        for alias, value in {**claims.unique, **signed}.items():
            verified = alias in signed
            contradicted = alias in own and normalised(own[alias]) != normalised(value)
            # The website's word counts more.
            if contradicted and not verified:
                self._drop(claims, alias)
                continue
            rule = Rule.VERIFIED if verified else Rule.UNIQUE_FIELD
            wanted = NewIdentifier(alias, value, contact.pk, Ground(rule, item.now), verified)
            fresh.append(wanted)
            if verified:
                confirmed.append(wanted.digest)
        linked = linking.link(self.cursor, self.sql, fresh) if fresh else {}
        if any(row.contact_id != contact.pk for row in linked.values()):
            raise Superseded
        if confirmed:
            linking.verify(confirmed, using=self.using)
        return bool(fresh) and not own

    @staticmethod
    def _drop(claims: Claims, alias: str) -> None:
        for values in (claims.values, claims.unique, claims.verified):
            values.pop(alias, None)
        claims.ignored[alias] = CONFLICT

    def _note_conflict(self, item: Admitted, named: Named, other: Contact, alias: str) -> None:
        """Say once, in both timelines, that one hit has named two contacts."""
        contact = named.contact
        assert contact is not None  # noqa: S101
        for one, two in ((contact, other), (other, contact)):
            add_once(
                history.CONFLICT,
                one.pk,
                key=text_key(f"conflict {one.pk} {two.pk} {alias}"),
                now=item.now,
                data={"other": two.pk, "rule": str(named.rule), "evidence": {"fields": [alias]}},
                using=self.using,
            )

    def _announce(
        self, contact: Contact, item: Admitted, device: KnownDevice, named: Named
    ) -> None:
        announce(
            contact_identified,
            using=self.using,
            contact_id=contact.pk,
            rule=str(named.rule),
            evidence=named.evidence,
            site_id=item.site.site_id,
            device_id=device.id,
            at=item.now,
        )

    def _note(
        self,
        kind: str,
        contact: Contact,
        item: Admitted,
        data: dict[str, Any],
        device_id: int | None = None,
    ) -> None:
        add(
            kind,
            contact.pk,
            now=item.now,
            data=data,
            device_id=device_id,
            site_id=item.site.site_id,
            using=self.using,
        )
