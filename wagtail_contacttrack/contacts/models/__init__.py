"""The models of this room, one file for each kind of thing."""

from .company import Company, CompanyIdentifier, CompanyMembership
from .consent import DoNotContact
from .contact import Contact, ContactQuerySet, Presence
from .device import Device, UserAgent
from .field import ContactField, FieldGroup, FieldObject, FieldType
from .identifier import Identifier
from .link import LinkRecord, Rule
from .merge import Merge, MovedRow, NotADuplicate
from .note import Note
from .tag import ContactTag, Tag

__all__ = [
    "Company",
    "CompanyIdentifier",
    "CompanyMembership",
    "Contact",
    "ContactField",
    "ContactQuerySet",
    "ContactTag",
    "Device",
    "DoNotContact",
    "FieldGroup",
    "FieldObject",
    "FieldType",
    "Identifier",
    "LinkRecord",
    "Merge",
    "MovedRow",
    "NotADuplicate",
    "Note",
    "Presence",
    "Rule",
    "Tag",
    "UserAgent",
]
