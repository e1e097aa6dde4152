"""Devices of several people in one browser."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from ..wire.ids import tracking_id_of

SALT = "wagtail_contacttrack.switching"


def device_id_for(browser: str, contact_id: int) -> str:
    """The tracking id of a browser's device for one of the people who use it.

    `browser` is the tracking id that the browser began with. The same person gets the same device
    each time, however often two of them take turns; nobody without our secret can guess it.
    """
    digest = salted_hmac(SALT, f"{browser} {contact_id}", algorithm="sha256").digest()
    return tracking_id_of(int.from_bytes(digest, "big"))
