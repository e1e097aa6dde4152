"""Several workers at once, as threads with transactions of their own."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from tests.activity.making import contact
from tests.tracking.conftest import at_once
from wagtail_contacttrack.activity.adding import add
from wagtail_contacttrack.outbound.webhooks import delivery

NOW = timezone.now()


def test_two_workers_at_once_send_nothing_twice(committed, receiver, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 5)
    receiver.webhook("mautic.page_on_hit")
    receiver.before = lambda handler: time.sleep(0.02)
    ada = contact()
    for number in range(30):
        at = NOW - timedelta(minutes=number)
        add("page.hit", ada.pk, now=at, title=f"Shop {number}")

    results = at_once(*[lambda: delivery.deliver(now=NOW)] * 4)

    assert sum(results) == 30, results
    sent = [item["hit"]["urlTitle"] for item in receiver.items]
    assert sent == [f"Shop {number}" for number in reversed(range(30))]
