"""What goes into the writer, and what comes out of the whole way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..contacts.defaults import defaults
from ..contacts.geography import country_name, guess_timezone
from ..wire.hit import Hit
from ..wire.ids import event_key
from ..wire.params import first_text
from .claims import Claims
from .reasons import KEPT, Reason
from .sites import SiteOptions


@dataclass(slots=True)
class Outcome:
    """How one tracking request ended.

    `contact_id` and `tracking_id` are set when the visitor is known to the database afterwards;
    `activity_id` names the page view that the next one will close.
    """

    reason: Reason
    contact_id: int | None = None
    tracking_id: str | None = None
    activity_id: int | None = None
    # Whether the browser is not to be told who it is.
    silent: bool = False

    @property
    def kept(self) -> bool:
        return self.reason in KEPT


# A browser sends at once, or after an hour without a connection.
LATE = timedelta(minutes=1)


@dataclass(slots=True)
class Admitted:
    """A hit that may be kept, on its way through the writer, which fills in `outcome`.

    `tracking_id` and `sent_key` are settled before the first attempt to write. So a second attempt
    finds what the first has left, if that was committed after all when the connection broke.
    """

    hit: Hit
    site: SiteOptions
    time: datetime
    now: datetime
    tracking_id: str
    sent_key: uuid.UUID
    previous_id: int | None
    # What the hit says, and what is left of that in the course of one attempt.
    said: Claims | None = None
    claims: Claims | None = None
    key: uuid.UUID = field(init=False)
    outcome: Outcome = field(default_factory=lambda: Outcome(Reason.RECORDED))
    device: KnownDevice | None = None

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Make ready for an attempt to write it, whatever an earlier one has left."""
        self.claims = self.said.copy() if self.said else None
        self.key = self.sent_key
        self.outcome, self.device = Outcome(Reason.RECORDED), None

    @property
    def speaks(self) -> bool:
        """Whether it may change what is known about somebody."""
        return self.claims is not None and self.claims.speak

    def clock(self) -> dict[str, str]:
        """The time zone that fits the visitor's clock, as a value of that field; may be empty."""
        zone = guess_timezone(first_text(self.hit.params.get("timezone_offset")))
        return {"timezone": zone} if zone else {}

    def first_values(self) -> dict[str, Any]:
        """What stands in the fields of a new contact, by alias: defaults and guesses."""
        country = country_name(self.hit.country) if self.hit.country else ""
        return {**defaults(), **self.clock(), **({"country": country} if country else {})}

    @property
    def late(self) -> bool:
        """Whether it was sent well after it happened, so that the page seen now is another one."""
        return self.now - self.time > LATE

    def meet(self, device: KnownDevice) -> None:
        """Take in who sent the hit."""
        self.device = device
        self.outcome.tracking_id = device.tracking_id
        self.outcome.contact_id = device.contact_id
        # Who has sent it meanwhile may be somebody else: the browser stays theirs. And the answer
        # to the end of a page view arrives on the next page, where the visitor may have objected.
        self.outcome.silent = bool(self.hit.leaves) or (
            self.late and device.tracking_id != self.tracking_id
        )
        event_id = self.hit.leaves or self.hit.event_id
        if event_id and device.tracking_id != self.tracking_id:
            # Its end will be reported by the device that it belongs to.
            self.key = event_key(device.tracking_id, event_id)


class Superseded(Exception):
    """Somebody has merged or deleted in the meantime what this batch has read: read it anew."""


@dataclass(slots=True)
class KnownDevice:
    """A device as the writer sees it: its row, its contact, and whether both are new.

    `epoch` is that of the contact's presence when the device was looked up.
    """

    id: int
    tracking_id: str
    contact_id: int
    agent_id: int | None
    is_new: bool = False
    epoch: int | None = None
