"""Names for fields: which can be had, and one to suggest."""

from __future__ import annotations

import re

from django.utils.text import slugify
from django.utils.translation import gettext

from .models import ContactField, FieldObject

LONGEST = 64
# What a tracking call says by itself, besides what is known about somebody.
OF_CALLS = {
    "adblock", "company", "companies", "counter", "ct", "d", "do_not_track", "donotcontact",
    "donottrack", "fingerprint", "form", "formid", "ip", "ipaddress", "language", "lastactive",
    "page", "page_language", "page_referrer", "page_title", "page_url", "platform", "referer",
    "referrer", "resolution", "segment", "stage", "tag", "tags", "timezone_offset", "url",
}  # fmt: skip
# What is known about every contact without a field, here and in the API.
OF_CONTACTS = {
    "color", "created_by", "date_added", "date_identified", "date_modified", "id", "is_published",
    "last_active", "merged_into", "modified_by", "overwritewithblank", "owner", "points",
}  # fmt: skip
PREFIXES = ("mautic_", "mtc_", "utm_")
_COMPANY = re.compile(r"company[a-z0-9_]*")


def suggestion(label: str) -> str:
    """A name made of a label; "" if no letter of it can be in a name."""
    return slugify(label).replace("-", "_").lstrip("0123456789_")[:LONGEST].rstrip("_")


def problem(alias: str, object: str, own: int | None = None) -> str:
    """Why a field of these objects cannot have this name, as a sentence, or "".

    `own` is the field itself, if there is one already.
    """
    if alias in OF_CALLS or alias.startswith(PREFIXES):
        return gettext(
            "Tracking calls use this name for something else. Choose another one, "
            "for example my_%(alias)s."
        ) % {"alias": alias[: LONGEST - 3]}
    if alias in OF_CONTACTS:
        return gettext(
            "Contacts have something of this name already. Choose another one, "
            "for example my_%(alias)s."
        ) % {"alias": alias[: LONGEST - 3]}
    if object == FieldObject.CONTACT and _COMPANY.fullmatch(alias):
        return gettext("Names that begin with company are for fields of companies.")
    # One parameter of a call means one thing: the two kinds of fields share their names.
    others = ContactField.objects.filter(alias=alias)
    taken = (others.exclude(pk=own) if own else others).first()
    if taken is None:
        return ""
    if taken.object == FieldObject.COMPANY:
        return gettext("A field of companies has this name. Choose another one.")
    return gettext("A field of contacts has this name. Choose another one.")
