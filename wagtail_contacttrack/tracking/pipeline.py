"""The way of a visit: decode, admit, identify, record.

Plain values go in and an `Outcome` comes out, so the same way serves Django's views, a command, a
test, or a small server in front of Django.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import Error

from ..contacts import fieldset
from ..wire.addresses import mask
from ..wire.hit import Door, Hit, decode
from ..wire.ids import event_key, new_tracking_id
from ..wire.request import RawRequest
from . import counters
from .admission import admit, is_trusted
from .claims import FOREIGN, Claims, claims_of
from .committer import MAX_BATCH
from .outcome import Admitted, Outcome
from .reasons import Reason
from .record import record, write
from .sites import SiteOptions

logger = logging.getLogger(__name__)

# A visit goes on as long as the next page follows within this time.
SESSION_GAP = timedelta(minutes=30)

PREVIOUS_SALT = "wagtail_contacttrack.previous_hit"


def handle(
    raw: RawRequest, *, door: Door, site: SiteOptions, staff: bool = False, now: datetime
) -> Outcome:
    """Take one tracking request all the way; what the outcome calls kept is committed.

    `staff` says whether the request came with the session of a user who may enter the Wagtail
    admin. Never raises for bad input.
    """
    admitted = _consider(raw, door, site, staff, now)
    outcome = record(admitted) if isinstance(admitted, Admitted) else admitted
    counters.count(site.site_id, outcome.reason, now)
    return outcome


def handle_many(
    requests: Iterable[tuple[RawRequest, Door, datetime]], *, site: SiteOptions
) -> list[Outcome]:
    """Like `handle`, for many requests with their own times, in few transactions.

    Later requests see what earlier ones have done only from one call to the next.
    """
    considered = [(_consider(raw, door, site, False, now), now) for raw, door, now in requests]
    admitted = [item for item, _ in considered if isinstance(item, Admitted)]
    for start in range(0, len(admitted), MAX_BATCH):
        write(admitted[start : start + MAX_BATCH])
    outcomes = []
    for item, now in considered:
        outcome = item.outcome if isinstance(item, Admitted) else item
        counters.count(site.site_id, outcome.reason, now)
        outcomes.append(outcome)
    return outcomes


def _consider(
    raw: RawRequest, door: Door, site: SiteOptions, staff: bool, now: datetime
) -> Admitted | Outcome:
    try:
        fields = fieldset.current()
    except Error:
        logger.exception("The contact fields could not be read.")
        return Outcome(Reason.STORAGE_FAILED)
    hit = decode(
        raw,
        door=door,
        trusted_proxies=site.trusted_proxies,
        max_body=site.max_body,
        country_header=site.country_header,
        title_is_field=fields.title_is_public,
    )
    secure = raw.scheme == "https"
    reason = admit(hit, site, host=raw.host, secure=secure, staff=staff, now=now.timestamp())
    if reason is not None:
        return Outcome(reason)
    trusted = is_trusted(hit, site, host=raw.host, secure=secure)
    claimed = hit.cookie_device or (hit.param_device if trusted else "")
    if hit.leaves and not claimed:
        return Outcome(Reason.INVALID)
    if site.anonymize_ip:
        hit.address = mask(hit.address)
    item = prepare(hit, site, claimed or new_tracking_id(), now)
    if not hit.leaves:
        item.said = claims_of(hit, site, fields, now=now)
        if item.said and item.said.speak and not trusted:
            item.said = Claims(problems=[FOREIGN])
    return item


def prepare(hit: Hit, site: SiteOptions, tracking_id: str, now: datetime) -> Admitted:
    """Everything about an admitted hit that needs no database, but for what it claims."""
    event_id = hit.leaves or hit.event_id
    return Admitted(
        hit=hit,
        site=site,
        time=now - timedelta(milliseconds=hit.age_ms),
        now=now,
        tracking_id=tracking_id,
        sent_key=event_key(tracking_id, event_id) if event_id else uuid.uuid4(),
        previous_id=read_previous(hit.previous_hit, tracking_id, now),
    )


def sign_previous(outcome: Outcome, now: datetime) -> str:
    """The value of the cookie that lets the next page hit of the same device close this one."""
    return _signer(outcome.tracking_id or "").sign(f"{outcome.activity_id}.{int(now.timestamp())}")


def read_previous(value: str, tracking_id: str, now: datetime) -> int | None:
    """The id of the page hit that this device comes from, if we said so and not long ago."""
    if not value:
        return None
    try:
        number, _, stamp = _signer(tracking_id).unsign(value).partition(".")
    except BadSignature:
        return None
    # The clocks of two servers may differ by a moment.
    recent = -1 <= now.timestamp() - int(stamp) <= SESSION_GAP.total_seconds()
    return int(number) if recent else None


def _signer(tracking_id: str) -> Signer:
    return Signer(salt=f"{PREVIOUS_SALT}.{tracking_id}")
