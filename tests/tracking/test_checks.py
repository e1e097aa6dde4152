"""Each system check speaks up with a remedy, and is silent when all is well."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage, Error, Warning, run_checks
from django.core.management import call_command
from django.db import OperationalError, connections
from django.test import override_settings
from django.urls import include, path

from wagtail_contacttrack.conf import DEFAULTS
from wagtail_contacttrack.contacts import fieldset
from wagtail_contacttrack.contacts.models import ContactField

CORS = "corsheaders.middleware.CorsMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"


def found(**kwargs: Any) -> dict[str, list[CheckMessage]]:
    """Our messages by their number."""
    messages: dict[str, list[CheckMessage]] = {}
    for message in run_checks(**kwargs):
        place, _, number = message.id.rpartition(".")
        if place == "wagtail_contacttrack":
            messages.setdefault(number, []).append(message)
    return messages


def only(number: str, level: type, **kwargs: Any) -> CheckMessage:
    """The single message that there is, with its remedy."""
    messages = found(**kwargs)
    assert list(messages) == [number]
    (message,) = messages[number]
    assert type(message) is level
    assert message.msg
    assert message.hint
    return message


def test_a_project_that_is_set_up_well_hears_nothing():
    assert found() == {}
    call_command("check", "--fail-level", "WARNING")


# Times, apps and middleware


def test_times_without_a_zone(settings):
    settings.USE_TZ = False
    assert only("E015", Error).hint == "Set USE_TZ = True."


@pytest.mark.parametrize(
    ("number", "app"), [("E001", "corsheaders"), ("E002", "wagtail.contrib.settings")]
)
def test_apps_that_are_needed(monkeypatch, number, app):
    from django.apps import apps

    installed = apps.is_installed
    monkeypatch.setattr(apps, "is_installed", lambda name: name != app and installed(name))
    message = only(number, Error)
    assert app in message.msg
    assert message.hint == f'Add "{app}" to INSTALLED_APPS.'


def test_the_middleware_for_other_websites(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != CORS]
    assert CORS in only("W003", Warning).hint


def test_its_place(settings):
    others = [name for name in settings.MIDDLEWARE if name != CORS]
    place = others.index(COMMON)
    settings.MIDDLEWARE = [*others[: place + 1], CORS, *others[place + 1 :]]
    message = only("W004", Warning)
    assert CORS in message.hint
    assert COMMON in message.hint
    settings.MIDDLEWARE = [*others[:place], CORS, *others[place:]]
    assert found() == {}
    settings.MIDDLEWARE = [CORS, *(name for name in others if name != COMMON)]
    assert found() == {}


@pytest.mark.parametrize("given", [False, None])
def test_credentials(settings, given):
    settings.CORS_ALLOW_CREDENTIALS = given
    assert only("W005", Warning).hint == "Set CORS_ALLOW_CREDENTIALS = True."


def test_credentials_that_nobody_has_thought_of(settings):
    del settings.CORS_ALLOW_CREDENTIALS
    only("W005", Warning)


def test_paths_that_are_too_wide(settings):
    settings.CORS_URLS_REGEX = "^.*$"
    hint = only("W006", Warning).hint
    # The remedy works as it is written.
    narrow = hint.partition('r"')[2].removesuffix('".')
    settings.CORS_URLS_REGEX = narrow
    assert found() == {}
    del settings.CORS_URLS_REGEX
    only("W006", Warning)


# Addresses


class Empty:
    urlpatterns: list[Any] = []


class Behind:
    """Wagtail's pages take everything before we are asked."""

    urlpatterns = [
        path("", include("wagtail.urls")),
        path("<path:anything>", lambda request, anything: None),
        path("", include("wagtail_contacttrack.urls")),
    ]


class Moved:
    urlpatterns = [path("stats/", include("wagtail_contacttrack.urls"))]


@pytest.mark.parametrize("urls", [Empty, Behind])
def test_addresses_that_are_missing_or_hidden(urls):
    with override_settings(ROOT_URLCONF=urls):
        hint = only("E007", Error).hint
    assert 'include("wagtail_contacttrack.urls")' in hint


def test_addresses_may_be_anywhere():
    with override_settings(ROOT_URLCONF=Moved):
        assert found() == {}


def test_a_project_without_addresses_has_nothing_to_check():
    with override_settings(ROOT_URLCONF=None):
        assert "E007" not in found(tags=["wagtail_contacttrack"])


# CONTACTTRACK


def given(**values: Any) -> Any:
    return override_settings(CONTACTTRACK=values)


@pytest.mark.parametrize("value", [[], "", {}, None])
def test_no_settings_are_fine(value):
    with override_settings(CONTACTTRACK=value):
        assert found() == {}


def test_all_defaults_are_fine():
    with given(**DEFAULTS):
        assert found() == {}


@pytest.mark.parametrize("value", [["ANONYMIZE_IP"], "ANONYMIZE_IP", 1, ("a",)])
def test_settings_that_are_no_dictionary(value):
    with override_settings(CONTACTTRACK=value):
        assert "CONTACTTRACK = {" in only("E013", Error).hint


def test_a_setting_that_does_not_exist():
    with given(TRACK_PRIVATE_IPS=True):
        assert "TRACK_PRIVATE_IPS" in only("W008", Warning).msg


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("TRUSTED_PROXIES", "10.0.0.1", "Write ['10.0.0.1']."),
        ("CORS_VALID_DOMAINS", "https://a.example", "Write ['https://a.example']."),
        ("DO_NOT_TRACK_BOTS", "curl", "Write ['curl']."),
        ("TRACK_PRIVATE_IP_RANGES", "false", "without quotes"),
        ("ANONYMIZE_IP", 1, "Write True or False"),
        ("COOKIE_SECURE", "", "Write True or False"),
        ("COOKIE_MAX_AGE", "3600", "Write, for example, 63072000."),
        ("COOKIE_MAX_AGE", True, "Write, for example"),
        ("RATE_LIMIT", -1, "Write, for example, 600."),
        ("MAX_BODY_SIZE", None, "Write, for example, 65536."),
        ("COUNTER_FLUSH_SECONDS", "1", "Write, for example, 1.0."),
        ("COOKIE_DOMAIN", None, 'or "" for none'),
        ("SCRIPT_POSITION", 1, "Write it in quotes"),
    ],
)
def test_a_setting_of_the_wrong_type(name, value, remedy):
    with given(**{name: value}):
        message = only("E009", Error)
    assert repr(name) in message.msg
    assert remedy in message.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COOKIE_SECURE", None), ("COOKIE_SECURE", True), ("RATE_LIMIT", 0),
        ("COUNTER_FLUSH_SECONDS", 0), ("COUNTER_FLUSH_SECONDS", 2),
        ("TRUSTED_PROXIES", ("10.0.0.0/8", "::1")), ("DO_NOT_TRACK_BOTS", {"curl"}),
        ("DO_NOT_TRACK_IPS", ["203.0.113.*"]), ("SCRIPT_POSITION", "off"),
        ("CORS_VALID_DOMAINS", ["https://*.example.com"]),
    ],
)  # fmt: skip
def test_settings_that_are_right(name, value):
    with given(**{name: value}):
        assert found() == {}


@pytest.mark.parametrize(
    "name", ["TRUSTED_PROXIES", "DO_NOT_TRACK_IPS", "DO_NOT_TRACK_INTERNAL_IPS"]
)
def test_an_address_that_is_none(name):
    with given(**{name: ["10.0.0.0/8", "proxy.internal"]}):
        message = only("E010", Error)
    assert "'proxy.internal'" in message.msg
    assert name in message.msg
    assert "10.0.0.0/8" in message.hint


def test_an_origin_that_is_none():
    with given(CORS_VALID_DOMAINS=["https://fine.example", "shop.example.com"]):
        message = only("E011", Error)
    assert "'shop.example.com'" in message.msg
    assert "https://shop.example.com" in message.hint


def test_a_position_that_does_not_exist():
    with given(SCRIPT_POSITION="footer"):
        message = only("E014", Error)
    assert "'footer'" in message.msg
    assert '"head", "body" or "off"' in message.hint


def test_everything_wrong_at_once_is_said_at_once(settings):
    settings.CORS_ALLOW_CREDENTIALS = False
    with given(TRUSTED_PROXIES=["x", "y"], NONSENSE=1, ANONYMIZE_IP="no"):
        messages = found()
    assert {number: len(items) for number, items in messages.items()} == {
        "W005": 1,
        "W008": 1,
        "E009": 1,
        "E010": 2,
    }
    assert all(message.hint for items in messages.values() for message in items)


# The database


@pytest.mark.django_db
def test_the_databases_of_the_tests_are_supported():
    assert found(databases=["default"]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("vendor", "mariadb"), [("oracle", True), ("mysql", False)])
def test_a_database_that_cannot_do_it(monkeypatch, vendor, mariadb):
    connection = connections["default"]
    monkeypatch.setattr(connection, "vendor", vendor)
    monkeypatch.setattr(connection, "mysql_is_mariadb", mariadb, raising=False)
    messages = found(databases=["default"], tags=["wagtail_contacttrack"])
    (message,) = messages["E012"]
    assert connection.display_name in message.msg
    assert "MariaDB" in message.hint


@pytest.mark.django_db
def test_a_database_that_is_not_ours_may_be_anything(monkeypatch, settings):
    class Elsewhere:
        def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
            return False if app_label == "wagtail_contacttrack" else None

    settings.DATABASE_ROUTERS = [Elsewhere()]
    monkeypatch.setattr(connections["default"], "vendor", "oracle")
    assert found(databases=["default"], tags=["wagtail_contacttrack"]) == {}


# Mail


@pytest.mark.parametrize(
    "path", ["wagtail_contacttrack.outbound.mail.TrackingEmailBackend", "no.such.Backend", "x"]
)
def test_a_backend_that_cannot_send(settings, path):
    settings.EMAIL_BACKEND = "wagtail_contacttrack.outbound.mail.TrackingEmailBackend"
    assert "E016" not in found()
    with given(EMAIL_BACKEND=path):
        (message,) = found()["E016"]
        assert path in message.msg
        # Who does not send through us may leave the setting as it is.
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert "E016" not in found()


# Who somebody is


def test_a_mode_that_does_not_exist():
    with given(IDENTITY_MODE="on"):
        message = only("E017", Error)
    assert "'on'" in message.msg
    assert '"off", "report" or "enforce"' in message.hint


@pytest.mark.parametrize("path", ["tests.testapp.members.missing", "no.such", "x", "tests.testapp"])
def test_a_filter_of_members_that_is_no_function(path):
    with given(MEMBER_FILTER=path):
        assert path in only("E018", Error).msg
    with given(MEMBER_FILTER="tests.testapp.members.nobody"):
        assert found() == {}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (
            {"TRACK_UNSIGNED_CLICKTHROUGH": True, "TRACK_BY_TRACKING_URL": False},
            "TRACK_UNSIGNED_CLICKTHROUGH",
        ),
        ({"TRACK_MEMBERS": True, "IDENTITY_MODE": "off"}, "TRACK_MEMBERS"),
    ],
)
def test_a_switch_that_does_nothing_without_another(values, name):  # S51
    with given(**values):
        assert name in only("W019", Warning).msg
    with given(**{name: True}):
        assert found() == {}, "editors decide about the other"


@pytest.mark.django_db
def test_links_that_can_recognise_nobody(monkeypatch):  # S52 S53
    with given(TRACK_BY_TRACKING_URL=True):
        assert found() == {}, "this needs the database"
        message = only("W020", Warning, databases=["default"])
        assert "E-mail" in message.hint
        ContactField.objects.filter(object="contact", alias="email").update(
            publicly_updatable=True, unique_identifier=True
        )
        fieldset.clear()
        assert found(databases=["default"]) == {}

        def refuse() -> None:
            raise OperationalError("no such table")

        monkeypatch.setattr(fieldset, "current", refuse)
        assert found(databases=["default"]) == {}, "before the first migration"


def test_an_api_that_no_program_can_use(monkeypatch):
    from django.apps import apps

    closed = {"API_ENABLED": True, "API_ENABLE_BASIC_AUTH": False}
    installed = apps.is_installed
    with given(**closed):
        assert found() == {}, "there is OAuth2"
    monkeypatch.setattr(apps, "is_installed", lambda a: a != "oauth2_provider" and installed(a))
    with given(**closed):
        assert "oauth2_provider" in only("W021", Warning).hint
    with given(**closed | {"API_ENABLED": False}):
        assert found() == {}
    with given(API_ENABLED=True):
        assert found() == {}, "editors decide about HTTP Basic"
