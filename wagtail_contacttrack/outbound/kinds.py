"""Mail and links in the timeline."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..activity.kinds import Kind, register
from ..activity.models import Activity

EMAIL_SENT = "email.sent"
EMAIL_SKIPPED = "email.skipped"
EMAIL_OPENED = "email.opened"
EMAIL_CLICKED = "email.clicked"
EMAIL_UNSUBSCRIBED = "email.unsubscribed"
EMAIL_RESUBSCRIBED = "email.resubscribed"
LINK_CLICKED = "link.clicked"

TEMPLATE = "wagtail_contacttrack/contact/kinds/mail.html"
# What stands under "machine" when only the haste gives it away.
HASTE = "haste"


def context(activity: Activity) -> dict[str, Any]:
    """What the timeline says of a row: whether a machine did it, and who wanted it so."""
    data = activity.data if isinstance(activity.data, dict) else {}
    machine = data.get("machine")
    if machine == HASTE:
        note = gettext("Seconds after it was sent, as only scanners are")
    elif machine:
        note = gettext("By a machine: %(name)s") % {"name": machine}
    elif data.get("editor"):
        note = gettext("By an editor")
    else:
        note = ""
    return {"note": note, "is_machine": bool(machine)}


for _key, _label, _icon in (
    (EMAIL_SENT, _("E-mail sent"), "mail"),
    (EMAIL_SKIPPED, _("E-mail not sent: does not want any"), "no-view"),
    (EMAIL_OPENED, _("E-mail opened"), "view"),
    (EMAIL_CLICKED, _("Link in an e-mail followed"), "link"),
    (LINK_CLICKED, _("Tracked link followed"), "link"),
    (EMAIL_UNSUBSCRIBED, _("Unsubscribed from e-mail"), "cross"),
    (EMAIL_RESUBSCRIBED, _("E-mail wanted again"), "check"),
):
    register(Kind(_key, _label, _icon, TEMPLATE, context))
