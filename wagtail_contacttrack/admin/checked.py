"""Permissions before everything else."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from wagtail.admin.views.generic import PermissionCheckedMixin


class PermissionFirstMixin(PermissionCheckedMixin):
    """For views of one thing: asks for the permission before it looks for the thing.

    Wagtail's own views look first, and so tell whoever may see nothing which ids exist.
    """

    request: HttpRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        if not self.user_has_any_permission(
            self.any_permission_required or [self.permission_required]
        ):
            raise PermissionDenied
        super().setup(request, *args, **kwargs)
