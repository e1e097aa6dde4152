"""The tables in the API."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from ...activity.latest import newest
from ...activity.models import Activity
from ...contacts.models import Contact
from .. import describing, listing, queries
from ..answers import Entry, answer
from ..calling import call_of
from ..errors import Invalid
from ..schemas import MOST, Error, Start, Text, whole
from .declared import TABLES

USUAL = 100
# What no index of PostgreSQL's sorts.
NEWEST = ["-time", "-pk"]
Limit = Annotated[
    int, BeforeValidator(lambda value: whole(USUAL, MOST)(value) or USUAL), Field(ge=1, le=MOST)
]


class StatsQuery(Schema):
    """Which rows of a table, and in which order."""

    start: Start = Field(0, description="How many to leave out.")
    limit: Limit = Field(USUAL, description=f"How many at most; no more than {MOST}.")
    orderBy: Text = Field("", description="A column, or several between commas.")
    orderByDir: Text = Field("", description="`ASC` or `DESC`.")
    where: Any = Field(None, description="Conditions: `where[0][col]`, `[expr]` and `[val]`.")
    order: Any = Field(None, description="Columns: `order[0][col]` and `[dir]`.")


class Tables(Schema):
    """What tables there are, and their columns."""

    availableTables: list[str]
    tableColumns: dict[str, list[str]]


class Rows(Schema):
    """Rows of one table. All values are texts, and what is absent is left out."""

    total: str
    stats: list[dict[str, str]]


class Refused(Schema):
    """What is wrong with a question. As in Mautic, the status is 200 nevertheless."""

    errors: list[Error]


router = Router(tags=["stats"])


@router.get("/stats", **describing.of("stats", Tables, "Which tables there are"))
def tables(request: HttpRequest) -> HttpResponse:
    call_of(request).must("view", Contact)
    return answer(available())


@router.get(
    "/stats/{table}",
    **describing.of("stats_of_table", Rows | Tables | Refused, "Rows of a table"),
)
def rows(request: HttpRequest, table: str, query: Query[StatsQuery]) -> HttpResponse:
    call_of(request).must("view", Contact)
    if table not in TABLES:
        return answer(available())
    try:
        return answer(read(table, query))
    except Invalid as error:
        return answer({"errors": [error.as_dict()]})


def available() -> Entry:
    """The tables and their columns."""
    columns = {name: list(table.columns) for name, table in TABLES.items()}
    return {"availableTables": list(TABLES), "tableColumns": columns}


def read(name: str, query: StatsQuery) -> Entry:
    """Rows of one table. Raises `Invalid`."""
    table = TABLES[name]
    found = queries.narrow(table.rows(), query.where, table.comparable)
    order = queries.order_of(query, table.comparable)
    number = listing.total(found)
    related = found.select_related(*table.related) if table.related else found
    if table.model is Activity and order == NEWEST:
        part = newest(related, query.start, query.limit)
    else:
        part = list(related.order_by(*order)[query.start : query.start + query.limit])
    return {"total": str(number), "stats": table.show(part)}
