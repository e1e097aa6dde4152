"""Parameters out of a request's body, in whatever encoding clients use."""

from __future__ import annotations

import re

from .packed import json_object
from .params import MAX_PARAMS, Intake, Param, form_bytes
from .text import storable_bytes

_MAX_CONTENT_TYPE = 500
_MAX_PART_HEAD = 4096

_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,200})"|([^;,\s"]{1,200}))', re.IGNORECASE)
_DISPOSITION = re.compile(rb"^content-disposition:(.*)$", re.IGNORECASE | re.MULTILINE)
_PART_NAME = re.compile(rb';\s*name=(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))', re.IGNORECASE)
_FILE_NAME = re.compile(rb";\s*filename\*?=", re.IGNORECASE)
_ESCAPED = re.compile(rb"\\(.)")

# A beacon says text/plain, and so does `fetch` when nobody says anything.
_FORMS = ("application/x-www-form-urlencoded", "text/plain", "")


def body(raw: bytes, content_type: str, intake: Intake) -> dict[str, Param]:
    """The parameters in a body; none, and a noted problem, when it cannot be read."""
    content_type = content_type[:_MAX_CONTENT_TYPE]
    kind = content_type.partition(";")[0].strip().lower()
    if not raw.strip():
        return {}
    if kind == "multipart/form-data":
        return _multipart(raw, content_type, intake)
    is_json = kind == "application/json" or kind.endswith("+json")
    if is_json or (kind in ("text/plain", "") and raw.lstrip()[:1] in (b"{", b"[")):
        return _json(raw, intake)
    if kind in _FORMS:
        return form_bytes(raw.strip(b"\r\n"), intake)
    intake.note("body_type_unknown")
    return {}


def _json(raw: bytes, intake: Intake) -> dict[str, Param]:
    found = json_object(raw)
    if found is None:
        intake.note("body_undecodable")
        return {}
    return intake.mapping(found)


def _multipart(raw: bytes, content_type: str, intake: Intake) -> dict[str, Param]:
    """The fields of a multipart form; files are left out.

    Not the standard library's parser of e-mails: that one also unfolds parts within parts, and so
    takes time and depth that the sender chooses.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        intake.note("body_undecodable")
        return {}
    delimiter = b"\r\n--" + (found.group(1) or found.group(2)).encode("utf-8", "replace")
    parts = (b"\r\n" + raw).split(delimiter, MAX_PARAMS + 2)
    if len(parts) < 2:
        intake.note("body_undecodable")
    pairs = []
    for part in parts[1:]:
        if part.startswith(b"--"):
            break
        if (pair := _field(part, intake)) is not None:
            pairs.append(pair)
    return intake.pairs(pairs)


def _field(part: bytes, intake: Intake) -> tuple[str, str] | None:
    head, separator, content = part.lstrip(b" \t").partition(b"\r\n\r\n")
    disposition = _DISPOSITION.search(head[:_MAX_PART_HEAD].replace(b"\r\n", b"\n"))
    name = disposition and _PART_NAME.search(disposition.group(1))
    if not separator or not disposition or not name:
        intake.note("body_undecodable")
        return None
    if _FILE_NAME.search(disposition.group(1)):
        intake.note("file_ignored")
        return None
    quoted, bare = name.groups()
    raw_name = bare if quoted is None else _ESCAPED.sub(rb"\1", quoted)
    return storable_bytes(raw_name), storable_bytes(content)
