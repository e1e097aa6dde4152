"""What a hit says about the person behind it, as far as browsers may say such things.

No database: fields and settings come from memory, so most hits are done here at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..contacts import tags, values
from ..contacts.companies import CompanyData, data_of
from ..contacts.fieldset import Field, FieldSet
from ..contacts.tags import TagChange
from ..wire.clickthrough import Clickthrough
from ..wire.hit import Hit
from ..wire.mailproxies import mail_machine
from ..wire.params import Intake, Param, query
from . import clickthrough, identity
from .models import IdentityMode
from .sites import SiteOptions

NOT_PUBLIC = "field_not_public"
UNVERIFIED = "identity_unverified"
OUTRANKED = "identity_outranked"
UNSIGNED = "identity_unsigned"
CONFLICT = "identifier_conflict"
FOREIGN = "from_elsewhere"
MACHINE = "ct_machine"
# The tracker says these on every page; whoever has not opened the fields has not asked for them.
ALWAYS_SENT = frozenset({"timezone", "preferred_locale"})


@dataclass(slots=True)
class Claims:
    """What one hit says about its visitor.

    `values` are cleaned values of contact fields by alias; `unique` are those of them that say who
    somebody is; `verified` came signed, and `nonce` is what keeps others from using that again.
    `ignored` says why a parameter that names a field was not taken.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unique: dict[str, Any] = field(default_factory=dict)
    verified: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    expires: datetime | None = None
    clickthrough: Clickthrough | None = None
    tags: list[TagChange] = field(default_factory=list)
    company: CompanyData | None = None
    ignored: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def copy(self) -> Claims:
        """Claims that can be changed without changing these."""
        return replace(
            self,
            values=dict(self.values),
            unique=dict(self.unique),
            verified=dict(self.verified),
            ignored=dict(self.ignored),
            problems=list(self.problems),
        )

    @property
    def speak(self) -> bool:
        """Whether anything in it may change what is known about somebody."""
        return bool(self.values or self.verified or self.clickthrough or self.tags or self.company)


def claims_of(hit: Hit, site: SiteOptions, fields: FieldSet, *, now: datetime) -> Claims | None:
    """What a hit claims, or None if it says nothing about anybody."""
    params = _said(hit, site)
    names = {name.lower(): name for name in params}
    if not (hit.clickthrough or hit.identity or fields.names & names.keys()):
        return None
    claims = Claims()
    if hit.identity and site.identity_mode != IdentityMode.OFF:
        _take_identity(claims, hit.identity, site, fields, now)
    for lower in fields.contact.keys() & names.keys():
        _take_field(claims, fields.contact[lower], params[names[lower]], site)
    if "tags" in names:
        claims.tags, problems = tags.parse(params[names["tags"]])
        claims.problems += problems
    if fields.company_names & names.keys():
        _take_company(claims, params, fields)
    if hit.clickthrough:
        _take_clickthrough(claims, hit, site, fields, now)
    return claims


def further_claims(
    hit: Hit, heard: Mapping[str, Param], site: SiteOptions, fields: FieldSet, *, now: datetime
) -> Claims | None:
    """What a hit claims beyond the parameters that an earlier call of its page view has brought.

    A company is described by several parameters together, so news of one brings them all.
    """
    news = {name: value for name, value in hit.params.items() if heard.get(name) != value}
    if any(name.lower() in fields.company_names for name in news):
        news = {
            name: value
            for name, value in hit.params.items()
            if name in news or name.lower() in fields.company_names
        }
    # The page's address and the link that led there are those of the first call.
    return claims_of(replace(hit, params=news, page_url="", clickthrough=""), site, fields, now=now)


def _said(hit: Hit, site: SiteOptions) -> Mapping[str, Param]:
    """The parameters of the call, and those of the page's address where the site takes them."""
    if not site.fields_from_page_url or "?" not in hit.page_url:
        return hit.params
    within = query(hit.page_url.partition("#")[0].partition("?")[2], Intake())
    explicit = {name.lower() for name in hit.params}
    further = {name: value for name, value in within.items() if name.lower() not in explicit}
    return {**further, **hit.params}


def _take_field(claims: Claims, item: Field, sent: Param, site: SiteOptions) -> None:
    if item.alias in claims.verified:
        claims.ignored[item.alias] = OUTRANKED
        return
    if not item.public or item.is_system:
        if item.alias not in ALWAYS_SENT:
            claims.ignored[item.alias] = NOT_PUBLIC
        return
    cleaned = values.clean(item, sent)
    if cleaned.problem:
        # Blank says nothing; it neither erases nor is it a mistake.
        if cleaned.problem != "blank":
            claims.ignored[item.alias] = cleaned.problem
    elif item.unique and site.identity_mode == IdentityMode.ENFORCE:
        claims.ignored[item.alias] = UNVERIFIED
    else:
        claims.values[item.alias] = cleaned.value
        if item.unique:
            claims.unique[item.alias] = cleaned.value
            if site.identity_mode == IdentityMode.REPORT and UNSIGNED not in claims.problems:
                claims.problems.append(UNSIGNED)


def _take_company(claims: Claims, params: Mapping[str, Param], fields: FieldSet) -> None:
    found = data_of(params, fields)
    for name, problem in found.ignored:
        claims.ignored.setdefault(name.lower(), problem)
    if found.unique:
        claims.company = found
        # The contact's own field of that name follows from it.
        claims.ignored.pop("company", None)


def _take_identity(
    claims: Claims, token: str, site: SiteOptions, fields: FieldSet, now: datetime
) -> None:
    """What the website has signed counts for every field, whether browsers may set it or not."""
    checked = identity.check(token, site.site_id, now=now)
    if checked.problem:
        claims.problems.append(checked.problem)
        return
    claims.nonce, claims.expires = checked.nonce, checked.expires
    for alias, sent in checked.values.items():
        item = fields.contact.get(alias.lower())
        if item is None or item.is_system:
            continue
        cleaned = values.clean(item, sent)
        if not cleaned.problem:
            claims.verified[item.alias] = cleaned.value
        elif cleaned.problem != "blank":
            claims.ignored[item.alias] = cleaned.problem


def _take_clickthrough(
    claims: Claims, hit: Hit, site: SiteOptions, fields: FieldSet, now: datetime
) -> None:
    """A link's word counts only where the site wants it and e-mail addresses identify."""
    if not (site.track_by_url and fields.email_identifies):
        return
    if mail_machine(hit.user_agent):
        # It looks at the page before the recipient does, or instead.
        claims.problems.append(MACHINE)
        return
    enforced = site.identity_mode == IdentityMode.ENFORCE
    claims.clickthrough, problem = clickthrough.read(
        hit.clickthrough, now=now, unsigned_allowed=site.unsigned_clickthrough and not enforced
    )
    if problem:
        claims.problems.append(problem)
