from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .contact import Contact


class Company(models.Model):
    """An organisation that contacts belong to; fields other than the name live in `fields`."""

    name = models.CharField(_("name"), max_length=191)
    fields = models.JSONField(_("other fields"), default=dict, blank=True)
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)
    date_modified = models.DateTimeField(_("date modified"), auto_now=True)
    contacts: models.ManyToManyField = models.ManyToManyField(
        Contact, through="CompanyMembership", related_name="companies"
    )

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="contacttrack_company_name")]

    def __str__(self) -> str:
        return self.name


class CompanyIdentifier(models.Model):
    """A value of a unique company field, by default the name, and the company that it names."""

    digest = models.UUIDField(unique=True)
    field = models.CharField(_("field"), max_length=64)
    value = models.TextField(_("value"))
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="identifiers")

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("company identifier")
        verbose_name_plural = _("company identifiers")

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"


class CompanyMembership(models.Model):
    """That a contact belongs to a company; one of a contact's companies is the primary one."""

    # Indexed below, together with what the pages of a company are cut by.
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    is_primary = models.BooleanField(_("primary"), default=False)
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("company of a contact")
        verbose_name_plural = _("companies of contacts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "company"], name="contacttrack_membership_pair"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "id"], name="contacttrack_membership_page")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.company_id}"
