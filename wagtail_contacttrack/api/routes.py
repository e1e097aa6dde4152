"""All routers of the API."""

from __future__ import annotations

from .contacts.resource import Contacts
from .contacts.routes import router as contact_routes
from .contacts.schemas import DESCRIBED as CONTACTS
from .standard import standard

ROUTERS = [contact_routes, standard(Contacts(), CONTACTS)]
