"""Deliver what waits: one worker at a time for a webhook, each event at least once.

A worker puts its mark into the webhook and renews it before each request. If it dies, the mark runs
out, and the next one goes on with whatever is not noted as delivered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError
from django.db.models import F, Q, QuerySet
from wagtail.log_actions import log
from wagtail.models import Site

from ... import __version__
from ...conf import conf
from ...contacts.shapes.basics import moment
from . import triggers
from .models import Webhook, WebhookEvent
from .queue import TEST
from .sending import TIMEOUT, Answer, Refused, post
from .stopped_log import STOPPED

logger = logging.getLogger(__name__)

BATCH = 100
# Longer than one request with all that belongs to it can take.
LEASE = timedelta(seconds=4 * TIMEOUT)
# After the first attempt and each further one; then an event is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1_440))
GONE = 410

Clock = Callable[[], datetime]


def deliver(*, now: datetime) -> int:
    """Deliver everything that is due, and return how many events were delivered.

    Webhooks that another worker serves are left to it.
    """
    began = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    delivered = 0
    for webhook in Webhook.objects.filter(is_published=True).order_by("pk"):
        if _due(webhook, now).exists():
            delivered += _serve_safely(webhook, clock)
    return delivered


def send_test(webhook: Webhook, *, now: datetime) -> WebhookEvent:
    """Send something harmless at once, and return what became of it; it is not tried again."""
    event = WebhookEvent.objects.create(
        webhook=webhook, trigger=TEST, payload={"test": True}, date_added=now
    )
    _try(webhook, [event], now)
    # One attempt is all.
    WebhookEvent.objects.filter(pk=event.pk).update(next_try=None)
    event.refresh_from_db()
    return event


def signature(body: bytes, secret: str) -> str:
    """What the receiver compares: the base64 of the body's HMAC-SHA256."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def _due(webhook: Webhook, now: datetime) -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.filter(webhook=webhook, next_try__lte=now)


def _serve_safely(webhook: Webhook, clock: Clock) -> int:
    """Serve one webhook; whatever goes wrong there keeps no other one waiting."""
    try:
        return _serve(webhook, clock)
    except OperationalError:
        raise
    except Exception:
        logger.exception("The webhook #%s could not be served.", webhook.pk)
        return 0


def _serve(webhook: Webhook, clock: Clock) -> int:
    """Deliver what is due to one webhook, until it fails."""
    mark = uuid.uuid4()
    rows = Webhook.objects.filter(pk=webhook.pk, is_published=True)
    free = rows.filter(Q(leased_until=None) | Q(leased_until__lt=clock()))
    if not free.update(lease=mark, leased_until=clock() + LEASE):
        return 0
    delivered = 0
    try:
        while batch := _next(webhook, clock()):
            own = rows.filter(lease=mark)
            if not own.update(leased_until=clock() + LEASE):
                # It took so long that somebody else has taken over, or it is not in use any more.
                break
            ready = _ready(batch, clock())
            if ready and not _try(webhook, ready, clock()):
                break
            delivered += len(ready)
    finally:
        _release(webhook, mark)
    return delivered


def _release(webhook: Webhook, mark: uuid.UUID) -> None:
    rows = Webhook.objects.filter(pk=webhook.pk, lease=mark)
    rows.update(lease=None, leased_until=None)


def _next(webhook: Webhook, now: datetime) -> list[WebhookEvent]:
    """What goes into one request: events of one kind, in the order that the webhook wants."""
    backwards = webhook.events_order == Webhook.Order.DESC
    columns = ("-next_try", "-id") if backwards else ("next_try", "id")
    due = _due(webhook, now).order_by(*columns)
    first = due.first()
    if first is None:
        return []
    rows = due.filter(trigger=first.trigger)[:BATCH]
    # What is tried again is due later than what came after it.
    return sorted(rows, key=lambda row: (row.date_added, row.pk), reverse=backwards)


# What is sent


def _ready(batch: list[WebhookEvent], now: datetime) -> list[WebhookEvent]:
    """The events of a batch that are to be sent; a mistake in making them is one of delivery."""
    try:
        return _filled(batch)
    except Exception:
        logger.exception("Events of the kind %s could not be made.", batch[0].trigger)
        _note_failure(batch, None, "payload", now)
        return []


def _filled(batch: list[WebhookEvent]) -> list[WebhookEvent]:
    """The events of a batch that are to be sent, each with its payload; the others go."""
    empty = [event for event in batch if event.payload is None]
    trigger = triggers.get(batch[0].trigger)
    if not empty:
        return batch
    if trigger is not None and trigger.latest_only:
        empty = _latest(empty)
    built = trigger.build(empty) if trigger and empty else []
    for event, payload in zip(empty, built, strict=bool(trigger)):
        event.payload = payload and json.loads(json.dumps(payload, cls=DjangoJSONEncoder))
    ready = [event for event in batch if event.payload is not None]
    dropped = [event.pk for event in batch if event.payload is None]
    WebhookEvent.objects.filter(pk__in=dropped).delete()
    WebhookEvent.objects.bulk_update([e for e in ready if e in empty], ["payload"])
    return ready


def _latest(events: Sequence[WebhookEvent]) -> list[WebhookEvent]:
    """Of several about one contact or company the last; they would all say the same."""
    last: dict[Any, WebhookEvent] = {}
    for event in sorted(events, key=lambda event: (event.date_added, event.pk)):
        last[event.contact_id, event.facts.get("company")] = event
    kept = {event.pk for event in last.values()}
    return [event for event in events if event.pk in kept]


def _body(events: Sequence[WebhookEvent]) -> bytes:
    items = [
        {**(event.payload or {}), "timestamp": moment(event.date_added), "eventId": event.pk}
        for event in events
    ]
    # Databases keep the order of keys or not; a repetition is the same to the byte.
    return json.dumps({events[0].trigger: items}, ensure_ascii=False, sort_keys=True).encode()


def _headers(body: bytes, webhook: Webhook) -> dict[str, str]:
    site = Site.objects.filter(is_default_site=True).first() or Site.objects.first()
    return {
        "Content-Type": "application/json",
        "User-Agent": f"wagtail_contacttrack/{__version__}",
        "Webhook-Signature": signature(body, webhook.secret),
        "X-Origin-Base-URL": site.root_url if site else "",
    }


# What becomes of it


def _try(webhook: Webhook, events: Sequence[WebhookEvent], now: datetime) -> bool:
    """Send events in one request and note how that went; whether they were taken."""
    body = _body(events)
    status, problem = None, ""
    try:
        answer = post(
            webhook.url, body, _headers(body, webhook), allow_private=conf.WEBHOOK_ALLOW_PRIVATE
        )
    except Refused as refused:
        problem = f"{refused.code}: {refused.detail}" if refused.detail else refused.code
    else:
        status, problem = answer.status, _problem(answer)
    rows = WebhookEvent.objects.filter(pk__in=[event.pk for event in events])
    if not problem:
        # What was sent is of no more use, and is about people.
        rows.update(
            payload=None,
            attempts=F("attempts") + 1, next_try=None, last_status=status, last_error="",
            delivered_at=now,
        )  # fmt: skip
        return True
    logger.info("Webhook %s could not be delivered: %s", webhook.pk, problem)
    _note_failure(events, status, problem, now)
    if status == GONE:
        _stop(webhook)
    return False


def _problem(answer: Answer) -> str:
    if answer.is_success:
        return ""
    if 300 <= answer.status < 400:
        return f"redirect: {answer.location}"
    return f"status: {answer.excerpt}".strip()


def _note_failure(
    events: Sequence[WebhookEvent], status: int | None, problem: str, now: datetime
) -> None:
    by_attempts: dict[int, list[int]] = {}
    for event in events:
        by_attempts.setdefault(event.attempts, []).append(event.pk)
    for attempts, ids in by_attempts.items():
        over = attempts >= len(PAUSES) or status == GONE
        WebhookEvent.objects.filter(pk__in=ids).update(
            attempts=attempts + 1,
            next_try=None if over else now + PAUSES[attempts],
            last_status=status,
            last_error=problem,
        )


def _stop(webhook: Webhook) -> None:
    """The receiver says that it is gone for good: nothing more is sent."""
    waiting = WebhookEvent.objects.filter(webhook=webhook, next_try__isnull=False)
    waiting.update(next_try=None, last_status=GONE, last_error="status")
    if webhook.is_published:
        webhook.is_published = False
        webhook.save(update_fields=["is_published", "date_modified"])
        log(webhook, STOPPED)
