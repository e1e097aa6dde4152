"""What is known about a contact, as labelled values by group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .models import Contact

CORE = {
    "title": _("Title"),
    "firstname": _("First name"),
    "lastname": _("Last name"),
    "email": _("E-mail"),
    "mobile": _("Mobile"),
    "phone": _("Phone"),
    "fax": _("Fax"),
    "address1": _("Address line 1"),
    "address2": _("Address line 2"),
    "zipcode": _("Postcode"),
    "city": _("City"),
    "state": _("State"),
    "country": _("Country"),
    "preferred_locale": _("Preferred language"),
    "timezone": _("Time zone"),
    "website": _("Website"),
}
SOCIAL = {
    "facebook": "Facebook",
    "foursquare": "Foursquare",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "skype": "Skype",
    "twitter": "Twitter",
}
PROFESSIONAL = {
    "company": _("Company"),
    "position": _("Position"),
    "attribution": _("Attribution"),
    "attribution_date": _("Attribution date"),
}
GROUPS = (
    (_("Person"), CORE),
    (_("Work"), PROFESSIONAL),
    (_("Social networks"), SOCIAL),
)
COLUMNS = ("email", "firstname", "lastname", "company", "city", "state", "country")


@dataclass(frozen=True, slots=True)
class Group:
    """Some details with a heading; `rows` are pairs of label and text."""

    label: Any
    rows: list[tuple[Any, str]]


def heading(contact: Contact) -> str:
    """Who this is: the contact's name, or for somebody without any the number as well."""
    if contact.firstname or contact.lastname or contact.company or contact.email:
        return contact.name
    return gettext("Anonymous #%(id)s") % {"id": contact.pk}


def groups(contact: Contact) -> list[Group]:
    """All details that are not empty; fields that no group names come last, under their alias."""
    values = dict(contact.fields)
    values.update((name, getattr(contact, name)) for name in COLUMNS)
    found = []
    for label, names in GROUPS:
        rows = [(text, values.pop(alias)) for alias, text in names.items() if alias in values]
        found.append(Group(label, list(_filled(rows))))
    found.append(Group(_("Further details"), list(_filled(sorted(values.items())))))
    return [group for group in found if group.rows]


def _filled(rows: list[tuple[Any, Any]]) -> Iterator[tuple[Any, str]]:
    for label, value in rows:
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if value is not None and text.strip():
            yield label, text
