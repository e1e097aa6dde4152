"""What a contact's timeline says about who the contact is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..activity.kinds import Kind, register

IDENTIFIED = "contact.identified"
CONFLICT = "contact.conflict"
MERGED = "contact.merged"
UNMERGED = "contact.unmerged"

TEMPLATE = "wagtail_contacttrack/contact/kinds/identity.html"

register(Kind(IDENTIFIED, _("Recognised"), "user", TEMPLATE))
register(Kind(CONFLICT, _("Conflicting identity"), "warning", TEMPLATE))
register(Kind(MERGED, _("Contacts merged"), "link", TEMPLATE))
register(Kind(UNMERGED, _("Merge undone"), "undo", TEMPLATE))
