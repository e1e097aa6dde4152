"""Keep it: the writer that turns a batch of admitted hits into ledger rows, in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from django.db import (
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connections,
    router,
    transaction,
)

from ..activity.models import Activity
from ..sql import Dialect, dialect
from . import lookups, utm
from .committer import GroupCommitter
from .identify import check_presence, identify, presence, recognise
from .ledger import Ledger
from .lookups import page_address
from .outcome import Admitted, Outcome, Superseded
from .reasons import Reason

logger = logging.getLogger(__name__)

ATTEMPTS = 3
PRESENCE_COLUMNS = 3
# Seconds after which the rest of a batch that fails hit by hit is given up: all of it waits.
PATIENCE = 10.0
# A deadlock, a lock that took too long, a lost connection: it may go better the next time.
PASSING = (OperationalError, InterfaceError)
# So may what somebody else has deleted between our reading and writing: it is read anew then.
RETRIED = (*PASSING, IntegrityError, Superseded)


def record(item: Admitted) -> Outcome:
    """Return how the hit ended, once that is committed. Never raises for what a hit contains.

    Within a transaction of the caller, it is committed together with that.
    """
    if connections[router.db_for_write(Activity)].in_atomic_block:
        # Whoever leads a batch answers for it, and we cannot say how the caller's work will end.
        write([item])
    else:
        committer.submit(item)
    return item.outcome


def write(batch: list[Admitted]) -> None:
    """Write a batch in one transaction; if that fails, each hit alone.

    One bad hit cannot take its neighbours with it. What the database refuses ends as `invalid`;
    what it cannot do now, after a few tries, as `storage_failed`.
    """
    deadline = time.monotonic() + PATIENCE
    error = _attempt(batch)
    if error is None:
        return
    if len(batch) == 1 or not _reachable():
        _give_up(batch, error)
        return
    logger.info("A batch of %s hits failed and is retried one by one.", len(batch))
    for done, item in enumerate(batch):
        error = _attempt([item])
        late = time.monotonic() > deadline
        if isinstance(error, PASSING) and (late or not _reachable()):
            _give_up(batch[done:], error)
            return
        if error is not None:
            _give_up([item], error)


committer: GroupCommitter[Admitted] = GroupCommitter(write)


def _attempt(batch: Sequence[Admitted]) -> Exception | None:
    """Write, a few times where that can help; return what went wrong in the end."""
    connection = connections[router.db_for_write(Activity)]
    error: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            _write_together(batch)
        except RETRIED as caught:
            error = caught
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
        except Exception as caught:  # noqa: BLE001  (whatever it is, the neighbours go on)
            return caught
        else:
            return None
    return error


def _give_up(batch: Sequence[Admitted], error: Exception) -> None:
    """End hits that could not be written: it is either their own fault or the database's."""
    refused = isinstance(error, DataError | IntegrityError) or not isinstance(
        error, Error | Superseded
    )
    logger.error(
        "The database refuses a hit." if refused else "%s hits could not be stored.",
        *([] if refused else [len(batch)]),
        exc_info=error,
    )
    for item in batch:
        item.outcome = Outcome(Reason.INVALID if refused else Reason.STORAGE_FAILED)


def _reachable() -> bool:
    """Whether there is a database to talk to at all."""
    connection = connections[router.db_for_write(Activity)]
    try:
        connection.ensure_connection()
    except Error:
        return False
    return True


def _write_together(batch: Sequence[Admitted]) -> None:
    using = router.db_for_write(Activity)
    connection = connections[using]
    sql = dialect(connection)
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            sql.open_for_writing(cursor, Activity._meta.db_table)
            _write_rows(cursor, sql, batch, using)
    except BaseException:
        lookups.drop()
        raise
    # Within a transaction of the caller, nothing is certain yet.
    if connection.in_atomic_block:
        lookups.drop()
    else:
        lookups.keep()


def _write_rows(cursor: Any, sql: Dialect, batch: Sequence[Admitted], using: str) -> None:
    for item in batch:
        item.begin()
    views = [item for item in batch if not item.hit.leaves]
    leaves = [item for item in batch if item.hit.leaves]
    if views:
        lookups.learn_agents(cursor, sql, [i.hit.user_agent for i in views if i.hit.user_agent])
        lookups.learn_pages(
            cursor,
            sql,
            {
                page_address(i.hit.page_url): (i.hit.page_title, i.hit.wagtail_page)
                for i in views
                if i.hit.page_url
            },
        )
        recogniser = identify(cursor, sql, views, using=using)
    if leaves:
        recognise(cursor, sql, leaves)
    ledger = Ledger(cursor, sql)
    # The ledger comes after the presence: script and pixel of one visit may run in two processes,
    # and the second must wait for what the first has written.
    for row in sql.run(cursor, [*presence(sql, views), *ledger.queries(batch)]):
        if len(row) == PRESENCE_COLUMNS:
            check_presence(row, views, recogniser.settled)
        else:
            ledger.remember(row)
    if views:
        recogniser.finish()
    for item in views:
        ledger.view(item)
    # The end of a page view may overtake its beginning.
    for item in leaves:
        ledger.leave(item)
    ledger.write()
    utm.note(cursor, sql, views)
