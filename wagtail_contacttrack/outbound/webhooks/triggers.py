"""What webhooks can be told. A project adds its own with `register`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...reactions import Happened

if TYPE_CHECKING:
    from .models import WebhookEvent

Payload = dict[str, Any]


def _everything(happened: Happened) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Trigger:
    """One kind of event: Mautic's name for it, what people read, and how it is made.

    `topic` says what it reacts to (`wagtail_contacttrack.reactions`), and `accepts` which of those.
    `build` makes what is sent about each of several events, in their order and with few queries for
    all together; None leaves one out. With `latest_only`, of several that wait about one contact or
    company the last one is sent: all would say the same.
    """

    key: str
    label: Any
    description: Any
    topic: str
    build: Callable[[Sequence[WebhookEvent]], list[Payload | None]]
    accepts: Callable[[Happened], bool] = _everything
    latest_only: bool = False


_triggers: dict[str, Trigger] = {}


def register(trigger: Trigger) -> None:
    """Add a trigger, or replace the one with the same key. Call it from ``AppConfig.ready``."""
    if len(trigger.key) > 64:
        raise ValueError(f"The key of a trigger may have 64 characters: {trigger.key}")
    _triggers[trigger.key] = trigger


def get(key: str) -> Trigger | None:
    """The trigger with this key, or None if it is gone."""
    return _triggers.get(key)


def every() -> list[Trigger]:
    """All triggers, in the order of their registration."""
    return list(_triggers.values())


def label_of(key: str) -> str:
    """What people read; of a trigger that is gone the key."""
    trigger = get(key)
    return str(trigger.label) if trigger else key
