"""Which webhook wants what, in memory: visits ask nothing but this.

It is read in one query and kept for `MAX_AGE` seconds, or until a webhook is saved in this process.
While the database is away, what was read last stays good.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.db import Error, connections, router, transaction
from django.db.models.signals import post_delete, post_save

from . import triggers
from .models import Webhook
from .triggers import Trigger

logger = logging.getLogger(__name__)

MAX_AGE = 2.0

Wishes = Mapping[str, list[tuple[int, Trigger]]]

_cached: tuple[float, Wishes] | None = None


def wishes() -> Wishes:
    """The webhooks in use and what they want, by topic; at most a few seconds old."""
    global _cached
    cached = _cached
    if cached is not None and time.monotonic() - cached[0] <= MAX_AGE:
        return cached[1]
    if cached is not None:
        # Everybody else goes on with these meanwhile.
        _cached = (time.monotonic(), cached[1])
    try:
        found = _read()
    except Error:
        logger.warning("The webhooks could not be read.", exc_info=True)
        found = cached[1] if cached else {}
    _cached = (time.monotonic(), found)
    return found


def _read() -> Wishes:
    using = router.db_for_read(Webhook)
    # A query that fails must not take a visit's transaction with it.
    apart = transaction.atomic(using) if connections[using].in_atomic_block else nullcontext()
    found: dict[str, list[tuple[int, Trigger]]] = {}
    with apart:
        rows = Webhook.objects.using(using).filter(is_published=True).order_by("pk")
        for number, keys in rows.values_list("pk", "triggers"):
            for key in dict.fromkeys(keys if isinstance(keys, list) else ()):
                if trigger := triggers.get(str(key)):
                    found.setdefault(trigger.topic, []).append((number, trigger))
    return found


def clear() -> None:
    """Forget what was read; the next question reads anew."""
    global _cached
    _cached = None


def connect() -> None:
    """Drop the copy whenever a webhook is saved in this process."""

    def forget(using: str, **kwargs: Any) -> None:
        clear()
        # Somebody may have read the old ones again before these were committed.
        transaction.on_commit(clear, using=using)

    for signal in (post_save, post_delete):
        signal.connect(forget, sender=Webhook, weak=False, dispatch_uid="contacttrack-webhooks")
