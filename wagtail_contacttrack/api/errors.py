"""Errors in the shape that Mautic's clients read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext as _


class ApiError(Exception):
    """An answer other than success.

    `details` says what is wrong by field, as lists of sentences. `type` is Mautic's word for some
    errors, such as "access_denied". `headers` go along with the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: Mapping[str, list[str]] | None = None,
        type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details or {}
        self.type = type
        self.headers = headers or {}

    def as_dict(self) -> dict[str, Any]:
        """One item of a body's ``errors``. Without details, these are an empty list, as in PHP."""
        found: dict[str, Any] = {
            "code": self.status,
            "message": self.message,
            "details": self.details or [],
        }
        return {**found, "type": self.type} if self.type else found


class NotFound(ApiError):
    """There is no such thing, or not for this user."""

    def __init__(self) -> None:
        super().__init__(404, _("Item was not found."))


class UnknownPath(ApiError):
    """There is nothing at this path."""

    def __init__(self, path: str) -> None:
        super().__init__(404, _("Requested URL not found: %(path)s") % {"path": path})

    def as_dict(self) -> dict[str, Any]:
        return {"message": self.message, "code": self.status, "type": None}


class Forbidden(ApiError):
    """This user may not do that."""

    def __init__(self) -> None:
        message = _("You do not have access to the requested area/action.")
        super().__init__(403, message, type="access_denied")


class Invalid(ApiError):
    """What was sent cannot be taken: sentences by the name of the field."""

    def __init__(self, details: Mapping[str, list[str]], message: str = "") -> None:
        found = "; ".join(f"{name}: {text}" for name, texts in details.items() for text in texts)
        super().__init__(400, message or found, details=details)


class Taken(Invalid):
    """Somebody else has a value that can only be one's own; they may have just been made."""


def answer(error: ApiError) -> JsonResponse:
    """The whole answer for an error."""
    response = JsonResponse({"errors": [error.as_dict()]}, status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return response
