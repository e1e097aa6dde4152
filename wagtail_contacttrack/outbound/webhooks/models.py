from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...conf import conf
from . import triggers
from .sending import Refused, is_plainly_private

MAX_URL = 2_000


def new_secret() -> str:
    """What nobody can guess."""
    return secrets.token_hex(32)


class Webhook(models.Model):
    """An address of another service, and what it wants to be told.

    One worker at a time sends to it: whoever has put its mark into `lease`, until `leased_until`.
    """

    class Order(models.TextChoices):
        ASC = "ASC", _("oldest first")
        DESC = "DESC", _("newest first")

    name = models.CharField(_("name"), max_length=191)
    description = models.TextField(_("description"), blank=True)
    url = models.TextField(_("address"))
    secret = models.CharField(_("secret"), max_length=255, default=new_secret, blank=True)
    triggers = models.JSONField(_("what is sent"), default=list, blank=True)
    events_order = models.CharField(
        _("order"), max_length=4, choices=Order.choices, default=Order.ASC
    )
    is_published = models.BooleanField(_("in use"), default=True)
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)
    date_modified = models.DateTimeField(_("date modified"), auto_now=True)
    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Whether anything could be sent there, and what is wanted exists."""
        problems: dict[str, Any] = {}
        if problem := _problem_with(self.url):
            problems["url"] = problem
        wanted = self.triggers if isinstance(self.triggers, list) else [self.triggers]
        if unknown := [str(key) for key in wanted if triggers.get(str(key)) is None]:
            text = gettext("There is no such event: %(names)s.")
            problems["triggers"] = text % {"names": ", ".join(unknown)}
        if problems:
            raise ValidationError(problems)


def _problem_with(url: str) -> str:
    try:
        private = is_plainly_private(url)
    except Refused:
        return gettext("Write an address that begins with https:// or http://.")
    if len(url) > MAX_URL:
        return gettext("The address is too long.")
    if private and not conf.WEBHOOK_ALLOW_PRIVATE:
        return gettext("Nothing is sent to addresses of private networks.")
    return ""


class WebhookEvent(models.Model):
    """One thing that a webhook is told.

    `facts` are what it is about, mostly ids; `payload` is what is sent, from the first attempt on
    until it is delivered. Without `next_try` it is done with: delivered, or given up.
    """

    # Without a constraint: a visit that comes in while a webhook is deleted must not fail.
    webhook = models.ForeignKey(
        Webhook,
        on_delete=models.CASCADE,
        related_name="events",
        db_constraint=False,
        db_index=False,
    )
    trigger = models.CharField(_("event"), max_length=64)
    contact_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    payload = models.JSONField(null=True)
    date_added = models.DateTimeField(_("time"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try = models.DateTimeField(_("next attempt"), null=True)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True)
    last_error = models.TextField(blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("event of a webhook")
        verbose_name_plural = _("events of webhooks")
        # In turn: what is due, what was last, what is too old, what is about somebody deleted.
        indexes: ClassVar = [
            models.Index(fields=["webhook", "next_try", "id"], name="contacttrack_hookevent_due"),
            models.Index(fields=["webhook", "id"], name="contacttrack_hookevent_last"),
            models.Index(fields=["date_added"], name="contacttrack_hookevent_old"),
            models.Index(fields=["contact_id"], name="contacttrack_hookevent_who"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.pk}"
