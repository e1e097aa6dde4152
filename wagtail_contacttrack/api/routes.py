"""All routers of the API, in the order of the description."""

from __future__ import annotations

from ..contacts.models import FieldObject
from . import companies, devices, fields, hooks, notes, segments, tags, users
from .contacts.resource import Contacts
from .contacts.routes import router as contact_routes
from .contacts.schemas import DESCRIBED as CONTACTS
from .hits.routes import router as hit_routes
from .standard import standard
from .stats.routes import router as stats_routes

ROUTERS = [
    standard(Contacts(), CONTACTS),
    contact_routes,
    standard(companies.Companies(), companies.DESCRIBED),
    companies.router,
    standard(tags.Tags(), tags.DESCRIBED),
    standard(notes.Notes(), notes.DESCRIBED),
    notes.router,
    standard(segments.Segments(), segments.DESCRIBED),
    segments.router,
    standard(devices.Devices(), devices.DESCRIBED),
    devices.router,
    standard(fields.Fields(FieldObject.CONTACT), fields.DESCRIBED),
    standard(fields.Fields(FieldObject.COMPANY), fields.DESCRIBED),
    hit_routes,
    stats_routes,
    hooks.router,
    standard(hooks.Hooks(), hooks.DESCRIBED),
    users.router,
    standard(users.Users(), users.DESCRIBED),
]
