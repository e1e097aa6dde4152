"""Two editors have the same form open, and one saves it after the other."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.activity.making import contact
from tests.admin.looking import text
from wagtail_contacttrack.admin.contacts.form import ContactForm
from wagtail_contacttrack.contacts.models import Company, Contact, Tag

pytestmark = pytest.mark.django_db


def soup_of(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def form_of(soup):
    """What a browser would send of the form."""
    form = soup.select_one("main form[method=POST]")
    data = {}
    for tag in form.select("input[name], textarea[name], select[name]"):
        if tag.get("type") in ("checkbox", "radio") and not tag.has_attr("checked"):
            continue
        if tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.select_one("option")
            data[tag["name"]] = chosen["value"] if chosen else ""
        else:
            data[tag["name"]] = (
                tag.text.lstrip("\n")
                if tag.name == "textarea"
                else tag["value"]
                if tag.has_attr("value")
                else ""
            )
    return data


def errors(soup):
    return [text(tag) for tag in soup.select(".w-field__errors") if text(tag)]


@pytest.fixture
def ada():
    return contact(
        firstname="Ada",
        lastname="Byron",
        city="London",
        country="United Kingdom",
        fields={"phone": "1", "position": "Countess", "website": "https://a.example/"},
    )


@pytest.fixture
def edit(ada):
    return reverse("contacttrack_contacts:edit", args=[ada.pk])


@pytest.fixture
def opened(admin_client, edit):
    """The form as both editors have it before them."""
    return form_of(soup_of(admin_client.get(edit)))


def test_editors_of_different_fields_do_not_touch_each_others(admin_client, ada, edit, opened):
    first = admin_client.post(edit, {**opened, "city": "Paris", "field_phone": "2"})
    second = admin_client.post(edit, {**opened, "lastname": "King", "field_position": "Author"})

    assert first.status_code == second.status_code == 302
    ada.refresh_from_db()
    assert (ada.firstname, ada.lastname, ada.city) == ("Ada", "King", "Paris")
    assert ada.fields == {"phone": "2", "position": "Author", "website": "https://a.example/"}


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        ("Paris", "Somebody else has changed this meanwhile. It is “Paris” now."),
        ("", "Somebody else has emptied this meanwhile."),
    ],
)
def test_the_same_field_is_refused_once_and_then_taken(
    admin_client, ada, edit, opened, first, sentence
):
    admin_client.post(edit, {**opened, "city": first, "field_phone": "2"})

    again = soup_of(admin_client.post(edit, {**opened, "city": "Rome", "lastname": "King"}))

    assert errors(again) == [sentence]
    said = text(again.select_one(".messages .error"))
    assert "somebody else has changed this meanwhile: " in said
    assert "City" in said and "Phone" in said and "Last name" not in said
    link = again.select_one(".messages .error a")
    assert (link["href"], text(link)) == (edit, "load the page again")
    ada.refresh_from_db()
    assert (ada.city, ada.lastname) == (first, "Byron")

    assert admin_client.post(edit, form_of(again)).status_code == 302
    ada.refresh_from_db()
    assert (ada.city, ada.lastname, ada.fields["phone"]) == ("Rome", "King", "2")


def test_the_same_change_by_both_is_none_to_decide(admin_client, ada, edit, opened):
    for _editor in range(2):
        assert admin_client.post(edit, {**opened, "city": "Paris"}).status_code == 302

    ada.refresh_from_db()
    assert ada.city == "Paris"


def test_a_third_change_is_refused_again(admin_client, ada, edit, opened):
    admin_client.post(edit, {**opened, "city": "Paris"})
    again = form_of(soup_of(admin_client.post(edit, {**opened, "city": "Rome"})))
    Contact.objects.update(city="Oslo")

    assert "It is “Oslo” now." in errors(soup_of(admin_client.post(edit, again)))[0]


def test_a_change_between_check_and_writing_is_refused_as_well(
    admin_client, ada, edit, opened, monkeypatch
):
    check = ContactForm.clean

    def clean(form):
        given = check(form)
        Contact.objects.filter(city="London").update(city="Paris")
        return given

    monkeypatch.setattr(ContactForm, "clean", clean)

    again = soup_of(admin_client.post(edit, {**opened, "city": "Rome"}))

    assert errors(again) == ["Somebody else has changed this meanwhile. It is “Paris” now."]
    assert admin_client.post(edit, form_of(again)).status_code == 302
    ada.refresh_from_db()
    assert ada.city == "Rome"


@pytest.mark.parametrize("seen", ["", "{", "[]", "null", "1", '"x"', '{"city": [1, {}]}'])
def test_a_form_that_says_nonsense_about_what_was_seen_still_saves(
    admin_client, ada, edit, opened, seen
):
    response = admin_client.post(edit, {**opened, "seen": seen, "lastname": "King"})

    assert response.status_code in (200, 302)
    ada.refresh_from_db()
    assert ada.city == "London"


def test_an_untouched_form_writes_nothing(admin_client, ada, edit, opened):
    seen = json.loads(opened["seen"])
    assert seen["city"] == "London" and seen["phone"] == "1" and "zipcode" not in seen
    Contact.objects.update(city="Oslo", fields={"phone": "9"})

    assert admin_client.post(edit, opened).status_code == 302

    ada.refresh_from_db()
    assert (ada.city, ada.fields) == ("Oslo", {"phone": "9"})


def test_companies_are_kept_in_the_same_way(admin_client):
    company = Company.objects.create(name="Engines", fields={"companycity": "London"})
    url = reverse("contacttrack_companies:edit", args=[company.pk])
    opened = form_of(soup_of(admin_client.get(url)))

    admin_client.post(url, {**opened, "field_companycity": "Paris"})
    admin_client.post(url, {**opened, "field_companyname": "Looms"})
    company.refresh_from_db()
    assert (company.name, company.fields) == ("Looms", {"companycity": "Paris"})

    again = soup_of(admin_client.post(url, {**opened, "field_companycity": "Rome"}))
    assert errors(again) == ["Somebody else has changed this meanwhile. It is “Paris” now."]
    admin_client.post(url, form_of(again))
    company.refresh_from_db()
    assert (company.name, company.fields) == ("Looms", {"companycity": "Rome"})


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("names", "what"),
    [
        (("edit", "delete"), Contact),
        (("edit", "delete"), Company),
        (("edit", "delete", "merge"), Tag),
    ],
)
def test_a_page_of_what_was_deleted_leads_to_the_list_and_says_so(
    admin_client, names, what, method
):
    space = f"contacttrack_{what._meta.verbose_name_plural}"
    for name in names:
        url = reverse(f"{space}:{name}", args=[404])
        response = getattr(admin_client, method)(url, follow=True)
        assert response.redirect_chain == [(reverse(f"{space}:index"), 302)]
        assert "That has been deleted. Nothing was changed." in text(soup_of(response))
