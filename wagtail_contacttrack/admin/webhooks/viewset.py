from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import URLPattern, path
from wagtail.admin.viewsets.model import ModelViewSet

from ... import compat
from ...outbound.webhooks.models import Webhook
from .form import edit_handler
from .views import (
    TITLE,
    DeliveriesView,
    SendTestView,
    TryAgainView,
    WebhookAddView,
    WebhookDeleteView,
    WebhookEditView,
    WebhookHistoryView,
    WebhookIndexView,
)


class WebhookViewSet(ModelViewSet):
    """Everything that editors do with webhooks, under ``contacttrack/webhooks/`` in the admin."""

    model = Webhook
    icon = "link-external"
    menu_label = TITLE
    menu_name = "contacttrack-webhooks"
    menu_order = 730
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = WebhookIndexView
    add_view_class = WebhookAddView
    edit_view_class = WebhookEditView
    delete_view_class = WebhookDeleteView
    history_view_class = WebhookHistoryView
    list_per_page = 50
    edit_handler = edit_handler

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(
            **{
                "permission_policy": compat.permission_policy(Webhook),
                "usage_url_name": None,
                **kwargs,
            }
        )

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        # The list is for who may view webhooks, so that must be something to give.
        return Permission.objects.filter(content_type=ContentType.objects.get_for_model(Webhook))

    def get_urlpatterns(self) -> list[URLPattern]:
        patterns = [url for url in super().get_urlpatterns() if url.name != "usage"]
        further = (
            ("deliveries", DeliveriesView),
            ("test", SendTestView),
            ("again", TryAgainView),
        )
        for name, view in further:
            patterns.append(path(f"{name}/<int:pk>/", self.construct_view(view), name=name))
        return patterns


webhook_viewset = WebhookViewSet("contacttrack_webhooks", url_prefix="contacttrack/webhooks")
