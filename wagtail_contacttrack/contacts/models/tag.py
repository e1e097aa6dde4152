from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .contact import Contact


class Tag(models.Model):
    """A word that contacts are marked with. Tags that differ in case are two tags.

    `digest` stands for the exact name, because some databases take "VIP" and "vip" for the same.
    """

    name = models.CharField(_("name"), max_length=191)
    digest = models.UUIDField(unique=True, editable=False)
    description = models.TextField(_("description"), blank=True)
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)
    contacts: models.ManyToManyField = models.ManyToManyField(
        Contact, through="ContactTag", related_name="tags"
    )

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="contacttrack_tag_name")]

    def __str__(self) -> str:
        return self.name


class ContactTag(models.Model):
    # The unique pair below begins with it.
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="tagged", db_index=False
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged")
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("tag of a contact")
        verbose_name_plural = _("tags of contacts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "tag"], name="contacttrack_contacttag_pair")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.tag_id}"
