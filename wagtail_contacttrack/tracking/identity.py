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
from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save
from django.utils.encoding import force_bytes
from wagtail.models import Site

from ..conf import conf
from ..sql import dialect, writing
from .models import IdentityKey, IdentityUse

logger = logging.getLogger(__name__)

SALT = "wagtail_contacttrack.identity"
MAX_LENGTH = 2048
MAX_AGE = 2.0
LIVE_KEYS = 2
MOST_SECONDS = 86_400

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

    It is good for `lifetime` seconds and needs no encoding in an address.
    The site's first key is made when it is needed. Raises `ValueError` for more than fits.
    """
    began = int(now.timestamp())
    content = {
        "site": site_id,
        "nonce": secrets.token_urlsafe(12),
        "from": began,
        "until": began + lifetime(),
        "values": {str(name): str(value) for name, value in values.items()},
    }
    keys = _keys(site_id) or [_first_key(site_id, now)]
    token = _signer(keys).sign_object(content)
    if len(token) > MAX_LENGTH:
        raise ValueError("These values are too long for a signed identity.")
    return token


def lifetime() -> int:
    """How many seconds a token is good for: what the project has set, at most a day."""
    return min(int(conf.IDENTITY_MAX_AGE), MOST_SECONDS)


def rotate(site_id: int, *, now: datetime) -> None:
    """Have a new key sign from now on. The one before still verifies, older ones do no more."""
    using = router.db_for_write(IdentityKey)
    with writing(using, IdentityKey._meta.db_table):
        _lock(site_id, using)
        _add_key(site_id, now, using)
        rows = _newest_first(using).filter(site_id=site_id)
        live = list(rows.values_list("pk", flat=True)[:LIVE_KEYS])
        rows.exclude(pk__in=live).delete()


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
        _clean_up(expires - timedelta(seconds=lifetime()) - _AHEAD, using)
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
    secret_keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    every: list[bytes | str] = [
        force_bytes(own) + key.encode() for own in secret_keys for key in keys
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
    rows = _newest_first(router.db_for_read(IdentityKey))
    for site_id, secret in rows.values_list("site_id", "secret"):
        found = keys.setdefault(site_id, [])
        if len(found) < LIVE_KEYS:
            found.append(secret)
    _cached = (time.monotonic(), keys)
    return keys


def _first_key(site_id: int, now: datetime) -> str:
    """The key that signs; a new one, unless another process has made one in the meantime."""
    using = router.db_for_write(IdentityKey)
    with writing(using, IdentityKey._meta.db_table):
        _lock(site_id, using)
        row = _newest_first(using).filter(site_id=site_id).first()
        return row.secret if row else _add_key(site_id, now, using)


def _add_key(site_id: int, now: datetime, using: str) -> str:
    secret = secrets.token_urlsafe(32)
    IdentityKey(site_id=site_id, secret=secret, date_added=now).save(using=using)
    return secret


def _newest_first(using: str) -> QuerySet[IdentityKey]:
    return IdentityKey.objects.using(using).order_by("-date_added", "-pk")


def _lock(site_id: int, using: str) -> None:
    """Let one process at a time change the keys of a site."""
    Site.objects.using(using).select_for_update().only("pk").get(pk=site_id)


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
