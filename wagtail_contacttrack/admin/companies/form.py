"""What editors can change about a company: a form that is built from the fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import router
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel

from ...contacts import company_editing, details, fieldset, values
from ...contacts.company_people import values_of
from ...contacts.fieldset import Field
from ...contacts.identifiers import digest
from ...contacts.models import Company, CompanyIdentifier
from ...sql import writing
from ..contacts import inputs
from ..meanwhile import ChangedMeanwhile, MeanwhileMixin

TAKEN = _("Another company has this already. Two companies cannot have the same.")


def input_name(alias: str) -> str:
    """What an input is called: aliases are chosen by editors, and some mean something to forms."""
    return f"field_{alias}"


class CompanyForm(MeanwhileMixin, WagtailAdminModelForm):
    """Takes what `values.clean` takes; what an editor leaves as it is, is not checked again."""

    company_fields: tuple[Field, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.news: dict[str, Any] = {}
        is_new = self.instance.pk is None
        there = values_of(self.instance)
        before = self.remember(self.company_fields, there)
        for field in self.company_fields:
            stored = before[field.alias]
            if is_new and stored in (None, ""):
                stored = values.default_of(field)
            country = str(there.get("companycountry") or "")
            self.fields[input_name(field.alias)] = inputs.input_for(field, stored, country)
            self.initial[input_name(field.alias)] = inputs.shown_value(field, stored)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for field in self.company_fields:
            name = input_name(field.alias)
            if name in given and (self.instance.pk is None or name in self.changed_data):
                self._take(field, name, inputs.sent_value(given[name]))
        self.say_overlaps()
        return given

    def say_overlaps(self) -> None:
        """Say at each input what somebody else has changed there meanwhile."""
        if self.instance.pk is not None:
            url = reverse("contacttrack_companies:edit", args=[self.instance.pk])
            self.refuse_overlaps(values_of(self.instance), input_name, url)

    def _take(self, field: Field, name: str, sent: Any) -> None:
        cleaned = values.clean(field, sent)
        if cleaned.problem and cleaned.problem != values.BLANK:
            self.add_error(name, values.sentence(field, cleaned.problem))
        elif unkept := inputs.unkept(field, sent):
            self.add_error(name, unkept)
        elif cleaned.problem and (field.required or field.alias == fieldset.COMPANY_NAME):
            self.add_error(name, forms.Field.default_error_messages["required"])
        elif field.unique and cleaned.value is not None and self._is_taken(field, cleaned.value):
            self.add_error(name, TAKEN)
        else:
            self.news[field.alias] = cleaned.value

    def _is_taken(self, field: Field, value: Any) -> bool:
        others = CompanyIdentifier.objects.exclude(company_id=self.instance.pk)
        return others.filter(digest=digest(field.alias, value)).exists()

    def save(self, commit: bool = True) -> Any:
        """Write what was changed; may raise `company_editing.ValueTaken` or `ChangedMeanwhile`."""
        company, using = self.instance, router.db_for_write(Company)
        with writing(using, Company._meta.db_table):
            if company.pk is not None:
                rows = Company.objects.using(using).select_for_update()
                company.refresh_from_db(using=using, from_queryset=rows)
                if self.overlaps(values_of(company)):
                    raise ChangedMeanwhile
            company_editing.save(company, self.news, fieldset.current(), now=timezone.now())
        return company


def panel() -> Panel:
    """The panels and the form, by the fields as they are."""
    fields = details.shown_fields(fieldset.current().company)
    form = type(
        "CompanyFormOfFields",
        (CompanyForm,),
        {
            "company_fields": tuple(fields),
            # Wagtail takes only names that the form has from the beginning.
            **{input_name(field.alias): forms.Field(required=False) for field in fields},
        },
    )
    children = [
        MultiFieldPanel(_rows(members), heading=label)
        for label, members in details.by_group(fields)
    ]
    return ObjectList(children, base_form_class=form).bind_to_model(Company)


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
