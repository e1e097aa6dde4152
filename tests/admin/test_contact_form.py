"""The form of a contact, which is built from the fields."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.activity.making import contact
from tests.admin.looking import text
from wagtail_contacttrack.admin.contacts import form as contact_form
from wagtail_contacttrack.contacts import linking
from wagtail_contacttrack.contacts.models import Company, Contact, ContactField, Identifier

pytestmark = pytest.mark.django_db

ADD = reverse("contacttrack_contacts:add")
# S77: what is posted for each type, what is stored, and what the form shows of it afterwards.
TYPES = [
    ("text", " Hi  there ", "Hi there", "Hi there"),
    ("textarea", "one\r\ntwo", "one\ntwo", "one\ntwo"),
    ("html", "<p>x<script>y</script></p>", "<p>x</p>", "<p>x</p>"),
    ("email", "a@example.org,", "a@example.org", "a@example.org"),
    ("tel", "030 1", "030 1", "030 1"),
    ("url", "example.org", "example.org", "example.org"),
    ("number", "0", 0, "0"),
    ("boolean", "0", False, "0"),
    ("boolean", "1", True, "1"),
    ("date", "2024-05-01", "2024-05-01", "2024-05-01"),
    ("datetime", "2024-05-01 12:30", "2024-05-01T10:30:00+00:00", "2024-05-01 12:30"),
    ("time", "15:05", "15:05:00", "15:05"),
    ("select", "s", "s", "s"),
    ("multiselect", ["s", "m"], ["s", "m"], ["s", "m"]),
    ("lookup", "Anything", "Anything", "Anything"),
    ("country", "Germany", "Germany", "Germany"),
    ("region", "US-CA", "California", "California"),
    ("locale", "de_CH", "de_CH", "de_CH"),
    ("timezone", "Europe/Paris", "Europe/Paris", "Europe/Paris"),
]
OPTIONS = [["s", "Small"], ["m", "Medium"]]


# Hundreds of options each, which are rendered with every form.
LONG_LISTS = ("country", "preferred_locale", "timezone")


@pytest.fixture(autouse=True)
def short_form():
    """Leave the installed long lists out; the types are tried with fields of the tests' own."""
    show_long_lists(False)


def show_long_lists(visible):
    ContactField.objects.filter(object="contact", alias__in=LONG_LISTS).update(visible=visible)


def field(alias, type="text", **values):
    return ContactField.objects.create(
        **{"alias": alias, "label": alias.title(), "type": type, "group": "personal", **values}
    )


def edit_url(person):
    return reverse("contacttrack_contacts:edit", args=[person.pk])


def page_of(response):
    return BeautifulSoup(response.content, "html.parser")


def sent_by(soup):
    """What a browser sends when nobody changes anything."""
    data = {}
    for tag in soup.select("form [name]"):
        name = tag["name"]
        if tag.name == "select":
            chosen = tag.select_one("option[selected]")
            data[name] = chosen["value"] if chosen else ""
        elif tag.name == "textarea":
            data[name] = tag.text.removeprefix("\n")
        elif tag.get("type") != "checkbox":
            data[name] = tag.get("value", "")
        elif tag.has_attr("checked"):
            data.setdefault(name, []).append(tag["value"])
    data.pop("csrfmiddlewaretoken", None)
    return data


def errors(response):
    return [text(tag) for tag in page_of(response).select(".w-field__errors .error-message")]


@pytest.mark.parametrize(("type", "posted", "stored", "shown"), TYPES)
def test_each_type_is_stored_clean_shown_again_and_kept(admin_client, type, posted, stored, shown):
    field("x", type, options=OPTIONS if "select" in type else [])

    admin_client.post(ADD, {"lastname": "L", "field_x": posted})

    person = Contact.objects.get()
    assert person.fields == {"x": stored}
    again = sent_by(page_of(admin_client.get(edit_url(person))))
    assert again["field_x"] == shown
    admin_client.post(edit_url(person), again)
    person.refresh_from_db()
    assert person.fields == {"x": stored}


def test_every_type_is_tried():
    from wagtail_contacttrack.contacts.models import FieldType

    assert {row[0] for row in TYPES} == set(FieldType.values)


@pytest.mark.parametrize(
    ("type", "posted", "sentence"),
    [
        ("text", "a" * 65, "64 characters"),
        ("number", "many", "not a number"),
        ("email", "nobody", "not an e-mail address"),
        ("url", "javascript:x", "not a web address"),
        ("region", "Atlantis", "not a region that is known"),
        ("select", "xl", "xl"),
        ("date", "someday", "date"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_a_sentence(admin_client, type, posted, sentence):
    field("x", type, options=OPTIONS if type == "select" else [])

    response = admin_client.post(ADD, {"lastname": "L", "field_x": posted})

    assert not Contact.objects.exists()
    (error,) = errors(response)
    assert sentence in error


def test_fields_stand_in_panels_by_group_and_those_of_the_system_are_not_there(admin_client):
    field("secret", visible=False)
    soup = page_of(admin_client.get(ADD))

    headings = [text(tag) for tag in soup.select(".w-panel__heading")]
    groups = [name for name in headings if name in ("Core", "Social networks", "Work", "Personal")]
    assert groups == ["Core", "Social networks", "Work"]
    names = {tag["name"] for tag in soup.select("form [name]")}
    assert {"email", "company", "field_phone", "field_twitter"} <= names
    assert not names & {"points", "field_points", "field_last_active", "field_secret"}


def test_new_contacts_begin_with_the_defaults(admin_client):
    field("size", "select", options=OPTIONS, default="m")
    field("fan", "boolean", default="yes")
    field("odd", "number", default="no number")

    data = sent_by(page_of(admin_client.get(ADD)))
    assert (data["field_size"], data["field_fan"], data["field_odd"]) == ("m", "1", "")

    admin_client.post(ADD, {**data, "lastname": "L"})
    assert Contact.objects.get().fields == {"size": "m", "fan": True}
    # Who takes a default away means it.
    person = contact(lastname="Old")
    assert sent_by(page_of(admin_client.get(edit_url(person))))["field_size"] == ""


def test_what_is_required_is_asked_for(admin_client):
    ContactField.objects.filter(alias="mobile").update(required=True)

    assert errors(admin_client.post(ADD, {"lastname": "L"})) == ["This field is required."]
    assert errors(admin_client.post(ADD, {"lastname": "L", "field_mobile": "  "})) == [
        "This field is required."
    ]


def test_emptying_a_field_empties_it(admin_client):
    person = contact(firstname="Ada", city="Bonn", fields={"phone": "1"})

    admin_client.post(edit_url(person), {"firstname": "Ada"})

    person.refresh_from_db()
    assert (person.city, person.fields) == ("", {})


def test_what_the_form_does_not_show_stays(admin_client):
    field("secret", visible=False)
    person = contact(firstname="Ada", points=7, fields={"secret": "hush", "stray": [1]})

    admin_client.post(edit_url(person), {"firstname": "Ada", "field_phone": "1"})

    person.refresh_from_db()
    assert person.fields == {"secret": "hush", "stray": [1], "phone": "1"}
    assert person.points == 7


def test_what_is_written_while_an_editor_saves_is_not_lost(admin_client, monkeypatch):
    person = contact(firstname="Ada", city="Bonn", fields={"phone": "1"})
    save = contact_form.ContactForm.save

    def late(self, commit=True):
        Contact.objects.filter(pk=person.pk).update(
            city="Kiel", points=9, fields={"phone": "2", "fax": "3"}
        )
        return save(self, commit)

    monkeypatch.setattr(contact_form.ContactForm, "save", late)
    data = sent_by(page_of(admin_client.get(edit_url(person))))
    admin_client.post(edit_url(person), {**data, "lastname": "Lovelace"})

    person.refresh_from_db()
    assert (person.city, person.points, person.lastname) == ("Kiel", 9, "Lovelace")
    assert person.fields == {"phone": "2", "fax": "3"}


def test_an_old_value_that_breaks_the_rules_of_today_stays_until_it_is_changed(admin_client):
    show_long_lists(True)
    field("size", "select", options=OPTIONS)
    field("day", "date")
    field("sizes", "multiselect", options=OPTIONS)
    old = {"size": "xl", "day": "someday", "sizes": ["xl", "s"], "phone": "1" * 300}
    person = contact(firstname="Ada", country="DE", fields=old)

    soup = page_of(admin_client.get(edit_url(person)))
    assert "xl (no longer one of the options)" in text(soup)
    data = sent_by(soup)
    assert data["country"] == "Germany"
    admin_client.post(edit_url(person), {**data, "lastname": "L"})

    person.refresh_from_db()
    assert (person.lastname, person.fields, person.country) == ("L", old, "DE")


def test_values_of_unique_fields_name_the_contact(admin_client, admin_user):
    field("member", unique_identifier=True)
    admin_client.post(ADD, {"email": "Ada@Example.org", "field_member": "M 1"})
    person = Contact.objects.get()
    assert {(row.field, row.value) for row in person.identifiers.all()} == {
        ("email", "ada@example.org"),
        ("member", "m 1"),
    }
    assert {(row.rule, row.actor_id) for row in Identifier.objects.all()} == {
        ("editor", admin_user.pk)
    }

    admin_client.post(edit_url(person), {"email": "Ada@Example.org", "field_member": "M 2"})
    assert set(person.identifiers.values_list("value", flat=True)) == {"ada@example.org", "m 2"}


def test_who_may_not_see_contacts_is_not_told_whose_a_value_is(client, user_with, admin_client):
    admin_client.post(ADD, {"firstname": "Secretname", "email": "ada@example.org"})
    client.force_login(user_with("add_contact"))

    response = client.post(ADD, {"email": "ada@example.org"})

    assert errors(response) == [
        "Another contact has this value. Two contacts cannot have the same."
    ]
    assert "Secretname" not in response.content.decode()


def test_who_is_second_in_a_race_for_a_value_is_told_so(admin_client, monkeypatch):
    person = contact(firstname="Ada")
    admin_client.post(ADD, {"lastname": "Owner", "email": "x@example.org"})
    # As if nobody had it yet when the form was checked.
    monkeypatch.setattr(linking, "owners", lambda *args, **kwargs: {})

    response = admin_client.post(edit_url(person), {"email": "x@example.org", "lastname": "New"})

    (error,) = errors(response)
    assert error.startswith("This belongs to Owner")
    person.refresh_from_db()
    assert (person.email, person.lastname) == ("", "")
    assert not ModelLogEntry.objects.filter(object_id=str(person.pk)).exists()
    made = admin_client.post(ADD, {"email": "x@example.org", "lastname": "New"})
    assert errors(made) and Contact.objects.count() == 2


def test_a_contact_that_is_deleted_meanwhile_is_told_about(admin_client, monkeypatch):
    person = contact(firstname="Ada")
    save = contact_form.ContactForm.save

    def late(self, commit=True):
        Contact.objects.all().delete()
        return save(self, commit)

    monkeypatch.setattr(contact_form.ContactForm, "save", late)

    response = admin_client.post(edit_url(person), {"lastname": "L"}, follow=True)
    assert response.redirect_chain == [(reverse("contacttrack_contacts:index"), 302)]
    shown = text(BeautifulSoup(response.content, "html.parser"))
    assert "That has been deleted. Nothing was changed." in shown


@pytest.mark.parametrize("alias", ["media", "errors", "fields", "instance", "save", "date_added"])
def test_a_field_may_be_called_as_parts_of_the_form_are(admin_client, alias):
    field(alias)

    response = admin_client.post(ADD, {"lastname": "L", f"field_{alias}": "x"}, follow=True)

    assert response.status_code == 200
    person = Contact.objects.get()
    assert person.fields == {alias: "x"}
    assert admin_client.get(edit_url(person)).status_code == 200


def test_regions_of_the_contacts_country_are_suggested(admin_client):
    person = contact(firstname="Ada", country="Germany")

    soup = page_of(admin_client.get(edit_url(person)))

    box = soup.select_one("input[name=state]")
    suggested = {tag["value"] for tag in soup.select(f"#{box['list']} option")}
    assert "Bayern" in suggested and "California" not in suggested


def test_the_company_that_an_editor_writes_is_the_contacts_company(admin_client):
    admin_client.post(ADD, {"company": "Engines Ltd"})

    person = Contact.objects.get()
    assert [company.name for company in person.companies.all()] == ["Engines Ltd"]


CONTROL = "It contains invisible control characters."
MARKUP = "It contains markup such as <b>, which is not kept."


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("lastname", "<b>King</b>", MARKUP),
        ("lastname", "<br>", MARKUP),
        ("lastname", "K\x07ing", CONTROL),
        ("email", "a\x07da@example.org", CONTROL),
        ("field_phone", "1\x1b2", CONTROL),
    ],
)
def test_what_a_value_cannot_keep_is_said_and_not_taken_away(admin_client, name, value, sentence):
    data = {"firstname": "Ada", name: value}

    response = admin_client.post(reverse("contacttrack_contacts:add"), data)

    errors = BeautifulSoup(response.content, "html.parser").select(".w-field__errors")
    assert sentence in " ".join(text(error) for error in errors)
    assert not Contact.objects.exists()


def test_marks_of_direction_that_come_with_what_is_pasted_are_left_out(admin_client):
    data = {"firstname": "\u202eAda", "field_phone": "\u202a+49 30 1\u202c", "lastname": "שלום"}

    assert admin_client.post(reverse("contacttrack_contacts:add"), data).status_code == 302
    made = Contact.objects.get()
    assert (made.firstname, made.lastname) == ("Ada", "שלום")
    assert made.fields["phone"] == "+49 30 1"


def test_lines_of_a_long_text_and_spaces_around_a_value_are_no_reason_to_refuse_it(admin_client):
    ContactField.objects.create(alias="story", label="Story", type="textarea")
    data = {"firstname": " Ada  Augusta ", "field_story": "One\r\ntwo < 3\r\n"}

    assert admin_client.post(reverse("contacttrack_contacts:add"), data).status_code == 302
    made = Contact.objects.get()
    assert made.firstname == "Ada Augusta" and made.fields["story"].endswith("two < 3")


def test_names_of_companies_are_not_changed_without_a_word_either(admin_client):
    person = Contact.objects.create(firstname="Ada")
    card = reverse("contacttrack_marks:companies", args=[person.pk])

    form = admin_client.post(
        reverse("contacttrack_companies:add"), {"field_companyname": "<i>Engines</i>"}
    )
    given = admin_client.post(card, {"add": "<i>Engines</i>"}, follow=True)

    for response in (form, given):
        assert MARKUP in text(BeautifulSoup(response.content, "html.parser"))
    assert not Company.objects.exists()
