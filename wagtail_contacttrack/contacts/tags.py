"""Tags as a tracking call names them: read what was sent, and do it to one contact."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connections
from django.db.models import Exists, OuterRef

from ..sql import dialect
from ..wire.ids import text_key
from ..wire.params import CutText, Param
from ..wire.text import storable
from . import telling
from .models import ContactTag, Tag

MAX_NAME = 191
MAX_CHANGES = 100
TOO_LONG = "tag_too_long"
TOO_MANY = "too_many_tags"

# What looks like markup, also where it does not end.
_MARKUP = re.compile(r"<[^>]*>?")


class TagChange(NamedTuple):
    """A tag to add, or to remove."""

    name: str
    add: bool


class Parsed(NamedTuple):
    """The changes in their order, and codes for what was left out, each once."""

    changes: list[TagChange]
    problems: list[str]


def parse(value: Param | None) -> Parsed:
    """What a value of the parameter ``tags`` asks for: a text such as "A,-B", or texts in a list.

    Names longer than `MAX_NAME` are left out, and what follows after `MAX_CHANGES`.
    """
    changes: list[TagChange] = []
    problems: list[str] = []
    for text in _items(value):
        name = cleaned_name(text)
        add = not name.startswith("-")
        name = name if add else name[1:].strip()
        if not name:
            continue
        problem = TOO_LONG if len(name) > MAX_NAME else ""
        if len(changes) >= MAX_CHANGES:
            problem = TOO_MANY
        if not problem:
            changes.append(TagChange(name, add))
        elif problem not in problems:
            problems.append(problem)
        if problem == TOO_MANY:
            break
    return Parsed(changes, problems)


def cleaned_name(text: str) -> str:
    """The text as a tag's name: without entities, markup, control characters and outer spaces."""
    return storable(_MARKUP.sub("", html.unescape(text).replace("\0", ""))).strip()


def digest(name: str) -> uuid.UUID:
    """What stands for exactly this name in the database."""
    return text_key(name)


def apply(contact_id: int, changes: Sequence[TagChange], *, now: datetime, using: str) -> None:
    """Add and remove tags of one contact, one after the other, so that the last one wins.

    Call it in a transaction that holds the contact's row. If nothing changes, it costs one query.
    Tags that do not exist are made to be added, never to be removed.
    """
    if not changes:
        return
    wanted = {digest(name): (name, add) for name, add in changes}
    pair = ContactTag.objects.filter(contact_id=contact_id, tag_id=OuterRef("pk"))
    found = Tag.objects.using(using).filter(digest__in=wanted).annotate(has=Exists(pair)).order_by()
    there = {key: (pk, has) for key, pk, has in found.values_list("digest", "pk", "has")}
    missing = [name for key, (name, add) in wanted.items() if add and key not in there]
    add = [pk for key, (pk, has) in there.items() if wanted[key][1] and not has]
    remove = [pk for key, (pk, has) in there.items() if not wanted[key][1] and has]
    if missing:
        add += ensure(missing, now=now, using=using).values()
    if remove:
        rows = ContactTag.objects.using(using)
        rows.filter(contact_id=contact_id, tag_id__in=sorted(remove)).delete()
    attach([contact_id], add, now=now, using=using)
    if add or remove:
        telling.changed([contact_id], at=now, using=using)


def ensure(names: Iterable[str], *, now: datetime, using: str) -> dict[str, int]:
    """The ids of tags with these names, which are made as far as they are missing."""
    by_digest = {digest(name): name for name in names}
    connection = connections[using]
    sql = dialect(connection)
    # One order everywhere, so that two processes never wait for each other's rows.
    rows = [(by_digest[key], sql.key(key), "", sql.moment(now)) for key in sorted(by_digest)]
    if not rows:
        return {}
    statements = sql.upsert(
        Tag._meta.db_table,
        ("name", "digest", "description", "date_added"),
        rows,
        key=["digest"],
        returning=["id", "digest"],
    )
    with connection.cursor() as cursor:
        found = sql.run(cursor, statements)
    return {by_digest[uuid.UUID(str(key))]: pk for pk, key in found}


def attach(
    contact_ids: Iterable[int], tag_ids: Iterable[int], *, now: datetime, using: str
) -> None:
    """Give all of these contacts all of these tags; who has one already keeps it as it is."""
    tag_ids = sorted(tag_ids)
    connection = connections[using]
    sql = dialect(connection)
    moment = sql.moment(now)
    rows = [(contact, tag, moment) for contact in sorted(contact_ids) for tag in tag_ids]
    if not rows:
        return
    statements = sql.upsert(
        ContactTag._meta.db_table,
        ("contact_id", "tag_id", "date_added"),
        rows,
        key=["contact_id", "tag_id"],
    )
    with connection.cursor() as cursor:
        sql.run(cursor, statements)


def _items(value: Param | None) -> Iterator[str]:
    if isinstance(value, str):
        names = value.split(",")
        # What is left of the last one may be another tag.
        yield from names[:-1] if isinstance(value, CutText) else names
    elif value:
        for item in value.values() if isinstance(value, dict) else value:
            # In a list, a comma belongs to the name.
            if isinstance(item, CutText):
                continue
            yield from [item] if isinstance(item, str) else _items(item)
