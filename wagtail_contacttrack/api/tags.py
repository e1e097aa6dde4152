"""Tags in the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import router
from django.utils.translation import gettext as _
from ninja import Schema

from ..contacts import tag_editing, tags
from ..contacts.models import Tag
from ..contacts.shapes.contact import tag as shape
from ..wire.text import storable
from . import describing
from .answers import Entry
from .calling import Call
from .errors import Invalid
from .queries import Column
from .resources import Resource

COLUMNS = {
    "id": Column("pk", "integer"),
    "tag": Column("name"),
    "description": Column("description"),
    "date_added": Column("date_added", "datetime"),
}


class TagOut(Schema):
    id: int | None
    tag: str
    description: str | None = None


class TagIn(Schema):
    tag: str
    description: str | None = None


class Tags(Resource[Tag]):
    """Words that contacts are marked with."""

    model = Tag
    path: ClassVar[str] = "tags"
    single: ClassVar[str] = "tag"
    plural: ClassVar[str] = "tags"
    columns = COLUMNS

    def search(self, rows: Any, text: str, call: Call) -> Any:
        return rows.filter(name__icontains=text)

    def show(self, rows: Sequence[Tag], call: Call, *, minimal: bool = False) -> list[Entry]:
        return [shape(row) for row in rows]

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Tag, bool]:
        name = _name(values.get("tag"))
        found = tag_editing.find(name)
        if found is not None:
            if "description" in values:
                call.must("change", Tag)
            return self._describe(found, values), False
        number = tags.ensure([name], now=call.now, using=router.db_for_write(Tag))[name]
        return self._describe(Tag.objects.get(pk=number), values), True

    def update(self, row: Tag, values: Mapping[str, Any], call: Call, *, replace: bool) -> Tag:
        if "tag" in values or replace:
            try:
                tag_editing.rename(row, _name(values.get("tag")))
            except tag_editing.NameTaken as taken:
                text = _("Tag #%(number)s has this name.") % {"number": taken.tag.pk}
                raise Invalid({"tag": [text]}) from None
        return self._describe(row, {"description": "", **values} if replace else values)

    def _describe(self, row: Tag, values: Mapping[str, Any]) -> Tag:
        if "description" in values:
            row.description = storable(str(values["description"] or ""))
            row.save(update_fields=["description"])
        return row


def _name(sent: Any) -> str:
    """The name as tracking calls and editors would write it, too."""
    name = tags.cleaned_name(str(sent)) if isinstance(sent, str | int) else ""
    if not name:
        raise Invalid({"tag": [_("Send the name of the tag.")]})
    if len(name) > tags.MAX_NAME:
        text = _("A tag's name has %(limit)s characters at most.") % {"limit": tags.MAX_NAME}
        raise Invalid({"tag": [text]})
    return name


DESCRIBED = describing.described("Tag", "tag", "tags", TagOut, TagIn)
