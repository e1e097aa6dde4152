"""What editors did to the tracking settings besides saving them, in Wagtail's log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry

ROTATE = "contacttrack.rotate_key"


def register(actions: LogActionRegistry) -> None:
    actions.register_action(
        ROTATE, _("Renew the signing key"), _("Renewed the key that signs identities of members")
    )
