"""Forms that stay open for long: what somebody else has changed in the meantime stays changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext

from ..contacts.fieldset import Field
from ..contacts.showing import show
from .messaging import linked

SEEN = "seen"


class ChangedMeanwhile(Exception):
    """That somebody else has changed a field which this editor has changed as well."""


class MeanwhileMixin:
    """For forms built from fields that write only what their editor has changed.

    A hidden input carries the values that the editor has seen. What differs from those is the
    editor's; where somebody else has changed the same field to something else, the form says so,
    and sending it once more overrules them.
    """

    # What the form offers, of the class that this is mixed in.
    fields: dict[str, forms.Field]
    initial: dict[str, Any]
    data: Any
    is_bound: bool
    add_error: Callable[[str | None, Any], None]
    add_prefix: Callable[[str], str]
    news: dict[str, Any]
    # What the page says above the form, where somebody else was quicker.
    meanwhile = ""

    def remember(self, offered: Iterable[Field], stored: Mapping[str, Any]) -> dict[str, Any]:
        """The values that the editor has seen: those that came back, or those that are stored."""
        self.offered = list(offered)
        self.before = {field.alias: stored.get(field.alias) for field in self.offered}
        if self.is_bound:
            self.before |= _read(self.data.get(self.add_prefix(SEEN)), self.before)
        self.fields[SEEN] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.initial[SEEN] = _written(self.before)
        return self.before

    def overlaps(self, stored: Mapping[str, Any]) -> list[Field]:
        """The fields that the editor and somebody else have changed, each to something else."""
        return [
            field
            for field in self._changed_by_others(stored)
            if field.alias in self.news and self.news[field.alias] != stored.get(field.alias)
        ]

    def refuse_overlaps(
        self, stored: Mapping[str, Any], input_name: Callable[[str], str], reload_url: str
    ) -> None:
        """Say what somebody else has changed, if it must be decided; the next time it is."""
        overlaps = self.overlaps(stored)
        if not overlaps:
            return
        for field in overlaps:
            now = ", ".join(str(value.text) for value in show(field, stored.get(field.alias)))
            sentence = (
                gettext("Somebody else has changed this meanwhile. It is “%(value)s” now.")
                if now
                else gettext("Somebody else has emptied this meanwhile.")
            )
            self.add_error(input_name(field.alias), sentence % {"value": now})
        changed = ", ".join(str(field.title) for field in self._changed_by_others(stored))
        self.meanwhile = format_html(
            gettext(
                "Nothing was saved, because somebody else has changed this meanwhile: {fields}. "
                "Save again to have what you have written here, or {link} to begin with what "
                "stands there now."
            ),
            fields=changed,
            link=linked(reload_url, gettext("load the page again")),
        )
        seen = {**self.before, **{field.alias: stored.get(field.alias) for field in overlaps}}
        self.data = self.data.copy()
        self.data[self.add_prefix(SEEN)] = _written(seen)

    def _changed_by_others(self, stored: Mapping[str, Any]) -> list[Field]:
        return [
            field
            for field in self.offered
            if stored.get(field.alias) != self.before.get(field.alias)
        ]


class MeanwhileViewMixin:
    """For the views of such forms: what the form says stands above it, with a link."""

    produced_error_message: Any

    def form_invalid(self, form: Any) -> HttpResponseBase:
        # Among the form's own errors, Wagtail would show the link as text.
        if form.meanwhile:
            self.produced_error_message = form.meanwhile
        return super().form_invalid(form)  # type: ignore[misc]


def _written(values: Mapping[str, Any]) -> str:
    found = {alias: value for alias, value in values.items() if value is not None}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _read(text: Any, aliases: Iterable[str]) -> dict[str, Any]:
    """The values in what came back, None where there was none; nothing if it is no such text."""
    with suppress(TypeError, ValueError, RecursionError):
        values = json.loads(text)
        if isinstance(values, dict):
            return {alias: values.get(alias) for alias in aliases}
    return {}
