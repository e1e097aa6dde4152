from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class FieldObject(models.TextChoices):
    CONTACT = "contact", _("Contact")
    COMPANY = "company", _("Company")


class FieldGroup(models.TextChoices):
    CORE = "core", _("Core")
    SOCIAL = "social", _("Social networks")
    PERSONAL = "personal", _("Personal")
    PROFESSIONAL = "professional", _("Work")


class FieldType(models.TextChoices):
    TEXT = "text", _("Text")
    TEXTAREA = "textarea", _("Long text")
    HTML = "html", _("Formatted text")
    EMAIL = "email", _("E-mail address")
    TEL = "tel", _("Phone number")
    URL = "url", _("Web address")
    NUMBER = "number", _("Number")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")
    TIME = "time", _("Time")
    SELECT = "select", _("Choice")
    MULTISELECT = "multiselect", _("Several choices")
    LOOKUP = "lookup", _("Text with suggestions")
    COUNTRY = "country", _("Country")
    REGION = "region", _("State or region")
    LOCALE = "locale", _("Language")
    TIMEZONE = "timezone", _("Time zone")


class ContactField(models.Model):
    """A field of contacts or companies: the installed ones, and those that editors add.

    `alias` is its name in tracking calls, in the API and in ``Contact.fields``.
    """

    object = models.CharField(
        _("belongs to"), max_length=8, choices=FieldObject, default=FieldObject.CONTACT
    )
    alias = models.CharField(
        _("alias"),
        max_length=64,
        validators=[
            RegexValidator(
                r"\A[a-z][a-z0-9_]*\Z",
                _("Use small letters, digits and underscores, and begin with a letter."),
            )
        ],
        help_text=_("The name in tracking calls and in the API, for example shoe_size."),
    )
    label = models.CharField(_("label"), max_length=191)
    type = models.CharField(_("type"), max_length=16, choices=FieldType, default=FieldType.TEXT)
    group = models.CharField(_("group"), max_length=16, choices=FieldGroup, default=FieldGroup.CORE)
    order = models.PositiveIntegerField(_("order"), default=0)
    required = models.BooleanField(
        _("required"), default=False, help_text=_("Editors cannot save without it.")
    )
    default = models.TextField(
        _("default"), blank=True, help_text=_("What new contacts begin with.")
    )
    # Pairs of value and label, for the types with choices.
    options = models.JSONField(_("options"), default=list, blank=True)
    # Further rules of a type: "scale" of numbers, "limit" of texts, "yes" and "no" labels.
    properties = models.JSONField(_("properties"), default=dict, blank=True)
    visible = models.BooleanField(
        _("visible"), default=True, help_text=_("Shown to editors, in forms and on contact pages.")
    )
    publicly_updatable = models.BooleanField(
        _("publicly updatable"),
        default=False,
        help_text=_("Visitors' browsers may set it by a tracking call. Anybody can send anything."),
    )
    unique_identifier = models.BooleanField(
        _("unique identifier"),
        default=False,
        help_text=_("Two contacts cannot have the same value; a contact is recognised by it."),
    )
    # Comes with the app: may be changed in part, but neither deleted nor retyped.
    installed = models.BooleanField(default=False, editable=False)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering: ClassVar = ["object", "group", "order", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["object", "alias"], name="contacttrack_contactfield_alias"
            )
        ]

    def __str__(self) -> str:
        return self.label
