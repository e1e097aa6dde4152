"""Texts of contacts compared with what was written, with the same outcome on every database.

Upper and lower case are the same, as far as the database itself folds them: SQLite does so for
letters without accents only. Letters with accents are letters of their own everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Expression, F, Func, Lookup, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Lower

from .syntax import Term

# Further ones in a text are letters: with many of them, a comparison may take for ever.
WILDCARDS = 5
ANYTHING = "_%"
NOBODY = Q(pk__in=[])
EVERYBODY = ~NOBODY

_OPERATORS = {"sqlite": ("LIKE", r" ESCAPE '\'"), "mysql": ("LIKE BINARY", "")}
_RUNS = re.compile("%+")


class Like(Lookup):
    """Whether a text is like a pattern, in which ``%``, ``_`` and the backslash have meanings."""

    lookup_name = "contacttrack_like"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        text, text_values = self.process_lhs(compiler, connection)
        pattern, pattern_values = self.process_rhs(compiler, connection)
        operator, ending = _OPERATORS.get(connection.vendor, ("LIKE", ""))
        return f"{text} {operator} {pattern}{ending}", (*text_values, *pattern_values)


class Mentioned(Lookup):
    """Whether a JSON document can have a text like a pattern anywhere, before it is taken apart.

    That is worth it where documents are text; PostgreSQL would have to write them out first.
    """

    lookup_name = "contacttrack_mentioned"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        operator, ending = _OPERATORS.get(connection.vendor, ("LIKE", ""))
        document, values = self.process_lhs(compiler, connection)
        return f"LOWER({document}) {operator} LOWER(%s){ending}", (*values, self.rhs.value)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "TRUE", ()


class Beginning(Lookup):
    """Whether a text begins with another, or with one that a careless database takes for the same.

    Asked in the way in which the database uses an index on the text in lower case (a
    `FoldedIndex`), or of MariaDB on the text itself.
    """

    lookup_name = "contacttrack_beginning"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        text, text_values = self.process_lhs(compiler, connection)
        value = literal(self.rhs.value) + "%"
        return f"LOWER({text}) LIKE LOWER(%s)", (*text_values, value)

    def as_mysql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        text, text_values = self.process_lhs(compiler, connection)
        return f"{text} LIKE %s", (*text_values, literal(self.rhs.value) + "%")

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        text, text_values = self.process_lhs(compiler, connection)
        # Up to the last letter that there is. It walks no index for LIKE with an escaped letter.
        sql = f"(LOWER({text}) >= LOWER(%s) AND LOWER({text}) < LOWER(%s) || char(1114111))"
        return sql, (*text_values, self.rhs.value, *text_values, self.rhs.value)


class Joined(Func):
    """Texts one after the other. Django's own nests them, too deep for SQLite's parser."""

    function = "CONCAT"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="(%(expressions)s)", arg_joiner=" || ", **context
        )

    as_postgresql = as_sqlite


def literal(text: str) -> str:
    """The pattern of exactly this text."""
    return text.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")


def spelt(text: str) -> str:
    """The pattern of a text in which only ``%`` has a meaning."""
    *parts, last = _RUNS.sub("%", text).split("%")
    found = ""
    for number, part in enumerate(parts):
        found += literal(part) + ("%" if number < WILDCARDS else "\\%")
    return found + literal(last)


def containing(text: str) -> str:
    """The pattern of texts in which this one occurs."""
    return f"%{spelt(text)}%"


def beginning(text: str) -> str:
    """The pattern of texts that begin with this one."""
    return f"{spelt(text)}%"


def pattern_of(term: Term) -> str:
    """The pattern of the values that a command is about: they begin with its value, or are it."""
    if is_anything(term):
        return ANYTHING
    return spelt(term.text) if term.exact else beginning(term.text)


def is_anything(term: Term) -> bool:
    """Whether a command asks for any value at all."""
    return term.text == "*" or not term.text.strip("%")


def like(texts: Iterable[Expression | F | str], pattern: str) -> Q:
    """Whether one of the texts is like the pattern, in whatever case."""
    found = NOBODY
    for text in texts:
        found |= Q(Like(Lower(text), Lower(Value(pattern, output_field=TextField()))))
    return found


def like_folded(text: str, pattern: str) -> Q:
    """The same for a column that is in lower case already."""
    return Q(Like(F(text), Lower(Value(pattern, output_field=TextField()))))


def json_text(alias: str, column: str = "fields") -> Expression:
    """A value among the further fields as text; "" if there is none."""
    return Coalesce(KeyTextTransform(alias, column), Value(""), output_field=TextField())


def as_text(name: str) -> Expression:
    """A column that holds no text as one."""
    return Cast(name, TextField())
