"""How the form of a field is laid out: what a type does not need is hidden while it is chosen."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList

from ...contacts.models import FieldType
from .form import WITH_LIMIT, WITH_OPTIONS, FieldForm


def _only_for(*types: str) -> dict[str, Any]:
    """Attributes that show a panel only while one of these types is chosen."""
    return {"data-w-rules-target": "show", "data-w-rules": json.dumps({"type": list(types)})}


edit_handler = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("label"), FieldPanel("alias")]),
                FieldRowPanel([FieldPanel("object"), FieldPanel("group")]),
                FieldPanel("order"),
            ],
            heading=_("Name and place"),
            icon="tag",
        ),
        MultiFieldPanel(
            [
                FieldPanel("type"),
                FieldPanel("option_lines", attrs=_only_for(*WITH_OPTIONS)),
                FieldPanel("limit", attrs=_only_for(*WITH_LIMIT)),
                FieldPanel("scale", attrs=_only_for(FieldType.NUMBER)),
                FieldPanel("yes", attrs=_only_for(FieldType.BOOLEAN)),
                FieldPanel("no", attrs=_only_for(FieldType.BOOLEAN)),
                FieldPanel("default"),
            ],
            heading=_("Values"),
            icon="form",
        ),
        MultiFieldPanel(
            [FieldPanel("visible"), FieldPanel("required")],
            heading=_("In the admin"),
            icon="edit",
        ),
        MultiFieldPanel(
            [
                FieldPanel("publicly_updatable"),
                FieldPanel("unique_identifier"),
                HelpPanel(template="wagtail_contacttrack/fields/identification.html"),
            ],
            heading=_("Tracking and identification"),
            icon="crosshairs",
        ),
    ],
    attrs={"data-controller": "w-rules", "data-action": "change->w-rules#resolve"},
    base_form_class=FieldForm,
)
