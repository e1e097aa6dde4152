"""What clients send: parameters out of the query and the body, whatever encoding they use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from ..conf import conf
from ..wire.body import body as form_body
from ..wire.params import Intake, query
from ..wire.text import storable
from .errors import ApiError

MAX_DEPTH = 20
# How many ids or names a list may have.
MOST = 1_000
# Lists that clients send by repeating a name, without PHP's brackets.
REPEATED = ("tags", "triggers", "includeEvents", "excludeEvents")


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of one request. Texts are storable; JSON keeps its types.

    `body` has what the body holds by name; `items` the same where a body is a list or a mapping of
    entities, by the key under which each was sent, and `listed` says that it was a list.
    """

    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    items: dict[str, Any] = field(default_factory=dict)
    listed: bool = False

    @property
    def all(self) -> dict[str, Any]:
        """Both together; the body's wins."""
        return {**self.query, **self.body}


def read(request: HttpRequest) -> Params:
    """The parameters of a request. Raises `ApiError` if its body cannot be read."""
    asked = request.META.get("QUERY_STRING", "")
    sent: dict[str, Any] = {**query(asked, Intake()), **_repeated(asked)}
    raw = _bytes(request)
    content_type = request.META.get("CONTENT_TYPE") or ""
    if not raw.strip():
        return Params(query=sent)
    if _is_json(raw, content_type):
        return _of_json(sent, _json(raw))
    intake = Intake()
    found: dict[str, Any] = dict(form_body(raw, content_type, intake))
    if "too_many_params" in intake.problems:
        raise ApiError(413, _("A form has too many fields. Send JSON, or less at once."))
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        found = {**found, **_repeated(raw.decode("utf-8", "replace"))}
    return Params(query=sent, body=found, items=_without_token(found))


def _bytes(request: HttpRequest) -> bytes:
    limit = conf.API_MAX_BODY_SIZE
    too_large = ApiError(413, _("The request is larger than %(bytes)s bytes.") % {"bytes": limit})
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length[:18]) > limit:
        raise too_large
    try:
        # Django's own limit is meant for browsers' forms.
        raw: bytes = request.body if _is_read(request) else request.read(limit + 1)
    except (UnreadablePostError, OSError):
        raise ApiError(400, _("The request broke off.")) from None
    except RequestDataTooBig:
        raise too_large from None
    if len(raw) > limit:
        raise too_large
    request._body = raw
    return raw


def _is_read(request: HttpRequest) -> bool:
    """Whether something before us, such as a middleware, has read the body."""
    return bool(getattr(request, "_read_started", False))


def _is_json(raw: bytes, content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return True
    # Some clients send JSON and call it a form, or nothing.
    return kind != "multipart/form-data" and raw.lstrip()[:1] in (b"{", b"[")


def _json(raw: bytes) -> Any:
    try:
        return _clean(json.loads(raw, parse_constant=_no_number))
    except (ValueError, RecursionError):
        raise ApiError(400, _("The body is not valid JSON.")) from None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _clean(value: Any, depth: int = 0) -> Any:
    """The value with all texts storable. Raises `ValueError` if it is nested too deeply."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and not isfinite(value):
        # A number such as 1e400, which no database takes.
        raise ValueError
    if isinstance(value, list | dict) and depth >= MAX_DEPTH:
        raise ValueError
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {storable(name): _clean(item, depth + 1) for name, item in value.items()}
    return value


def _of_json(sent: dict[str, Any], found: Any) -> Params:
    if isinstance(found, dict):
        return Params(query=sent, body=found, items=_without_token(found))
    if isinstance(found, list):
        items = {str(number): item for number, item in enumerate(found)}
        return Params(query=sent, items=items, listed=True)
    if found is None:
        return Params(query=sent)
    raise ApiError(400, _("The body must be an object or a list."))


def _without_token(found: Mapping[str, Any]) -> dict[str, Any]:
    """The entities of a batch; old clients put their token between them."""
    return {key: item for key, item in found.items() if key != "access_token"}


def _repeated(text: str) -> dict[str, list[str]]:
    """What a query or a form says more than once under the same plain name."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in REPEATED:
            found.setdefault(name, []).append(storable(value))
    return {name: values for name, values in found.items() if len(values) > 1}


def texts(value: Any) -> list[str]:
    """The texts in a list, a mapping's values or a comma list, in their order.

    Raises `ApiError` if they are more than `MOST`.
    """
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        found = [str(item) for item in value if not isinstance(item, list | dict)]
    else:
        found = [part.strip() for part in str(value or "").split(",") if part.strip()]
    if len(found) > MOST:
        raise ApiError(400, _("A list has %(limit)s items at most.") % {"limit": MOST})
    return found


def numbers(value: Any) -> list[int]:
    """The ids in a list, a mapping's values or a comma list; whatever is none is left out."""
    return [number for text in texts(value) if (number := identity(text)) is not None]


def identity(value: Any) -> int | None:
    """A value as an id that every database can hold, or None."""
    text = str(value).strip()
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    return None


def truth(value: Any, default: bool = False) -> bool:
    """What clients write for yes and no: true, "1", "True", "on"; blanks are the default."""
    if value is None or value == "":
        return default
    return str(value).strip().lower() in ("1", "true", "yes", "on")
