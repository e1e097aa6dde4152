from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from ... import compat
from ...contacts.models import ContactField
from .panels import edit_handler
from .views import (
    FieldAddView,
    FieldDeleteView,
    FieldEditView,
    FieldHistoryView,
    FieldIndexView,
)


class FieldViewSet(ModelViewSet):
    """Everything that editors do with fields, under ``contacttrack/fields/`` in the admin."""

    model = ContactField
    icon = "form"
    menu_label = _("Contact fields")
    menu_name = "contacttrack-fields"
    menu_order = 710
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = FieldIndexView
    add_view_class = FieldAddView
    edit_view_class = FieldEditView
    delete_view_class = FieldDeleteView
    history_view_class = FieldHistoryView
    list_per_page = 100
    edit_handler = edit_handler

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # Nothing refers to fields, so there is no page of their uses.
        return super().get_common_view_kwargs(
            **{
                "permission_policy": compat.permission_policy(ContactField),
                "usage_url_name": None,
                **kwargs,
            }
        )

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        # The list is for who may view fields, so that must be something to give.
        content_type = ContentType.objects.get_for_model(ContactField)
        return Permission.objects.filter(content_type=content_type)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [url for url in super().get_urlpatterns() if url.name != "usage"]


field_viewset = FieldViewSet("contacttrack_fields", url_prefix="contacttrack/fields")
