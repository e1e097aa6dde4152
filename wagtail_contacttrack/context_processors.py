"""What templates know in every view of the project."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .tracking.current import get_contact


def contact(request: HttpRequest) -> dict[str, Any]:
    """``current_contact``: the contact behind the request. Costs nothing until it is used."""
    return {"current_contact": get_contact(request)}
