"""Fields of contacts and companies, as programs see and make them."""

from __future__ import annotations

from typing import Any

from ..contacts.fieldset import Field
from ..contacts.shapes.basics import properties

OBJECTS = {"contact": "lead", "company": "company"}


def contact_field(field: Field) -> dict[str, Any]:
    """A field as a list of fields to choose from has it."""
    return {
        "id": field.id,
        "label": field.title,
        "alias": field.alias,
        "type": field.type,
        "group": field.group,
        "object": OBJECTS.get(field.object, field.object),
        "order": field.order,
        "properties": properties(field),
    }
