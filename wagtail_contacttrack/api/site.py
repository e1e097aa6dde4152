"""The API with all its operations, ready to be called and described."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, URLResolver
from django.urls.resolvers import RegexPattern
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.parser import Parser

from .. import __version__
from .calling import call_of
from .errors import ApiError, Invalid, answer

DESCRIPTION = """\
Contacts of this website, and what belongs to them, in the shapes of Mautic's REST API.

Bodies may be JSON or forms with PHP's brackets. Every answer is JSON; whatever is no success has
`errors`.
"""


class NestedParser(Parser):
    """Hands operations what was sent, nested as PHP's brackets say."""

    def parse_querydict(
        self, data: MultiValueDict, list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        return dict(call_of(request).params.all)


class Api(NinjaAPI):
    """Errors have one shape; whatever is unexpected goes on to the door."""

    def set_default_exception_handlers(self) -> None:
        self.add_exception_handler(ApiError, _known)
        self.add_exception_handler(ValidationError, _invalid)
        self.add_exception_handler(Exception, _unexpected)


def _known(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(error)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found: dict[str, list[str]] = {}
    for problem in error.errors:
        found.setdefault(str(problem["loc"][-1]), []).append(problem["msg"])
    return answer(Invalid(found))


def _unexpected(request: HttpRequest, error: Any) -> HttpResponse:
    raise error


@cache
def the_api() -> Api:
    """The one API of this process, made at its first request."""
    from .routes import ROUTERS

    api = Api(
        title="wagtail_contacttrack",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        urls_namespace="wagtail_contacttrack_api",
        parser=NestedParser(),
    )
    for router in ROUTERS:
        api.add_router("", router)
    return api


@cache
def _resolver() -> URLResolver:
    patterns, _app_name, _namespace = the_api().urls
    return URLResolver(RegexPattern(r"^"), patterns)


def find(path: str) -> ResolverMatch | None:
    """The operations at a path, or None."""
    try:
        return _resolver().resolve(path)
    except Resolver404:
        return None
