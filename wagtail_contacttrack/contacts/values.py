"""Values of fields, cleaned by type, whoever sent them.

The tracker, the admin and the API all ask `clean`, so a value that one of them takes is one that
the others take. A value that does not fit is refused as a whole: nothing is cut or guessed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..wire.params import CutText
from ..wire.text import readable
from . import geography, moments
from .fieldset import Field
from .geography import guess_timezone as guess_timezone  # for callers: what a browser's clock says
from .models import FieldType as T

BLANK = "blank"
# Why a value is refused, as editors read it.
PROBLEMS: dict[str, Any] = {
    BLANK: _("It says nothing."),
    "too_long": _("It is longer than this field allows, which is %(limit)s characters."),
    "not_a_number": _("It is not a number. Write it as 1234.5."),
    "too_large": _("The number is too large."),
    "not_yes_or_no": _("It is neither yes nor no."),
    "not_a_date": _("It is not a date. Write it as 2024-05-31."),
    "not_a_datetime": _("It is not a date and time. Write it as 2024-05-31 14:30."),
    "not_a_time": _("It is not a time of day. Write it as 14:30."),
    "not_an_email": _("It is not an e-mail address. Write it as name@example.com."),
    "not_an_address": _("It is not a web address. Write it as https://example.com/page."),
    "not_an_option": _("It is not one of the options of this field."),
    "not_a_country": _("It is not a country. Use the English name or the ISO code."),
    "not_a_region": _("It is not a region that is known. Use its name, or a code such as US-CA."),
    "not_a_language": _("It is not a language. Write it as en or en_US."),
    "not_a_timezone": _("It is not a time zone. Write it as Europe/Paris."),
    "not_text": _("It is not text."),
}

SHORT, STRING, EMAIL, ADDRESS, LONG = 64, 191, 254, 2_000, 65_535
LARGEST = Decimal(10) ** 15
DEPTH = 4

TRUE = {"1", "true", "on", "yes", "t", "y"}
FALSE = {"0", "false", "off", "no", "f", "n"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_TAG = re.compile(r"<[/!?]?[a-zA-Z-][^<>]*>")
_AROUND_EMAIL = " \t\r\n,;:<>()[]\"'\\"
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_RUNNING_SCHEMES = {"javascript", "data", "vbscript", "blob", "filesystem"}
_is_email = EmailValidator(allowlist=[])


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A value as it is stored (text, number, truth, or a list of texts), or why there is none.

    `problem` is "" for a good value, "blank" for one that says nothing, else a code.
    """

    value: Any = None
    problem: str = ""


class Refused(Exception):
    """That a value does not fit its field, by one of the codes of `PROBLEMS`."""


def clean(field: Field, sent: Any) -> Cleaned:
    """The value that a field takes of what was sent: text, or a list or mapping of texts."""
    value: Any
    try:
        if field.type == T.MULTISELECT:
            value = _several(field, sent)
        elif isinstance(sent, bool):
            value = _CLEANERS[field.type](field, "1" if sent else "0")
        else:
            text = readable("|".join(_texts(sent))).strip()
            value = _CLEANERS[field.type](field, text) if text else None
    except Refused as refused:
        return Cleaned(problem=str(refused))
    return Cleaned(problem=BLANK) if value is None or value in ("", []) else Cleaned(value)


def default_of(field: Field) -> Any:
    """What a new contact begins with in this field; None for nothing, or for what is not valid."""
    return clean(field, field.default).value if field.default else None


def sentence(field: Field, problem: str) -> str:
    """Why a value of this field was refused, for people; "" for a code that is none."""
    text = str(PROBLEMS.get(problem, ""))
    return text % {"limit": limit(field)} if problem == "too_long" else text


def limit(field: Field) -> int:
    """How many characters a value of this field may have."""
    if field.type in (T.TEXT, T.LOOKUP):
        try:
            chosen = int(field.properties.get("limit") or SHORT)
        except (TypeError, ValueError):
            chosen = SHORT
        return max(1, min(chosen, STRING))
    return _LIMITS.get(field.type, STRING)


def boolean_labels(field: Field) -> tuple[str, str]:
    """What yes and no are called in this field."""
    yes, no = field.properties.get("yes"), field.properties.get("no")
    return str(yes or gettext("Yes")), str(no or gettext("No"))


def _texts(sent: Any, depth: int = DEPTH) -> list[str]:
    """The texts in what was sent, in their order."""
    if sent is None:
        return []
    if isinstance(sent, Mapping):
        sent = list(sent.values())
    if isinstance(sent, list | tuple | set):
        if not depth:
            raise Refused("not_text")
        return [text for item in sent for text in _texts(item, depth - 1)]
    if isinstance(sent, CutText):
        raise Refused("too_long")
    return [str(sent)]


def _fitting(field: Field, text: str) -> str:
    if len(text) > limit(field):
        raise Refused("too_long")
    return text


def _without_tags(text: str) -> str:
    # What is left over of tags within tags is text; it is escaped wherever it is shown.
    for _pass in range(3):
        bare = _TAG.sub("", text)
        if bare == text:
            break
        text = bare
    return text


def _line(field: Field, text: str) -> str:
    return _fitting(field, " ".join(_without_tags(text).split()))


def _paragraphs(field: Field, text: str) -> str:
    return _fitting(field, _without_tags(text).strip())


def _html(field: Field, text: str) -> str:
    import nh3

    return _fitting(field, nh3.clean(_fitting(field, text)).strip())


def _email(field: Field, text: str) -> str:
    # What surrounds an address in sentences and lists. Within it nothing is taken away: what
    # would be left over could be the address of somebody else.
    text = text.strip(_AROUND_EMAIL)
    if text[:7].lower() == "mailto:":
        text = text[7:]
    text = text.rstrip(".")
    if not text:
        return ""
    _fitting(field, text)
    if any(letter in "^&*%" for letter in text):
        raise Refused("not_an_email")
    try:
        _is_email(text)
    except ValidationError:
        raise Refused("not_an_email") from None
    return text


def _address(field: Field, text: str) -> str:
    text = _fitting(field, _without_tags(text).strip())
    scheme = _SCHEME.match(text)
    running = scheme is not None and scheme[1].lower() in _RUNNING_SCHEMES
    if running or any(letter.isspace() or letter in "<>\"'`\\" for letter in text):
        raise Refused("not_an_address")
    return text


def _number(field: Field, text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        raise Refused("not_a_number")
    try:
        scale = max(0, min(int(field.properties.get("scale") or 0), 8))
    except (TypeError, ValueError):
        scale = 0
    try:
        number = Decimal(text)
        if abs(number) >= LARGEST:
            raise Refused("too_large")
        number = number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise Refused("not_a_number") from None
    return float(number) + 0.0 if scale else int(number)


def _boolean(field: Field, text: str) -> bool:
    word = text.casefold()
    for answer, name, words in ((True, "yes", TRUE), (False, "no", FALSE)):
        if word == str(field.properties.get(name) or "").strip().casefold() or word in words:
            return answer
    raise Refused("not_yes_or_no")


def _date(field: Field, text: str) -> str:
    if (day := moments.day(text)) is None:
        raise Refused("not_a_date")
    return day.isoformat()


def _datetime(field: Field, text: str) -> str:
    if (moment := moments.moment(text)) is None:
        raise Refused("not_a_datetime")
    return moment.isoformat()


def _time(field: Field, text: str) -> str:
    if (clock := moments.clock(text)) is None:
        raise Refused("not_a_time")
    return clock.isoformat()


def _option(field: Field, text: str) -> str:
    decoded = html.unescape(text).strip()
    for value, _label in field.options:
        if value == text or html.unescape(value).strip() == decoded:
            return value
    raise Refused("not_an_option")


def _several(field: Field, sent: Any) -> list[str]:
    parts = [part.strip() for text in _texts(sent) for part in readable(text).split("|")]
    return list(dict.fromkeys(_option(field, part) for part in parts if part))


def _known(find: Callable[[str], str], problem: str) -> Callable[[Field, str], str]:
    def look_up(field: Field, text: str) -> str:
        found = find(html.unescape(text)) if len(text) <= STRING else ""
        if not found:
            raise Refused(problem)
        return found

    return look_up


_LIMITS: dict[str, int] = {T.TEXTAREA: LONG, T.HTML: LONG, T.EMAIL: EMAIL, T.URL: ADDRESS}
_CLEANERS: dict[str, Callable[[Field, str], Any]] = {
    T.TEXT: _line,
    T.LOOKUP: _line,
    T.TEL: _line,
    T.TEXTAREA: _paragraphs,
    T.HTML: _html,
    T.EMAIL: _email,
    T.URL: _address,
    T.NUMBER: _number,
    T.BOOLEAN: _boolean,
    T.DATE: _date,
    T.DATETIME: _datetime,
    T.TIME: _time,
    T.SELECT: _option,
    T.COUNTRY: _known(geography.country, "not_a_country"),
    T.REGION: _known(geography.region, "not_a_region"),
    T.LOCALE: _known(geography.locale, "not_a_language"),
    T.TIMEZONE: _known(geography.timezone, "not_a_timezone"),
}
