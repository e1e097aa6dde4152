"""How long something took, in words."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _


def duration_text(duration: timedelta | None) -> str:
    """For example "1 min 20 s"; the two largest units. Empty for None and less than a second."""
    seconds = int(duration.total_seconds()) if duration else 0
    if seconds <= 0:
        return ""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return _joined(_("%(number)s d"), days, _("%(number)s h"), hours)
    if hours:
        return _joined(_("%(number)s h"), hours, _("%(number)s min"), minutes)
    if minutes:
        return _joined(_("%(number)s min"), minutes, _("%(number)s s"), seconds)
    return _("%(number)s s") % {"number": seconds}


def _joined(large: str, number: int, small: str, rest: int) -> str:
    first = large % {"number": number}
    return f"{first} {small % {'number': rest}}" if rest else first
