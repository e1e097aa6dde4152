"""The contact behind a request, for the website's own server code."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.functional import SimpleLazyObject

from ..contacts.models import Contact, Device
from ..contacts.resolving import survivor_id
from ..wire.hit import cookie_device

_KEPT = "_contacttrack_contact"
_USED = "_contacttrack_contact_used"


def get_contact(request: HttpRequest) -> Contact | None:
    """The contact whose browser sends this request; false for strangers.

    Nothing is looked up until it is used, and then once for each request. Ask ``if contact``: it is
    a stand-in, so ``contact is None`` is never true.

    It goes by the device's cookie alone; ``mtc_id`` can be set to any number by anybody. It is no
    log-in: whoever uses the same browser is taken for the same contact. A page that uses it is for
    one visitor, and no cache may keep it: see `personal`.
    """
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, SimpleLazyObject(lambda: _look_up(request)))
    contact: Contact | None = getattr(request, _KEPT)
    return contact


def personal(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep responses of a view out of caches if the contact was used in making them."""

    def mark(request: HttpRequest, response: HttpResponse) -> None:
        if getattr(request, _USED, False):
            add_never_cache_headers(response)
            patch_vary_headers(response, ["Cookie"])

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.add_post_render_callback(lambda rendered: mark(request, rendered))
        else:
            mark(request, response)
        return response

    return wrapped


def _look_up(request: HttpRequest) -> Contact | None:
    setattr(request, _USED, True)
    tracking_id = cookie_device(request.COOKIES)
    if not tracking_id:
        return None
    device = Device.objects.filter(tracking_id=tracking_id).select_related("contact").first()
    if device is None:
        return None
    if device.contact.merged_into_id is None:
        return device.contact
    remaining = survivor_id(device.contact_id)
    return Contact.objects.filter(pk=remaining).first() if remaining else None
