"""Wiring only: which of our parts Wagtail calls, and when."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, URLResolver, include, path
from wagtail import hooks

from .admin import home
from .admin.contacts.bulk import DeleteContacts
from .admin.contacts.viewset import ContactSearchArea
from .admin.fields.viewset import field_viewset
from .admin.identity import urls as identity_urls
from .admin.identity.bulk import MergeContacts
from .admin.identity.duplicates import DuplicatesMenuItem
from .admin.marks import urls as marks_urls
from .admin.menu import ContactsGroup
from .admin.settings import logs as settings_logs
from .admin.settings import urls as settings_urls
from .admin.settings.panels import edit_handler
from .admin.tags.bulk import AddTags, RemoveTags
from .admin.webhooks.viewset import webhook_viewset
from .api import logs as api_logs
from .api import oauth
from .contacts import merge_log
from .outbound.webhooks import stopped_log
from .tracking.inject import serve_with_tracker
from .tracking.models import TrackingSettings
from .tracking.paths import keep_out_of_page_cache

hooks.register("on_serve_page", serve_with_tracker)
hooks.register("is_request_cacheable", keep_out_of_page_cache)
hooks.register("register_admin_viewset", ContactsGroup)
hooks.register("register_admin_viewset", lambda: field_viewset)
hooks.register("register_admin_viewset", lambda: webhook_viewset)
if oauth.installed():
    from .admin.clients import logs as client_logs
    from .admin.clients.viewset import client_viewset

    hooks.register("register_admin_viewset", lambda: client_viewset)
    hooks.register("register_log_actions", client_logs.register)
hooks.register("register_admin_search_area", ContactSearchArea)
for action in (AddTags, RemoveTags, MergeContacts, DeleteContacts):
    hooks.register("register_bulk_action", action)

hooks.register("register_reports_menu_item", DuplicatesMenuItem)
hooks.register("register_log_actions", merge_log.register)
hooks.register("register_log_actions", api_logs.register)

hooks.register("register_log_actions", settings_logs.register)
hooks.register("register_log_actions", stopped_log.register)

hooks.register("construct_homepage_panels", home.add_panel)
hooks.register("construct_homepage_summary_items", home.add_summary_item)

# The model is below the admin and must not know its panels.
TrackingSettings.edit_handler = edit_handler


@hooks.register("register_admin_urls")
def tracking_urls() -> list[URLPattern | URLResolver]:
    return [
        path("contacttrack/tracking/", include(settings_urls)),
        path("contacttrack/identity/", include(identity_urls)),
        path("contacttrack/marks/", include(marks_urls)),
    ]


@hooks.register("register_permissions")
def permissions_of_programs() -> QuerySet[Permission]:
    """What only programs do, so no screen of the admin asks for it: groups can be given it."""
    return Permission.objects.filter(
        content_type__app_label="wagtail_contacttrack", codename="add_activity"
    )
