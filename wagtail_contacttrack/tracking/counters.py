"""How many requests ended with which reason, by site and hour.

Counted in memory and written together, at most `COUNTER_FLUSH_SECONDS` later: a refused request
costs no query, and a row that everybody updates never makes requests wait for each other.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

from django.db import Error, IntegrityError, connections, router, transaction
from django.db.models import Sum

from ..conf import conf
from ..sql import dialect
from .models import HitCount

logger = logging.getLogger(__name__)

Key = tuple[int, datetime, str]

_mutex = threading.Lock()
_pending: Counter[Key] = Counter()
_timer: threading.Timer | None = None


def count(site_id: int, reason: str, now: datetime, number: int = 1) -> None:
    """Count `number` requests of one site that ended with `reason`."""
    global _timer
    delay = conf.COUNTER_FLUSH_SECONDS
    with _mutex:
        _pending[site_id, hour_of(now), str(reason)] += number
        if delay and _timer is None:
            timer = threading.Timer(delay, _flush_aside)
            timer.daemon = True
            # The process may be ending, or have as many threads as it may; the next one tries anew.
            with suppress(RuntimeError):
                timer.start()
                _timer = timer
    if not delay:
        flush()


def flush() -> None:
    """Write what this process has counted. On a database error the counts wait for the next try."""
    global _pending, _timer
    with _mutex:
        taken, _pending = _pending, Counter()
        if _timer is not None:
            _timer.cancel()
            _timer = None
    if not taken:
        return
    try:
        try:
            _add(taken)
        except IntegrityError:
            # One of the sites is gone, and takes its counts along.
            _add_by_site(taken)
    except Error:
        logger.warning("Hit counts could not be written; they are kept for later.", exc_info=True)
        with _mutex:
            _pending.update(taken)


def hour_of(moment: datetime) -> datetime:
    """The hour that a moment is counted in; the same everywhere, also where half hours differ."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def totals(site_id: int, since: datetime) -> dict[str, int]:
    """Requests of one site by reason, from the hour of `since` on.

    What this process has not written yet is in it; other processes' counts may come moments later.
    """
    first = hour_of(since)
    found: Counter[str] = Counter()
    with _mutex:
        for (site, hour, reason), number in _pending.items():
            if site == site_id and hour >= first:
                found[reason] += number
    written = HitCount.objects.filter(site_id=site_id, hour__gte=first)
    for reason, number in written.values_list("reason").annotate(Sum("count")):
        found[reason] += number
    return dict(found)


def clear() -> None:
    """Forget what is not written yet."""
    with _mutex:
        _pending.clear()


def reset() -> None:
    """Begin anew in a forked process: what was counted before is for the parent to write."""
    global _mutex, _timer
    _mutex = threading.Lock()
    _timer = None
    _pending.clear()


def _add_by_site(taken: Counter[Key]) -> None:
    for site in sorted({key[0] for key in taken}):
        part = Counter({key: number for key, number in taken.items() if key[0] == site})
        try:
            _add(part)
        except IntegrityError:
            logger.info("Hit counts of site %s are dropped: it does not exist any more.", site)
        for key in part:
            del taken[key]


def _add(taken: Counter[Key]) -> None:
    using = router.db_for_write(HitCount)
    connection = connections[using]
    sql = dialect(connection)
    # One order everywhere, so that two processes never wait for each other's rows.
    rows = [
        [site_id, sql.moment(hour), reason, number]
        for (site_id, hour, reason), number in sorted(taken.items())
    ]
    statements = sql.upsert(
        HitCount._meta.db_table,
        ["site_id", "hour", "reason", "count"],
        rows,
        key=["site_id", "hour", "reason"],
        add=["count"],
    )
    with transaction.atomic(using=using), connection.cursor() as cursor:
        sql.run(cursor, statements)


def _flush_aside() -> None:
    try:
        flush()
    finally:
        connections.close_all()


atexit.register(flush)
