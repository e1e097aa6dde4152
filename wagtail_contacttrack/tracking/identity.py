"""Signed identities: what a website says, provably, about its member who is logged in.

A token names its site, lasts for minutes, and counts for the first device that brings it. Who does
not know the site's secret can neither make one nor change one. What stands in it can be read by
everybody who holds it, so a token never stands in a page that a cache may keep.
"""

from __future__ import annotations

import itertools
import logging
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, JSONSerializer, Signer, b64_decode
from django.db import Error, connections, router, transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Site

from ..conf import conf
from ..sql import dialect, writing
from .models import IdentityKey, IdentityUse

logger = logging.getLogger(__name__)

SALT = "wagtail_contacttrack.identity"
MAX_LENGTH = 2048
MAX_AGE = 2.0
LIVE_KEYS = 2

# Why a token does not count.
FORGED = "identity_forged"
EXPIRED = "identity_expired"
WRONG_SITE = "identity_wrong_site"
TRUNCATED = "identity_truncated"
NOT_YET = "identity_not_yet"
UNCHECKED = "identity_unchecked"

# The clocks of two servers may differ by a moment.
_AHEAD = timedelta(minutes=1)
# A SHA-256 in base64.
_SIGNATURE_LENGTH = 43
# How often those that have expired are cleared away, and how many at once.
_CLEAN_EVERY, _CLEAN_MOST = 64, 500


@dataclass(frozen=True, slots=True)
class Checked:
    """What a token says, or in `problem` why that does not count."""

    values: dict[str, str] = field(default_factory=dict)
    nonce: str = ""
    expires: datetime | None = None
    problem: str = ""


# Making


def issue(site_id: int, values: Mapping[str, str], *, now: datetime) -> str:
    """A token that says `values` (contact fields by alias) about a visitor of one site.

    It is good for `CONTACTTRACK["IDENTITY_MAX_AGE"]` seconds and needs no encoding in an address.
    The site's first key is made when it is needed. Raises `ValueError` for more than fits.
    """
    began = int(now.timestamp())
    content = {
        "site": site_id,
        "nonce": secrets.token_urlsafe(12),
        "from": began,
        "until": began + int(conf.IDENTITY_MAX_AGE),
        "values": {str(name): str(value) for name, value in values.items()},
    }
    keys = _keys(site_id) or [_first_key(site_id, now)]
    token = _signer(keys).sign_object(content)
    if len(token) > MAX_LENGTH:
        raise ValueError("These values are too long for a signed identity.")
    return token


def rotate(site_id: int, *, now: datetime) -> IdentityKey:
    """Have a new key sign from now on. The one before still verifies, older ones do no more."""
    with writing(*_database()):
        _lock(site_id)
        rows = IdentityKey.objects.filter(site_id=site_id)
        key = IdentityKey(site_id=site_id, secret=secrets.token_urlsafe(32), date_added=now)
        key.save()
        live = rows.order_by("-date_added", "-pk").values_list("pk", flat=True)[:LIVE_KEYS]
        rows.exclude(pk__in=list(live)).delete()
    return key


# Checking


def check(token: str, site_id: int, *, now: datetime) -> Checked:
    """Read a token for one site. Never raises; asks the database only for keys, now and then."""
    if len(token) > MAX_LENGTH:
        return Checked(problem=FORGED)
    body, _, signature = token.rpartition(".")
    if not body or len(signature) < _SIGNATURE_LENGTH:
        return Checked(problem=TRUNCATED)
    try:
        content = _unsigned(token, _site_named(body))
    except Error:
        logger.exception("A signed identity could not be checked.")
        return Checked(problem=UNCHECKED)
    if content is None:
        return Checked(problem=FORGED)
    if content["site"] != site_id:
        return Checked(problem=WRONG_SITE)
    expires = datetime.fromtimestamp(content["until"], UTC)
    if now >= expires:
        return Checked(problem=EXPIRED)
    if now + _AHEAD < datetime.fromtimestamp(content["from"], UTC):
        return Checked(problem=NOT_YET)
    return Checked(content["values"], content["nonce"], expires)


def bind(nonce: str, tracking_id: str, expires: datetime, *, using: str) -> bool:
    """Have a token count for this device. False if another one has used it before.

    The same device may use it again, for further pages and when it tries once more.
    """
    connection = connections[using]
    sql = dialect(connection)
    with connection.cursor() as cursor:
        row = (nonce, tracking_id, sql.moment(expires))
        columns = ("nonce", "tracking_id", "expires")
        statements = sql.upsert(
            IdentityUse._meta.db_table, columns, [row], key=["nonce"], returning=["tracking_id"]
        )
        ((first,),) = sql.run(cursor, statements)
    if next(_bound) % _CLEAN_EVERY == 0:
        _clean_up(expires - timedelta(seconds=conf.IDENTITY_MAX_AGE) - _AHEAD, using)
    return bool(first == tracking_id)


_bound = itertools.count(1)


def _clean_up(before: datetime, using: str) -> None:
    """Remove some of those whose token nobody can use any more.

    `before` is earlier than now: no token that counts was made later.
    """
    rows = IdentityUse.objects.using(using)
    old = rows.filter(expires__lt=before).order_by("pk").values_list("pk", flat=True)
    rows.filter(pk__in=list(old[:_CLEAN_MOST])).delete()


def _signer(keys: list[str]) -> Signer:
    """Signs with the first key. The project's own secret is part of each.

    So neither a copy of the database nor one of the settings is enough to say who somebody is.
    """
    every = [
        own + key for own in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS) for key in keys
    ]
    return Signer(key=every[0], fallback_keys=every[1:], sep=".", salt=SALT)


def _unsigned(token: str, site_id: int) -> dict[str, Any] | None:
    """What stands in a token that this site has signed, else None."""
    # Somebody else may have made a key a moment ago.
    for patience in (MAX_AGE, 0.2):
        keys = _keys(site_id, patience)
        if not keys:
            continue
        try:
            content: dict[str, Any] = _signer(keys).unsign_object(token)
        except (BadSignature, ValueError):
            continue
        return content
    return None


def _site_named(body: str) -> int:
    """The site that a token claims to be from, still unproven; 0 if it names none."""
    try:
        site_id = JSONSerializer().loads(b64_decode(body.encode()))["site"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return 0
    return site_id if isinstance(site_id, int) else 0


# Keys in memory

_cached: tuple[float, dict[int, list[str]]] | None = None
_reading = threading.Lock()


def _keys(site_id: int, max_age: float = MAX_AGE) -> list[str]:
    """The live secrets of a site, the one that signs first; at most so many seconds old.

    While the database is away, what was read last stays good.
    """
    cached = _cached
    if cached is None:
        return _read().get(site_id, [])
    if time.monotonic() - cached[0] > max_age and _reading.acquire(blocking=False):
        try:
            return _read().get(site_id, [])
        except Error:
            logger.warning("The identity keys could not be read anew.", exc_info=True)
        finally:
            _reading.release()
    return cached[1].get(site_id, [])


def _read() -> dict[int, list[str]]:
    global _cached
    keys: dict[int, list[str]] = {}
    rows = IdentityKey.objects.order_by("-date_added", "-pk").values_list("site_id", "secret")
    for site_id, secret in rows:
        found = keys.setdefault(site_id, [])
        if len(found) < LIVE_KEYS:
            found.append(secret)
    _cached = (time.monotonic(), keys)
    return keys


def _first_key(site_id: int, now: datetime) -> str:
    """The key that signs; a new one, unless another process has made one in the meantime."""
    with writing(*_database()):
        _lock(site_id)
        row = IdentityKey.objects.filter(site_id=site_id).order_by("-date_added", "-pk").first()
        if row is None:
            row = IdentityKey(site_id=site_id, secret=secrets.token_urlsafe(32), date_added=now)
            row.save()
    return row.secret


def _database() -> tuple[str, str]:
    return router.db_for_write(IdentityKey), IdentityKey._meta.db_table


def _lock(site_id: int) -> None:
    """Let one process at a time change the keys of a site."""
    Site.objects.select_for_update().only("pk").get(pk=site_id)


def clear() -> None:
    """Forget the keys; the next question reads them anew."""
    global _cached
    _cached = None


def reset() -> None:
    """Begin anew in a forked process, where nobody is reading."""
    global _reading
    _reading = threading.Lock()


def connect() -> None:
    """Drop the copy whenever a key is saved or deleted in this process."""

    def forget(using: str, **kwargs: Any) -> None:
        clear()
        # Somebody may have read the old keys again before these were committed.
        transaction.on_commit(clear, using=using)

    for signal in (post_save, post_delete):
        signal.connect(forget, sender=IdentityKey, weak=False, dispatch_uid="contacttrack-keys")
