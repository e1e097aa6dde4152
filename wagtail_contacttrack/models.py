"""Every model of the app, gathered from its rooms for Django's app registry."""

from __future__ import annotations

from .activity.models import Activity, TrackedPage
from .contacts.models import Contact, Device, Presence, UserAgent
from .tracking.models import HitCount, TrackingSettings

__all__ = [
    "Activity",
    "Contact",
    "Device",
    "HitCount",
    "Presence",
    "TrackedPage",
    "TrackingSettings",
    "UserAgent",
]
