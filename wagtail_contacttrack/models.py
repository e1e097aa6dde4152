"""Every model of the app, gathered from its rooms for Django's app registry."""

from __future__ import annotations

from .activity.models import Activity, TrackedPage
from .contacts.models import (
    Company,
    CompanyIdentifier,
    CompanyMembership,
    Contact,
    ContactField,
    ContactTag,
    Device,
    DoNotContact,
    Identifier,
    Merge,
    MovedRow,
    NotADuplicate,
    Note,
    Presence,
    Tag,
    UserAgent,
)
from .outbound.models import LinkVisitor, Message, TrackedLink
from .outbound.webhooks.models import Webhook, WebhookEvent
from .segments.models import Segment, SegmentMember
from .tracking.models import HitCount, IdentityKey, IdentityUse, TrackingSettings

__all__ = [
    "Activity",
    "Company",
    "CompanyIdentifier",
    "CompanyMembership",
    "Contact",
    "ContactField",
    "ContactTag",
    "Device",
    "DoNotContact",
    "HitCount",
    "Identifier",
    "IdentityKey",
    "IdentityUse",
    "LinkVisitor",
    "Merge",
    "Message",
    "MovedRow",
    "NotADuplicate",
    "Note",
    "Presence",
    "Segment",
    "SegmentMember",
    "Tag",
    "TrackedLink",
    "TrackedPage",
    "TrackingSettings",
    "UserAgent",
    "Webhook",
    "WebhookEvent",
]
