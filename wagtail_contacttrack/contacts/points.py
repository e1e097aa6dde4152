"""Points of a contact. Every change is a row of the ledger, so that nothing counts twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from django.db import router
from django.utils.translation import gettext_lazy as _

from ..activity.adding import add
from ..activity.kinds import Kind, register
from ..activity.models import Activity
from ..sql import writing
from . import editing
from .models import Contact

KIND = "points"
Operator = Literal["plus", "minus", "times", "divide", "set"]
OPERATORS: tuple[str, ...] = get_args(Operator)
# What the column of every database holds.
MOST = 2**31 - 1

TEMPLATE = "wagtail_contacttrack/contact/kinds/points.html"


def context(activity: Activity) -> dict[str, Any]:
    """What the timeline says of a change: by how many points, what for, and how many there are."""
    data = activity.data if isinstance(activity.data, dict) else {}
    delta, total = data.get("delta"), data.get("points")
    return {
        "delta": f"{delta:+d}" if isinstance(delta, int) else "",
        "event": str(data.get("event") or ""),
        "total": total if isinstance(total, int) else None,
    }


register(Kind(KIND, _("Points changed"), "pick", TEMPLATE, context))


class PointsRefused(ValueError):
    """That there is no such change: a division by zero, or a sum that is too large."""


def change(
    contact_id: int,
    operator: Operator,
    number: int,
    *,
    now: datetime,
    event: str = "",
    action: str = "",
    actor: Any = None,
) -> int:
    """Change a contact's points and note why; returns how many it has now.

    `event` and `action` say in words what it was for. Nothing is noted where nothing changes.
    Raises `PointsRefused`, `editing.MergedMeanwhile` or `Contact.DoesNotExist`.
    """
    using = router.db_for_write(Contact)
    with writing(using, Contact._meta.db_table):
        contact = editing.hold(contact_id, using)
        before, after = contact.points, _changed(contact.points, operator, number)
        if before == after:
            return after
        Contact.objects.using(using).filter(pk=contact_id).update(points=after, date_modified=now)
        data = {
            "delta": after - before,
            "points": after,
            "event": event,
            "action": action,
            "actor": getattr(actor, "pk", None),
        }
        title = f"{event} {after - before:+d}".strip()
        kept = {name: value for name, value in data.items() if value not in ("", None)}
        add(KIND, contact_id, now=now, title=title, data=kept, using=using)
    return after


def _changed(points: int, operator: Operator, number: int) -> int:
    if operator == "divide":
        if number == 0:
            raise PointsRefused(operator)
        # To the nearest whole number; Python's own division goes to the lower one.
        points = round(points / number)
    elif operator == "times":
        points *= number
    elif operator == "set":
        points = number
    else:
        points += number if operator == "plus" else -number
    if abs(points) > MOST:
        raise PointsRefused(operator)
    return points
