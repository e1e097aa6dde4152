"""Everything that was sent with an activity, as labelled texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...activity.models import Activity
from ...contacts import fieldset, values
from ...wire.page import UTM
from .addresses import Address

# A single hit may carry a thousand.
MAX_PARAMS = 100

UTM_LABELS = dict(
    zip(UTM, [_("Campaign"), _("Source"), _("Medium"), _("Content"), _("Term")], strict=True)
)
DOORS = {
    "script": _("Tracking script"),
    "pixel": _("Tracking pixel"),
    "both": _("Tracking script and pixel"),
}
DATA_LABELS = {
    "language": _("Page language"),
    "locale": _("Locale of the page"),
    "browser_languages": _("Browser languages"),
}
PROBLEMS = {
    "value_cut": _("A value was too long and has been cut."),
    "too_many_params": _("There were too many parameters; the last ones are missing."),
    "name_too_long": _("A parameter was left out, because its name was too long or empty."),
    "params_too_deep": _("A parameter was left out, because it was nested too deeply."),
    "event_id_invalid": _("The number of the event was not valid and has been ignored."),
    "d_undecodable": _("The parameter “d” could not be read."),
    "d_too_large": _("The parameter “d” was too large to be read."),
    "body_type_unknown": _("The type of the request’s body is not known; it was not read."),
    "body_undecodable": _("The body of the request could not be read."),
    "file_ignored": _("A file came with the request and was ignored."),
    "identity_forged": _(
        "The signed identity was not made by this site, or was changed on its way; it was ignored."
    ),
    "identity_expired": _(
        "The signed identity had expired and was ignored. If this happens often, compare the "
        "clocks of your servers, or have IDENTITY_MAX_AGE raised."
    ),
    "identity_wrong_site": _("The signed identity was made for another site and was ignored."),
    "identity_truncated": _("The end of the signed identity was missing; it was ignored."),
    "identity_not_yet": _(
        "The signed identity comes from the future and was ignored. Compare the clocks of your "
        "servers."
    ),
    "identity_unchecked": _(
        "The signed identity could not be checked and was ignored, because the database was away."
    ),
    "identity_replayed": _(
        "The signed identity had been used in another browser already and was ignored."
    ),
    "identity_unsigned": _(
        "It said who the visitor is without being signed by the website. The mode “enforce” would "
        "have refused that."
    ),
    "ct_forged": _("The link was not signed by this site, or was changed on its way."),
    "ct_expired": _("The link was too old to say who followed it."),
    "ct_unsigned": _("The link was not signed, and such links are switched off."),
    "ct_machine": _("A mail scanner followed the link, not its recipient."),
    "from_elsewhere": _(
        "What was said about the visitor was ignored, because the pixel stands on a website that "
        "is not listed."
    ),
    "ct_undecodable": _("The parameter “ct” could not be read."),
    "tag_too_long": _("A tag was too long and was left out."),
    "too_many_tags": _("There were too many tags; the last ones were left out."),
}
# Why a parameter that names a field was not taken over, besides what is wrong with its value.
IGNORED = {
    "field_not_public": _("It is not publicly updatable."),
    "identity_unverified": _("It would have to be signed by the website."),
    "identity_outranked": _("The website has signed another value."),
    "identifier_conflict": _("It names another contact, or contradicts what is known."),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A label and a text that was sent; `href` if the text may be a link."""

    label: Any
    text: Any
    href: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, what the contact's browser said of itself, and what went wrong.

    `left_out` counts parameters that were sent and are not listed.
    """

    items: list[Item]
    params: list[Item]
    left_out: int
    technical: list[Item]
    problems: list[Any]


def sent_with(activity: Activity) -> Sent:
    """All that a row holds; what is empty is left out. Needs `activity.agent`, queries nothing."""
    data = dict(activity.data) if isinstance(activity.data, dict) else {"data": activity.data}
    items = [*_addresses(activity), *_utm(data.pop("utm", None))]
    door, problems = data.pop("door", ""), data.pop("problems", [])
    ignored = data.pop("ignored", {})
    items += [
        Item(label, ", ".join(text for _name, text in _flat(value)))
        for name, label in DATA_LABELS.items()
        if (value := data.pop(name, None))
    ]
    params = [Item(name, text) for name, text in _flat(data.pop("params", {}))]
    # Whatever else: activities of a kind that a project has added.
    params += [Item(name, text) for name, text in _flat(data)]
    technical = [
        Item(_("IP address"), activity.address),
        Item(_("User agent"), activity.agent.raw if activity.agent else ""),
        Item(_("Sent by"), DOORS.get(door, door) if isinstance(door, str) else str(door)),
    ]
    return Sent(
        items=items,
        params=params[:MAX_PARAMS],
        left_out=max(len(params) - MAX_PARAMS, 0),
        technical=[item for item in technical if item.text],
        problems=[
            *(PROBLEMS.get(text, text) for _name, text in _flat(problems)),
            *(_reason(alias, code) for alias, code in _flat(ignored)),
        ],
    )


def _reason(alias: str, code: str) -> str:
    """Why a field was not taken over, as a sentence that names it."""
    fields = fieldset.current()
    field = fields.contact.get(alias) or fields.company.get(alias)
    title = field.title if field else alias
    reason = IGNORED.get(code) or (values.sentence(field, code) if field else "") or code
    return gettext("%(field)s was left out. %(reason)s") % {"field": title, "reason": reason}


def utm_items(activity: Activity) -> list[Item]:
    """The campaign tags of an activity."""
    data = activity.data if isinstance(activity.data, dict) else {}
    return _utm(data.get("utm"))


def _addresses(activity: Activity) -> Iterator[Item]:
    for label, raw in ((_("Address"), activity.url), (_("Referrer"), activity.referrer)):
        if raw:
            address = Address(raw)
            yield Item(label, address.full, address.href)


def _utm(value: Any) -> list[Item]:
    if not isinstance(value, dict):
        return []
    return [Item(UTM_LABELS[n], str(value[n])) for n in UTM if value.get(n)]


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """A tree of values as names and texts, with names such as `a[b][0]`."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from _flat(inner, f"{name}[{key}]" if name else str(key))
    else:
        yield name, "" if value is None else str(value)
