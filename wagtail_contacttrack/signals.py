"""Signals for projects: somebody became known, two contacts became one, something was recorded.

They are sent once what they tell is committed, from the process that has committed it. A receiver
that raises an error is logged and stops nothing. It runs while visitors wait for their answer, so
long work belongs into a queue. Every receiver takes ``**kwargs``: arguments may be added.

``contact_identified``
    A contact is known from now on, or a known one has come with a new device. ``contact_id``;
    ``rule``, by which it was recognised (a value of `contacts.models.Rule`); ``evidence``, a
    dictionary; ``site_id`` and ``device_id``, or None; ``at``, the time.

``contacts_merged``
    Two contacts have become one. ``winner_id``, the contact that remains; ``loser_id``, whose id
    leads to it from now on; ``merge_id``; ``rule``; ``actor_id``, the user who did it, or None
    where nobody did; ``at``.

``activity_recorded``
    A row was added to the ledger. ``activity_id``; ``kind``, such as ``page.hit``; ``contact_id``;
    ``site_id``, or None; ``at``.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import Signal

contact_identified = Signal()
contacts_merged = Signal()
activity_recorded = Signal()


def announce(signal: Signal, *, using: str, **values: Any) -> None:
    """Send a signal once the current transaction is committed, and never if it is not.

    At once where there is no transaction. Ask `signal.has_listeners()` first where the values have
    to be computed. Errors of receivers are logged.
    """
    if signal.has_listeners():
        transaction.on_commit(lambda: _send(signal, values), using=using)


def _send(signal: Signal, values: dict[str, Any]) -> None:
    # Django logs what a receiver raises.
    signal.send_robust(sender=None, **values)
