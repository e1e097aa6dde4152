"""Links that are followed and messages that are opened: decode, admit, identify, record.

Plain values go in, as for a page view, and a reason comes out. What that calls recorded is
committed. Neither sets a cookie, and neither says who somebody is: mail is forwarded, and machines
read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..tracking import counters
from ..tracking.admission import admit
from ..tracking.clickthrough import read
from ..tracking.reasons import Reason
from ..tracking.sites import SiteOptions
from ..wire.addresses import mask
from ..wire.hit import Door, Hit, decode
from ..wire.mailproxies import mail_machine
from ..wire.request import RawRequest
from . import recording
from .kinds import HASTE
from .messages import find as find_message
from .models import Message, TrackedLink

# Nobody reads so fast: what comes this soon after a message was sent is a scanner.
TOO_SOON = timedelta(seconds=5)


@dataclass(slots=True)
class Entering:
    """A request at one of these doors; `machine` names the scanner or proxy that sent it."""

    hit: Hit
    site: SiteOptions
    now: datetime
    machine: str = ""
    message: Message | None = None
    contact_id: int | None = None


def follow(
    raw: RawRequest, *, link: TrackedLink, site: SiteOptions, staff: bool, now: datetime
) -> Reason:
    """Take the visit of a tracked link all the way. Never raises for bad input."""
    came = _enter(raw, "link", site, now)
    reason = _refused(raw, came, staff)
    if reason is None:
        _recognise(came)
        reason = _machine_or_none(came) or Reason.RECORDED
        if not recording.followed(came, link):
            reason = Reason.STORAGE_FAILED
    counters.count(site.site_id, reason, now)
    return reason


def opened(raw: RawRequest, *, key: str, site: SiteOptions, staff: bool, now: datetime) -> Reason:
    """Take the opening of a message all the way. Never raises for bad input."""
    came = _enter(raw, "open", site, now)
    reason = _refused(raw, came, staff)
    if reason is None:
        came.message = find_message(key)
        if came.message is None:
            reason = Reason.INVALID
        else:
            reason = _machine_or_none(came) or Reason.RECORDED
            if not recording.opened(came, came.message):
                reason = Reason.STORAGE_FAILED
    counters.count(site.site_id, reason, now)
    return reason


def _enter(raw: RawRequest, door: Door, site: SiteOptions, now: datetime) -> Entering:
    hit = decode(raw, door=door, trusted_proxies=site.trusted_proxies, max_body=site.max_body)
    return Entering(hit, site, now, mail_machine(hit.user_agent))


def _refused(raw: RawRequest, came: Entering, staff: bool) -> Reason | None:
    if came.hit.method != "GET":
        # Asking for the headers is not reading.
        return Reason.PREFETCH
    reason = admit(
        came.hit,
        came.site,
        host=raw.host,
        secure=raw.scheme == "https",
        staff=staff,
        now=came.now.timestamp(),
    )
    if came.site.anonymize_ip:
        came.hit.address = mask(came.hit.address)
    return None if reason == Reason.BOT and came.machine else reason


def _recognise(came: Entering) -> None:
    """Whom the link was sent to. Without our signature, only the hash of a message tells."""
    token, _problem = read(
        came.hit.clickthrough, now=came.now, unsigned_allowed=came.site.unsigned_clickthrough
    )
    if token is None:
        return
    came.message = find_message(token.message)
    if came.message is not None:
        came.contact_id = came.message.contact_id
    elif token.signed:
        came.contact_id = token.contact_id


def _machine_or_none(came: Entering) -> Reason | None:
    message = came.message
    if message is not None and not came.machine and _too_soon(message, came.now):
        came.machine = HASTE
    return Reason.MACHINE if came.machine else None


def _too_soon(message: Message, now: datetime) -> bool:
    return message.sent_at is None or now - message.sent_at < TOO_SOON
