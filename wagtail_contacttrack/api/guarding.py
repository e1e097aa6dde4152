"""Every answer to a program is JSON, whatever happens on the way to it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from ..contacts.editing import MergedMeanwhile
from .errors import ApiError, NotFound, answer

logger = logging.getLogger(__name__)


def guarded(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """What `work` answers, or the error that it ends with, in the shape that clients read.

    No cache may keep it, unless the answer itself says something about that.
    """
    try:
        response = work()
    except ApiError as error:
        response = answer(error)
    except (ObjectDoesNotExist, MergedMeanwhile):
        # Somebody has deleted or merged it in between.
        response = answer(NotFound())
    except (DataError, IntegrityError):
        logger.exception("The database refuses what a program has sent.")
        response = answer(ApiError(400, _("This cannot be stored.")))
    except OperationalError:
        logger.exception("The database cannot be reached, or is too busy.")
        later = {"Retry-After": "5"}
        response = answer(ApiError(503, _("Try again in a moment."), headers=later))
    except Exception:
        logger.exception("A request of a program failed.")
        got_request_exception.send(sender=guarded, request=request)
        response = answer(ApiError(500, _("Something went wrong here. It has been logged.")))
    if not response.has_header("Cache-Control"):
        add_never_cache_headers(response)
    return response
