"""How many contacts something has, without counting all of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, router
from django.db.models import Model

from ..sql import dialect

# Counting stops here: beyond it nobody wants to know exactly, and it costs.
LIMIT = 10_000


def count_each(model: type[Model], column: str, ids: Sequence[int]) -> dict[int, int]:
    """How many rows of `model` have each of these ids in `column`; `LIMIT` + 1 means "more".

    One query, which the index on `column` answers.
    """
    connection = connections[router.db_for_read(model)]
    sql = dialect(connection)
    statements = sql.counts(model._meta.db_table, column, ids, up_to=LIMIT + 1)
    with connection.cursor() as cursor:
        found = {number: count for number, count in sql.run(cursor, statements) if count}
    return dict.fromkeys(ids, 0) | found
