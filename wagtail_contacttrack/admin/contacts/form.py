"""What editors can change about a contact."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from ...contacts import editing
from ...contacts.models import Contact


class ContactForm(WagtailAdminModelForm):
    """Keeps one e-mail address with one contact, and knows people by it."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        others = Contact.objects.filter(date_identified__isnull=False, email__iexact=email)
        if email and others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                _("Another contact has this e-mail address. Search for it in the list.")
            )
        return email

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        # Whoever has none of these is a visitor, and visitors come by themselves.
        names = ("firstname", "lastname", "company", "email")
        visitor = self.instance.pk is not None and not self.instance.is_known
        if not visitor and not self.errors and not any(map(values.get, names)):
            raise ValidationError(_("Enter a name, an e-mail address or a company."))
        return values

    def save(self, commit: bool = True) -> Any:
        editing.note_identity(self.instance, now=timezone.now())
        return super().save(commit)


edit_handler = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("firstname"), FieldPanel("lastname")]),
                FieldPanel("email"),
            ],
            heading=_("Person"),
        ),
        MultiFieldPanel([FieldPanel("company")], heading=_("Work")),
        MultiFieldPanel(
            [
                FieldPanel("city"),
                FieldRowPanel([FieldPanel("state"), FieldPanel("country")]),
            ],
            heading=_("Place"),
        ),
    ],
    base_form_class=ContactForm,
)
