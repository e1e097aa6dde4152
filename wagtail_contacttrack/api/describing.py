"""The description of an operation, for the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ninja import Schema
from pydantic import create_model

from .answers import Container
from .schemas import Errors

FORMS = ("application/json", "application/x-www-form-urlencoded")
ID = {"type": ["integer", "string"], "minimum": 1}


def described(
    name: str,
    single: str,
    plural: str,
    shown: type[Schema],
    write: type[Schema],
    *,
    total: type = int,
    container: Container = Container.OBJECT_OR_LIST,
) -> Described:
    """The answers of a resource under its names, with many of them in a container."""
    # With `select`, an entry has the chosen keys only.
    entry = shown | dict[str, Any]
    many: Any = {
        Container.OBJECT: dict[str, entry],  # type: ignore[valid-type]
        Container.LIST: list[entry],  # type: ignore[valid-type]
    }.get(container, dict[str, entry] | list[entry])  # type: ignore[valid-type]
    several = list[shown | None] | dict[str, shown]  # type: ignore[valid-type]
    batch = {
        plural: (several, ...),
        "statusCodes": (list[int] | dict[str, int], ...),
        "errors": (dict[str, Any], {}),
    }
    return Described(
        one=_model(f"One{name}", {single: (shown, ...)}),
        many=_model(f"Many{name}", {"total": (total, ...), plural: (many, ...), "next": (str, "")}),
        batch=_model(f"{name}Batch", batch),
        write=write,
    )


def _model(name: str, fields: dict[str, Any]) -> type[Schema]:
    return create_model(name, __base__=Schema, **fields)


@dataclass(frozen=True, slots=True)
class Described:
    """What the standard routes of a resource answer and take.

    `one` and `many` are the answers for one and for a list, `batch` for several that were written;
    `write` is what may be sent for one.
    """

    one: type[Schema]
    many: type[Schema]
    batch: type[Schema]
    write: type[Schema]

    @property
    def write_many(self) -> dict[str, Any]:
        """The JSON schema of a batch: a list, or an object by keys of the client's own."""
        one = schema_of(self.write)
        return {
            "anyOf": [
                {"type": "array", "items": one},
                {"type": "object", "additionalProperties": one},
            ]
        }


def of(
    operation: str,
    answer: Any,
    summary: str,
    *,
    body: type[Schema] | dict[str, Any] | None = None,
    made: bool = False,
    status: int = 200,
    ids: bool = False,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Arguments for ninja's decorators: who may expect which answers, and what may be sent.

    `made` says that it may also be 201; `ids` that the query takes them.
    """
    answers: dict[int, Any] = {status: answer}
    if made:
        answers[201] = answer
    answers.update(dict.fromkeys((400, 401, 403, 404, 413, 429), Errors))
    extra: dict[str, Any] = {}
    if body is not None:
        schema = body if isinstance(body, dict) else schema_of(body)
        extra["requestBody"] = {"content": {kind: {"schema": schema} for kind in FORMS}}
    found = list(parameters or ())
    if ids:
        found.append(
            {
                "in": "query",
                "name": "ids",
                "description": "Ids between commas.",
                "schema": {"type": "string"},
            }
        )
    if found:
        extra["parameters"] = found
    return {
        "response": answers,
        "operation_id": operation,
        "summary": summary,
        "openapi_extra": extra,
    }


def schema_of(model: type[Schema]) -> dict[str, Any]:
    """The JSON schema of a model that refers to no others."""
    return model.model_json_schema()
