from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from .reasons import Reason


class ScriptPosition(models.TextChoices):
    HEAD = "head", _("In the head")
    BODY = "body", _("At the end of the body")
    OFF = "off", _("Off: I place it myself")


@register_setting(icon="crosshairs", order=700)
class TrackingSettings(BaseSiteSetting):
    """What editors decide for one site. A key in ``settings.CONTACTTRACK`` wins over it."""

    script_position = models.CharField(
        _("script position"),
        max_length=8,
        choices=ScriptPosition,
        default=ScriptPosition.BODY,
        help_text=_("Where the tracking script is put into the pages of this site."),
    )
    track_hash_changes = models.BooleanField(
        _("count changes after the # as page views"),
        default=False,
        help_text=_("For single-page sites whose addresses look like /#/products."),
    )
    cors_restrict_domains = models.BooleanField(
        _("only listed websites may send visits by script"),
        default=True,
        help_text=_(
            "Without it, scripts on any website can send visits to this site. Pixels always can."
        ),
    )
    cors_valid_domains = models.TextField(
        _("other websites that may send visits"),
        blank=True,
        help_text=_(
            "One per line, with http:// or https://, for example https://shop.example.com. "
            "https://*.example.com covers its subdomains. This site itself needs no line."
        ),
    )
    respect_privacy_signals = models.BooleanField(
        _("respect Do Not Track and Global Privacy Control"),
        default=True,
        help_text=_("Visitors whose browser asks not to be tracked are not recorded."),
    )
    anonymize_ip = models.BooleanField(
        _("shorten IP addresses"),
        default=False,
        help_text=_(
            "Only the network part of an address is stored. What was not stored cannot be "
            "brought back later."
        ),
    )
    do_not_track_ips = models.TextField(
        _("addresses that are not tracked"),
        blank=True,
        help_text=_("One per line: an address, a network such as 203.0.113.0/24, or 203.0.113.*."),
    )

    class Meta:
        verbose_name = _("tracking settings")
        verbose_name_plural = _("tracking settings")

    def clean(self) -> None:
        super().clean()
        from .validation import address_problems, origin_problems

        problems = {
            "cors_valid_domains": origin_problems(self.cors_valid_domains),
            "do_not_track_ips": address_problems(self.do_not_track_ips),
        }
        if found := {name: errors for name, errors in problems.items() if errors}:
            raise ValidationError(found)


class HitCount(models.Model):
    """How many requests of one hour ended with one reason."""

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    reason = models.CharField(max_length=32, choices=Reason)
    count = models.PositiveIntegerField(default=0)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("hit count")
        verbose_name_plural = _("hit counts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "hour", "reason"], name="contacttrack_hitcount_hour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00} {self.reason}: {self.count}"
