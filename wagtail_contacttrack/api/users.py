"""Users of the website in the API: who is asking, and who may own contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from . import describing
from .answers import Entry, answer
from .calling import Call, call_of
from .queries import Column
from .resources import Resource


class UserOut(Schema):
    id: int
    username: str
    email: str
    firstName: str
    lastName: str
    isPublished: bool


class Users(Resource[Any]):
    """Users; they are made and changed in the admin."""

    path: ClassVar[str] = "users"
    single: ClassVar[str] = "user"
    plural: ClassVar[str] = "users"
    read_only = True

    @property
    def model(self) -> Any:  # type: ignore[override]
        return get_user_model()

    @property
    def columns(self) -> Mapping[str, Column]:  # type: ignore[override]
        name = get_user_model().USERNAME_FIELD
        return {"id": Column("pk", "integer"), "username": Column(name), "email": Column("email")}

    def search(self, rows: Any, text: str, call: Call) -> Any:
        return rows.filter(**{f"{get_user_model().USERNAME_FIELD}__icontains": text})

    def show(self, rows: Sequence[Any], call: Call, *, minimal: bool = False) -> list[Entry]:
        return [shape(row) for row in rows]

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Any, bool]:
        raise NotImplementedError

    def update(self, row: Any, values: Mapping[str, Any], call: Call, *, replace: bool) -> Any:
        raise NotImplementedError


def shape(user: Any) -> Entry:
    """A user, whatever model the project has for them."""
    return {
        "id": user.pk,
        "username": user.get_username(),
        "email": getattr(user, "email", "") or "",
        "firstName": getattr(user, "first_name", ""),
        "lastName": getattr(user, "last_name", ""),
        "isPublished": user.is_active,
    }


DESCRIBED = describing.described("User", "user", "users", UserOut, UserOut)
router = Router(tags=["users"])


@router.get("/users/self", **describing.of("get_self", UserOut, "Who is asking"))
def myself(request: HttpRequest) -> HttpResponse:
    return answer(shape(call_of(request).user))
