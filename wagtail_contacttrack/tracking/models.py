from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from .reasons import Reason


class ScriptPosition(models.TextChoices):
    HEAD = "head", _("In the head")
    BODY = "body", _("At the end of the body")
    OFF = "off", _("Off: I place it myself")


class IdentityMode(models.TextChoices):
    OFF = "off", _("Off: signed identities are ignored")
    REPORT = "report", _("Report: signed identities count, unsigned ones still do")
    ENFORCE = "enforce", _("Enforce: nobody is recognised by what was not signed")


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

    track_by_tracking_url = models.BooleanField(
        _("recognise returning visitors by links in messages"),
        default=False,
        help_text=_(
            "Links in e-mails say who they were sent to. Needs the field E-mail to be publicly "
            "updatable."
        ),
    )
    track_unsigned_clickthrough = models.BooleanField(
        _("also by links that are not signed"),
        default=False,
        help_text=_(
            "Links of an earlier installation. Anybody can make such a link, and so appear as "
            "somebody else."
        ),
    )
    fields_from_page_url = models.BooleanField(
        _("take contact fields and tags from the addresses of pages"),
        default=False,
        help_text=_(
            "As in /?firstname=Ada. Whoever can make somebody follow a link can then change "
            "what is known about them."
        ),
    )
    identity_mode = models.CharField(
        _("signed identities"),
        max_length=8,
        choices=IdentityMode,
        default=IdentityMode.OFF,
        help_text=_("What this site says, signed, about members who are logged in."),
    )
    track_members = models.BooleanField(
        _("recognise members who are logged in"),
        default=False,
        help_text=_("Their e-mail address and name are sent along with their visits."),
    )
    contact_allow_multiple_companies = models.BooleanField(
        _("contacts may have several companies"),
        default=True,
        help_text=_("Otherwise a new company takes the place of the one before."),
    )
    api_enabled = models.BooleanField(
        _("programs may use the API"),
        default=False,
        help_text=_(
            "Other systems can then read and change contacts, on behalf of a user of this website "
            "and with that user’s permissions."
        ),
    )
    api_enable_basic_auth = models.BooleanField(
        _("also by user name and password"),
        default=False,
        help_text=_(
            "HTTP Basic: the program is given the password of a user. Without it, programs need an "
            "API client or a token."
        ),
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


class IdentityKey(models.Model):
    """A secret that signs identities of one site. The newest signs; the one before still counts."""

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    secret = models.CharField(max_length=64)
    date_added = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("identity key")
        verbose_name_plural = _("identity keys")

    def __str__(self) -> str:
        return f"{self.site_id} {self.date_added:%Y-%m-%d}"


class IdentityUse(models.Model):
    """The device that a signed identity was first used by; no other may use it again."""

    nonce = models.CharField(max_length=32)
    tracking_id = models.CharField(max_length=23)
    expires = models.DateTimeField()

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("use of a signed identity")
        verbose_name_plural = _("uses of signed identities")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["nonce"], name="contacttrack_identityuse_nonce")
        ]
        indexes: ClassVar = [models.Index(fields=["expires"], name="contacttrack_identityuse_time")]

    def __str__(self) -> str:
        return self.nonce


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
