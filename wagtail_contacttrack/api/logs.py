"""What programs do that editors do not, in Wagtail's log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry

EXPORT = "contacttrack.export"


def register(actions: LogActionRegistry) -> None:
    actions.register_action(
        EXPORT, _("Export a contact"), _("Everything about the contact was exported by a program")
    )
