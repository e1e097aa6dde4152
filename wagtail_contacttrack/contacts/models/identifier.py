from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .contact import Contact
from .link import LinkRecord


class Identifier(LinkRecord):
    """A value of a unique field, such as an e-mail address, and the one contact that it names.

    `digest` stands for field and normalised value together. Being unique, it makes it impossible
    that two contacts own one e-mail address, whatever the database thinks of letters that look
    alike. A contact that others were merged into may have several of one field; `current` is the
    one that stands in the contact's own field.
    """

    digest = models.UUIDField(unique=True)
    field = models.CharField(_("field"), max_length=64)
    value = models.TextField(_("value"))
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identifiers")
    verified = models.BooleanField(_("verified"), default=False)
    current = models.BooleanField(_("current"), default=True)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"
