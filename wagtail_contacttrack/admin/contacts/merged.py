"""What editors read who meant a contact that is part of another one by now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from wagtail.admin import messages

from ...contacts import details, resolving
from ...contacts.models import Contact
from ..messaging import linked
from ..permissions import may_view_contacts

NAMED = 5


def lead_on(
    request: HttpRequest, contact_id: int, view: str = "", *, anchor: str = ""
) -> HttpResponse:
    """Go to the contact that this one is part of, and say so.

    `view` is the name of an address with one number; without it, it is the contact's own page, or
    the home page for who may not see that.
    """
    survivor = resolving.survivor_id(contact_id)
    values = {"id": contact_id, "survivor": survivor}
    leads_there = bool(view or may_view_contacts(request))
    if request.method == "POST":
        here = gettext(
            "Nothing was changed: contact #%(id)s is part of this contact since the two were "
            "merged."
        )
        away = gettext(
            "Nothing was changed: contact #%(id)s is part of contact #%(survivor)s since the two "
            "were merged."
        )
    else:
        here = gettext("Contact #%(id)s is part of this contact since the two were merged.")
        away = gettext(
            "Contact #%(id)s is part of contact #%(survivor)s since the two were merged."
        )
    messages.warning(request, (here if leads_there else away) % values)
    if not leads_there:
        return redirect("wagtailadmin_home")
    return redirect(reverse(view or "contacttrack_contacts:inspect", args=[survivor]) + anchor)


def say_left_out(request: HttpRequest, contact_ids: Iterable[int]) -> int:
    """Say of which contacts nothing was changed, as they are part of others; how many they are."""
    rows = Contact.objects.filter(pk__in=list(contact_ids), merged_into__isnull=False)
    ids = sorted(rows.values_list("pk", flat=True))
    if ids:
        sentence = ngettext(
            "Left out, because it was merged into another contact meanwhile: {contacts}.",
            "Left out, because they were merged into other contacts meanwhile: {contacts}.",
            len(ids),
        )
        messages.warning(request, format_html(sentence, contacts=_with_survivors(request, ids)))
    return len(ids)


def _with_survivors(request: HttpRequest, ids: list[int]) -> SafeString:
    """For example "#5 (now Ada Byron), #7 (now #3)", each with a link for who may follow it."""
    survivors = resolving.survivors(ids[:NAMED])
    contacts = Contact.objects.in_bulk(survivors.values())
    may_view = may_view_contacts(request)
    parts: list[tuple[Any]] = []
    for number, survivor in sorted(survivors.items()):
        contact = contacts.get(survivor)
        if contact is None or not may_view:
            who = format_html("#{}", survivor)
        else:
            who = linked(contact.get_absolute_url(), details.heading(contact))
        parts.append((format_html(gettext("#{id} (now {contact})"), id=number, contact=who),))
    if further := len(ids) - len(parts):
        more = ngettext("and %(count)d more", "and %(count)d more", further)
        parts.append((more % {"count": further},))
    return format_html_join(", ", "{}", parts)
