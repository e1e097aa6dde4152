from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..contacts.models import Contact


class Segment(models.Model):
    """A named set of contacts. `alias` names it in searches, as in ``segment:newsletter``."""

    name = models.CharField(_("name"), max_length=191)
    public_name = models.CharField(
        _("public name"),
        max_length=191,
        blank=True,
        help_text=_("What its members read, where they are told."),
    )
    alias = models.SlugField(
        _("alias"),
        max_length=191,
        unique=True,
        help_text=_("The name in searches, as in segment:newsletter. Made from the name."),
    )
    description = models.TextField(_("description"), blank=True)
    is_published = models.BooleanField(_("in use"), default=True)
    is_global = models.BooleanField(_("for all editors"), default=True)
    is_preference_center = models.BooleanField(_("members may leave it"), default=False)
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)
    date_modified = models.DateTimeField(_("date modified"), auto_now=True)
    contacts: models.ManyToManyField = models.ManyToManyField(
        Contact, through="SegmentMember", related_name="segments"
    )

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="contacttrack_segment_name")]

    def __str__(self) -> str:
        return self.name


class SegmentMember(models.Model):
    """That a contact belongs to a segment, because somebody has said so."""

    # The unique pair below begins with it.
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="segment_members", db_index=False
    )
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members")
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("member of a segment")
        verbose_name_plural = _("members of segments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "segment"], name="contacttrack_segmentmember_pair"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.segment_id}"
