"""Keep it: the writer that turns a batch of admitted hits into ledger rows, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, OperationalError, connections, router, transaction

from ..activity.models import Activity
from . import lookups
from .committer import GroupCommitter
from .identify import find_devices, identify, touch_presence
from .ledger import Ledger
from .lookups import page_address
from .outcome import Admitted, Outcome
from .reasons import Reason
from .sql import Dialect, dialect

logger = logging.getLogger(__name__)

ATTEMPTS = 3


def record(item: Admitted) -> Outcome:
    """Return how the hit ended, once that is committed. Never raises a database error."""
    committer.submit(item)
    return item.outcome


def write(batch: list[Admitted]) -> None:
    """Write a batch in one transaction; if that fails, each hit alone.

    One bad hit cannot take its neighbours with it. What the database refuses ends as `invalid`;
    what it cannot do now, after a few tries, as `storage_failed`.
    """
    try:
        _write_together(batch)
    except DatabaseError:
        if len(batch) > 1:
            logger.info("A batch of %s hits failed and is retried one by one.", len(batch))
        for item in batch:
            _write_alone(item)


committer: GroupCommitter[Admitted] = GroupCommitter(write)


def _write_alone(item: Admitted) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _write_together([item])
        except OperationalError:
            if attempt == ATTEMPTS:
                logger.exception("A hit could not be stored.")
                item.outcome = Outcome(Reason.STORAGE_FAILED)
        except DatabaseError:
            if attempt == ATTEMPTS:
                logger.exception("The database refuses a hit.")
                item.outcome = Outcome(Reason.INVALID)
        else:
            return


def _write_together(batch: Sequence[Admitted]) -> None:
    using = router.db_for_write(Activity)
    connection = connections[using]
    # Request threads live long and lead now and then: the connection may have died meanwhile.
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    sql = dialect(connection)
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            sql.open_for_writing(cursor, Activity._meta.db_table)
            _write_rows(cursor, sql, batch)
    except BaseException:
        lookups.pages.drop()
        lookups.user_agents.drop()
        raise
    lookups.pages.keep()
    lookups.user_agents.keep()


def _write_rows(cursor: Any, sql: Dialect, batch: Sequence[Admitted]) -> None:
    for item in batch:
        item.outcome, item.device = Outcome(Reason.RECORDED), None
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
        identify(cursor, sql, views)
    if leaves:
        _recognise(cursor, sql, leaves)
    ledger = Ledger(cursor, sql)
    ledger.read(batch)
    for item in batch:
        if item.hit.leaves:
            ledger.leave(item)
        else:
            ledger.view(item)
    ledger.write()
    if views:
        touch_presence(cursor, sql, views)


def _recognise(cursor: Any, sql: Dialect, leaves: Sequence[Admitted]) -> None:
    """Say whose page is being left, without making anybody."""
    claims = {i.hit.cookie_device or i.hit.param_device for i in leaves} - {""}
    devices = find_devices(cursor, sql, sorted(claims)) if claims else {}
    for item in leaves:
        device = devices.get(item.hit.cookie_device or item.hit.param_device)
        if device:
            item.device = device
            item.outcome.tracking_id = device.tracking_id
            item.outcome.contact_id = device.contact_id
