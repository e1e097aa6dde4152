"""The list as a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from tests.activity.making import NOON, contact
from wagtail_contacttrack.admin.contacts import export
from wagtail_contacttrack.contacts.models import Presence

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(admin_client):
    """The rows of a download, as mappings from heading to value."""

    def get(format, query=""):
        response = admin_client.get(
            f"{reverse('contacttrack_contacts:index')}?export={format}&{query}"
        )
        assert response.status_code == 200
        assert f'.{format}"' in response["Content-Disposition"]
        content = b"".join(response.streaming_content)
        if format == "csv":
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        else:
            rows = [*load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]

    return get


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_it_holds_what_is_known(exported, format):
    ada = contact(
        firstname="Ada",
        lastname="Lovelace",
        email="ada@example.org",
        points=7,
        fields={"phone": "030 1234", "title": "Countess"},
    )
    Presence.objects.filter(contact=ada).update(at=NOON)

    (row,) = exported(format)

    assert (row["First name"], row["Last name"], row["E-mail"]) == (
        "Ada",
        "Lovelace",
        "ada@example.org",
    )
    assert (row["Phone"], row["Title"]) == ("030 1234", "Countess")
    assert (str(row["ID"]), str(row["Points"])) == (str(ada.pk), "7")
    assert str(row["Last active"]).startswith("2026-03-20 1")


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Lovelace", "Hopper"}),
        ("q=hopper", {"Hopper"}),
        ("country=GB", {"Lovelace"}),
        ("anonymous=only", {""}),
        ("p=2&ordering=-name", {"Lovelace", "Hopper"}),
    ],
)
def test_it_holds_the_contacts_of_the_list(exported, format, query, found):
    contact(lastname="Lovelace", country="GB")
    contact(lastname="Hopper")
    contact(date_identified=None)

    assert {row["Last name"] or "" for row in exported(format, query)} == found


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_texts_are_no_formulas(exported, start):
    evil = f"{start}HYPERLINK(1)"
    contact(firstname=evil, lastname="x")

    assert exported("csv")[0]["First name"] == f"'{evil}"
    value = exported("xlsx")[0]["First name"]
    assert value.strip() == evil.strip()


def test_formulas_are_texts_in_xlsx(admin_client):
    contact(firstname="=1+1")
    response = admin_client.get(f"{reverse('contacttrack_contacts:index')}?export=xlsx")

    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active

    assert [cell.data_type for cell in sheet[2] if cell.value == "=1+1"] == ["s"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_any_text_can_be_written(exported, format):
    contact(firstname='a"b,c\nd', lastname="\x01\x0b\U0001f600 Ä")

    (row,) = exported(format)

    assert row["First name"] == 'a"b,c\nd'
    assert row["Last name"].endswith("\U0001f600 Ä")


def test_csv_has_every_contact_however_many_there_are(exported, monkeypatch):
    made = {str(contact(firstname="x").pk) for _ in range(30)}
    monkeypatch.setattr("wagtail_contacttrack.contacts.listing.find_all.__defaults__", (7,))

    rows = [row["ID"] for row in exported("csv")]

    assert len(rows) == 30
    assert set(rows) == made


def test_what_is_too_long_for_xlsx_is_refused_with_a_remedy(admin_client, exported, monkeypatch):
    monkeypatch.setattr(export, "XLSX_ROWS", 2)
    for number in range(3):
        contact(firstname=f"P{number}")
    url = f"{reverse('contacttrack_contacts:index')}?export=xlsx&ordering=name"

    response = admin_client.get(url, follow=True)

    assert (
        response.redirect_chain[0][0] == f"{reverse('contacttrack_contacts:index')}?ordering=name"
    )
    assert "download CSV" in response.content.decode()
    assert len(exported("xlsx", "q=P1")) == 1


def test_a_filter_that_is_not_understood_exports_nobody(admin_client):
    contact(firstname="Ada")
    url = reverse("contacttrack_contacts:index")

    for query in ("device=nonsense", "active_from=3000-01-01"):
        response = admin_client.get(f"{url}?export=csv&{query}", follow=True)
        assert response.redirect_chain[0][0] == f"{url}?{query}"
    assert "not valid" in response.content.decode()


def test_nobody_downloads_without_the_permission(client, user_with):
    contact(firstname="Ada")
    url = f"{reverse('contacttrack_contacts:index')}?export=csv"
    client.force_login(user_with("view_contact"))
    assert client.get(url).status_code == 302

    client.force_login(user_with("view_contact", "export_contact"))
    content = b"".join(client.get(url).streaming_content)
    assert b"Ada" in content
    assert content.startswith(b"\xef\xbb\xbf")  # or Excel takes it for another encoding
    assert b"export=csv" in client.get(reverse("contacttrack_contacts:index")).content
