"""Why something belongs to a contact, as sentences that editors read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import fieldset
from .models import LinkRecord, Rule

SENTENCES: dict[str, Any] = {
    Rule.NEW: _("Came with a first visit."),
    Rule.PARAMETER: _("Came with a first visit, by the page’s own id."),
    Rule.CLICKTHROUGH: _("Recognised by a personal link in a message."),
    Rule.UNIQUE_FIELD: _("Recognised by what the browser sent."),
    Rule.VERIFIED: _("Recognised by what the website has signed."),
    Rule.EDITOR: _("An editor said so."),
    Rule.FORM: _("Recognised by a form that was sent."),
    Rule.API: _("Another program said so, through the API."),
    Rule.MESSAGE: _("Known as the recipient of a message."),
    Rule.IMPORT: _("Came with an import."),
}


def sentence(rule: str, evidence: Mapping[str, Any] | None = None) -> str:
    """For example "Recognised by the e-mail address that the browser sent."; queries nothing."""
    names = (evidence or {}).get("fields")
    labels = _labels(names) if isinstance(names, list) else ""
    if rule == Rule.UNIQUE_FIELD and labels:
        if names == ["email"]:
            return gettext("Recognised by the e-mail address that the browser sent.")
        return gettext("Recognised by what the browser sent as %(fields)s.") % {"fields": labels}
    if rule == Rule.VERIFIED and labels:
        if names == ["email"]:
            return gettext("Recognised by the e-mail address that the website has signed.")
        return gettext("Recognised by what the website has signed as %(fields)s.") % {
            "fields": labels
        }
    # A rule that is gone, or of another version, still says its name.
    return str(SENTENCES.get(rule, rule))


def of(record: LinkRecord) -> str:
    """Why a device, an identifier or a merge is the contact's."""
    return sentence(record.rule, record.evidence)


def _labels(names: list[Any]) -> str:
    fields = fieldset.current().contact
    labels = [f"“{fields[name].title if name in fields else name}”" for name in map(str, names)]
    return get_text_list(labels, gettext("and"))
