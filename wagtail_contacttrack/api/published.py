"""Lists of nothing but what is published, or of what is not."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from .resources import Resource
from .schemas import ListQuery

COLUMN = "is_published"
# What searches for any kind of entity may say, and whether it asks for what is published.
WORDS = {
    "is:published": True,
    "!is:unpublished": True,
    "is:unpublished": False,
    "!is:published": False,
}


def narrow(
    rows: QuerySet[Any], query: ListQuery, resource: Resource[Any]
) -> tuple[QuerySet[Any], str]:
    """The rows of the state that is asked for, and what is left of the search.

    Whatever has no such state, such as a contact, counts as published.
    """
    words = query.search.split()
    asked = [WORDS[word.lower()] for word in words if word.lower() in WORDS]
    text = query.search
    if asked:
        text = " ".join(word for word in words if word.lower() not in WORDS)
    if query.published or query.publishedOnly:
        asked.append(True)
    for state in set(asked):
        if COLUMN in resource.columns:
            rows = rows.filter(**{resource.columns[COLUMN].path: state})
        elif not state:
            rows = rows.none()
    return rows, text
