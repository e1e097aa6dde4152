"""Lists of rows by the name of a table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from ...contacts.models import Contact
from .. import describing, listing, queries
from ..answers import Entry, answer
from ..calling import call_of
from ..errors import ApiError
from ..schemas import ListQuery
from .tables import TABLES

USUAL = 100


class Stats(Schema):
    """Rows with all values as text; without a table of that name, the names that there are."""

    total: str = ""
    stats: list[dict[str, str]] = []
    availableTables: list[str] = []
    tableColumns: dict[str, list[str]] = {}
    errors: list[dict[str, Any]] = []


router = Router(tags=["stats"])


@router.get("/stats", **describing.of("stats", Stats, "The tables and their columns"))
def index(request: HttpRequest) -> HttpResponse:
    call_of(request).must("view", Contact)
    return answer(_tables())


@router.get("/stats/{table}", **describing.of("stats_of", Stats, "The rows of a table"))
def rows(request: HttpRequest, table: str, query: Query[ListQuery]) -> HttpResponse:
    call = call_of(request)
    call.must("view", Contact)
    found = TABLES.get(table)
    if found is None:
        return answer(_tables())
    if call.params.all.get("limit") in (None, "", "0"):
        query.limit = USUAL
    try:
        matching = queries.narrow(found.rows(), query.where, found.comparable)
        order = queries.order_of(query, found.comparable)
    except ApiError as error:
        # As in Mautic, with 200.
        return answer({**_tables(), "errors": [error.as_dict()]})
    part = matching.order_by(*order)[query.start : query.start + query.limit]
    shown = [found.show(row) for row in part]
    return answer({"total": str(listing.total(matching)), "stats": shown})


def _tables() -> Entry:
    return {
        "availableTables": list(TABLES),
        "tableColumns": {name: list(table.columns) for name, table in TABLES.items()},
    }
