"""Permissions before everything else."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin


def say_gone(request: HttpRequest) -> None:
    """Tell an editor that what they meant is gone, and that nothing came of it."""
    messages.warning(request, gettext("That has been deleted. Nothing was changed."))


class GoneMixin:
    """For views of one thing: where it is gone, they lead to the list and say so.

    A browser's way back goes there as soon as the thing is deleted. Comes before the mixin that
    asks for the permission, so that the answer tells strangers nothing.
    """

    index_url_name: str
    gone = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        try:
            super().setup(request, *args, **kwargs)  # type: ignore[misc]
        except Http404:
            self.gone = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.gone:
            with suppress(Http404):
                return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        say_gone(request)
        if self.user_has_permission("view"):  # type: ignore[attr-defined]
            return redirect(self.index_url_name)
        return redirect("wagtailadmin_home")


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
