"""Write one entity, or many in one request, each for itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError, OperationalError, router
from django.utils.translation import gettext as _

from ..conf import conf
from ..contacts.editing import MergedMeanwhile
from ..sql import insist, writing
from .answers import Entry
from .calling import Call
from .errors import ApiError, Invalid, NotFound, Taken
from .params import identity, numbers
from .resources import Resource

logger = logging.getLogger(__name__)

ATTEMPTS = 5
Result = TypeVar("Result")
AnyResource: TypeAlias = Resource[Any]
# Handles one item of a batch: its key and what was sent, to what is shown and a status.
Work = Callable[[AnyResource, str, Any, Call], tuple[Entry, int]]


def create(resource: AnyResource, values: Mapping[str, Any], call: Call) -> tuple[Any, bool]:
    """Make an entity, or change the one that the values mean; and whether it was made."""
    resource.must("add", call)

    def work() -> tuple[Any, bool]:
        row, made = resource.create(values, call)
        call.log("wagtail.create" if made else "wagtail.edit", row)
        return row, made

    return _together(resource, work)


def update(
    resource: AnyResource, sent: Any, values: Mapping[str, Any], call: Call, replace: bool = False
) -> Any:
    """Change the entity with this id. Raises `NotFound`."""
    resource.must("change", call)

    def work() -> Any:
        row = resource.update(resource.find(sent, call), values, call, replace=replace)
        call.log("wagtail.edit", row)
        return row

    return _together(resource, work)


def replace(
    resource: AnyResource, sent: Any, values: Mapping[str, Any], call: Call
) -> tuple[Any, bool]:
    """The same, with everything that was not sent emptied; makes a new one if there is none."""
    try:
        return update(resource, sent, values, call, replace=True), False
    except NotFound:
        return create(resource, values, call)


def delete(resource: AnyResource, sent: Any, call: Call) -> Entry:
    """Delete the entity with this id, and show what it was, without its id."""
    resource.must("delete", call)

    def work() -> Entry:
        row = resource.find(sent, call)
        shown = resource.show_one(row, call)
        resource.delete(row, call)
        return {**shown, "id": None}

    return _together(resource, work)


def _together(resource: AnyResource, work: Callable[[], Result]) -> Result:
    """Do it in one transaction, again if it met with others on the way."""
    using = router.db_for_write(resource.model)

    def alone() -> Result:
        with writing(using, resource.model._meta.db_table):
            return work()

    for attempt in range(1, ATTEMPTS + 1):
        try:
            return insist(using, alone)
        except (IntegrityError, Taken):
            # Somebody else may have just made the same: it is found the next time.
            if attempt == ATTEMPTS:
                raise
        except (ObjectDoesNotExist, MergedMeanwhile):
            # Somebody has deleted or merged it in between.
            raise NotFound from None
    raise AssertionError


def run(resource: AnyResource, work: Work, call: Call) -> Entry:
    """Do the same with every entity that was sent; one that fails does not hold up the others.

    Answers are a list where a list was sent, else by the keys of what was sent. In a list, who
    failed leaves null in its place.
    """
    items = _items(call, work is delete_one)
    if len(items) > conf.API_BATCH_MAX_LIMIT:
        text = _("No more than %(limit)s at once.") % {"limit": conf.API_BATCH_MAX_LIMIT}
        raise ApiError(400, text)
    shown: dict[str, Any] = {}
    codes: dict[str, int] = {}
    errors: dict[str, Entry] = {}
    for key, item in items.items():
        try:
            shown[key], codes[key] = work(resource, key, item, call)
        except ApiError as error:
            shown[key], codes[key] = None, error.status
            errors[key] = error.as_dict()
        except (DataError, IntegrityError, OperationalError) as error:
            # What went before is committed, and has to be told.
            logger.exception("The database refuses one of a batch.")
            status = 503 if isinstance(error, OperationalError) else 400
            told = ApiError(status, _("This cannot be stored."))
            shown[key], codes[key], errors[key] = None, status, told.as_dict()
    if call.params.listed or work is delete_one:
        found: Entry = {
            resource.plural: list(shown.values()),
            "statusCodes": list(codes.values()),
        }
    else:
        kept = {key: entry for key, entry in shown.items() if entry is not None}
        found = {resource.plural: kept, "statusCodes": codes}
    return {**found, "errors": errors} if errors else found


def new_one(resource: AnyResource, key: str, item: Any, call: Call) -> tuple[Entry, int]:
    row, made = create(resource, _values(item), call)
    return resource.show_one(row, call, saved=True), 201 if made else 200


def edit_one(resource: AnyResource, key: str, item: Any, call: Call) -> tuple[Entry, int]:
    values = _values(item)
    row = update(resource, _id(values, key, call), values, call)
    return resource.show_one(row, call, saved=True), 200


def put_one(resource: AnyResource, key: str, item: Any, call: Call) -> tuple[Entry, int]:
    values = _values(item)
    row, made = replace(resource, _id(values, key, call), values, call)
    return resource.show_one(row, call, saved=True), 201 if made else 200


def delete_one(resource: AnyResource, key: str, item: Any, call: Call) -> tuple[Entry, int]:
    return delete(resource, item, call), 200


def _id(values: Mapping[str, Any], key: str, call: Call) -> Any:
    """Whose values these are. The places in a list are nobody's ids; keys of an object may be."""
    if "id" in values or not call.params.listed:
        return values.get("id", key)
    raise Invalid({"id": [_("Send the id along with the values.")]})


def _items(call: Call, deleting: bool) -> dict[str, Any]:
    if not deleting:
        return call.params.items
    sent = call.params.all.get("ids")
    if sent is None:
        # Entities, or bare ids.
        bare = [i.get("id") if isinstance(i, dict) else i for i in call.params.items.values()]
        return {str(n): number for n, number in enumerate(bare) if identity(number) is not None}
    return {str(n): number for n, number in enumerate(numbers(sent))}


def _values(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Invalid({"item": [_("Send an object with the values of one.")]})
    return item
