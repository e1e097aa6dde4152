"""Deliver at once, where the project runs background tasks."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ...compat import background_task, has_task_worker

# Tasks that can wait gather what comes in meanwhile.
GATHER = 1.0

_gathering_until = 0.0


@background_task
def deliver_webhooks() -> int:
    """Deliver what is due; returns how much that was."""
    from . import delivery

    return delivery.deliver(now=timezone.now())


def wake(using: str) -> None:
    """Have a worker deliver once the transaction is committed, if the project has one."""
    if has_task_worker(deliver_webhooks):
        transaction.on_commit(_enqueue, using=using, robust=True)


def _enqueue() -> None:
    global _gathering_until
    if not deliver_webhooks.get_backend().supports_defer:
        deliver_webhooks.enqueue()
        return
    now = time.monotonic()
    if now < _gathering_until:
        return
    _gathering_until = now + GATHER
    later = timezone.now() + timedelta(seconds=GATHER)
    deliver_webhooks.using(run_after=later).enqueue()
