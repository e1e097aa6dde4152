from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import URLPattern, path
from wagtail.admin.viewsets.model import ModelViewSet

from ... import compat
from ...api.oauth import clients
from .form import edit_handler
from .views import (
    TITLE,
    ClientAddView,
    ClientDeleteView,
    ClientEditView,
    ClientHistoryView,
    ClientIndexView,
    RenewView,
)


class ClientViewSet(ModelViewSet):
    """Everything that editors do with API clients, under ``contacttrack/clients/`` in the admin."""

    model = clients.model()
    icon = "key"
    menu_label = TITLE
    menu_name = "contacttrack-clients"
    menu_order = 720
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = ClientIndexView
    add_view_class = ClientAddView
    edit_view_class = ClientEditView
    delete_view_class = ClientDeleteView
    history_view_class = ClientHistoryView
    list_per_page = 50
    edit_handler = edit_handler

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(
            **{
                "permission_policy": compat.permission_policy(self.model),
                "usage_url_name": None,
                **kwargs,
            }
        )

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        # The list is for who may view clients, so that must be something to give.
        content_type = ContentType.objects.get_for_model(self.model)
        return Permission.objects.filter(content_type=content_type)

    @property
    def renew_view(self) -> Any:
        return self.construct_view(RenewView)

    def get_urlpatterns(self) -> list[URLPattern]:
        patterns = [url for url in super().get_urlpatterns() if url.name != "usage"]
        return [*patterns, path("secret/<int:pk>/", self.renew_view, name="renew")]


client_viewset = ClientViewSet("contacttrack_clients", url_prefix="contacttrack/clients")
