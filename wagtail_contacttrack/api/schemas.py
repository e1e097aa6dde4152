"""What goes in and out of every operation, described for people and programs."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, Field

MOST = 1_000
USUAL = 30


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def whole(default: int, most: int) -> Any:
    """A validator: the number that a text writes, at most `most`; `default` for anything else."""

    def read(value: Any) -> int:
        text = str(value if value is not None else "").strip()
        if not (text.isascii() and text.isdecimal()):
            return default
        # Python refuses to read numbers of thousands of digits.
        return min(int(text[:18]), most)

    return read


def _flag(value: Any) -> bool:
    return str(value).strip().lower() in ("1", "true", "yes", "on")


# What clients really send: "True", "", 0, and lists where a text is meant. Nothing of it is an
# error; what makes no sense counts as absent.
Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Start = Annotated[int, BeforeValidator(whole(0, 10**12)), Field(ge=0)]
Limit = Annotated[
    int, BeforeValidator(lambda value: whole(USUAL, MOST)(value) or USUAL), Field(ge=1, le=MOST)
]


class ListQuery(Schema):
    """What to list, and how."""

    search: Text = Field("", description="Words and commands, such as `tag:vip !is:anonymous`.")
    start: Start = Field(0, description="How many to leave out.")
    limit: Limit = Field(USUAL, description=f"How many at most; no more than {MOST}.")
    orderBy: Text = Field("", description="A column, or several between commas.")
    orderByDir: Text = Field("", description="`ASC` or `DESC`.")
    published: Flag = False
    publishedOnly: Flag = False
    minimal: Flag = Field(False, description="Only the most important of each.")
    cursor: Text = Field("", description="The `next` of the page before, instead of `start`.")
    where: Any = Field(None, description="Conditions: `where[0][col]`, `[expr]` and `[val]`.")
    order: Any = Field(None, description="Columns: `order[0][col]` and `[dir]`.")
    select: Any = Field(None, description="The keys to show: `select[]`.")


class Error(Schema):
    """One thing that went wrong; `details` has sentences by field."""

    code: int
    message: str
    details: dict[str, list[str]] | list[Any] = []
    type: str | None = None


class Errors(Schema):
    """Every answer that is no success."""

    errors: list[Error]


class Success(Schema):
    """That it was done."""

    success: int | bool
