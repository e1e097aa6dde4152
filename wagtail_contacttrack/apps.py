from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactTrackConfig(AppConfig):
    name = "wagtail_contacttrack"
    label = "wagtail_contacttrack"
    verbose_name = _("Contact tracking")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers itself)
        from .tracking import cors, forking, sites

        cors.connect()
        sites.connect()
        forking.connect()
