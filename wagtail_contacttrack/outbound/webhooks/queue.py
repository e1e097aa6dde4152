"""The queue of what webhooks are told: what comes in, what is tried again, what is too old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import router
from django.db.models import Q, QuerySet

from ... import reactions
from ...contacts.telling import REMOVED
from ...reactions import Happened, Reaction
from . import published, tasks
from .models import Webhook, WebhookEvent

# The trigger of a test.
TEST = "mautic.test"
DELIVERED_DAYS, FAILED_DAYS = 7, 30
CHUNK = 1_000


def react(happened: Sequence[Happened], using: str) -> None:
    """Put what has happened into the queue of every webhook that wants it."""
    if happened[0].topic == REMOVED:
        _forget(happened, using)
    rows = [
        WebhookEvent(
            webhook_id=number,
            trigger=trigger.key,
            contact_id=item.contact_id,
            facts=item.facts,
            date_added=item.at,
            next_try=item.at,
        )
        for number, trigger in published.wishes().get(happened[0].topic, ())
        for item in happened
        if trigger.accepts(item)
    ]
    if rows:
        WebhookEvent.objects.using(using).bulk_create(rows, batch_size=CHUNK)
        tasks.wake(using)


def wants(topic: str) -> bool:
    """Whether a webhook is to be told. What is deleted goes out of the queue in any case."""
    return topic in published.wishes() or topic == REMOVED


def _forget(happened: Sequence[Happened], using: str) -> None:
    """What is deleted here stays nowhere in the queue, sent or not; merged contacts are there."""
    gone = [item.contact_id for item in happened if "winner" not in item.facts]
    for start in range(0, len(gone), CHUNK):
        rows = WebhookEvent.objects.using(using)
        rows.filter(contact_id__in=gone[start : start + CHUNK])._raw_delete(using)


def waiting(webhook: Webhook) -> QuerySet[WebhookEvent]:
    """What has not been delivered yet and will be tried."""
    return WebhookEvent.objects.filter(webhook=webhook, next_try__isnull=False)


def undelivered(webhook: Webhook) -> QuerySet[WebhookEvent]:
    """What was tried without success, given up or not; tests are not repeated."""
    rows = WebhookEvent.objects.filter(webhook=webhook, delivered_at=None, attempts__gt=0)
    return rows.exclude(trigger=TEST)


def try_again(webhook: Webhook, *, now: datetime, event_id: int | None = None) -> int:
    """Have what could not be delivered tried again at once, or one of these; how many they are."""
    rows = undelivered(webhook)
    if event_id is not None:
        rows = rows.filter(pk=event_id)
    return rows.update(next_try=now, attempts=0)


def clean_up(*, now: datetime) -> int:
    """Delete what was delivered a week ago, and what is a month old; returns how many."""
    using = router.db_for_write(WebhookEvent)
    rows = WebhookEvent.objects.using(using)
    delivered, failed = (now - timedelta(days=days) for days in (DELIVERED_DAYS, FAILED_DAYS))
    old = rows.filter(
        Q(date_added__lt=failed) | Q(date_added__lt=delivered, delivered_at__lt=delivered)
    )
    removed = 0
    while ids := list(old.order_by("date_added").values_list("pk", flat=True)[:CHUNK]):
        rows.filter(pk__in=ids)._raw_delete(using)
        removed += len(ids)
    return removed


def connect() -> None:
    """React from now on."""
    reactions.register("webhooks", Reaction(wants, react))
