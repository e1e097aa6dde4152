from __future__ import annotations

from typing import Any

from django.db import models


class BlockRangeIndex(models.Index):
    """A BRIN index on PostgreSQL, an ordinary one on other databases.

    Django's own class asks every project, whatever its database, to install
    ``django.contrib.postgres`` (since Django 6.1, with a check that stops ``migrate``).
    """

    suffix = "brin"

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        return super().create_sql(model, schema_editor, using=using or " USING brin", **kwargs)
