"""One kind of entity in the API, and the routes that all kinds have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import Model, QuerySet

from .answers import Container, Entry
from .calling import Call
from .errors import NotFound
from .params import identity
from .queries import Column

Row = TypeVar("Row", bound=Model)


class Resource(ABC, Generic[Row]):
    """What the standard routes need to know about one kind of entity.

    A subclass says how rows are found, shown, saved and deleted; `standard.standard` makes the
    routes. `must` is asked before anything else.
    """

    model: type[Row]
    # In paths, in answers for one and for many, and in the description.
    path: ClassVar[str]
    single: ClassVar[str]
    plural: ClassVar[str]
    container: ClassVar[Container] = Container.OBJECT_OR_LIST
    # Mautic writes the total of some lists as text.
    total_as_text: ClassVar[bool] = False
    # What `where` and `order` may name.
    columns: Mapping[str, Column]
    read_only: ClassVar[bool] = False

    def must(self, action: str, call: Call) -> None:
        """Raise `Forbidden` unless the user may "view", "add", "change" or "delete" these."""
        call.must(action, self.model)

    def rows(self, call: Call) -> QuerySet[Row]:
        """All that there are to see."""
        return self.model._default_manager.all()

    def search(self, rows: QuerySet[Row], text: str, call: Call) -> QuerySet[Row]:
        """Those that a text finds."""
        return rows

    @abstractmethod
    def show(self, rows: Sequence[Row], call: Call, *, minimal: bool = False) -> list[Entry]:
        """The rows in the shape of the API, each with its `id`; few queries for all together."""

    @abstractmethod
    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Row, bool]:
        """Make one of these values, or find the one that they mean; and whether it was made."""

    @abstractmethod
    def update(self, row: Row, values: Mapping[str, Any], call: Call, *, replace: bool) -> Row:
        """Change a row; with `replace`, what is not among the values is emptied."""

    def delete(self, row: Row, call: Call) -> None:
        """Delete a row, with all that is theirs."""
        call.log("wagtail.delete", row)
        row.delete()

    def find(self, sent: Any, call: Call) -> Row:
        """The row with this id. Raises `NotFound`."""
        number = identity(sent)
        row = None if number is None else self.rows(call).filter(pk=number).first()
        if row is None:
            raise NotFound
        return row

    def show_one(self, row: Row, call: Call, *, saved: bool = False) -> Entry:
        """One row, in full; `saved` says that it has just been written."""
        return self.show([row], call)[0]
