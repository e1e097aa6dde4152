"""Parameters out of query strings and bodies."""

from __future__ import annotations

from typing import TypeAlias, Union

Param: TypeAlias = Union[str, "list[Param]", "dict[str, Param]"]
