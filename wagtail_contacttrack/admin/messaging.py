"""Links within the messages at the top of a page."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString


def linked(url: str, text: Any) -> SafeString:
    """A link in the colour of its message: that of other links cannot be read there."""
    return format_html('<a class="w-text-current w-underline" href="{}">{}</a>', url, text)
