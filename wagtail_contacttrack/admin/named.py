"""Lists of things that have a name, tags and companies, with how many contacts each has."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, Column, TitleColumn
from wagtail.admin.views import generic

from ..contacts import counting, listing, naming, pages
from ..contacts.naming import Named
from ..contacts.pages import Cursor
from .permissions import may_view_contacts


def number(count: int) -> str:
    return str(number_format(count, force_grouping=True))


def contacts_text(count: int) -> str:
    """For example "1,234 contacts" or "More than 10,000 contacts"."""
    if count > counting.LIMIT:
        return gettext("More than %(limit)s contacts") % {"limit": number(counting.LIMIT)}
    return ngettext("%(count)s contact", "%(count)s contacts", count) % {"count": number(count)}


class NamedPages:
    """Keyset pages where Wagtail expects a paginator; counting stops as in the contacts' list."""

    def __init__(self, found: Named) -> None:
        self.found = found

    def read(self, cursor: str, size: int) -> pages.Page:
        """The page at a cursor out of a link, or the first one if the text is none."""
        columns = self.found.columns
        return pages.read(self.found.rows, columns, size=size, cursor=Cursor.parse(cursor, columns))

    @cached_property
    def count(self) -> int:
        return listing.count_up_to(self.found.rows)

    def get_elided_page_range(self, number: object) -> list[int]:
        return []


class ContactCountColumn(Column):
    """How many contacts there are, with a link to them for who may see contacts."""

    def get_value(self, instance: Any) -> Any:
        text = contacts_text(instance.contact_count)
        if not instance.contacts_url or not instance.contact_count:
            return text
        return format_html('<a href="{}">{}</a>', instance.contacts_url, text)


class NamedIndexView(generic.IndexView):
    """By name, by pages, with a search in the names. It costs the same however many there are.

    `count_in` is the model and column that say which contacts belong to a row.
    """

    results_template_name = "wagtail_contacttrack/named/results.html"
    template_name = "wagtail_contacttrack/named/index.html"
    any_permission_required = ("view",)
    default_ordering = "name"
    is_searchable = True
    count_in: ClassVar[tuple[type[Model], str]]

    @cached_property
    def found(self) -> Named:
        backwards = self.ordering == "-name"
        return naming.find(self.model, self.search_query or "", backwards=backwards)

    def get_valid_orderings(self) -> list[str]:
        return ["name", "-name"]

    def get_queryset(self) -> Any:
        return self.found.rows

    def paginate_queryset(
        self, queryset: Any, page_size: int
    ) -> tuple[NamedPages, Any, list[Any], bool]:
        paginator = NamedPages(self.found)
        page = paginator.read(self.request.GET.get(self.page_kwarg, ""), page_size)
        counts = counting.count_each(*self.count_in, [row.pk for row in page.rows])
        for row in page.rows:
            row.contact_count = counts[row.pk]
            row.contacts_url = self.contacts_url(row) if self.may_view_contacts else ""
        return paginator, page, page.rows, page.has_other_pages

    @cached_property
    def may_view_contacts(self) -> bool:
        return may_view_contacts(self.request)

    def contacts_url(self, row: Any) -> str:
        """Where the contacts of a row are listed."""
        raise NotImplementedError

    @cached_property
    def columns(self) -> list[BaseColumn]:
        title = self._get_title_column_class(TitleColumn)
        return [
            title("name", label=_("Name"), sort_key="name", get_url=self.get_title_url),
            *self.get_further_columns(),
            ContactCountColumn("contact_count", label=_("Contacts"), classname="ct-number"),
        ]

    def get_title_url(self, row: Any) -> str | None:
        return self.get_inspect_url(row) or self.get_edit_url(row)

    def get_further_columns(self) -> list[BaseColumn]:
        return []

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(*args, **kwargs),
            "limited": self.found.limited,
            "scan_limit": listing.SCAN_LIMIT,
        }


class SuccessMixin:
    """After saving, back to the list for who may see it."""

    index_url_name: str

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):  # type: ignore[attr-defined]
            return reverse(self.index_url_name)
        return reverse("wagtailadmin_home")
