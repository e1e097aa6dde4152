"""Conditions and orders as clients write them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.activity.making import NOON, contact
from wagtail_contacttrack.api.errors import Invalid
from wagtail_contacttrack.api.queries import Column, narrow, order_of
from wagtail_contacttrack.contacts.models import Contact, ContactField

pytestmark = pytest.mark.django_db

COLUMNS = {
    "id": Column("pk", "integer"),
    "firstname": Column("firstname"),
    "email": Column("email"),
    "points": Column("points", "integer"),
    "date_added": Column("date_added", "datetime"),
    "date_identified": Column("date_identified", "datetime", nullable=True),
    "zipcode": Column("fields", key="zipcode"),
    "size": Column("fields", "number", key="size"),
    "vip": Column("fields", "boolean", key="vip"),
    "born": Column("fields", "date", key="born"),
    "a__b": Column("fields", key="a__b"),
}


@pytest.fixture
def people():
    """Ada, Bob and Cleo; Dora has nothing but her name."""
    contact(
        firstname="Ada", email="Ada@example.org", points=-5, date_added=NOON,
        fields={"zipcode": "AB_1", "size": 5, "vip": True, "born": "1990-01-31", "a__b": "x"},
    )  # fmt: skip
    contact(
        firstname="Bob", email="bob@example.org", points=10,
        date_added=NOON + timedelta(days=1, microseconds=500),
        fields={"zipcode": "ABX1", "size": 5.5, "vip": False, "born": "2001-12-01"},
    )  # fmt: skip
    contact(
        firstname="Cleo", email="100%@example.org", points=300,
        date_added=NOON + timedelta(days=2), fields={"zipcode": "Ä\\9", "size": 40},
    )  # fmt: skip
    contact(firstname="Dora", date_identified=None, date_added=NOON + timedelta(days=3))


def found(where):
    return [c.firstname[0] for c in narrow(Contact.objects.all(), where, COLUMNS).order_by("pk")]


def where(col, expr, val=None):
    return [{"col": col, "expr": expr, "val": val}]


@pytest.mark.parametrize(
    ("col", "expr", "val", "expected"),
    [
        ("firstname", "eq", "ada", "A"),
        ("firstname", "eq", "Ad", ""),
        ("firstname", "eq", "A%", ""),
        ("firstname", "neq", "ada", "BCD"),
        ("email", "eq", "ada@EXAMPLE.org", "A"),
        ("email", "eq", "100%@example.org", "C"),
        ("email", "neq", "bob@example.org", "AC"),
        ("email", "eq", "", "D"),
        ("email", "neq", "", "ABC"),
        ("email", "isNull", None, "D"),
        ("email", "isNotNull", None, "ABC"),
        ("email", "like", "%@EXAMPLE.org", "ABC"),
        ("email", "like", "example", ""),
        ("email", "notLike", "b%", "AC"),
        ("firstname", "in", ["ada", "BOB", ""], "AB"),
        ("firstname", "in", "ada, cleo", "AC"),
        ("firstname", "in", {"0": "ada", "1": "cleo"}, "AC"),
        ("firstname", "in", [], ""),
        ("email", "notIn", ["ada@example.org"], "BC"),
        ("firstname", "lt", "bob", "A"),
        ("firstname", "gte", "bob", "BCD"),
        ("firstname", "between", ["b", "d"], "BC"),
        ("points", "eq", 10, "B"),
        ("points", "eq", "10.0", "B"),
        ("points", "neq", "10", "ACD"),
        ("points", "lt", "0", "A"),
        ("points", "lte", "0", "AD"),
        ("points", "gt", 10, "C"),
        ("points", "gte", 10, "BC"),
        ("points", "like", "%0", "BCD"),
        ("points", "in", "10,300", "BC"),
        ("points", "notIn", ["10", 300], "AD"),
        ("points", "between", ["-5", "10"], "ABD"),
        ("points", "lt", 2**63 - 1, "ABCD"),
        ("points", "in", [2**63 - 1, 10], "B"),
        ("id", "eq", 2**63 - 1, ""),
        ("id", "in", [2**63 - 1], ""),
        ("id", "in", "0", ""),
        ("date_added", "eq", "2026-03-20T12:00:00+00:00", "A"),
        ("date_added", "eq", "2026-03-21 12:00:00", "B"),
        ("date_added", "neq", "2026-03-21 12:00:00", "ACD"),
        ("date_added", "gte", "2026-03-22", "CD"),
        ("date_added", "lt", "2026-03-20T14:00:01 02:00", "A"),
        ("date_added", "in", ["2026-03-20T12:00:00Z", "2026-03-22T12:00:00Z"], "AC"),
        ("date_added", "between", ["2026-03-21", "2026-03-23"], "BC"),
        ("date_identified", "isNull", None, "D"),
        ("date_identified", "isNotNull", None, "ABC"),
        ("date_identified", "lt", "2030-01-01", "ABC"),
        ("date_identified", "neq", "2030-01-01", "ABC"),
        ("zipcode", "eq", "ab_1", "A"),
        ("zipcode", "like", "ab_%", "A"),
        ("zipcode", "like", "%\\9", "C"),
        ("zipcode", "neq", "ab_1", "BC"),
        ("zipcode", "isNull", None, "D"),
        ("zipcode", "isNotNull", None, "ABC"),
        ("zipcode", "gt", "ab", "ABC"),
        ("size", "eq", "5", "A"),
        ("size", "eq", "5.5", "B"),
        ("size", "neq", 5, "BC"),
        ("size", "lt", "6", "AB"),
        ("size", "gte", "5.5", "BC"),
        ("size", "between", "5,6", "AB"),
        ("size", "in", ["5", "40"], "AC"),
        ("size", "notIn", ["5"], "BC"),
        ("size", "isNull", None, "D"),
        ("vip", "eq", "1", "A"),
        ("vip", "eq", False, "B"),
        ("vip", "neq", "yes", "B"),
        ("vip", "isNull", None, "CD"),
        ("born", "eq", "1990-01-31", "A"),
        ("born", "lt", "2000-01-01", "A"),
        ("born", "between", "1990-01-31,2001-12-01", "AB"),
        ("a__b", "eq", "X", "A"),
        ("a__b", "lt", "y", "A"),
        ("firstname", "EQ", "ada", "A"),
        ("l.firstname", "eq", "ada", "A"),
        ("dateAdded", "gte", "2026-03-23", "D"),
        ("c.dateAdded", "gte", "2026-03-23", "D"),
        ("firstName", "eq", "ada", "A"),
    ],
)
def test_each_comparison_by_the_type_of_its_column(people, col, expr, val, expected):
    assert "".join(found(where(col, expr, val))) == expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (None, "ABCD"),
        ("", "ABCD"),
        ([], "ABCD"),
        ({"col": "points", "expr": "gt", "val": "0"}, "BC"),
        ({"0": {"col": "points", "expr": "gt", "val": "0", "internal": "1"}}, "BC"),
        ([*where("points", "gt", 0), *where("firstname", "eq", "bob")], "B"),
        (
            [{"expr": "orX", "val": [*where("points", "lt", 0), *where("email", "isNull")]}],
            "AD",
        ),
        (
            [
                {"expr": "orX", "val": {"0": {"expr": "andX", "val": [
                    *where("points", "gt", 0), *where("firstname", "eq", "bob")]},
                    "1": where("firstname", "eq", "dora")[0]}},
                *where("firstname", "neq", "ada"),
            ],
            "BD",
        ),
        ([{"expr": "andX", "val": []}], "ABCD"),
        ([{"expr": "orX", "val": []}], "ABCD"),
        ([*where("size", "gt", 5), *where("size", "lt", 40), *where("zipcode", "gt", "a")], "B"),
    ],
)  # fmt: skip
def test_conditions_are_combined(people, conditions, expected):
    assert "".join(found(conditions)) == expected


def nested(depth):
    inner = where("points", "gt", 0)
    for _ in range(depth):
        inner = [{"expr": "andX", "val": inner}]
    return inner


@pytest.mark.parametrize(
    "conditions",
    [
        where("password", "eq", "x"),
        where("owner__password", "eq", "x"),
        where("fields", "eq", "x"),
        where("email__regex", "eq", "x"),
        where("", "eq", "x"),
        where("id; DROP TABLE x", "eq", "x"),
        where("points", "regex", "x"),
        where("points", "", "x"),
        where("points", "eq", "ten"),
        where("points", "eq", "1e3"),
        where("points", "eq", [1]),
        where("id", "eq", 2**63),
        where("id", "eq", "9" * 5_000),
        where("id", "in", ["1", "x"]),
        where("id", "in", list(range(2_000))),
        where("email", "in", [str(n) for n in range(200)]),
        where("email", "eq", "x" * 5_000),
        where("email", "like", ["x"]),
        where("points", "between", ["1"]),
        where("points", "between", "1,2,3"),
        where("date_added", "eq", "yesterday"),
        where("date_added", "eq", "2026-02-31"),
        where("date_added", "gt", "0001-01-01T00:00:00+23:00"),
        where("date_added", "like", "2026%"),
        where("size", "eq", "nan"),
        where("size", "eq", "1" * 400),
        where("vip", "eq", "perhaps"),
        [{"col": ["x"], "expr": "eq", "val": "x"}],
        [{"col": "points", "expr": {"x": "y"}, "val": "x"}],
        ["points"],
        "points",
        {"0": "points"},
        [{}],
        [{"expr": "orX", "val": "x"}],
        where("points", "eq", 1) * 60,
        [{"expr": "orX", "val": where("points", "eq", 1) * 49}] * 2,
        nested(5),
        nested(200),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(conditions):
    with pytest.raises(Invalid) as refused:
        found(conditions)
    assert refused.value.status == 400
    (sentence,) = refused.value.details["where"]
    assert sentence.endswith(".") and len(sentence) < 200


@pytest.mark.parametrize("text", ["'", '"', "\\", "%", "_", "'; --", "\0", "\ud800", "){", "%s"])
def test_whatever_is_compared_is_a_value(people, text):
    text = text.replace("\ud800", "�")
    for col in ("email", "zipcode"):
        for expr in ("eq", "neq", "like", "notLike", "in", "lt"):
            found(where(col, expr, text))
    assert found(where("zipcode", "like", "%\\%")) == ["C"]


def ordered(by="", direction="", order=None):
    query = SimpleNamespace(orderBy=by, orderByDir=direction, order=order)
    rows = Contact.objects.order_by(*order_of(query, COLUMNS))
    return "".join(c.firstname[0] for c in rows)


@pytest.mark.parametrize(
    ("by", "direction", "order", "expected"),
    [
        ("", "", None, "ABCD"),
        ("id", "DESC", None, "DCBA"),
        ("points", "", None, "ADBC"),
        ("points", "desc", None, "CBDA"),
        ("l.points", "DESC", None, "CBDA"),
        ("dateAdded", "DESC", None, "DCBA"),
        ("date_identified", "ASC", None, "DABC"),
        ("date_identified,points", "DESC", None, "CBAD"),
        ("size", "DESC", None, "CBAD"),
        ("size", "", None, "DABC"),
        ("firstname", "nonsense", None, "ABCD"),
        ("", "", [{"col": "points", "dir": "DESC"}], "CBDA"),
        ("", "", {"0": {"col": "points", "dir": "ASC"}}, "ADBC"),
        ("", "", {"col": "points"}, "ADBC"),
        ("date_identified", "", [{"col": "points", "dir": "desc"}], "DCBA"),
    ],
)
def test_orders(people, by, direction, order, expected):
    assert ordered(by, direction, order) == expected


def test_equals_come_in_the_order_of_their_ids(people):
    Contact.objects.update(points=1)

    assert ordered("points") == "ABCD"
    assert ordered("points", "DESC") == "DCBA"


def test_the_plain_orders_are_those_of_the_id():
    for by, direction, expected in (("", "", ["pk"]), ("id", "desc", ["-pk"])):
        query = SimpleNamespace(orderBy=by, orderByDir=direction, order=None)
        assert order_of(query, COLUMNS) == expected


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("password", None),
        ("?", None),
        ("-points", None),
        ("points;", None),
        ("fields", None),
        ("", [{"col": "merged_into__email"}]),
        ("", ["points"]),
        ("", [{"col": ["points"]}]),
        ("", [{"col": "points", "dir": ["x"]}]),
        ("", [{"col": "points"}] * 60),
        ("firstname,email,points,date_added,zipcode,size", None),
    ],
)
def test_an_order_that_is_not_known_is_refused(by, order):
    with pytest.raises(Invalid) as refused:
        ordered(by, order=order)
    assert list(refused.value.details) == ["order"]


def test_columns_of_other_models_work_as_well():
    fields = {"visible": Column("visible", "boolean"), "alias": Column("alias")}
    rows = ContactField.objects.filter(alias__in=["email", "phone"])
    rows.filter(alias="phone").update(visible=False)

    hidden = narrow(rows, {"col": "visible", "expr": "eq", "val": "0"}, fields)

    assert [field.alias for field in hidden] == ["phone"]
