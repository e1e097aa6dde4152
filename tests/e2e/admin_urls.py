"""The public doors and the pages of a test, and the admin beside them."""

from __future__ import annotations

from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

from . import urls

urlpatterns = [path("admin/", include(wagtailadmin_urls)), *urls.urlpatterns]
