"""Who is asking, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from wagtail.log_actions import log

from ..compat import permission_policy
from ..contacts.models import Contact
from .errors import Forbidden
from .params import Params

_KEPT = "_contacttrack_call"


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a program: on whose behalf, when, with what, and for which site.

    `several` says whether contacts may have more than one company there, and `anonymize_ip` whether
    addresses are shortened; `base` is the address of the website, without a slash at the end.
    """

    user: Any
    now: datetime
    params: Params
    several: bool
    base: str
    site_id: int | None = None
    anonymize_ip: bool = False

    def may(self, action: str, model: type[Model]) -> bool:
        """Whether Wagtail's permissions let the user "view", "add", "change" or "delete" these."""
        policy = permission_policy(model)
        if action == "view":
            # As in the admin: whoever may change things sees them.
            return bool(policy.user_has_any_permission(self.user, ["view", "change", "delete"]))
        return bool(policy.user_has_permission(self.user, action))

    def must(self, action: str, model: type[Model]) -> None:
        """Raise `Forbidden` unless they may."""
        if not self.may(action, model):
            raise Forbidden

    def log(self, action: str, instance: Any, **data: Any) -> None:
        """Note in Wagtail's log what this request did."""
        # The log is read by more people than contacts are.
        title = f"#{instance.pk}" if isinstance(instance, Contact) else str(instance)
        log(instance, action, user=self.user, title=title, data={"by": "api", **data})


def keep(request: HttpRequest, call: Call) -> None:
    """Hand the call on to the operation that answers the request."""
    setattr(request, _KEPT, call)


def call_of(request: HttpRequest) -> Call:
    """The call that `keep` has kept."""
    call: Call = getattr(request, _KEPT)
    return call
