from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .contact import Contact


class DoNotContact(models.Model):
    """That a contact must not be written to through a channel, such as e-mail."""

    class Reason(models.IntegerChoices):
        UNSUBSCRIBED = 1, _("Unsubscribed")
        BOUNCED = 2, _("Messages came back")
        MANUAL = 3, _("Set by an editor")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="do_not_contact")
    channel = models.CharField(_("channel"), max_length=16, default="email")
    reason = models.PositiveSmallIntegerField(_("reason"), choices=Reason, default=Reason.MANUAL)
    comments = models.TextField(_("comments"), blank=True)
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("do-not-contact record")
        verbose_name_plural = _("do-not-contact records")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "channel"], name="contacttrack_donotcontact_channel"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.channel}"
