from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TrackedLink(models.Model):
    """An address that the site has sent out, once for each channel, and how often it was followed.

    `key` stands for it in links, `digest` for address and channel together.
    """

    key = models.CharField(_("id in links"), max_length=25)
    digest = models.UUIDField(unique=True)
    url = models.TextField(_("address"))
    channel = models.CharField(_("channel"), max_length=16, default="link")
    hits = models.PositiveIntegerField(_("clicks"), default=0)
    unique_hits = models.PositiveIntegerField(_("different visitors"), default=0)
    date_added = models.DateTimeField(_("date added"), default=timezone.now)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("tracked link")
        verbose_name_plural = _("tracked links")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="contacttrack_trackedlink_key")
        ]

    def __str__(self) -> str:
        return self.url


class LinkVisitor(models.Model):
    """That somebody has followed a link before; `visitor` does not tell who."""

    link = models.ForeignKey(
        TrackedLink, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    visitor = models.UUIDField()

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("visitor of a link")
        verbose_name_plural = _("visitors of links")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["link", "visitor"], name="contacttrack_linkvisitor_pair"
            )
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.visitor}"


class Message(models.Model):
    """One e-mail to one recipient. Nobody can guess `key`; it stands in the message's addresses."""

    key = models.CharField(max_length=32)
    contact = models.ForeignKey(
        "wagtail_contacttrack.Contact", on_delete=models.CASCADE, related_name="messages"
    )
    recipient = models.EmailField(_("recipient"), max_length=254)
    subject = models.TextField(_("subject"), blank=True)
    bulk = models.BooleanField(_("bulk mail"), default=False)
    date_added = models.DateTimeField(_("date added"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    opened_at = models.DateTimeField(_("first opened"), null=True)
    last_opened_at = models.DateTimeField(_("last opened"), null=True)
    opens = models.PositiveIntegerField(_("times opened"), default=0)
    clicked_at = models.DateTimeField(_("first clicked"), null=True)
    clicks = models.PositiveIntegerField(_("clicks"), default=0)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="contacttrack_message_key")
        ]

    def __str__(self) -> str:
        return self.subject
