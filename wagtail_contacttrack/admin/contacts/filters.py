"""Which contacts the query string of the list asks for."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.forms.search import SearchForm

from ...contacts import listing
from ...contacts.listing import Choice
from ...contacts.models import Contact, Tag
from ..days import EARLIEST, LATEST

# More than these nobody looks through; the list of tags leads to each of them.
TAGS = 200


class DayRangeField(django_filters.fields.DateRangeField):
    """Two days, far enough from the ends of the calendar that no time zone leads beyond them."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        for moment in (value.start, value.stop) if value else ():
            if moment and not EARLIEST <= moment.date() <= LATEST:
                raise forms.ValidationError(_("Choose days between the years 1900 and 2999."))


class DayRangeFilter(django_filters.DateFromToRangeFilter):
    field_class = DayRangeField


class ContactFilterSet(WagtailFilterSet):
    """The form behind the filter button. The queries themselves are `contacts.listing`'s."""

    anonymous = django_filters.ChoiceFilter(
        label=_("Anonymous visitors"),
        choices=[(listing.SHOWN, _("Shown")), (listing.ONLY, _("Only these"))],
        empty_label=_("Hidden"),
        widget=forms.RadioSelect,
    )
    active = DayRangeFilter(label=_("Last active"), widget=DateRangePickerWidget)
    device = django_filters.MultipleChoiceFilter(
        label=_("Device"), choices=listing.DEVICE_TYPES, widget=forms.CheckboxSelectMultiple
    )
    country = django_filters.ChoiceFilter(
        label=_("Country"), choices=[], empty_label=_("All"), widget=forms.RadioSelect
    )

    tag = django_filters.ChoiceFilter(label=_("Tag"), choices=[], empty_label=_("All"))

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        # A country that nobody was active in lately is still a country to ask for.
        asked = data.get("country", "") if data else ""
        countries = {*listing.countries(), asked} - {""}
        self.filters["country"].extra["choices"] = [(name, name) for name in sorted(countries)]
        self.filters["tag"].extra["choices"] = tag_choices(data.get("tag", "") if data else "")


def tag_choices(asked: str) -> list[tuple[str, str]]:
    """The first tags by name, and the one that is asked for, wherever the link to it stood."""
    rows = Tag.objects.order_by("name", "pk").values_list("pk", "name")
    found = {str(pk): name for pk, name in rows[:TAGS]}
    number = listing.number_in(asked)
    if number is not None and asked not in found:
        found |= {str(pk): name for pk, name in rows.filter(pk=number)}
    return list(found.items())


def is_valid(data: QueryDict) -> bool:
    """Whether all of it is understood, so that nothing is done to more than was meant."""
    return bool(ContactFilterSet(data).form.is_valid() and _search_form(data).is_valid())


def choice_of(
    data: QueryDict, user_id: int | None, filters: ContactFilterSet | None = None
) -> Choice:
    """The contacts that a user's query string asks for; a value that is not valid is left out."""
    form = (filters or ContactFilterSet(data)).form
    form.is_valid()
    values = form.cleaned_data
    active = values.get("active") or slice(None)
    return Choice(
        anonymous=values.get("anonymous") or listing.HIDDEN,
        text=_text(data),
        since=active.start,
        until=active.stop,
        device_types=tuple(values.get("device") or ()),
        country=values.get("country") or "",
        tag=listing.number_in(values.get("tag") or ""),
        user_id=user_id,
    )


def _text(data: QueryDict) -> str:
    form = _search_form(data)
    return str(form.cleaned_data["q"]) if form.is_valid() else ""


def _search_form(data: QueryDict) -> SearchForm:
    return SearchForm({"q": data.get("q", "")})
