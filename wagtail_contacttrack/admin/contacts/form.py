"""What editors can change about a contact: a form that is built from the fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel

from ...compat import permission_policy
from ...contacts import content, details, fieldset, linking, saving, values
from ...contacts.fieldset import Field
from ...contacts.identifiers import normalised
from ...contacts.linking import Conflict
from ...contacts.models import Contact, FieldGroup
from ...contacts.models.link import Rule
from ...contacts.owners import possible_owners
from ..companies.several import several_companies
from ..meanwhile import ChangedMeanwhile, MeanwhileMixin
from . import inputs

# Without these, the form of a contact would be one long page.
ALWAYS_OPEN = (FieldGroup.CORE.label, FieldGroup.PROFESSIONAL.label)


def input_name(alias: str) -> str:
    """What an input is called: aliases are chosen by editors, and some mean something to forms."""
    return alias if alias in fieldset.COLUMNS else f"field_{alias}"


class ContactForm(MeanwhileMixin, WagtailAdminModelForm):
    """Takes what `values.clean` takes, and keeps a value of a unique field with one contact.

    What an editor leaves as it is, is neither checked nor written: it may be older than its
    field's rules, and somebody else may have changed it while the form was open.
    """

    contact_fields: tuple[Field, ...] = ()

    class Media:
        css: ClassVar = {"all": ["wagtail_contacttrack/css/fields.css"]}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.news: dict[str, Any] = {}
        if "owner" in self.fields:
            self._offer_owners()
        is_new = self.instance.pk is None
        before = self.remember(self.contact_fields, content.values_of(self.instance))
        for field in self.contact_fields:
            name = input_name(field.alias)
            stored = before[field.alias]
            if is_new and stored is None:
                stored = values.default_of(field)
            self.fields[name] = inputs.input_for(field, stored, self.instance.country)
            self.initial[name] = inputs.shown_value(field, stored)

    def _offer_owners(self) -> None:
        """Those who work in the admin, and who owns the contact already."""
        users = get_user_model()._default_manager
        field: Any = self.fields["owner"]
        field.queryset = possible_owners() | users.filter(pk=self.instance.owner_id)
        field.empty_label = gettext("Nobody")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        is_new = self.instance.pk is None
        for field in self.contact_fields:
            name = input_name(field.alias)
            if name in given and (is_new or name in self.changed_data):
                self._take(field, name, inputs.sent_value(given[name]))
        self._refuse_taken_values()
        self.say_overlaps()
        # Whoever has none of these is a visitor, and visitors come by themselves.
        names = ("firstname", "lastname", "company", "email")
        visitor = not is_new and not self.instance.is_known
        if not visitor and not self.errors and not any(map(self._value, names)):
            raise ValidationError(_("Enter a name, an e-mail address or a company."))
        return given

    def _take(self, field: Field, name: str, sent: Any) -> None:
        cleaned = values.clean(field, sent)
        if cleaned.problem and cleaned.problem != values.BLANK:
            self.add_error(name, values.sentence(field, cleaned.problem))
        elif unkept := inputs.unkept(field, sent):
            self.add_error(name, unkept)
        elif field.required and cleaned.problem:
            self.add_error(name, forms.Field.default_error_messages["required"])
        else:
            self.news[field.alias] = cleaned.value
            if field.is_column:
                self.cleaned_data[name] = cleaned.value or ""

    def _value(self, alias: str) -> Any:
        if alias in self.news:
            return self.news[alias]
        return content.value_of(self.instance, alias)

    def say_overlaps(self) -> None:
        """Say at each input what somebody else has changed there meanwhile."""
        if self.instance.pk is not None:
            url = reverse("contacttrack_contacts:edit", args=[self.instance.pk])
            self.refuse_overlaps(content.values_of(self.instance), input_name, url)

    def _refuse_taken_values(self) -> None:
        unique = [field.alias for field in self.contact_fields if field.unique]
        wanted = [(alias, self.news[alias]) for alias in unique if self.news.get(alias) is not None]
        owners = linking.owners(wanted)
        self.add_conflicts(
            Conflict(alias, value, owner.contact_id)
            for alias, value in wanted
            if (owner := owners.get((alias, normalised(value))))
            and owner.contact_id != self.instance.pk
        )

    def add_conflicts(self, conflicts: Iterable[Conflict]) -> None:
        """Say at each input whose value it is."""
        for conflict in conflicts:
            name = input_name(conflict.field)
            self.add_error(name if name in self.fields else None, self._whose(conflict.contact_id))

    def _whose(self, number: int) -> str:
        if not permission_policy(Contact).user_has_permission(self.for_user, "view"):
            return gettext("Another contact has this value. Two contacts cannot have the same.")
        owner = Contact.objects.filter(pk=number).first()
        return format_html(
            gettext(
                'This belongs to <a href="{url}">{name}</a>. If both are the same person, '
                "merge the two contacts."
            ),
            url=reverse("contacttrack_contacts:inspect", args=[number]),
            name=details.heading(owner) if owner else f"#{number}",
        )

    def save(self, commit: bool = True) -> Any:
        """Write what was changed, and nothing else, into the contact as it is by now.

        Raises `saving.ValueTaken`, `ChangedMeanwhile` or `editing.MergedMeanwhile`, for the caller
        to roll back.
        """
        return saving.save(
            self.instance,
            self.news,
            rule=Rule.EDITOR,
            now=timezone.now(),
            actor=self.for_user,
            several=several_companies(),
            check=self._refuse_overlaps,
            attributes={
                name: self.cleaned_data[name] for name in ("owner",) if name in self.changed_data
            },
        )

    def _refuse_overlaps(self, contact: Contact) -> None:
        if self.overlaps(content.values_of(contact)):
            raise ChangedMeanwhile


def panel(contact: Contact | None) -> Panel:
    """The panels and the form for this contact, or for a new one, by the fields as they are."""
    fields = details.shown_fields(fieldset.current().contact)
    groups = details.by_group(fields)
    form = type(
        "FormOfFields",
        (ContactForm,),
        {
            "contact_fields": tuple(fields),
            # Wagtail takes only names that the form has from the beginning.
            **{input_name(field.alias): forms.Field(required=False) for field in fields},
        },
    )
    children = [
        MultiFieldPanel(
            _rows(members),
            heading=label,
            classname="" if _is_open(label, members, contact) else "collapsed",
        )
        for label, members in groups
    ]
    owner = FieldPanel("owner", help_text=_("Who in your team looks after this contact."))
    children.append(
        MultiFieldPanel(
            [owner],
            heading=_("Owner"),
            classname="" if contact and contact.owner_id else "collapsed",
        )
    )
    return ObjectList(children, base_form_class=form).bind_to_model(Contact)


def _is_open(label: Any, members: list[Field], contact: Contact | None) -> bool:
    required = any(field.required for field in members)
    filled = contact and any(content.value_of(contact, f.alias) is not None for f in members)
    return bool(label in ALWAYS_OPEN or required or filled)


def _rows(fields: list[Field]) -> list[Panel]:
    """Two in a row, but for those that need the whole width."""
    rows: list[list[Field]] = []
    for field in fields:
        last = rows[-1] if rows else []
        if len(last) == 1 and not {field.type, last[0].type} & set(inputs.LONG):
            last.append(field)
        else:
            rows.append([field])
    panels = [[FieldPanel(input_name(field.alias)) for field in row] for row in rows]
    return [FieldRowPanel(row) if len(row) == 2 else row[0] for row in panels]
