"""Contacts as the description shows them. What is written is ``contacts.shapes``'."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

from .. import describing
from ..answers import Container

Group = dict[str, Any] | list[Any]


class ContactTag(Schema):
    id: int
    tag: str
    description: str | None = None


class Fields(Schema):
    """Fields by group and alias; `all` has the bare values."""

    core: Group
    social: Group
    personal: Group
    professional: Group
    all: dict[str, Any]


class Contact(Schema):
    """A contact. With `minimal`, most of it is left out."""

    model_config = ConfigDict(extra="allow")

    id: int | None
    isPublished: bool = True
    dateAdded: str | None = None
    dateModified: str | None = None
    points: int = 0
    fields: Fields | dict[str, Any] = {}
    lastActive: str | None = None
    owner: dict[str, Any] | None = None
    ipAddresses: list[dict[str, Any]] = []
    tags: list[ContactTag] = []
    utmtags: list[dict[str, Any]] = []
    doNotContact: list[dict[str, Any]] = []
    dateIdentified: str | None = None


class ContactIn(Schema):
    """Values of any fields by alias, and what else belongs to a contact."""

    model_config = ConfigDict(extra="allow")

    email: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    tags: list[str] | dict[str, str] | str | None = Field(
        None, description="Names between commas, or a list; `-name` takes one away."
    )
    owner: int | str | None = Field(None, description="A user's id; null for nobody.")
    points: int | str | None = None
    ipAddress: str | None = None
    lastActive: str | None = None
    doNotContact: list[dict[str, Any]] | None = Field(
        None, description="`channel`, `reason` (1 to 3, or 0 to take it away) and `comments`."
    )
    companies: list[int] | str | None = None
    overwriteWithBlank: bool | int | str | None = Field(
        None, description="Whether blanks empty fields."
    )


DESCRIBED = describing.described(
    "Contact", "contact", "contacts", Contact, ContactIn, total=str, container=Container.OBJECT
)
