"""The form of a webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList

from ...outbound.webhooks import triggers
from ...outbound.webhooks.models import MAX_URL, new_secret


class WebhookForm(WagtailAdminModelForm):
    """What is sent is chosen out of everything that there is."""

    url = forms.CharField(
        label=_("Address"),
        max_length=MAX_URL,
        widget=forms.TextInput(attrs={"placeholder": "https://", "inputmode": "url"}),
        help_text=_("Where the other service takes webhooks, as it says itself."),
    )
    triggers = forms.MultipleChoiceField(
        label=_("What is sent"), required=False, widget=forms.CheckboxSelectMultiple
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Enter the same in the other service: by it, it can tell that something comes from "
            "here. Left empty, a new one is made."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(item.key, _choice(item)) for item in triggers.every()]
        known = {key for key, _label in choices}
        # What a project does not offer any more can still be taken away.
        gone = [(key, key) for key in map(str, self.instance.triggers) if key not in known]
        self.fields["triggers"].choices = choices + gone

    def clean_secret(self) -> str:
        return self.cleaned_data["secret"] or new_secret()


def _choice(trigger: triggers.Trigger) -> str:
    return format_html(
        '<span>{}<span class="ct-trigger">{} <code>{}</code></span></span>',
        trigger.label,
        trigger.description,
        trigger.key,
    )


edit_handler = ObjectList(
    [
        FieldPanel("name", help_text=_("For you, so that you find it again.")),
        FieldPanel("description"),
        FieldPanel("url"),
        FieldPanel("triggers"),
        FieldPanel("secret"),
        FieldPanel(
            "events_order",
            widget=forms.RadioSelect,
            help_text=_("When several events wait."),
        ),
        FieldPanel(
            "is_published",
            help_text=_("While it is not in use, nothing new is noted for it and nothing is sent."),
        ),
    ],
    base_form_class=WebhookForm,
)
