from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .indexes import BlockRangeIndex


class TrackedPage(models.Model):
    """An address without its query string and fragment, or an app's screen, once.

    Rules and reports look pages up here by `digest` instead of searching the ledger.
    """

    digest = models.UUIDField(unique=True)
    url = models.TextField(_("address"))
    title = models.TextField(_("title"), blank=True)
    wagtail_page = models.BigIntegerField(null=True, blank=True)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("tracked page")
        verbose_name_plural = _("tracked pages")

    def __str__(self) -> str:
        return self.url


class Activity(models.Model):
    """One thing that a contact did or that was done to them. Rows are added, never rewritten.

    The exceptions: when a page is left, `left_at` and `engaged` are filled in, and where pixel and
    script report one visit, the second completes the row of the first: `event_key`, `title`,
    `referrer` and `data`.
    """

    kind = models.CharField(_("kind"), max_length=32)
    contact = models.ForeignKey(
        "wagtail_contacttrack.Contact",
        on_delete=models.CASCADE,
        related_name="activities",
        db_constraint=False,
        db_index=False,
    )
    device = models.ForeignKey(
        "wagtail_contacttrack.Device",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    site = models.ForeignKey(
        "wagtailcore.Site",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    page = models.ForeignKey(
        TrackedPage,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    agent = models.ForeignKey(
        "wagtail_contacttrack.UserAgent",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    event_key = models.UUIDField(null=True)
    time = models.DateTimeField(_("time"))
    left_at = models.DateTimeField(_("left"), null=True)
    engaged = models.PositiveIntegerField(_("engaged milliseconds"), null=True)
    url = models.TextField(_("address"), blank=True)
    title = models.TextField(_("title"), blank=True)
    referrer = models.TextField(_("referrer"), blank=True)
    address = models.CharField(_("IP address"), max_length=45, blank=True)
    data = models.JSONField(_("data"), default=dict)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event_key"], name="contacttrack_activity_event")
        ]
        indexes: ClassVar = [
            models.Index(fields=["contact", "time", "id"], name="contacttrack_activity_contact"),
            BlockRangeIndex(fields=["time"], name="contacttrack_activity_time"),
            # What is no page hit is rare, and is looked for by its kind.
            models.Index(
                fields=["kind", "id"],
                name="contacttrack_activity_kind",
                condition=~models.Q(kind="page.hit"),
            ),
            models.Index(
                fields=["contact", "kind", "id"],
                name="contacttrack_activity_of_kind",
                condition=~models.Q(kind="page.hit"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title or self.url}".strip()

    @property
    def time_on_page(self) -> timedelta | None:
        """Between the visit and leaving the page; None as long as nobody has said so."""
        return None if self.left_at is None else max(self.left_at - self.time, timedelta())
