"""The columns of the list of contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import (
    BaseColumn,
    BulkActionsCheckboxColumn,
    ButtonsColumnMixin,
    Column,
    DateColumn,
    NumberColumn,
    TitleColumn,
)

from ...contacts import details
from ...contacts.models import Contact

OBJECT_TYPE = "contact"


class NameColumn(ButtonsColumnMixin, TitleColumn):
    """Who it is, with a link to the timeline and the buttons of the row."""

    def __init__(
        self, name: str, *, buttons: Callable[[Contact], list[Any]], **kwargs: Any
    ) -> None:
        super().__init__(name, accessor=details.heading, get_title_id=_title_id, **kwargs)
        self.buttons_of = buttons

    def get_buttons(self, instance: Contact, parent_context: Any) -> list[Any]:
        return self.buttons_of(instance)


def columns(
    *,
    orders: Iterable[str],
    selectable: bool,
    get_url: Callable[[Contact], str | None],
    buttons: Callable[[Contact], list[Any]],
) -> list[BaseColumn]:
    """The columns, of which those named in `orders` can be sorted by."""
    orders = set(orders)

    def sort(name: str) -> str | None:
        return name if name in orders else None

    found: list[BaseColumn] = [
        NameColumn(
            "name", label=_("Name"), sort_key=sort("name"), get_url=get_url, buttons=buttons
        ),
        Column("email", label=_("E-mail"), sort_key=sort("email"), classname="ct-email"),
        Column("location", label=_("Location"), classname="ct-location ct-secondary"),
        NumberColumn(
            "points",
            label=_("Points"),
            sort_key=sort("points"),
            classname="ct-number ct-secondary",
        ),
        DateColumn(
            "last_active",
            label=_("Last active"),
            sort_key=sort("last_active"),
            classname="ct-date",
        ),
        Column("pk", label=_("ID"), sort_key=sort("id"), classname="ct-number ct-secondary"),
    ]
    if selectable:
        found.insert(0, BulkActionsCheckboxColumn("bulk_actions", obj_type=OBJECT_TYPE))
    return found


def _title_id(contact: Contact) -> str:
    return f"{OBJECT_TYPE}_{contact.pk}_title"
