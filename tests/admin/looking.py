"""Looking at pages of the admin."""

from __future__ import annotations

from typing import Any


def text(tag: Any) -> str:
    """What a reader reads, with single spaces."""
    return " ".join(tag.get_text(" ").split())
