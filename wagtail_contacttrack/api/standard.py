"""The routes that every kind of entity has: list, get, new, edit, delete, and batches of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from . import batches, describing, listing
from .answers import Entry, answer
from .calling import Call, call_of
from .describing import Described
from .resources import Resource
from .schemas import ListQuery


def standard(resource: Resource[Any], described: Described) -> Router:
    """A router with the standard routes of a resource."""
    router = Router(tags=[resource.plural])
    _reading(router, resource, described)
    if not resource.read_only:
        _writing(router, resource, described)
        _batches(router, resource, described)
    return router


def _reading(router: Router, resource: Resource[Any], described: Described) -> None:
    name, path = resource.plural, resource.path

    @router.get(f"/{path}", **describing.of(f"list_{path}", described.many, f"List {name}"))
    def index(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
        call = call_of(request)
        resource.must("view", call)
        return answer(listing.listed(resource, query, call))

    @router.get(f"/{path}/{{int:number}}", **describing.of(f"get_{path}", described.one, "Get one"))
    def get(request: HttpRequest, number: int) -> HttpResponse:
        call = call_of(request)
        resource.must("view", call)
        return answer({resource.single: resource.show_one(resource.find(number, call), call)})


def _writing(router: Router, resource: Resource[Any], described: Described) -> None:
    path = resource.path

    @router.post(
        f"/{path}/new",
        **describing.of(f"new_{path}", described.one, "Make one", body=described.write, made=True),
    )
    def new(request: HttpRequest) -> HttpResponse:
        call = call_of(request)
        row, made = batches.create(resource, call.params.all, call)
        headers = {"Location": f"{call.base}{request.path.rpartition('/')[0]}/{row.pk}"}
        return _saved(resource, row, call, 201 if made else 200, **headers)

    @router.patch(
        f"/{path}/{{int:number}}/edit",
        **describing.of(f"edit_{path}", described.one, "Change one", body=described.write),
    )
    def edit(request: HttpRequest, number: int) -> HttpResponse:
        call = call_of(request)
        row = batches.update(resource, number, call.params.all, call)
        return _saved(resource, row, call)

    @router.put(
        f"/{path}/{{int:number}}/edit",
        **describing.of(
            f"put_{path}", described.one, "Replace one, or make it", body=described.write, made=True
        ),
    )
    def put(request: HttpRequest, number: int) -> HttpResponse:
        call = call_of(request)
        row, made = batches.replace(resource, number, call.params.all, call)
        return _saved(resource, row, call, 201 if made else 200)

    @router.delete(
        f"/{path}/{{int:number}}/delete",
        **describing.of(f"delete_{path}", described.one, "Delete one"),
    )
    def delete(request: HttpRequest, number: int) -> HttpResponse:
        call = call_of(request)
        return answer({resource.single: batches.delete(resource, number, call)})


def _batches(router: Router, resource: Resource[Any], described: Described) -> None:
    path = resource.path
    many = described.write_many

    def run(request: HttpRequest, work: Callable[..., Any], status: int = 200) -> HttpResponse:
        call = call_of(request)
        return answer(batches.run(resource, work, call), status)

    @router.post(
        f"/{path}/batch/new",
        **describing.of(f"batch_new_{path}", described.batch, "Make many", status=201, body=many),
    )
    def new(request: HttpRequest) -> HttpResponse:
        return run(request, batches.new_one, 201)

    @router.patch(
        f"/{path}/batch/edit",
        **describing.of(f"batch_edit_{path}", described.batch, "Change many", body=many),
    )
    def edit(request: HttpRequest) -> HttpResponse:
        return run(request, batches.edit_one)

    @router.put(
        f"/{path}/batch/edit",
        **describing.of(f"batch_put_{path}", described.batch, "Replace or make many", body=many),
    )
    def put(request: HttpRequest) -> HttpResponse:
        return run(request, batches.put_one)

    @router.delete(
        f"/{path}/batch/delete",
        **describing.of(f"batch_delete_{path}", described.batch, "Delete many", ids=True),
    )
    def delete(request: HttpRequest) -> HttpResponse:
        return run(request, batches.delete_one)


def _saved(
    resource: Resource[Any], row: Any, call: Call, status: int = 200, **headers: str
) -> HttpResponse:
    shown: Entry = resource.show_one(row, call, saved=True)
    return answer({resource.single: shown}, status, **headers)
