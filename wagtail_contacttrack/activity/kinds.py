"""The kinds of activity. A project adds its own with `register`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .models import Activity

PAGE_HIT = "page.hit"


PAGE_HIT_TEMPLATE = "wagtail_contacttrack/contact/kinds/page_hit.html"
PLAIN_TEMPLATE = "wagtail_contacttrack/contact/kinds/plain.html"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of activity shows itself: its key, label, and the name of a Wagtail icon.

    `template` shows what stands beside the time and the icon of its row in a timeline. It gets
    `entry`, whose `activity` is the row, and what `context` returns for that row. A page of the
    timeline calls `context` once a row, so it must not query the database; `activity` comes with
    its `agent`, `device` and `page`. Without a template of its own, a kind shows the row's title
    or else its label, and its address. Everything in `activity.data` is listed below either way.
    """

    key: str
    label: Any
    icon: str
    template: str = PLAIN_TEMPLATE
    context: Callable[[Activity], dict[str, Any]] | None = None


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


register(Kind(PAGE_HIT, _("Page hit"), "view", PAGE_HIT_TEMPLATE))
