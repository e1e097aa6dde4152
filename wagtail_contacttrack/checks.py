"""What is missing in the project's settings, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.module_loading import import_string

from .compat import mail_backends, makes_api_tokens
from .conf import DEFAULTS, conf
from .wire.addresses import parse_networks
from .wire.origins import origin_error

CORS_MIDDLEWARE = "corsheaders.middleware.CorsMiddleware"
COMMON_MIDDLEWARE = "django.middleware.common.CommonMiddleware"
POSITIONS = ("head", "body", "off")
RECORDINGS = ("form", "always")
MODES = ("off", "report", "enforce")
MAIL_BACKENDS = (
    "wagtail_contacttrack.outbound.mail.TrackingEmailBackend",
    "wagtail_contacttrack.outbound.mail.backend.TrackingEmailBackend",
)


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
def check_time(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    if not settings.USE_TZ:
        yield checks.Error(
            "wagtail_contacttrack needs times with a time zone: no visit can be recorded.",
            hint="Set USE_TZ = True.",
            id="wagtail_contacttrack.E015",
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
    doors = ("mtc_js", "event", "contact_id", "pixel")
    try:
        found = [resolve(reverse(f"wagtail_contacttrack:{door}")).app_names for door in doors]
    except (NoReverseMatch, Resolver404):
        found = [[]]
    if not all("wagtail_contacttrack" in names for names in found):
        yield checks.Error(
            "The tracker's addresses are missing from the URLconf, or others stand before them.",
            hint=(
                'Add path("", include("wagtail_contacttrack.urls")) to ROOT_URLCONF, before '
                "Wagtail's own include."
            ),
            id="wagtail_contacttrack.E007",
        )


@checks.register("wagtail_contacttrack")
def check_values(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    given: Any = getattr(settings, "CONTACTTRACK", None) or {}
    if not isinstance(given, dict):
        yield checks.Error(
            "CONTACTTRACK must be a dictionary.",
            hint='Write, for example, CONTACTTRACK = {"ANONYMIZE_IP": True}.',
            id="wagtail_contacttrack.E013",
        )
        return
    wrong = set()
    for name, value in given.items():
        if name not in DEFAULTS:
            yield checks.Warning(
                f"CONTACTTRACK has no setting {name!r}.",
                hint="See the list of settings in the documentation.",
                id="wagtail_contacttrack.W008",
            )
        elif problem := _type_problem(DEFAULTS[name], value):
            wrong.add(name)
            yield checks.Error(
                f"CONTACTTRACK[{name!r}] must be {problem[0]}.",
                hint=problem[1],
                id="wagtail_contacttrack.E009",
            )
    position = conf.SCRIPT_POSITION
    if "SCRIPT_POSITION" not in wrong and position not in POSITIONS:
        yield checks.Error(
            f"CONTACTTRACK['SCRIPT_POSITION']: {position!r} is not a position.",
            hint='Write "head", "body" or "off".',
            id="wagtail_contacttrack.E014",
        )
    if "UTM_RECORDING" not in wrong and conf.UTM_RECORDING not in RECORDINGS:
        yield checks.Error(
            f"CONTACTTRACK['UTM_RECORDING']: {conf.UTM_RECORDING!r} is neither of the two.",
            hint='Write "form" or "always".',
            id="wagtail_contacttrack.E021",
        )
    networks = {"TRUSTED_PROXIES", "DO_NOT_TRACK_IPS", "DO_NOT_TRACK_INTERNAL_IPS"}
    for name in sorted(networks - wrong):
        for line in parse_networks(list(map(str, getattr(conf, name))))[1]:
            yield checks.Error(
                f"CONTACTTRACK[{name!r}]: {line!r} is not an address or a network.",
                hint="Write, for example, 10.0.0.1 or 10.0.0.0/8.",
                id="wagtail_contacttrack.E010",
            )
    for line in [] if "CORS_VALID_DOMAINS" in wrong else conf.CORS_VALID_DOMAINS:
        if origin_error(str(line)):
            yield checks.Error(
                f"CONTACTTRACK['CORS_VALID_DOMAINS']: {line!r} is not an origin.",
                hint="Write scheme and host, for example https://shop.example.com.",
                id="wagtail_contacttrack.E011",
            )


@checks.register("wagtail_contacttrack")
def check_identity(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    if not isinstance(conf.given(), dict):
        return
    if isinstance(conf.IDENTITY_MODE, str) and conf.IDENTITY_MODE not in MODES:
        yield checks.Error(
            f"CONTACTTRACK['IDENTITY_MODE']: {conf.IDENTITY_MODE!r} is not a mode.",
            hint='Write "off", "report" or "enforce".',
            id="wagtail_contacttrack.E017",
        )
    try:
        usable = not conf.MEMBER_FILTER or callable(import_string(conf.MEMBER_FILTER))
    except (ImportError, AttributeError, TypeError):
        usable = False
    if isinstance(conf.MEMBER_FILTER, str) and not usable:
        yield checks.Error(
            f"CONTACTTRACK['MEMBER_FILTER']: {conf.MEMBER_FILTER!r} is no function. No member can "
            "be recognised.",
            hint='Write the dotted path of a function, for example "shop.members.only_customers".',
            id="wagtail_contacttrack.E018",
        )
    for name, needed, wanted in (
        ("TRACK_UNSIGNED_CLICKTHROUGH", "TRACK_BY_TRACKING_URL", "True"),
        ("TRACK_MEMBERS", "IDENTITY_MODE", '"report" or "enforce"'),
    ):
        # Where the project is silent, editors decide.
        given = conf.is_given(name) and conf.is_given(needed)
        if given and getattr(conf, name) and getattr(conf, needed) in (False, "off"):
            yield checks.Warning(
                f"CONTACTTRACK[{name!r}] does nothing without {needed}.",
                hint=f"Set {needed} to {wanted}, or leave {name} out.",
                id="wagtail_contacttrack.W019",
            )


@checks.register("wagtail_contacttrack")
def check_api(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    given = conf.given()
    if not isinstance(given, dict) or given.get("API_ENABLED") is not True:
        # Where the project is silent, the admin's settings page says it.
        return
    by_token = apps.is_installed("oauth2_provider") or makes_api_tokens()
    if given.get("API_ENABLE_BASIC_AUTH") is False and not by_token:
        yield checks.Warning(
            "CONTACTTRACK['API_ENABLED'] does nothing: no program can get in.",
            hint=(
                'Add "oauth2_provider" to INSTALLED_APPS (pip install '
                '"wagtail_contacttrack[oauth]"), or set API_ENABLE_BASIC_AUTH = True.'
            ),
            id="wagtail_contacttrack.W021",
        )


@checks.register("wagtail_contacttrack")
def check_mail(app_configs: Any, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    """Only where mail goes through us: other projects may leave the setting as it is."""
    if mail_backends().isdisjoint(MAIL_BACKENDS):
        return
    path = conf.EMAIL_BACKEND
    problem = "is the backend that sends through it" if path in MAIL_BACKENDS else ""
    if not problem:
        try:
            import_string(path)
        except (ImportError, AttributeError):
            problem = "cannot be imported"
    if problem:
        yield checks.Error(
            f"CONTACTTRACK['EMAIL_BACKEND']: {path!r} {problem}. No mail can be sent.",
            hint=f"Name the one that sends, for example {DEFAULTS['EMAIL_BACKEND']!r}.",
            id="wagtail_contacttrack.E016",
        )


def _type_problem(default: Any, value: Any) -> tuple[str, str] | None:
    """What a setting must be and how to write it, if the value is something else."""
    if isinstance(default, list):
        right = isinstance(value, list | tuple | set | frozenset)
        return None if right else ("a list", f"Write [{value!r}].")
    if isinstance(default, bool) or default is None:
        # Words are always true, also "false".
        right = isinstance(value, bool) or value is default
        return None if right else ("True or False", "Write True or False, without quotes.")
    if isinstance(default, int | float):
        right = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        return None if right else ("a number", f"Write, for example, {default}.")
    return None if isinstance(value, str) else ("text", 'Write it in quotes, or "" for none.')


@checks.register("wagtail_contacttrack", checks.Tags.database)
def check_database(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> Iterable[checks.CheckMessage]:
    from django.db import connections, router

    from .activity.models import Activity
    from .sql import DIALECTS

    for alias in databases or []:
        connection = connections[alias]
        if not router.allow_migrate_model(alias, Activity):
            continue
        is_mysql = connection.vendor == "mysql" and not getattr(
            connection, "mysql_is_mariadb", True
        )
        if is_mysql or connection.vendor not in DIALECTS:
            yield checks.Error(
                f"{connection.display_name} is not supported: it lacks INSERT … RETURNING.",
                hint="Use MariaDB 10.6 or later, PostgreSQL, or SQLite.",
                id="wagtail_contacttrack.E012",
            )


@checks.register("wagtail_contacttrack", checks.Tags.database)
def check_fields(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> Iterable[checks.CheckMessage]:
    """What the project demands of contact fields, which stand in the database."""
    from django.db import Error, router

    from .contacts import fieldset
    from .contacts.models import ContactField

    given = conf.given()
    demanded = isinstance(given, dict) and given.get("TRACK_BY_TRACKING_URL") is True
    if not demanded or router.db_for_read(ContactField) not in (databases or []):
        return
    try:
        identifies = fieldset.current().email_identifies
    except Error:
        # Before the first migration.
        return
    if not identifies:
        yield checks.Warning(
            "CONTACTTRACK['TRACK_BY_TRACKING_URL'] does nothing: links recognise people by their "
            "e-mail address, and browsers may not say who they are by it.",
            hint="Make the contact field E-mail publicly updatable.",
            id="wagtail_contacttrack.W020",
        )
