"""What a forked server process must not take over from its parent: locks, threads, counts."""

from __future__ import annotations

import os

from ..contacts import fieldset
from . import counters, identity, record, sites


def start_afresh() -> None:
    """Begin anew in a fork, where only the forking thread lives on (gunicorn's ``--preload``)."""
    record.committer.reset()
    counters.reset()
    sites.reset()
    identity.reset()
    fieldset.reset()


def connect() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=start_afresh)
