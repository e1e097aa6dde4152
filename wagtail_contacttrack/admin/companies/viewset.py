from __future__ import annotations

from typing import Any, ClassVar

from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from ... import compat
from ...contacts.models import Company
from .page import CompanyInspectView
from .views import (
    CompanyAddView,
    CompanyDeleteView,
    CompanyEditView,
    CompanyHistoryView,
    CompanyIndexView,
)


class CompanyViewSet(ModelViewSet):
    """Everything that editors do with companies, under ``contacttrack/companies/``."""

    model = Company
    icon = "home"
    menu_label = _("Companies")
    menu_name = "contacttrack-companies"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = CompanyIndexView
    add_view_class = CompanyAddView
    edit_view_class = CompanyEditView
    delete_view_class = CompanyDeleteView
    history_view_class = CompanyHistoryView
    inspect_view_class = CompanyInspectView
    list_per_page = 50
    # The views build their forms from the fields; nothing else asks for these.
    form_fields: ClassVar[list[str]] = []

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(
            **{
                "permission_policy": compat.permission_policy(Company),
                "usage_url_name": None,
                **kwargs,
            }
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [url for url in super().get_urlpatterns() if url.name != "usage"]


company_viewset = CompanyViewSet("contacttrack_companies", url_prefix="contacttrack/companies")
