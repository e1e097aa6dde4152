"""Contacts as a spreadsheet, whoever wrote what is in them."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell

from ...contacts import details
from ...contacts.models import Contact

CSV, XLSX = "csv", "xlsx"
FORMATS = (CSV, XLSX)
# An XLSX file is written as a whole before it is sent: this many rows take about 20 seconds.
XLSX_ROWS = 50_000
# With these in front, spreadsheet programs take a text for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

FIELDS: dict[str, Any] = {
    "id": _("ID"),
    **{alias: label for _group, labels in details.GROUPS for alias, label in labels.items()},
    "points": _("Points"),
    "last_active": _("Last active"),
    "date_identified": _("Date identified"),
    "date_added": _("Date added"),
}


def respond(contacts: Iterable[Contact], format: str, *, now: datetime) -> HttpResponseBase:
    """A download in one of `FORMATS`; the name of the file says the day.

    CSV is sent while it is read, so its length is not limited. The caller sees to it that there
    are no more than `XLSX_ROWS` contacts for XLSX.
    """
    name = f"contacts-{timezone.localtime(now):%Y-%m-%d}.{format}"
    if format == CSV:
        response = StreamingHttpResponse(lines(contacts), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    return FileResponse(workbook(contacts), as_attachment=True, filename=name)


def lines(contacts: Iterable[Contact]) -> Iterator[bytes]:
    """CSV in UTF-8, a line at a time; texts that look like formulas begin with an apostrophe."""
    writer = csv.writer(_Echo())
    # Without the mark, Excel takes UTF-8 for something else.
    yield codecs.BOM_UTF8
    yield writer.writerow([str(label) for label in FIELDS.values()])
    for contact in contacts:
        yield writer.writerow([_csv_text(value) for value in values(contact)])


def workbook(contacts: Iterable[Contact]) -> BytesIO:
    """An XLSX file; texts are texts, also those that look like formulas."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([str(label) for label in FIELDS.values()])
    for contact in contacts:
        sheet.append([_cell(sheet, value) for value in values(contact)])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def values(contact: Contact) -> list[Any]:
    """What stands in each of `FIELDS`: numbers, times, or texts."""
    return [_value(contact, name) for name in FIELDS]


def _value(contact: Contact, name: str) -> Any:
    value = getattr(contact, name, None)
    if value is None:
        value = contact.fields.get(name)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _csv_text(value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
    text = "" if value is None else str(value)
    dangerous = isinstance(value, str) and text.startswith(FORMULA_STARTS)
    return f"'{text}" if dangerous else text


def _cell(sheet: Any, value: Any) -> WriteOnlyCell:
    if isinstance(value, datetime):
        # Spreadsheets know no time zones.
        return WriteOnlyCell(sheet, value.astimezone(UTC).replace(tzinfo=None))
    if value is None or isinstance(value, int | float):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(value)))
    cell.data_type = "s"
    return cell


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> bytes:
        return line.encode()
