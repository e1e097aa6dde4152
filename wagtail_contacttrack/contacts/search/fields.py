"""What a search finds in the fields of contacts: words anywhere, values by a field's alias."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Expression, F, Q, Value

from .. import fieldset, values
from ..fieldset import Field
from ..models import FieldGroup, FieldType
from .commands import Match
from .matching import (
    NOBODY,
    Joined,
    Like,
    Mentioned,
    as_text,
    containing,
    is_anything,
    json_text,
    like,
    like_folded,
    literal,
    pattern_of,
)
from .syntax import Term

# What `Contact.search_text` holds, and the columns in which words are looked for besides.
SEARCHED = ("email", "firstname", "lastname", "company")
PLACES = ("city", "state", "country")
POSTCODE = "zipcode"
# What stands in a JSON document as it is, within one value.
_PLAIN = re.compile(r"[ !#$&-\[\]-~]*")


def word(term: Term) -> Q:
    """Whether a word occurs in what names somebody, or says where they live.

    An exact one has to be one of these values. Others may go beyond the end of a name: the phrase
    "ada lovelace" is in a first and a last one.
    """
    if term.exact:
        return like([*map(F, (*SEARCHED, *PLACES)), *_further()], pattern_of(term))
    pattern = containing(term.text)
    further = like([_lines(_further())], pattern)
    if _PLAIN.fullmatch(term.text):
        further = Q(Mentioned(F("fields"), Value(pattern))) & further
    return like_folded("search_text", pattern) | like([_lines(map(F, PLACES))], pattern) | further


def value(field: Field, term: Term) -> Match | None:
    """Whether a field has this value, or one that begins with it; numbers and truths are equal."""
    if field.alias == "last_active":
        return None
    if field.is_column:
        return Match(like([F(field.alias)], pattern_of(term)))
    text = as_text(field.alias) if field.is_system else json_text(field.alias)
    if "%" in term.text or is_anything(term):
        return Match(like([text], pattern_of(term)))
    if field.type in (FieldType.NUMBER, FieldType.BOOLEAN):
        return Match(_equal(field, term.text))
    if field.type == FieldType.MULTISELECT:
        return Match(_one_of(field, term))
    return Match(like([text], pattern_of(term)))


def _lines(texts: Iterable[Expression | F]) -> Expression:
    """Texts with line breaks before them, because nobody writes one into a search."""
    return Joined(Value(""), *(part for text in texts for part in (Value("\n"), text)))


def _further() -> list[Expression]:
    """Postcode and social accounts, as far as there are such fields."""
    found = [
        field.alias
        for field in fieldset.current().contact.values()
        if field.alias == POSTCODE or field.group == FieldGroup.SOCIAL
    ]
    return [json_text(alias) for alias in found]


def _equal(field: Field, text: str) -> Q:
    cleaned = values.clean(field, text).value
    if cleaned is None:
        return NOBODY
    if field.is_system:
        return Q(**{field.alias: cleaned})
    # Databases write the same number in more than one way.
    spelling = json.dumps(cleaned)
    found = like([json_text(field.alias)], spelling)
    if isinstance(cleaned, float) and "e" in spelling:
        for other in (spelling.replace("e", ".0e"), f"{Decimal(spelling):f}"):
            found |= like([json_text(field.alias)], other)
    return found


def _one_of(field: Field, term: Term) -> Q:
    """Whether one of several choices has this value or label, or one that begins with it."""
    wanted = term.text.casefold()
    found: Any = NOBODY
    for chosen, label in field.options:
        names = (chosen.casefold(), label.casefold())
        if wanted in names if term.exact else any(name.startswith(wanted) for name in names):
            for ascii in (True, False):
                # As it stands in the list, however the database writes its letters.
                written = literal(json.dumps(chosen, ensure_ascii=ascii))
                found |= Q(Like(json_text(field.alias), Value(f"%{written}%")))
    return found
