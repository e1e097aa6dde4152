"""The filters above a timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ...activity import kinds
from ...activity.timeline import Filters
from ..days import EARLIEST, LATEST

ISO = "%Y-%m-%d"


class DayInput(forms.DateInput):
    """The browser's own date picker, which needs no script."""

    input_type = "date"


class DayField(forms.DateField):
    """A day, as the browser's date picker writes it in every language."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            widget=DayInput(format=ISO),
            input_formats=[ISO],
            validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
        )


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in force; `query` is the query string without it."""

    label: Any
    text: Any
    query: str


class TimelineForm(forms.Form):
    """Reads the query string. A value that is not valid is ignored, and the form says so."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Title, address or referrer"),
                "autocomplete": "off",
            }
        ),
    )
    since = DayField(label=_("From"))
    until = DayField(label=_("Until"))
    kind = forms.MultipleChoiceField(
        label=_("Kinds"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["kind"].choices = kinds.choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", ValidationError(_("This is before the first day.")))
        return values

    @property
    def filters(self) -> Filters:
        """What the valid values ask for, in the current time zone."""
        self.full_clean()
        values = self.cleaned_data
        since, until = values.get("since"), values.get("until")
        return Filters(
            kinds=tuple(values.get("kind") or ()),
            text=values.get("q") or "",
            since=_start(since) if since else None,
            until=_start(until + timedelta(days=1)) if until else None,
        )

    def query(self, **extra: Any) -> QueryDict:
        """The filters in force, and further parameters, for a link."""
        query = QueryDict(mutable=True)
        for name, value in self.cleaned_data.items():
            texts = [str(item) for item in value] if isinstance(value, list) else [str(value or "")]
            query.setlist(name, [text for text in texts if text])
        query.update({name: str(value) for name, value in extra.items()})
        return query

    def active(self) -> Iterator[ActiveFilter]:
        """The filters in force, as labelled texts."""
        for name, value in self.cleaned_data.items():
            for part in value if isinstance(value, list) else [value]:
                if part:
                    label = self.fields[name].label
                    yield ActiveFilter(label, _text(name, part), self._without(name, part))

    def _without(self, name: str, part: Any) -> str:
        query = self.query()
        query.setlist(name, [text for text in query.getlist(name) if text != str(part)])
        return query.urlencode()


def _text(name: str, value: Any) -> Any:
    if name == "kind":
        return kinds.get(value).label
    return date_format(value) if isinstance(value, date) else value


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
