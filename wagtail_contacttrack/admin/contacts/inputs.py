"""Fields of contacts and companies as inputs of a form, each by its type."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import (
    AdminAutoHeightTextInput,
    AdminDateInput,
    AdminDateTimeInput,
    AdminTimeInput,
)

from ...contacts import geography, values
from ...contacts.fieldset import Field
from ...contacts.models import FieldType as T
from ...wire.text import readable, storable

LONG = (T.TEXTAREA, T.HTML, T.MULTISELECT)
HELP = {
    T.HTML: _("HTML. Scripts and styles are taken away."),
    T.REGION: _("The name, or a code such as US-CA."),
    T.EMAIL: "",
}
# Types whose values are what was written, and those of them that go without markup.
_BARE = (T.TEXT, T.LOOKUP, T.TEL, T.TEXTAREA, T.URL)
_TEXTS = (*_BARE, T.EMAIL, T.HTML)
_INPUT_MODES = {T.EMAIL: "email", T.TEL: "tel", T.URL: "url"}


class SuggestingInput(forms.TextInput):
    """A line of text with suggestions; others can be written as well."""

    template_name = "wagtail_contacttrack/fields/suggesting_input.html"

    def __init__(self, suggestions: Iterable[str]) -> None:
        super().__init__()
        self.suggestions = list(suggestions)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}-suggestions"
        context["widget"]["attrs"]["list"] = list_id
        return {**context, "list_id": list_id, "suggestions": self.suggestions}


def input_for(field: Field, stored: Any = None, country: str = "") -> forms.Field:
    """An input for this field, in which `stored` can stay whatever it is.

    What it gives is not cleaned: `sent_value` says what to hand to `values.clean`. Regions are
    suggested of `country`.
    """
    common: dict[str, Any] = {
        "label": field.title,
        "required": field.required,
        "help_text": HELP.get(T(field.type), ""),
    }
    if field.type in (T.SELECT, T.BOOLEAN, T.COUNTRY, T.LOCALE, T.TIMEZONE):
        return forms.ChoiceField(choices=_choices(field, stored), **common)
    if field.type == T.MULTISELECT:
        return forms.MultipleChoiceField(
            choices=_choices(field, stored)[1:], widget=forms.CheckboxSelectMultiple, **common
        )
    # A date that cannot be read is a line of text, so that it can stay as well.
    if field.type in _MOMENTS and (not stored or not isinstance(shown_value(field, stored), str)):
        made, widget, _read = _MOMENTS[T(field.type)]
        return made(widget=widget, **common)
    return forms.CharField(widget=_widget(field, country), **common)


def shown_value(field: Field, stored: Any) -> Any:
    """A stored value as `input_for` shows it."""
    if stored is None:
        return [] if field.type == T.MULTISELECT else ""
    if field.type == T.MULTISELECT:
        return [str(item) for item in stored] if isinstance(stored, list) else [str(stored)]
    if field.type == T.BOOLEAN and isinstance(stored, bool):
        return "1" if stored else "0"
    if field.type in _MOMENTS:
        # What cannot be read shows as it is.
        with suppress(ValueError):
            return _MOMENTS[T(field.type)][2](str(stored))
    if field.type in (T.COUNTRY, T.LOCALE, T.TIMEZONE):
        return values.clean(field, stored).value or str(stored)
    return "|".join(map(str, stored)) if isinstance(stored, list) else str(stored)


def sent_value(given: Any) -> Any:
    """What an input gave, as `values.clean` takes it."""
    return given.isoformat() if isinstance(given, date | time) else given


def unkept(field: Field, sent: Any) -> str:
    """What a text has that cleaning would take away without a word, as a sentence; else ""."""
    if field.type not in _TEXTS or not isinstance(sent, str):
        return ""
    # Browsers send two characters for the end of a line.
    text = sent.replace("\r\n", "\n")
    if storable(text) != text:
        return gettext("It contains invisible control characters. Write it without them.")
    # Marks of direction come with what is copied; nobody wants them, or could find them.
    text = readable(text)
    kept = values.clean(field, text)
    refused = kept.problem not in ("", values.BLANK)
    if field.type not in _BARE or refused or _same(text, str(kept.value or "")):
        return ""
    return gettext("It contains markup such as <b>, which is not kept. Write it without.")


def _same(one: str, other: str) -> bool:
    """Whether two texts have the same words."""
    return one.split() == other.split()


def _widget(field: Field, country: str) -> forms.Widget:
    if field.type in (T.TEXTAREA, T.HTML):
        return AdminAutoHeightTextInput()
    if field.type == T.NUMBER:
        return forms.NumberInput(attrs={"step": "any" if field.properties.get("scale") else "1"})
    if field.type == T.REGION:
        return SuggestingInput(geography.regions_of(country))
    if field.type == T.LOOKUP:
        return SuggestingInput(label for _value, label in field.options)
    mode = _INPUT_MODES.get(T(field.type))
    return forms.TextInput(attrs={"inputmode": mode} if mode else {})


def _choices(field: Field, stored: Any) -> list[tuple[str, str]]:
    """All that can be chosen, nothing first; a stored value that is none of them stays one."""
    found = [("", "---------"), *_options(field)]
    known = {value for value, _label in found}
    shown = shown_value(field, stored)
    for value in shown if isinstance(shown, list) else [shown]:
        if value and value not in known:
            label = gettext("%(value)s (no longer one of the options)") % {"value": value}
            found.append((value, label))
    return found


def _options(field: Field) -> list[tuple[str, str]]:
    if field.type == T.BOOLEAN:
        yes, no = values.boolean_labels(field)
        return [("1", yes), ("0", no)]
    if field.type == T.COUNTRY:
        return geography.countries()
    if field.type == T.LOCALE:
        return geography.locales()
    if field.type == T.TIMEZONE:
        return [(name, name) for name in geography.timezones()]
    translated = gettext if field.installed else str
    return [(value, translated(label) if label else value) for value, label in field.options]


_MOMENTS: dict[str, tuple[Any, Any, Any]] = {
    T.DATE: (forms.DateField, AdminDateInput, date.fromisoformat),
    T.DATETIME: (forms.DateTimeField, AdminDateTimeInput, datetime.fromisoformat),
    T.TIME: (forms.TimeField, AdminTimeInput, time.fromisoformat),
}
