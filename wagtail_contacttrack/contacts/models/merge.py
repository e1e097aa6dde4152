from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .contact import Contact
from .link import LinkRecord


class Merge(LinkRecord):
    """That one contact was found to be another: on what evidence, and how to take it back.

    `linked_at` is when. `changes` says which values of the winner are others since, as pairs of
    before and after by name; `MovedRow` says which rows went over.
    """

    winner = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges_won")
    loser = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges_lost")
    changes = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self) -> str:
        return f"{self.loser_id} → {self.winner_id}"


class MovedRow(models.Model):
    """A row that went from the loser of a merge to the winner; `table` is the model's name."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="moved")
    table = models.CharField(max_length=64)
    row_id = models.BigIntegerField()

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("moved row")
        verbose_name_plural = _("moved rows")

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class NotADuplicate(models.Model):
    """That an editor has looked at two contacts and found that they are two people."""

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    date_added = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("pair that is no duplicate")
        verbose_name_plural = _("pairs that are no duplicates")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["first", "second"], name="contacttrack_notaduplicate_pair"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
