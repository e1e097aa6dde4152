"""The containers of answers, in the types that Mautic's clients rely on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from django.http import JsonResponse

from ..contacts.shapes.basics import Entry as Entry


class Container(Enum):
    """How a list of entities is written: an object by id, which without any is {} or [], or a list.

    PHP writes an empty array as [], and clients test for either.
    """

    OBJECT = "object"
    OBJECT_OR_LIST = "object or empty list"
    LIST = "list"

    def hold(self, entries: Sequence[Entry]) -> Any:
        """The entries in this container, in their order."""
        if self is Container.LIST or (self is Container.OBJECT_OR_LIST and not entries):
            return list(entries)
        return {str(entry["id"]): entry for entry in entries}


def answer(body: Any, status: int = 200, **headers: str) -> JsonResponse:
    """A JSON answer."""
    response = JsonResponse(body, status=status, safe=False)
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response
