"""What is missing in the project's settings, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.urls import NoReverseMatch, reverse

from .conf import DEFAULTS, conf
from .wire.addresses import parse_networks
from .wire.origins import origin_error

CORS_MIDDLEWARE = "corsheaders.middleware.CorsMiddleware"
COMMON_MIDDLEWARE = "django.middleware.common.CommonMiddleware"


@checks.register("wagtail_contacttrack")
def check_apps(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    for number, app in (("E001", "corsheaders"), ("E002", "wagtail.contrib.settings")):
        if not apps.is_installed(app):
            yield checks.Error(
                f"wagtail_contacttrack needs {app}.",
                hint=f'Add "{app}" to INSTALLED_APPS.',
                id=f"wagtail_contacttrack.{number}",
            )


@checks.register("wagtail_contacttrack")
def check_middleware(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    order = list(settings.MIDDLEWARE)
    if CORS_MIDDLEWARE not in order:
        yield checks.Warning(
            "Pages of other websites cannot read the tracker's answers.",
            hint=f'Add "{CORS_MIDDLEWARE}" near the top of MIDDLEWARE.',
            id="wagtail_contacttrack.W003",
        )
    elif COMMON_MIDDLEWARE in order and order.index(COMMON_MIDDLEWARE) < order.index(
        CORS_MIDDLEWARE
    ):
        yield checks.Warning(
            "CorsMiddleware comes after CommonMiddleware, whose redirects lack CORS headers.",
            hint=f'Put "{CORS_MIDDLEWARE}" before "{COMMON_MIDDLEWARE}" in MIDDLEWARE.',
            id="wagtail_contacttrack.W004",
        )


@checks.register("wagtail_contacttrack")
def check_cors(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    if not getattr(settings, "CORS_ALLOW_CREDENTIALS", False):
        yield checks.Warning(
            "Browsers on other websites will not send the visitor's cookie.",
            hint="Set CORS_ALLOW_CREDENTIALS = True.",
            id="wagtail_contacttrack.W005",
        )
    if re.match(getattr(settings, "CORS_URLS_REGEX", r"^.*$"), "/any/page/"):
        yield checks.Warning(
            "django-cors-headers adds “Vary: Origin” to every page, which weakens shared caches.",
            hint=r'Narrow it: CORS_URLS_REGEX = r"^/(index\.php/)?mt(c|racking)".',
            id="wagtail_contacttrack.W006",
        )


@checks.register("wagtail_contacttrack")
def check_urls(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    if not getattr(settings, "ROOT_URLCONF", None):
        return
    try:
        reverse("wagtail_contacttrack:mtc_js")
    except NoReverseMatch:
        yield checks.Error(
            "The tracker's addresses are missing from the URLconf.",
            hint=(
                'Add path("", include("wagtail_contacttrack.urls")) to ROOT_URLCONF, before '
                "Wagtail's own include."
            ),
            id="wagtail_contacttrack.E007",
        )


@checks.register("wagtail_contacttrack")
def check_values(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    for name, value in conf.given().items():
        if name not in DEFAULTS:
            yield checks.Warning(
                f"CONTACTTRACK has no setting {name!r}.",
                hint="See the list of settings in the documentation.",
                id="wagtail_contacttrack.W008",
            )
        elif isinstance(DEFAULTS[name], list) and isinstance(value, str):
            yield checks.Error(
                f"CONTACTTRACK[{name!r}] must be a list.",
                hint=f"Write [{value!r}].",
                id="wagtail_contacttrack.E009",
            )
    for name in ("TRUSTED_PROXIES", "DO_NOT_TRACK_IPS", "DO_NOT_TRACK_INTERNAL_IPS"):
        value = getattr(conf, name)
        for line in [] if isinstance(value, str) else parse_networks(list(map(str, value)))[1]:
            yield checks.Error(
                f"CONTACTTRACK[{name!r}]: {line!r} is not an address or a network.",
                hint="Write, for example, 10.0.0.1 or 10.0.0.0/8.",
                id="wagtail_contacttrack.E010",
            )
    origins = conf.CORS_VALID_DOMAINS
    for line in [] if isinstance(origins, str) else origins:
        if origin_error(str(line)):
            yield checks.Error(
                f"CONTACTTRACK['CORS_VALID_DOMAINS']: {line!r} is not an origin.",
                hint="Write scheme and host, for example https://shop.example.com.",
                id="wagtail_contacttrack.E011",
            )


@checks.register("wagtail_contacttrack", checks.Tags.database)
def check_database(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> Iterable[checks.CheckMessage]:
    from django.db import connections

    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor == "mysql" and not getattr(connection, "mysql_is_mariadb", True):
            yield checks.Error(
                "MySQL is not supported: it lacks INSERT … RETURNING.",
                hint="Use MariaDB 10.6 or later, PostgreSQL, or SQLite.",
                id="wagtail_contacttrack.E012",
            )
