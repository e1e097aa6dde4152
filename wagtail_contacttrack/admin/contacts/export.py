"""Contacts as a spreadsheet, whoever wrote what is in them."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell

from ...contacts import content, details, fieldset, values
from ...contacts.fieldset import Field
from ...contacts.models import Contact, FieldType

CSV, XLSX = "csv", "xlsx"
FORMATS = (CSV, XLSX)
# An XLSX file is written as a whole before it is sent: this many rows take about 20 seconds.
XLSX_ROWS = 50_000
# With these in front, spreadsheet programs take a text for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

# What stands beside the fields: the first before them, the others after them.
NUMBER = ("id", _("ID"))
FURTHER = (
    ("points", _("Points")),
    ("last_active", _("Last active")),
    ("date_identified", _("Date identified")),
    ("date_added", _("Date added")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: a field, or what is known about every contact besides."""

    name: str
    label: str
    field: Field | None = None


def columns() -> list[Column]:
    """All columns in their order, headed in the reader's language."""
    fields = details.shown_fields(fieldset.current().contact)
    return [
        Column(NUMBER[0], str(NUMBER[1])),
        *(
            Column(field.alias, str(field.title), field)
            for _label, members in details.by_group(fields)
            for field in members
        ),
        *(Column(name, str(label)) for name, label in FURTHER),
    ]


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
    writer, wanted = csv.writer(_Echo()), columns()
    # Without the mark, Excel takes UTF-8 for something else.
    yield codecs.BOM_UTF8
    yield writer.writerow([_csv_text(column.label) for column in wanted])
    for contact in contacts:
        yield writer.writerow([_csv_text(_value(contact, column)) for column in wanted])


def workbook(contacts: Iterable[Contact]) -> BytesIO:
    """An XLSX file; texts are texts, also those that look like formulas."""
    book, wanted = Workbook(write_only=True), columns()
    sheet = book.create_sheet()
    sheet.append([_cell(sheet, column.label) for column in wanted])
    for contact in contacts:
        sheet.append([_cell(sheet, _value(contact, column)) for column in wanted])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _value(contact: Contact, column: Column) -> Any:
    """A number, a time, or text. Choices are told by their values, which programs know again."""
    field = column.field
    if field is None:
        return getattr(contact, column.name)
    value = content.value_of(contact, field.alias)
    if isinstance(value, bool):
        return values.boolean_labels(field)[0 if value else 1]
    if field.type == FieldType.DATETIME and isinstance(value, str):
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else value
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
