"""HTTP Basic: the name and the password of a user, without hashing the password on every call."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, load_backend
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from . import counting
from .refusals import basic_disabled, wrong_password
from .tries import Tries

SECONDS = 300
# Nobody's name and password are longer, and hashing takes time.
MAX_LENGTH = 4096
_SALT = "wagtail_contacttrack.api.basic"


def user_of(request: HttpRequest, value: str, *, allowed: bool) -> Any:
    """The active user whose name and password an Authorization header holds; else `ApiError`."""
    if not allowed:
        raise basic_disabled()
    pair = credentials(value)
    if pair is None:
        raise wrong_password()
    tries = Tries(request, "basic", pair[0])
    tries.check()
    user = _known(*pair) or _proved(request, *pair)
    if user is None:
        tries.failed()
        raise wrong_password()
    return user


def credentials(value: str) -> tuple[str, str] | None:
    """Name and password out of what follows the word Basic; None if it is nothing of the kind."""
    if len(value) > MAX_LENGTH:
        return None
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    name, colon, password = text.partition(":")
    # Databases refuse the NUL, and nobody's name or password can hold one.
    return (name, password) if name and colon and "\0" not in text else None


def _proved(request: HttpRequest, name: str, password: str) -> Any:
    """The user, as the project's backends see it; remembered for a while."""
    user = authenticate(request, username=name, password=password)
    if user is None or not user.is_active:
        return None
    # `authenticate` notes which backend knows them.
    value = (user.backend, str(user.pk), _state(user))
    counting.remember(_key(name, password), value, SECONDS)
    return user


def _known(name: str, password: str) -> Any:
    """The user, if the same pair was right a moment ago and the password is still that one."""
    found = counting.remembered(_key(name, password))
    if not isinstance(found, tuple | list) or len(found) != 3:
        return None
    backend, pk, state = found
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = load_backend(backend).get_user(pk)
    if user is None or not user.is_active or not constant_time_compare(state, _state(user)):
        return None
    user.backend = backend
    return user


def _key(name: str, password: str) -> str:
    # Lengths keep "a:" + "b" apart from "a" + ":b".
    digest = salted_hmac(_SALT, f"{len(name)}:{name}{password}", algorithm="sha256")
    return f"contacttrack:basic:{digest.hexdigest()}"


def _state(user: Any) -> str:
    """Says nothing by itself, and changes with the user's password."""
    return salted_hmac(
        f"{_SALT}.state", f"{user.pk}:{user.password}", algorithm="sha256"
    ).hexdigest()
