"""What follows for contacts and companies when editors change their fields.

Everything here goes through the rows in chunks, each in a transaction of its own, so that a
million of them neither fill the memory nor keep visits waiting.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import router, transaction
from django.db.models import F, Func, JSONField, QuerySet

from ..sql import writing
from . import companies, content, linking, values
from .fieldset import COMPANY_NAME, Field
from .identifiers import digest
from .linking import Ground, NewIdentifier
from .merging import lock
from .models import Company, CompanyIdentifier, Contact, FieldObject, Identifier, Presence
from .models import FieldType as T
from .models.link import Rule

CHUNK = 1_000
# Types of which many have the same value, and such as have no value to compare.
NOT_UNIQUE = {
    T.BOOLEAN, T.SELECT, T.MULTISELECT, T.COUNTRY, T.REGION, T.LOCALE, T.TIMEZONE, T.HTML,
    T.TEXTAREA, T.DATE, T.TIME,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many values a new type of their field keeps, and how many are lost."""

    kept: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """How many values name somebody by now, and how many belong to somebody else already."""

    named: int = 0
    shared: int = 0


class WithoutKey(Func):
    """A JSON object without one of its keys, which consists of letters, digits and underscores."""

    function = "JSON_REMOVE"
    template = "%(function)s(%(expressions)s, '$.%(key)s')"

    def __init__(self, expression: Any, key: str) -> None:
        super().__init__(expression, key=key, output_field=JSONField())

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s - '%(key)s')")


def holders(field: Field) -> QuerySet[Any]:
    """The contacts or companies that have a value in this field."""
    model = _model(field)
    column = "name" if field.alias == COMPANY_NAME else field.alias
    if field.is_column or field.alias == COMPANY_NAME:
        return model._default_manager.exclude(**{column: ""})
    return model._default_manager.filter(fields__has_key=field.alias)


def forget(field: Field) -> int:
    """Take the values of a field away, with all that they name; how many there were."""
    unclaim(field)
    if field.is_column or field.alias == COMPANY_NAME:
        return 0
    count = 0
    for ids in _chunks(holders(field)):
        rows = _model(field)._default_manager.filter(pk__gte=ids[0], pk__lte=ids[-1])
        count += rows.filter(fields__has_key=field.alias).update(
            fields=WithoutKey(F("fields"), field.alias)
        )
    return count


def preview(old: Field, new: Field) -> Conversion:
    """What `convert` would do."""
    kept = lost = 0
    for ids in _chunks(holders(old)):
        for value in _values(old, ids):
            converted = _converted(old, new, value) is not None
            kept, lost = kept + converted, lost + (not converted)
    return Conversion(kept, lost)


def convert(old: Field, new: Field) -> Conversion:
    """Make the values of a field fit its new type; those that cannot are taken away."""
    kept = lost = 0
    model = _model(old)
    for ids in _chunks(holders(old)):
        with transaction.atomic(using=router.db_for_write(model)):
            rows = list(model._default_manager.select_for_update().filter(pk__in=ids))
            for row in rows:
                value = row.fields.pop(old.alias, None)
                converted = None if value is None else _converted(old, new, value)
                if converted is not None:
                    row.fields[new.alias] = converted
                    kept += 1
                elif value is not None:
                    lost += 1
            model._default_manager.bulk_update(rows, ["fields"])
    return Conversion(kept, lost)


def claim(field: Field, *, now: datetime, actor: Any = None) -> Claimed:
    """Make the values of a field that is a unique identifier by now name who has them.

    Who was identified first gets a value that several have; the others keep it in their field.
    """
    if field.object == FieldObject.COMPANY:
        return _claim_for_companies(field)
    named = shared = 0
    using = router.db_for_write(Contact)
    ground = Ground(Rule.EDITOR, now, {}, getattr(actor, "pk", None))
    current = holders(field).filter(merged_into__isnull=True)
    oldest = current.order_by(F("date_identified").asc(nulls_last=True), "pk")
    # Numbers alone: a million of them are 8 megabytes.
    order = array("q", oldest.values_list("pk", flat=True).iterator(chunk_size=CHUNK))
    for start in range(0, len(order), CHUNK):
        ids = order[start : start + CHUNK]
        with writing(using, Identifier._meta.db_table) as (cursor, sql):
            # In the order of visits: first the contacts, then what names them.
            contacts = lock(list(ids), using)
            wanted = [
                NewIdentifier(field.alias, value, number, ground)
                for number in ids
                if (contact := contacts.get(number))
                and contact.merged_into_id is None
                and (value := content.value_of(contact, field.alias)) is not None
            ]
            # Of several in one call the first counts.
            first = {item.digest: item for item in reversed(wanted)}
            linked = linking.link(cursor, sql, list(first.values()))
            own = [i.contact_id for i in wanted if linked[i.digest].contact_id == i.contact_id]
            _make_known([item.contact_id for item in wanted], now, using)
        named, shared = named + len(own), shared + len(wanted) - len(own)
    return Claimed(named, shared)


def _make_known(contact_ids: list[int], now: datetime, using: str) -> None:
    """Visitors with a value in a unique field are known, also if it names somebody else."""
    rows = Contact.objects.using(using).filter(pk__in=contact_ids, date_identified=None)
    if numbers := list(rows.values_list("pk", flat=True)):
        rows.update(date_identified=now)
        Presence.objects.using(using).filter(contact_id__in=numbers).update(known=True)


def follow(
    old: Field | None, new: Field, *, now: datetime, actor: Any = None
) -> tuple[Conversion, Claimed]:
    """Make the values of a field that was saved, and what they name, fit it as it is by now."""
    if old is None:
        return Conversion(), Claimed()
    converted, claimed = Conversion(), Claimed()
    changed = old.type != new.type
    if old.unique and (changed or not new.unique):
        unclaim(old)
    if changed:
        converted = convert(old, new)
    if new.unique and (changed or not old.unique):
        claimed = claim(new, now=now, actor=actor)
    return converted, claimed


def concerned(old: Field | None, new: Field) -> QuerySet[Any]:
    """The contacts or companies whose values `follow` works on; nobody's in most cases."""
    if old and (old.type != new.type or old.unique != new.unique):
        return holders(old)
    return Contact.objects.none()


def unclaim(field: Field) -> None:
    """Let the values of a field name nobody any more."""
    model: Any = Identifier if field.object == FieldObject.CONTACT else CompanyIdentifier
    for ids in _chunks(model.objects.filter(field=field.alias)):
        model.objects.filter(pk__gte=ids[0], pk__lte=ids[-1], field=field.alias).delete()


def _claim_for_companies(field: Field) -> Claimed:
    named = shared = 0
    using = router.db_for_write(Company)
    for ids in _chunks(holders(field)):
        with transaction.atomic(using=using):
            for company in Company.objects.using(using).filter(pk__in=ids).order_by("pk"):
                value = company.fields.get(field.alias)
                if field.alias == COMPANY_NAME:
                    value = company.name
                key = digest(field.alias, value)
                owners = companies.claim(company.pk, {key: (field.alias, value)}, using)
                own = not owners - {company.pk}
                named, shared = named + own, shared + (not own)
    return Claimed(named, shared)


def _model(field: Field) -> Any:
    return Contact if field.object == FieldObject.CONTACT else Company


def _chunks(rows: QuerySet[Any]) -> Iterator[list[int]]:
    """The ids of the rows in their order, not many at a time; also of such that come meanwhile."""
    last = 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield ids
        last = ids[-1]


def _values(field: Field, ids: list[int]) -> Iterator[Any]:
    rows = _model(field)._default_manager.filter(pk__in=ids).values_list("fields", flat=True)
    return (fields[field.alias] for fields in rows if field.alias in fields)


def _converted(old: Field, new: Field, value: Any) -> Any:
    if isinstance(value, bool) and new.type not in (T.BOOLEAN, T.NUMBER):
        value = values.boolean_labels(old)[0 if value else 1]
    return values.clean(new, value).value
