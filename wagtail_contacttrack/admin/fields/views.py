"""List, make, change and delete fields."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import django_filters
from django.db import router
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView

from ...contacts import field_changes, fieldset, listing
from ...contacts.field_changes import Claimed, Conversion
from ...contacts.fieldset import Field
from ...contacts.models import ContactField, FieldObject, FieldType
from ...sql import writing
from ..checked import GoneMixin, PermissionFirstMixin
from .form import FieldForm

# As in the menu.
TITLE = _("Contact fields")
# For more contacts or companies than these, the work is done by parts.
AT_ONCE = 5_000
FLAGS = (
    ("publicly_updatable", _("public")),
    ("unique_identifier", _("unique")),
    ("required", _("required")),
)


def holders_text(field: Field, count: int) -> str:
    """For example "3 contacts"."""
    if field.object == FieldObject.COMPANY:
        return ngettext("%(count)d company", "%(count)d companies", count) % {"count": count}
    return ngettext("%(count)d contact", "%(count)d contacts", count) % {"count": count}


class FieldFilterSet(WagtailFilterSet):
    object = django_filters.ChoiceFilter(label=_("Belongs to"), choices=FieldObject.choices)
    type = django_filters.MultipleChoiceFilter(label=_("Type"), choices=FieldType.choices)

    class Meta:
        model = ContactField
        fields: tuple[str, ...] = ()


class FlagsColumn(Column):
    """What is special about a field, each as a small label."""

    def get_value(self, instance: ContactField) -> Any:
        names = [label for name, label in FLAGS if getattr(instance, name)]
        names += [] if instance.visible else [_("hidden")]
        return format_html_join(" ", '<span class="w-status">{}</span>', ((n,) for n in names))


class FieldTrailMixin:
    """The list is called in breadcrumbs what the menu calls it."""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = list(super().get_breadcrumbs_items())  # type: ignore[misc]
        index = reverse("contacttrack_fields:index")
        return [{**item, "label": TITLE} if item.get("url") == index else item for item in items]


class OneFieldMixin(FieldTrailMixin, GoneMixin, PermissionFirstMixin):
    """What the views of one field have in common."""


class FieldIndexView(generic.IndexView):
    """All fields, in the order in which contacts and companies show them."""

    page_title = TITLE

    template_name = "wagtail_contacttrack/fields/index.html"
    filterset_class = FieldFilterSet
    any_permission_required = ("view",)
    default_ordering = ("-object", "group", "order", "pk")
    search_fields = ("label", "alias")
    is_searchable = True

    @cached_property
    def columns(self) -> list[BaseColumn]:
        title = self._get_title_column_class(TitleColumn)
        return [
            title(
                "label",
                label=_("Label"),
                accessor=lambda row: fieldset.of_row(row).title,
                get_url=self.get_edit_url,
            ),
            Column("alias", label=_("Alias"), classname="ct-wide"),
            Column("type", label=_("Type"), accessor="get_type_display"),
            Column(
                "object",
                label=_("Belongs to"),
                accessor="get_object_display",
                classname="ct-wide",
            ),
            Column("group", label=_("Group"), accessor="get_group_display", classname="ct-wide"),
            FlagsColumn("flags", label=_("Flags"), classname="ct-flags"),
        ]

    def get_delete_url(self, instance: ContactField) -> str | None:
        return None if instance.installed else super().get_delete_url(instance)


class FieldSaveMixin:
    """What was asked for is done together with saving the field, and said.

    Where it is about many contacts or companies, each part of the work is a transaction of its own,
    so that visits do not wait for the whole of it. Should it break off there, saving once without
    and once with the new setting does the rest.
    """

    request: HttpRequest

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):  # type: ignore[attr-defined]
            return reverse("contacttrack_fields:index")
        return reverse("wagtailadmin_home")

    def form_valid(self, form: FieldForm) -> HttpResponseBase:
        using = router.db_for_write(ContactField)
        together: Any = nullcontext()
        concerned = field_changes.concerned(form.old, form.new)
        if listing.count_up_to(concerned, AT_ONCE) <= AT_ONCE:
            together = writing(using, ContactField._meta.db_table)
        with together:
            response = super().form_valid(form)  # type: ignore[misc]
            self.follow_up(form.old, form.new)
        return response

    def follow_up(self, old: Field | None, new: Field) -> None:
        """Do what the change asks for, and say what came of it."""
        now, user = timezone.now(), self.request.user
        converted, claimed = field_changes.follow(old, new, now=now, actor=user)
        if converted.kept or converted.lost:
            messages.success(self.request, converted_text(new, converted))
        if claimed.shared:
            messages.warning(self.request, shared_text(new, claimed))


class FieldAddView(FieldTrailMixin, FieldSaveMixin, generic.CreateView):
    """A field made by hand."""


class FieldEditView(FieldSaveMixin, OneFieldMixin, generic.EditView):
    """A field as a form. What a change does to values that there are is asked about first."""

    def form_valid(self, form: FieldForm) -> HttpResponseBase:
        confirmed = self.request.POST.get("confirmed") == form.confirmation
        questions = [] if confirmed else list(self.questions(form))
        return self.ask(form, questions) if questions else super().form_valid(form)

    def questions(self, form: FieldForm) -> Iterator[str]:
        """What would happen, one sentence or two for each change that concerns somebody."""
        if form.old and form.is_retyped:
            plan = field_changes.preview(form.old, form.new)
            if plan.kept or plan.lost:
                yield plan_text(form.new, plan)
        if form.old and form.becomes_unique:
            count = field_changes.holders(form.old).count()
            if count:
                yield unique_text(form.new, count)

    def ask(self, form: FieldForm, questions: list[str]) -> HttpResponseBase:
        sent = [
            (name, value)
            for name, found in self.request.POST.lists()
            for value in found
            if name not in ("csrfmiddlewaretoken", "confirmed")
        ]
        self.form = form
        context = {
            **self.get_context_data(),
            "questions": questions,
            "loses": form.is_retyped,
            "sent": sent,
            "confirmation": form.confirmation,
        }
        template = "wagtail_contacttrack/fields/confirm_change.html"
        return TemplateResponse(self.request, template, context)

    @cached_property
    def can_delete(self) -> bool:
        return not self.object.installed and super().can_delete


class FieldDeleteView(OneFieldMixin, generic.DeleteView):
    """Asks once and says who loses what. Fields of the app are not deleted."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.gone and self.object.installed and self.user_has_permission("delete"):
            messages.error(
                request,
                _("This field comes with the app and cannot be deleted. You can hide it instead."),
            )
            return redirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def field(self) -> Field:
        return fieldset.of_row(self.object)

    @property
    def confirmation_message(self) -> str:
        count = field_changes.holders(self.field).count()
        if not count:
            return gettext("Delete this field? Nobody has a value in it.")
        return gettext(
            "Delete this field, with the values of %(holders)s? This cannot be undone."
        ) % {"holders": holders_text(self.field, count)}

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):
            return str(super().get_success_url())
        return reverse("wagtailadmin_home")

    def delete_action(self) -> None:
        # First the field, so that calls write no further values; then those that there are.
        super().delete_action()
        field_changes.forget(self.field)


class FieldHistoryView(OneFieldMixin, HistoryView):
    """Who changed what about a field."""

    any_permission_required = ("view",)


def plan_text(new: Field, plan: Conversion) -> str:
    return gettext(
        "You are changing the type to %(type)s. Values that can be kept: %(kept)s. "
        "Values that are lost: %(lost)s."
    ) % {
        "type": FieldType(new.type).label,
        "kept": holders_text(new, plan.kept),
        "lost": holders_text(new, plan.lost),
    }


def unique_text(new: Field, count: int) -> str:
    return gettext(
        "You are making this field a unique identifier. Values that will name who has them: "
        "%(holders)s. Where several have the same value, it names the one who was identified "
        "first."
    ) % {"holders": holders_text(new, count)}


def converted_text(new: Field, done: Conversion) -> str:
    return gettext("Values that were kept: %(kept)s. Values that were lost: %(lost)s.") % {
        "kept": holders_text(new, done.kept),
        "lost": holders_text(new, done.lost),
    }


def shared_text(new: Field, claimed: Claimed) -> str:
    return gettext(
        "Values that somebody else has as well: %(holders)s. They stay in the field, but each "
        "names the one who was identified first."
    ) % {"holders": holders_text(new, claimed.shared)}
