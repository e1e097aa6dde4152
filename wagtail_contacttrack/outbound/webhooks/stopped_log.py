"""What the app itself does to a webhook, in Wagtail's log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry

STOPPED = "contacttrack.webhook_stopped"


def register(actions: LogActionRegistry) -> None:
    actions.register_action(
        STOPPED, _("Stop a webhook"), _("Stopped: the receiver says that it is gone for good")
    )
