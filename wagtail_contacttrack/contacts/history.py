"""What a contact's timeline says about who the contact is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ..activity.kinds import Kind, register
from ..activity.models import Activity
from . import grounds

IDENTIFIED = "contact.identified"
CONFLICT = "contact.conflict"
MERGED = "contact.merged"
UNMERGED = "contact.unmerged"
KINDS = frozenset({IDENTIFIED, CONFLICT, MERGED, UNMERGED})

TEMPLATE = "wagtail_contacttrack/contact/kinds/identity.html"


def context(activity: Activity) -> dict[str, Any]:
    """What the template of these kinds shows: the other contact, in which role, and the ground.

    `part` is the number of the contact that became part of `whole`. Numbers are texts, as they are
    written in addresses.
    """
    data = activity.data if isinstance(activity.data, dict) else {}
    evidence = data.get("evidence")
    return {
        "what": activity.kind.partition(".")[2],
        "other": _number(data.get("other")),
        "whole": _number(data.get("winner")),
        "part": _number(data.get("loser")),
        "own": str(activity.contact_id),
        "ground": grounds.sentence(
            str(data.get("rule", "")), evidence if isinstance(evidence, dict) else {}
        ),
    }


def _number(value: Any) -> str:
    return str(value) if isinstance(value, int) and value > 0 else ""


register(Kind(IDENTIFIED, _("Recognised"), "user", TEMPLATE, context))
register(Kind(CONFLICT, _("Conflicting identity"), "warning", TEMPLATE, context))
register(Kind(MERGED, _("Contacts merged"), "link", TEMPLATE, context))
register(Kind(UNMERGED, _("Merge undone"), "resubmit", TEMPLATE, context))
