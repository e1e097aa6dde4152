"""The kinds of activity. A project adds its own with `register`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

PAGE_HIT = "page.hit"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of activity shows itself: its key, label, and the name of a Wagtail icon."""

    key: str
    label: Any
    icon: str


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind, or replace the one with the same key. Call it from ``AppConfig.ready``."""
    if len(kind.key) > 32:
        raise ValueError(f"The key of a kind may have 32 characters: {kind.key}")
    _kinds[kind.key] = kind


def get(key: str) -> Kind:
    """The kind with this key; rows of a kind that is gone still show, under their key."""
    return _kinds.get(key) or Kind(key, key, "circle-plus")


def choices() -> list[tuple[str, Any]]:
    """All kinds as choices for a form, in the order of their registration."""
    return [(kind.key, kind.label) for kind in _kinds.values()]


register(Kind(PAGE_HIT, _("Page hit"), "view"))
