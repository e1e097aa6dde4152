from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Concat, Lower, NullIf, Trim
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .indexes import FoldedIndex


class ContactQuerySet(models.QuerySet["Contact"]):
    def known(self) -> ContactQuerySet:
        """Contacts that somebody has identified."""
        return self.filter(presence__known=True)

    def anonymous(self) -> ContactQuerySet:
        return self.filter(presence__known=False)

    def current(self) -> ContactQuerySet:
        """Contacts that have not been merged into others."""
        return self.filter(merged_into__isnull=True)

    def seen_since(self, moment: datetime) -> ContactQuerySet:
        return self.filter(presence__at__gte=moment)


class Contact(models.Model):
    """A person, or a visitor who may turn out to be one.

    The id is what the cookie ``mtc_id`` and the REST API show. Fields that mean something to the
    code are columns; every other one lives in `fields`, by alias.
    """

    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    firstname = models.CharField(_("first name"), max_length=191, blank=True)
    lastname = models.CharField(_("last name"), max_length=191, blank=True)
    company = models.CharField(_("company"), max_length=191, blank=True)
    city = models.CharField(_("city"), max_length=191, blank=True)
    state = models.CharField(_("state"), max_length=191, blank=True)
    country = models.CharField(_("country"), max_length=191, blank=True)
    points = models.IntegerField(_("points"), default=0)
    fields = models.JSONField(_("other fields"), default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        # Every visitor is a row here, and hardly one of them has an owner.
        db_constraint=False,
        db_index=False,
        verbose_name=_("owner"),
    )
    date_added = models.DateTimeField(_("date added"), default=timezone.now, editable=False)
    date_modified = models.DateTimeField(_("date modified"), auto_now=True)
    date_identified = models.DateTimeField(_("date identified"), null=True, blank=True)
    # The contact that this one was found to be. Its own row stays as it was, so that it can be
    # brought back and its id resolves for ever.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    # What lists sort by: the name that they show, with the last name first.
    sort_name = models.GeneratedField(
        expression=Lower(
            Coalesce(
                NullIf(Trim(Concat("lastname", Value(" "), "firstname")), Value("")),
                NullIf("company", Value("")),
                "email",
            )
        ),
        output_field=models.CharField(max_length=383),
        db_persist=True,
    )
    # What lists search in: one comparison for each row instead of four that fold the case.
    search_text = models.GeneratedField(
        expression=Lower(
            Concat("email", Value(" "), "firstname", Value(" "), "lastname", Value(" "), "company")
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ContactQuerySet.as_manager()

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        # Sorting looks at known contacts; the anonymous many would only be in the way. The id
        # stands last in each, so that pages can be cut anywhere, also among equals.
        indexes: ClassVar = [
            models.Index(
                fields=[*fields, "id"],
                name=f"contacttrack_contact_{name}",
                condition=Q(date_identified__isnull=False, merged_into__isnull=True),
            )
            for name, fields in (
                ("known", []),
                ("email", ["email"]),
                ("name", ["sort_name"]),
                ("points", ["points"]),
            )
        ] + [
            models.Index(
                fields=["owner"],
                name="contacttrack_contact_owner",
                condition=Q(owner__isnull=False),
            ),
            FoldedIndex(
                Lower("email"),
                name="contacttrack_contact_address",
                # Those merged into others are few, and without them SQLite takes another index.
                condition=Q(date_identified__isnull=False),
            ),
        ]
        permissions: ClassVar = [("export_contact", _("Can export contacts"))]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and keep the contact's presence in step with whether it is known."""
        super().save(*args, **kwargs)
        known = self.is_known if self.merged_into_id is None else Presence.MERGED
        Presence.objects.using(kwargs.get("using") or self._state.db).update_or_create(
            contact=self,
            defaults={"known": known},
            create_defaults={"known": known, "at": self.date_added},
        )

    def get_absolute_url(self) -> str:
        return reverse("contacttrack_contacts:inspect", args=[self.pk])

    @property
    def is_known(self) -> bool:
        return self.date_identified is not None

    @property
    def last_active(self) -> datetime | None:
        presence = getattr(self, "presence", None)
        return presence and presence.at

    @property
    def name(self) -> str:
        """What editors read: the name, else company, else e-mail, else "Anonymous"."""
        full_name = f"{self.firstname} {self.lastname}".strip()
        return full_name or self.company or self.email or gettext("Anonymous")

    @property
    def location(self) -> str:
        """City, state and country, as far as they are known."""
        return ", ".join(part for part in (self.city, self.state, self.country) if part)


class Presence(models.Model):
    """When a contact was last active.

    A narrow row of its own: every hit updates it, and the contact's wide row and its indexes stay
    untouched. It can be derived from the ledger at any time. `known` repeats
    ``Contact.date_identified is not None``, so that the default list is one index range; for a
    contact that was merged into another one it is `MERGED`.
    """

    MERGED: ClassVar[int] = 2

    contact = models.OneToOneField(
        Contact, on_delete=models.CASCADE, primary_key=True, related_name="presence"
    )
    # Not a boolean that may be NULL: MariaDB then walks no range of an index that begins with it.
    known = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(_("last active"))
    # Goes up with every merge and undoing of one. A hit that has read an older number may have
    # taken the device for somebody else's.
    epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    wagtail_reference_index_ignore: ClassVar[bool] = True

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        indexes: ClassVar = [
            models.Index(fields=["known", "at", "contact"], name="contacttrack_presence_known"),
            models.Index(fields=["at", "contact"], name="contacttrack_presence_at"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.at:%Y-%m-%d %H:%M}"
