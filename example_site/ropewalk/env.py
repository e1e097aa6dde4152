"""Settings out of environment variables, by type, with errors that name the variable."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

TRUE = ("true", "1")
FALSE = ("false", "0")
PREFIX = "CONTACTTRACK_"


class Environment:
    """Reads one mapping of variables. One that is missing or empty gives the default."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables

    def text(self, name: str, default: str = "") -> str:
        return self.variables.get(name, default)

    def boolean(self, name: str, default: bool) -> bool:
        """true, false, 1 or 0, in any case."""
        return self._read(name, default, _boolean)

    def port(self, name: str, default: int) -> int:
        return self._read(name, default, _port)

    def items(self, name: str, default: list[str]) -> list[str]:
        """Items between commas; spaces around them and empty items do not count."""
        return self._read(name, default, _items)

    def database(self, name: str, default: str) -> dict[str, Any]:
        """A database URL, with the options that concurrent writing needs."""
        try:
            config = dict(dj_database_url.parse(self.text(name) or default, conn_max_age=600))
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}") from error
        options = config.setdefault("OPTIONS", {})
        if config["ENGINE"].endswith("sqlite3"):
            # Writers queue up instead of failing, and readers never wait for them.
            options.setdefault("transaction_mode", "IMMEDIATE")
            options.setdefault("timeout", 20)
            options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
        else:
            config["CONN_HEALTH_CHECKS"] = True
            if config["ENGINE"].endswith("mysql"):
                options.setdefault("charset", "utf8mb4")
        return config

    def contacttrack(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """``CONTACTTRACK``: each variable CONTACTTRACK_<NAME>, typed by the default of <NAME>.

        Only what is set appears, so that the admin's switches keep their say in the rest.
        """
        found = {}
        for variable in self.variables:
            name = variable.removeprefix(PREFIX)
            if name == variable:
                continue
            if name in defaults:
                if self.variables[variable].strip():
                    found[name] = self._read(variable, None, reader_for(defaults[name]))
            else:
                warnings.warn(f"{variable} names no setting of contacttrack.", stacklevel=2)
        return found

    def _read(self, name: str, default: Any, reader: Callable[[str], Any]) -> Any:
        value = self.variables.get(name, "").strip()
        if not value:
            return default
        try:
            return reader(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}={value!r}: {error}") from None


def reader_for(default: Any) -> Callable[[str], Any]:
    """How to read a text as the type of `default`; None stands for "yes, no or by itself"."""
    if default is None:
        return _boolean_or_none
    if isinstance(default, bool):
        return _boolean
    if isinstance(default, int):
        return _whole_number
    if isinstance(default, float):
        return _number
    return _items if isinstance(default, list | tuple) else str


def _boolean(value: str) -> bool:
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ValueError("expected true, false, 1 or 0")


def _boolean_or_none(value: str) -> bool | None:
    return _boolean(value) if value else None


def _whole_number(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError("expected a whole number") from None


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise ValueError("expected a number") from None
    if not 0 <= number < float("inf"):
        raise ValueError("expected a number that is not negative")
    return number


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _port(value: str) -> int:
    number = _whole_number(value)
    if not 0 < number < 65536:
        raise ValueError("expected a port between 1 and 65535")
    return number
