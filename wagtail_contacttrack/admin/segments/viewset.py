from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.viewsets.model import ModelViewSet

from ... import compat
from ...contacts import counting
from ...segments import members
from ...segments.models import Segment, SegmentMember
from ..checked import PermissionFirstMixin
from ..named import NamedIndexView, SuccessMixin, contacts_text


class SegmentForm(WagtailAdminModelForm):
    """An alias that is left empty is made from the name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alias"].required = False

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("alias") and "alias" not in self.errors:
            given["alias"] = members.free_alias(given.get("name") or "", self.instance.pk)
        return given


class SegmentIndexView(NamedIndexView):
    """All segments, with how many contacts belong to each."""

    results_template_name = "wagtail_contacttrack/segments/results.html"
    count_in = (SegmentMember, "segment_id")

    def contacts_url(self, row: Segment) -> str:
        query = urlencode({"anonymous": "shown", "q": f"segment:{row.alias}"})
        return f"{reverse('contacttrack_contacts:index')}?{query}"

    def get_further_columns(self) -> list[BaseColumn]:
        return [
            Column("alias", label=_("Alias"), classname="ct-wide"),
            Column("description", label=_("Description"), classname="ct-description ct-secondary"),
        ]


class SegmentAddView(SuccessMixin, generic.CreateView):
    """A segment made by hand."""


class SegmentEditView(SuccessMixin, PermissionFirstMixin, generic.EditView):
    """What it is called."""


class SegmentDeleteView(SuccessMixin, PermissionFirstMixin, generic.DeleteView):
    """Asks once, saying how many contacts belong to it."""

    @property
    def confirmation_message(self) -> str:
        count = counting.count_each(SegmentMember, "segment_id", [self.object.pk])[self.object.pk]
        if not count:
            return gettext("Delete this segment? No contact belongs to it.")
        return gettext(
            "Delete this segment with its list of %(contacts)s? The contacts themselves stay."
        ) % {"contacts": contacts_text(count)}


class SegmentHistoryView(PermissionFirstMixin, HistoryView):
    """Who changed what about a segment."""

    any_permission_required = ("view",)


class SegmentViewSet(ModelViewSet):
    """Segments, under ``contacttrack/segments/`` in the admin."""

    model = Segment
    icon = "list-ul"
    menu_label = _("Segments")
    menu_name = "contacttrack-segments"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = SegmentIndexView
    add_view_class = SegmentAddView
    edit_view_class = SegmentEditView
    delete_view_class = SegmentDeleteView
    history_view_class = SegmentHistoryView
    list_per_page = 50
    edit_handler = ObjectList(
        [FieldPanel("name"), FieldPanel("alias"), FieldPanel("description")],
        base_form_class=SegmentForm,
    )

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(
            **{
                "permission_policy": compat.permission_policy(Segment),
                "usage_url_name": None,
                **kwargs,
            }
        )

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        # The list is for who may view segments, so that must be something to give.
        return Permission.objects.filter(content_type=ContentType.objects.get_for_model(Segment))

    def get_urlpatterns(self) -> list[URLPattern]:
        return [url for url in super().get_urlpatterns() if url.name != "usage"]


segment_viewset = SegmentViewSet("contacttrack_segments", url_prefix="contacttrack/segments")
