"""Companies as a tracking call names them: read what was sent, and make it a contact's company."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connections

from ..sql import dialect
from ..wire.params import Param, first_text
from . import telling, values
from .fieldset import COMPANY_NAME, Field, FieldSet
from .identifiers import digest
from .models import Company, CompanyIdentifier, CompanyMembership, Contact

NOT_PUBLIC = "field_not_public"
TOO_LONG = "too_long"
MAX_NAME = 191
# Where a contact is says where the company is, unless the call says that too.
PLACES = ("country", "city", "state")


@dataclass(frozen=True, slots=True)
class CompanyData:
    """What is said about a company: cleaned values by alias, and by which of them it is found.

    `unique` holds aliases by digest; without any, there is no company to speak of. `ignored` are
    pairs of a parameter's name as it was sent and the reason why it does not count.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unique: dict[uuid.UUID, str] = field(default_factory=dict)
    ignored: list[tuple[str, str]] = field(default_factory=list)


def data_of(params: Mapping[str, Param], fields: FieldSet) -> CompanyData:
    """What a hit's parameters say about the visitor's company, as far as browsers may say it.

    Names count without regard to case. A bare ``company`` stands for the company's name.
    """
    sent = {name.lower(): (name, value) for name, value in params.items()}
    if "company" in sent and first_text(sent["company"][1]).strip():
        sent[COMPANY_NAME] = sent["company"]
    data = CompanyData()
    for alias in fields.company.keys() & sent.keys():
        name, value = sent[alias]
        _take(data, fields.company[alias], value, name)
    if data.unique:
        for alias in PLACES:
            item = fields.company.get(f"company{alias}")
            if item and alias in sent and item.alias not in sent:
                _take(data, item, sent[alias][1], "")
    return data


def named(name: str, fields: FieldSet) -> CompanyData:
    """The company of this name, whoever may say so: for editors, forms and imports."""
    data = CompanyData()
    if item := fields.company.get(COMPANY_NAME):
        _put(data, item, name)
    return data


def assign(
    contact: Contact, data: CompanyData, *, several: bool, now: datetime, using: str
) -> Company | None:
    """Make the company that the data names the contact's primary one; None if it names none.

    The company is found by its unique fields, of several the one that was made last, or made. Its
    other fields take what was sent; unique ones are only filled in, never replaced. Without
    `several`, the contact leaves all other companies.

    Call it in a transaction that holds the contact's row. Nothing of that row is written but
    `company`. Whoever comes again with the same data costs two queries.
    """
    if not data.unique:
        return None
    company = _find(data, using)
    if company is not None:
        company = _update(company, data, now, using)
    if company is None:
        company = _create(data, now, using)
    if company is None:
        return None
    _join(contact.pk, company.pk, several, now, using)
    if contact.company != company.name:
        Contact.objects.using(using).filter(pk=contact.pk).update(
            company=company.name, date_modified=now
        )
        contact.company, contact.date_modified = company.name, now
    return company


def claim(company_id: int, unique: Mapping[uuid.UUID, tuple[str, Any]], using: str) -> set[int]:
    """Say that these unique values, alias and value by digest, name this company.

    Returns the companies that they do name afterwards: one that had a value before keeps it.
    """
    connection = connections[using]
    sql = dialect(connection)
    # One order everywhere, so that two processes never wait for each other's rows.
    rows = [
        (sql.key(key), alias, str(value), company_id)
        for key, (alias, value) in sorted(unique.items())
    ]
    statements = sql.upsert(
        CompanyIdentifier._meta.db_table,
        ("digest", "field", "value", "company_id"),
        rows,
        key=["digest"],
        returning=["company_id"],
    )
    with connection.cursor() as cursor:
        return {owner for (owner,) in sql.run(cursor, statements)}


def _take(data: CompanyData, item: Field, value: Param, name: str) -> None:
    """Take a value over from a call, or note under the name that was sent why not."""
    problem = _put(data, item, value) if item.public else NOT_PUBLIC
    if name and problem not in ("", "blank"):
        data.ignored.append((name, problem))


def _put(data: CompanyData, item: Field, value: Param) -> str:
    cleaned = values.clean(item, value)
    if cleaned.problem:
        return cleaned.problem
    if item.alias == COMPANY_NAME and len(str(cleaned.value)) > MAX_NAME:
        return TOO_LONG
    data.values[item.alias] = cleaned.value
    if item.unique:
        data.unique[digest(item.alias, cleaned.value)] = item.alias
    return ""


def _find(data: CompanyData, using: str) -> Company | None:
    rows = CompanyIdentifier.objects.using(using).filter(digest__in=data.unique)
    found = rows.select_related("company").order_by("-company_id").first()
    return found.company if found else None


def _create(data: CompanyData, now: datetime, using: str) -> Company | None:
    further = dict(data.values)
    name = further.pop(COMPANY_NAME, "")
    if not name:
        return None
    made = Company(name=name, fields=further, date_added=now)
    made.save(using=using)
    owners = claim(made.pk, _unique(data), using) - {made.pk}
    if not owners:
        telling.company_saved(made.pk, at=now, using=using)
        return made
    # Somebody else made it at the same moment.
    made.delete(using=using)
    return _update(Company(pk=max(owners)), data, now, using)


def _update(company: Company, data: CompanyData, now: datetime, using: str) -> Company | None:
    """The company with what is new in the data, or None if it has been deleted meanwhile."""
    if company.name and not _news(company, data):
        return company
    # Somebody else may be writing other fields of it.
    rows = Company.objects.using(using).filter(pk=company.pk)
    locked = rows.select_for_update().first()
    if locked is None:
        return None
    news = _news(locked, data)
    unique = {key: item for key, item in _unique(data).items() if item[0] in news}
    for key, (alias, value) in unique.items():
        if claim(locked.pk, {key: (alias, value)}, using) != {locked.pk}:
            del news[alias]
    if news:
        locked.name = news.pop(COMPANY_NAME, locked.name)
        locked.fields, locked.date_modified = {**locked.fields, **news}, now
        rows.update(name=locked.name, fields=locked.fields, date_modified=now)
        telling.company_saved(locked.pk, at=now, using=using)
    return locked


def _news(company: Company, data: CompanyData) -> dict[str, Any]:
    """What the data knows and the company does not, or differently."""
    stored = {COMPANY_NAME: company.name, **company.fields}
    unique = set(data.unique.values())
    return {
        alias: value
        for alias, value in data.values.items()
        if stored.get(alias) != value and not (alias in unique and stored.get(alias))
    }


def _unique(data: CompanyData) -> dict[uuid.UUID, tuple[str, Any]]:
    return {key: (alias, data.values[alias]) for key, alias in data.unique.items()}


def _join(contact_id: int, company_id: int, several: bool, now: datetime, using: str) -> None:
    """Make this the contact's primary company, or the only one."""
    rows = CompanyMembership.objects.using(using).filter(contact_id=contact_id)
    primary = dict(rows.values_list("company_id", "is_primary"))
    own = primary.pop(company_id, None)
    if primary and not several:
        rows.exclude(company_id=company_id).delete()
        for left in primary:
            telling.company_of([contact_id], left, False, at=now, using=using)
    elif any(primary.values()):
        rows.exclude(company_id=company_id).update(is_primary=False)
    if own is None:
        rows.create(contact_id=contact_id, company_id=company_id, is_primary=True, date_added=now)
        telling.company_of([contact_id], company_id, True, at=now, using=using)
    elif not own:
        rows.filter(company_id=company_id).update(is_primary=True)
