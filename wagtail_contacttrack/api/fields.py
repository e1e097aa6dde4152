"""Fields of contacts and of companies in the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.forms import modelform_factory
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field

from ..admin.fields.form import FieldForm, lines_of
from ..contacts import field_changes, fieldset, listing
from ..contacts.fieldset import Field as ContactFieldData
from ..contacts.models import ContactField, FieldObject
from ..contacts.shapes.basics import moment, properties
from . import describing
from .answers import Entry
from .calling import Call
from .errors import ApiError, Invalid
from .params import truth
from .queries import Column
from .resources import Resource

OBJECTS = {str(FieldObject.CONTACT): "lead", str(FieldObject.COMPANY): "company"}
# For more contacts or companies than these, a change is made in the admin, which does it by parts.
AT_ONCE = 5_000
# Mautic's names, the second one with its misspelling, and what they are called in the form.
TRUTHS = {
    "isRequired": "required",
    "isPubliclyUpdatable": "publicly_updatable",
    "isUniqueIdentifier": "unique_identifier",
    "isUniqueIdentifer": "unique_identifier",
    "isVisible": "visible",
}
TEXTS = {
    "label": "label",
    "alias": "alias",
    "type": "type",
    "group": "group",
    "order": "order",
    "defaultValue": "default",
}
SENT_AS = {form: sent for sent, form in {**TEXTS, **TRUTHS}.items()} | {
    "option_lines": "properties", "limit": "charLengthLimit", "scale": "properties",
    "yes": "properties", "no": "properties", "unique_identifier": "isUniqueIdentifier",
}  # fmt: skip
RULES = ("limit", "scale", "yes", "no")
COLUMNS = {
    "id": Column("pk", "integer"),
    "label": Column("label"),
    "alias": Column("alias"),
    "type": Column("type"),
    "group": Column("group"),
    "order": Column("order", "integer"),
    "field_order": Column("order", "integer"),
}


class FieldOut(Schema):
    model_config = ConfigDict(extra="allow")

    id: int | None
    label: str
    alias: str
    type: str
    group: str
    object: str
    properties: dict[str, Any] | list[Any] = []


class FieldIn(Schema):
    """A field; `isPubliclyUpdatable` opens it to the tracker."""

    label: str
    alias: str | None = None
    type: str = "text"
    group: str = "core"
    order: int | str | None = None
    defaultValue: str | None = None
    isRequired: bool | int | str | None = None
    isPubliclyUpdatable: bool | int | str | None = None
    isUniqueIdentifier: bool | int | str | None = None
    isVisible: bool | int | str | None = None
    charLengthLimit: int | str | None = None
    properties: dict[str, Any] | list[Any] | None = Field(
        None, description="`list` of `label` and `value`, `scale`, `yes` and `no`."
    )


class Fields(Resource[ContactField]):
    """The fields of contacts, or those of companies."""

    model = ContactField
    single: ClassVar[str] = "field"
    plural: ClassVar[str] = "fields"
    columns = COLUMNS

    def __init__(self, object: FieldObject) -> None:
        self.object = str(object)
        self.path = f"fields/{self.object}"  # type: ignore[misc]

    def rows(self, call: Call) -> Any:
        return ContactField.objects.filter(object=self.object)

    def search(self, rows: Any, text: str, call: Call) -> Any:
        return rows.filter(label__icontains=text) | rows.filter(alias__icontains=text)

    def show(
        self, rows: Sequence[ContactField], call: Call, *, minimal: bool = False
    ) -> list[Entry]:
        return [_shape(row) for row in rows]

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[ContactField, bool]:
        return self._save(ContactField(object=self.object), values, call), True

    def update(
        self, row: ContactField, values: Mapping[str, Any], call: Call, *, replace: bool
    ) -> ContactField:
        return self._save(row, values, call)

    def delete(self, row: ContactField, call: Call) -> None:
        if row.installed:
            raise ApiError(400, _("This field comes with the app and cannot be deleted."))
        field = fieldset.of_row(row)
        _refuse_many(field_changes.holders(field))
        call.log("wagtail.delete", row)
        row.delete()
        field_changes.forget(field)

    def _save(self, row: ContactField, values: Mapping[str, Any], call: Call) -> ContactField:
        """By the form of the admin, so that its rules hold here as well."""
        form_class: Any = modelform_factory(
            ContactField,
            form=FieldForm,
            fields=["object", *set(SENT_AS) - {"option_lines", *RULES}],
        )
        form = form_class(data=_form_data(row, values), instance=row, for_user=call.user)
        if not form.is_valid():
            wrong: dict[str, list[str]] = {}
            for name, errors in form.errors.items():
                wrong.setdefault(SENT_AS.get(name, name), []).extend(map(str, errors))
            raise Invalid(wrong)
        _refuse_many(field_changes.concerned(form.old, form.new))
        saved: ContactField = form.save()
        field_changes.follow(form.old, form.new, now=call.now, actor=call.user)
        return saved


def _refuse_many(concerned: Any) -> None:
    if listing.count_up_to(concerned, AT_ONCE) > AT_ONCE:
        text = _("More than %(number)s have a value in this field. Change it in the admin.")
        raise ApiError(400, text % {"number": AT_ONCE})


def _form_data(row: ContactField, values: Mapping[str, Any]) -> dict[str, Any]:
    """The field as it is, with what was sent, as the admin's form would send it."""
    data: dict[str, Any] = {"object": row.object, "option_lines": lines_of(row.options or ())}
    for name in set(TEXTS.values()) | set(TRUTHS.values()):
        data[name] = getattr(row, name)
    data.update({name: (row.properties or {}).get(name, "") for name in RULES})
    for sent, name in TEXTS.items():
        if sent in values and not isinstance(values[sent], list | dict):
            data[name] = "" if values[sent] is None else str(values[sent])
    for sent, name in TRUTHS.items():
        if sent in values:
            data[name] = truth(values[sent])
    if values.get("charLengthLimit") not in (None, ""):
        data["limit"] = str(values["charLengthLimit"])
    rules = values.get("properties")
    if isinstance(rules, Mapping):
        data.update({name: str(rules[name]) for name in RULES if rules.get(name) is not None})
        if "list" in rules:
            data["option_lines"] = _lines(rules["list"])
    return data


def _lines(options: Any) -> str:
    """Options in any of the ways that clients write them, as lines of value and label."""
    if isinstance(options, str):
        options = options.split("|")
    found: list[tuple[str, str]] = []
    if not isinstance(options, Mapping | list | None):
        raise Invalid({"properties": [_("The list of options must be a list.")]})
    items = options.items() if isinstance(options, Mapping) else enumerate(options or ())
    for key, item in items:
        if isinstance(item, Mapping):
            value = str(item.get("value") or item.get("label") or "")
            found.append((value, str(item.get("label") or value)))
        else:
            found.append((str(item) if isinstance(key, int) else str(key), str(item)))
    return lines_of((" ".join(value.split()), " ".join(label.split())) for value, label in found)


def _shape(row: ContactField) -> Entry:
    field = fieldset.of_row(row)
    return {
        **contact_field(field),
        "isPublished": True,
        "dateAdded": moment(None),
        "defaultValue": field.default or None,
        "isRequired": field.required,
        "isFixed": field.installed,
        "isVisible": field.visible,
        "isListable": field.visible,
        "isPubliclyUpdatable": field.public,
        "isUniqueIdentifier": field.unique,
        "isUniqueIdentifer": field.unique,
        "charLengthLimit": field.properties.get("limit"),
    }


def contact_field(field: ContactFieldData) -> Entry:
    """A field as a list of fields to choose from has it."""
    return {
        "id": field.id,
        "label": field.title,
        "alias": field.alias,
        "type": field.type,
        "group": field.group,
        "object": OBJECTS.get(field.object, field.object),
        "order": field.order,
        "properties": properties(field) or [],
    }


DESCRIBED = describing.described("Field", "field", "fields", FieldOut, FieldIn)
