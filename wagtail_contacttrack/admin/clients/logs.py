"""What editors did to API clients besides saving them, in Wagtail's log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry

RENEW = "contacttrack.renew_client_secret"


def register(actions: LogActionRegistry) -> None:
    actions.register_action(RENEW, _("Renew the secret"), _("Renewed the secret of the API client"))
