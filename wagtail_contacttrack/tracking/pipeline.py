"""The way of a visit: decode, admit, identify, record.

Plain values go in and an `Outcome` comes out, so the same way serves Django's views, a command, a
test, or a small server in front of Django.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer

from ..wire.addresses import mask
from ..wire.hit import Door, Hit, decode
from ..wire.request import RawRequest
from . import counters
from .admission import admit
from .committer import MAX_BATCH
from .outcome import Admitted, Outcome
from .record import record, write
from .sites import SiteOptions

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
    hit = decode(
        raw,
        door=door,
        trusted_proxies=site.trusted_proxies,
        max_body=site.max_body,
        country_header=site.country_header,
    )
    reason = admit(hit, site, host=raw.host, staff=staff, now=now.timestamp())
    if reason is not None:
        return Outcome(reason)
    if site.anonymize_ip:
        hit.address = mask(hit.address)
    return prepare(hit, site, now)


def prepare(hit: Hit, site: SiteOptions, now: datetime) -> Admitted:
    """Everything about an admitted hit that needs no database."""
    time = now - timedelta(milliseconds=hit.age_ms)
    return Admitted(hit, site, time, now, read_previous(hit.previous_hit, now))


def sign_previous(outcome: Outcome, now: datetime) -> str:
    """The value of the cookie that lets the next page hit close this one."""
    return Signer(salt=PREVIOUS_SALT).sign(f"{outcome.activity_id}.{int(now.timestamp())}")


def read_previous(value: str, now: datetime) -> int | None:
    """The id of the page hit that a visitor comes from, if it is ours and recent."""
    if not value:
        return None
    try:
        number, _, stamp = Signer(salt=PREVIOUS_SALT).unsign(value).partition(".")
    except BadSignature:
        return None
    recent = 0 <= now.timestamp() - int(stamp) + 1 <= SESSION_GAP.total_seconds() + 1
    return int(number) if recent else None
