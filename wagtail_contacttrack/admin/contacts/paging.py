"""Keyset pages in the shape that Wagtail's listing views expect."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext

from ...contacts import listing, pages
from ...contacts.listing import Found
from ...contacts.pages import Cursor


class Pages:
    """Stands where Wagtail expects a paginator, but knows no page numbers.

    `count` stops at ``listing.COUNT_LIMIT + 1``, which means "more".
    """

    def __init__(self, found: Found) -> None:
        self.found = found

    def read(self, cursor: str, size: int) -> pages.Page:
        """The page at a cursor out of a link, or the first one if the text is none."""
        columns = self.found.columns
        return pages.read(self.found.rows, columns, size=size, cursor=Cursor.parse(cursor, columns))

    @cached_property
    def count(self) -> int:
        return listing.count_up_to(self.found.rows)

    @property
    def count_label(self) -> str:
        """For example "1,234 contacts" or "More than 10,000 contacts"."""
        limit = listing.COUNT_LIMIT
        if self.count > limit:
            return gettext("More than %(limit)s contacts") % {"limit": _grouped(limit)}
        return ngettext("%(count)s contact", "%(count)s contacts", self.count) % {
            "count": _grouped(self.count)
        }

    def get_elided_page_range(self, number: object) -> list[int]:
        return []


def _grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))
