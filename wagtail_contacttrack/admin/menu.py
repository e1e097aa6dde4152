"""Contacts and what belongs to them, together in the main menu; fields stand under Settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.base import ViewSetGroup

from .companies.viewset import company_viewset
from .contacts.viewset import contact_viewset
from .segments.viewset import segment_viewset
from .tags.viewset import tag_viewset


class ContactsGroup(ViewSetGroup):
    """One entry that opens; whoever may see just one of the parts finds that one in it."""

    menu_label = _("Contacts")
    menu_name = "contacttrack"
    menu_icon = "group"
    menu_order = 150
    items = (contact_viewset, company_viewset, tag_viewset, segment_viewset)
