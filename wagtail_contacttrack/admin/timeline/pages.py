"""Links from visits to the Wagtail pages that were visited."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.urls import NoReverseMatch, reverse
from django.utils import translation
from wagtail.models import Site
from wagtail.permission_policies.pages import PagePermissionPolicy

DEFAULT_PORTS = {None, 80, 443}


@dataclass(frozen=True, slots=True)
class EditLink:
    title: str
    url: str


def edit_links(user: Any, addresses: Collection[str]) -> dict[str, EditLink]:
    """A link by address, for those of a page that the user may edit; two queries at most.

    Pages are found by where they are. The id that came with a visit is a browser's word, and
    whoever reports an address first would decide where everybody's visits lead.
    """
    places = {address: list(_places(address)) for address in addresses}
    wanted = {place for found in places.values() for place in found}
    if not wanted:
        return {}
    pages = PagePermissionPolicy().instances_user_has_permission_for(user, "change")
    found = {
        place: EditLink(title, reverse("wagtailadmin_pages:edit", args=[number]))
        for number, title, place in pages.filter(url_path__in=wanted).values_list(
            "pk", "title", "url_path"
        )
    }
    return {
        address: found[place]
        for address, candidates in places.items()
        for place in candidates
        if place in found
    }


def _places(address: str) -> Iterator[str]:
    """Where in the page tree this address can be, once for each site and language."""
    try:
        parts = urlsplit(address)
        path = unquote(parts.path) or "/"
        for root in Site.get_site_root_paths():
            if not _same_host(parts, urlsplit(root.root_url)):
                continue
            with translation.override(root.language_code):
                base = unquote(reverse("wagtail_serve", args=("",)))
            if path.startswith(base):
                rest = path.removeprefix(base).strip("/")
                yield f"{root.root_path}{rest}/" if rest else root.root_path
    except (ValueError, NoReverseMatch):
        return


def _same_host(one: SplitResult, other: SplitResult) -> bool:
    """A site behind a proxy often has the port of http, and its visitors that of https."""
    ports = {one.port, other.port}
    return one.hostname == other.hostname and (len(ports) == 1 or ports <= DEFAULT_PORTS)
