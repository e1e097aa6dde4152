from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Rule(models.TextChoices):
    """Why a device or an identifier belongs to a contact."""

    NEW = "new", _("New visitor")
    PARAMETER = "parameter", _("Device id sent by the client")
    CLICKTHROUGH = "clickthrough", _("Link in a message")
    UNIQUE_FIELD = "unique_field", _("Unique field sent by the browser")
    VERIFIED = "verified", _("Identity signed by the website")
    EDITOR = "editor", _("Editor")
    FORM = "form", _("Form")
    API = "api", _("API")
    MESSAGE = "message", _("Recipient of a message")
    IMPORT = "import", _("Import")


class LinkRecord(models.Model):
    """What is known about the link to a contact: by which rule, on what evidence, by whom, when."""

    rule = models.CharField(_("rule"), max_length=16, choices=Rule, default=Rule.NEW)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("by"),
    )
    linked_at = models.DateTimeField(_("linked"), default=timezone.now)

    class Meta:
        abstract: ClassVar[bool] = True
