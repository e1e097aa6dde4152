from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from ... import compat
from ...contacts.models import Tag
from .form import edit_handler
from .views import (
    TagAddView,
    TagDeleteView,
    TagEditView,
    TagHistoryView,
    TagIndexView,
    TagMergeView,
)


class TagViewSet(ModelViewSet):
    """Everything that editors do with tags, under ``contacttrack/tags/`` in the admin."""

    model = Tag
    icon = "tag"
    menu_label = _("Tags")
    menu_name = "contacttrack-tags"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = TagIndexView
    add_view_class = TagAddView
    edit_view_class = TagEditView
    delete_view_class = TagDeleteView
    history_view_class = TagHistoryView
    list_per_page = 50
    edit_handler = edit_handler

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(
            **{
                "permission_policy": compat.permission_policy(Tag),
                "usage_url_name": None,
                **kwargs,
            }
        )

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        # The list is for who may view tags, so that must be something to give.
        return Permission.objects.filter(content_type=ContentType.objects.get_for_model(Tag))

    @property
    def merge_view(self) -> Any:
        return self.construct_view(TagMergeView)

    def get_urlpatterns(self) -> list[URLPattern]:
        patterns = [url for url in super().get_urlpatterns() if url.name != "usage"]
        return [*patterns, path("merge/<int:pk>/", self.merge_view, name="merge")]


tag_viewset = TagViewSet("contacttrack_tags", url_prefix="contacttrack/tags")
