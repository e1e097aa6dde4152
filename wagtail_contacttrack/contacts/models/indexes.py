from __future__ import annotations

from typing import Any

from django.db import models


class FoldedIndex(models.Index):
    """An index on a text in lower case that also finds how a text begins.

    On PostgreSQL that takes another order of letters than that of the language. MariaDB indexes no
    expressions and gets none: there an ordinary index does it, because case is the same anyway.
    """

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        statement = super().create_sql(model, schema_editor, using=using, **kwargs)
        if statement is not None and schema_editor.connection.vendor == "postgresql":
            parts: dict[str, Any] = statement.parts
            parts["columns"] = f"{parts['columns']} text_pattern_ops"
        return statement
