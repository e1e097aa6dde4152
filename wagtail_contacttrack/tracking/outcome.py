"""What goes into the writer, and what comes out of the whole way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..wire.hit import Hit
from .reasons import KEPT, Reason
from .sites import SiteOptions


@dataclass(slots=True)
class Outcome:
    """How one tracking request ended.

    `contact_id` and `tracking_id` are set when the visitor is known to the database afterwards;
    `activity_id` and `time` name the page view that the next one will close.
    """

    reason: Reason
    contact_id: int | None = None
    tracking_id: str | None = None
    activity_id: int | None = None

    @property
    def kept(self) -> bool:
        return self.reason in KEPT


@dataclass(slots=True)
class Admitted:
    """A hit that may be kept, on its way through the writer, which fills in `outcome`."""

    hit: Hit
    site: SiteOptions
    time: datetime
    now: datetime
    previous_id: int | None
    outcome: Outcome = field(default_factory=lambda: Outcome(Reason.RECORDED))
    device: KnownDevice | None = None


@dataclass(slots=True)
class KnownDevice:
    """A device as the writer sees it: its row, its contact, and whether both are new."""

    id: int
    tracking_id: str
    contact_id: int
    agent_id: int | None
    is_new: bool = False
