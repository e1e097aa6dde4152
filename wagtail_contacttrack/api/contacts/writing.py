"""What a program says about a contact, written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from django.db import router
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...activity.adding import add
from ...activity.kinds import Kind, register
from ...contacts import (
    company_editing,
    consent,
    fieldset,
    linking,
    merge_log,
    merging,
    moments,
    points,
    saving,
    tags,
)
from ...contacts.merging import MergeRefused
from ...contacts.models import Company, Contact, DoNotContact, Presence, Tag
from ...contacts.models.link import Rule
from ...contacts.owners import possible_owners
from ...contacts.saving import ValueTaken
from ...contacts.tags import TagChange
from .. import fields_in
from ..calling import Call
from ..errors import ApiError, Forbidden, Invalid, Taken
from ..params import identity, numbers, truth

SAVED = "contact.saved"
FIRST = datetime(1990, 1, 1, tzinfo=UTC)
NONE: tuple[Any, ...] = (None, "", 0, "0", [], {})

register(Kind(SAVED, gettext_lazy("Saved by a program"), "code"))


def create(values: Mapping[str, Any], call: Call) -> tuple[Contact, bool]:
    """Make a contact, or change the one that a unique value names; and whether it was made."""
    news = fields_in.news(values, fieldset.current().contact, blanks=_overwrites(values))
    named = _named(news)
    if named:
        call.must("change", Contact)
        if values.get("points") in (0, "0"):
            # Whoever makes a contact begins with none; who is there already keeps theirs.
            values = {name: value for name, value in values.items() if name != "points"}
        # Of several, who was identified first; the others become part of it.
        return _write(named[0], news, values, call), False
    return _write(Contact(date_added=call.now), news, values, call), True


def update(contact: Contact, values: Mapping[str, Any], call: Call, *, replace: bool) -> Contact:
    """Change a contact. Whoever else has one of its unique values becomes part of it."""
    fields = fieldset.current().contact
    news = fields_in.news(values, fields, blanks=_overwrites(values), replace=replace)
    return _write(contact, news, values, call)


def _overwrites(values: Mapping[str, Any]) -> bool:
    return truth(values.get("overwriteWithBlank"))


def _named(news: Mapping[str, Any]) -> list[Contact]:
    """The contacts that the unique values name, who was identified first in front."""
    unique = [field.alias for field in fieldset.current().unique]
    wanted = [(alias, news[alias]) for alias in unique if news.get(alias) is not None]
    owners = {row.contact_id for row in linking.owners(wanted).values()}
    found = Contact.objects.current().filter(pk__in=owners).order_by("date_identified", "pk")
    return list(found) if owners else []


def _write(
    contact: Contact, news: Mapping[str, Any], values: Mapping[str, Any], call: Call
) -> Contact:
    further = _further(values, call)
    made = contact.pk is None
    if not made:
        _take_in(contact, news, call)
    try:
        saving.save(
            contact,
            news,
            rule=Rule.API,
            now=call.now,
            actor=call.user,
            several=call.several,
            attributes={"owner": further["owner"]} if "owner" in further else None,
        )
    except ValueTaken as taken:
        text = _("Contact #%(number)s has this value.")
        raise Taken({c.field: [text % {"number": c.contact_id}] for c in taken.conflicts}) from None
    _write_further(contact, further, values, call, made)
    return Contact.objects.get(pk=contact.pk)


def _take_in(contact: Contact, news: Mapping[str, Any], call: Call) -> None:
    """Merge those into the contact who have a unique value that it is to have."""
    for other in _named(news):
        if other.pk == contact.pk:
            continue
        try:
            row = merging.merge(
                contact.pk, other.pk, rule=Rule.API, now=call.now, actor=call.user,
                evidence={"by": "api"},
            )  # fmt: skip
        except MergeRefused as refused:
            raise ApiError(400, str(refused)) from None
        merge_log.note(merge_log.MERGE, row, contact, other, user=call.user)
        contact.refresh_from_db()


def _further(values: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """Everything that is no field, checked before anything is written."""
    found: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    if values.get("stage") not in NONE:
        wrong["stage"] = [_("There is no such stage.")]
    if "owner" in values:
        found["owner"] = _owner(values["owner"], wrong)
    if values.get("ipAddress"):
        try:
            found["address"] = str(ip_address(str(values["ipAddress"]).strip()))
        except ValueError:
            wrong["ipAddress"] = [_("It is not an IP address.")]
    if values.get("lastActive"):
        found["last_active"] = last_active(values["lastActive"], call.now, wrong)
    if values.get("points") not in (None, ""):
        found["points"] = _points(values["points"], wrong)
    if "tags" in values:
        found["tags"] = _tags(values["tags"], call, wrong)
    if values.get("companies") and not call.may("view", Company):
        raise Forbidden
    found["dont"] = _do_not_contact(values.get("doNotContact"), wrong)
    if wrong:
        raise Invalid(wrong)
    return found


def last_active(value: Any, now: datetime, wrong: dict[str, list[str]]) -> datetime | None:
    """When a contact was last active, as a program says; None, and why, for what cannot be."""
    moment = moments.moment(str(value))
    if moment is None:
        wrong["lastActive"] = [_("It is not a date and time. Write it as 2024-05-31 14:30.")]
    elif not FIRST <= moment <= now + timedelta(minutes=5):
        wrong["lastActive"] = [_("It lies in the future, or before there was a web.")]
    return moment


def _owner(value: Any, wrong: dict[str, list[str]]) -> Any:
    if isinstance(value, dict):
        value = value.get("id")
    if value in NONE:
        return None
    number = identity(value)
    user = number and possible_owners().filter(pk=number).first()
    if not user:
        wrong["owner"] = [_("There is no such user in the admin.")]
    return user


def _points(value: Any, wrong: dict[str, list[str]]) -> int:
    try:
        number = round(float(str(value)))
        if abs(number) <= points.MOST:
            return number
    except (ValueError, OverflowError):
        pass
    wrong["points"] = [_("It is not a whole number, or is too large.")]
    return 0


def _tags(value: Any, call: Call, wrong: dict[str, list[str]]) -> Sequence[TagChange]:
    parsed = tags.parse(_as_params(value))
    if parsed.problems:
        wrong["tags"] = [_("A tag is too long, or there are too many at once.")]
    added = [change.name for change in parsed.changes if change.add]
    if added and not call.may("add", Tag):
        digests = {tags.digest(name): name for name in added}
        there = set(Tag.objects.filter(digest__in=digests).values_list("digest", flat=True))
        if missing := [name for key, name in digests.items() if key not in there]:
            text = _("There is no tag “%(name)s”, and you may not add one.")
            wrong["tags"] = [text % {"name": name} for name in missing]
    return parsed.changes


def _as_params(value: Any) -> Any:
    """Numbers as texts: tags may be called 2024."""
    if isinstance(value, dict):
        return {key: _as_params(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_params(item) for item in value]
    return "" if value is None else str(value)


def _do_not_contact(sent: Any, wrong: dict[str, list[str]]) -> list[tuple[str, int, str]]:
    """Channel, reason and comment of each record that was sent; reason 0 takes one away."""
    found = []
    items = sent.values() if isinstance(sent, dict) else sent if isinstance(sent, list) else []
    for item in items:
        reason = identity(item.get("reason", 3)) if isinstance(item, dict) else None
        channel = str(item.get("channel") or consent.EMAIL) if isinstance(item, dict) else ""
        if reason not in (0, *DoNotContact.Reason.values) or not 0 < len(channel) <= 16:
            wrong["doNotContact"] = [_("Send a channel and a reason of 0, 1, 2 or 3 for each.")]
        else:
            found.append((channel, reason or 0, str(item.get("comments") or "")))
    return found


def _write_further(
    contact: Contact, further: Mapping[str, Any], values: Mapping[str, Any], call: Call, made: bool
) -> None:
    using = contact._state.db or router.db_for_write(Contact)
    if further.get("tags"):
        tags.apply(contact.pk, further["tags"], now=call.now, using=using)
    if "points" in further:
        points.change(contact.pk, "set", further["points"], now=call.now, actor=call.user)
    for channel, reason, comments in further["dont"]:
        if reason:
            consent.forbid(
                contact.pk, channel, reason=DoNotContact.Reason(reason), comments=comments,
                now=call.now, using=using,
            )  # fmt: skip
        else:
            consent.allow(contact.pk, channel, now=call.now, using=using)
    for company in Company.objects.filter(pk__in=numbers(values.get("companies") or [])):
        company_editing.link(contact.pk, company, several=call.several, now=call.now)
    if made or "address" in further:
        data = {"user": call.user.pk}
        add(
            SAVED, contact.pk, now=call.now, address=further.get("address", ""), data=data,
            using=using,
        )  # fmt: skip
    if "last_active" in further:
        set_last_active(contact.pk, further["last_active"], using)


def set_last_active(contact_id: int, moment: datetime, using: str) -> None:
    """Say when a contact was last active, whatever was known before."""
    Presence.objects.using(using).filter(contact_id=contact_id).update(at=moment)
