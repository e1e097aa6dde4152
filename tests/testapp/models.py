from __future__ import annotations

from wagtail.models import Page


class PlainPage(Page):
    """A page with nothing but its title."""
