from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .contact import Contact
from .link import LinkRecord


class UserAgent(models.Model):
    """A User-Agent header, once, with what it says about the device."""

    digest = models.UUIDField(unique=True)
    raw = models.TextField()
    browser = models.CharField(_("browser"), max_length=64, blank=True)
    browser_version = models.CharField(max_length=32, blank=True)
    os = models.CharField(_("operating system"), max_length=64, blank=True)
    os_version = models.CharField(max_length=32, blank=True)
    brand = models.CharField(_("brand"), max_length=64, blank=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    kind = models.CharField(_("device type"), max_length=16, blank=True)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("user agent")
        verbose_name_plural = _("user agents")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """For example "Firefox 140 on Windows 11"."""
        browser = f"{self.browser} {self.browser_version}".strip()
        system = f"{self.os} {self.os_version}".strip()
        if browser and system:
            return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
        return browser or system or gettext("Unknown device")


class Device(LinkRecord):
    """A browser or an app install, known by its 23-character tracking id; it has one contact."""

    tracking_id = models.CharField(_("device id"), max_length=23)
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="devices", db_constraint=False
    )
    agent = models.ForeignKey(
        UserAgent,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        # Not `unique=True`: on PostgreSQL that would add a second, pattern index to a hot table.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tracking_id"], name="contacttrack_device_tracking_id")
        ]

    def __str__(self) -> str:
        return self.tracking_id
