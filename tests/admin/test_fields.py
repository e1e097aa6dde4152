"""Fields of contacts and companies in the admin."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import ModelLogEntry, Site

from tests.activity.making import NOON, contact
from tests.admin.looking import text
from wagtail_contacttrack.admin.fields import views as field_views
from wagtail_contacttrack.admin.fields.form import lines_of, options_in
from wagtail_contacttrack.contacts import field_changes, linking
from wagtail_contacttrack.contacts.models import (
    Company,
    CompanyIdentifier,
    Contact,
    ContactField,
    Identifier,
    Rule,
)
from wagtail_contacttrack.tracking.models import TrackingSettings

pytestmark = pytest.mark.django_db

LIST = reverse("contacttrack_fields:index")
ADD = reverse("contacttrack_fields:add")


def url(name, field):
    return reverse(f"contacttrack_fields:{name}", args=[field.pk])


def page_of(response):
    return BeautifulSoup(response.content, "html.parser")


def sent(**values):
    """What the form sends for a field of contacts that says how it differs from a plain one."""
    plain = {"label": "Shoe size", "object": "contact", "group": "personal", "type": "text"}
    return {**plain, "visible": "on", "order": "0", **values}


def as_sent(field, **values):
    flags = ("visible", "required", "publicly_updatable", "unique_identifier")
    return {
        "label": field.label,
        "alias": field.alias,
        "object": field.object,
        "group": field.group,
        "type": field.type,
        "order": field.order,
        "option_lines": lines_of(field.options),
        **{name: "on" for name in flags if getattr(field, name)},
        **values,
    }


def errors(response):
    return [text(tag) for tag in page_of(response).select(".w-field__errors .error-message")]


def confirm(client, asked):
    """Answer the question on this page with yes."""
    form = page_of(asked).select_one("form:has(button[name=confirmed])")
    data = {tag["name"]: tag["value"] for tag in form.select("input")}
    data["confirmed"] = form.select_one("button[name=confirmed]")["value"]
    return client.post(form["action"], data, follow=True)


def said(response):
    return [text(tag) for tag in page_of(response).select(".messages li")]


def field(alias="shoe_size", **values):
    return ContactField.objects.create(
        **{"alias": alias, "label": "Shoe size", "group": "personal", **values}
    )


def installed(alias):
    return ContactField.objects.get(alias=alias, object="contact")


# S77
def test_a_field_that_is_made_is_in_the_list_and_in_the_form_of_contacts(admin_client):
    admin_client.post(ADD, sent())

    made = ContactField.objects.get(alias="shoe_size")
    assert (made.label, made.order, made.installed) == ("Shoe size", 29, False)
    row = next(row for row in page_of(admin_client.get(LIST)).select("tr") if "shoe" in text(row))
    assert "Shoe size" in text(row) and "Contact" in text(row) and "Personal" in text(row)
    form = page_of(admin_client.get(reverse("contacttrack_contacts:add")))
    assert form.select_one("[name=field_shoe_size]")


def test_the_list_tells_flags_and_can_be_filtered(admin_client):
    field(publicly_updatable=True, unique_identifier=True, required=True, visible=False)

    rows = page_of(admin_client.get(f"{LIST}?q=shoe")).select("tbody tr")
    assert len(rows) == 1
    assert all(word in text(rows[0]) for word in ("public", "unique", "required", "hidden"))

    companies = page_of(admin_client.get(f"{LIST}?object=company")).select("tbody tr")
    assert "companyname" in text(companies[0]) and len(companies) == 15
    assert len(page_of(admin_client.get(f"{LIST}?type=email")).select("tbody tr")) == 2


def test_each_type_has_its_further_rules(admin_client):
    admin_client.post(ADD, sent(label="A", limit="100", scale="2", yes="Ja"))
    admin_client.post(ADD, sent(label="B", type="number", limit="100", scale="2"))
    admin_client.post(ADD, sent(label="C", type="boolean", yes="Ja", no="Nein", default="ja"))
    admin_client.post(
        ADD, sent(label="S", type="select", option_lines="s | Small\n\nm\n", default="s")
    )

    made = {row.alias: row for row in ContactField.objects.filter(installed=False)}
    assert made["a"].properties == {"limit": 100}
    assert made["b"].properties == {"scale": 2}
    assert made["c"].properties == {"yes": "Ja", "no": "Nein"}
    assert made["s"].options == [["s", "Small"], ["m", "m"]]
    shown = page_of(admin_client.get(url("edit", made["s"])))
    assert shown.select_one("[name=option_lines]").text.split("\n")[-2:] == ["s | Small", "m"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"alias": "Shoe Size"}, "small letters"),
        ({"label": "!!!"}, "Enter a name"),
        ({"label": "日本"}, "Enter a name"),
        ({"alias": "page_url"}, "Tracking calls use this name"),
        ({"alias": "utm_whatever"}, "Tracking calls use this name"),
        ({"alias": "mtc_id"}, "Tracking calls use this name"),
        ({"alias": "mautic_device_id"}, "Tracking calls use this name"),
        ({"label": "Tags"}, "Tracking calls use this name"),
        ({"alias": "timezone_offset"}, "Tracking calls use this name"),
        ({"alias": "owner"}, "Contacts have something of this name"),
        ({"alias": "points"}, "Contacts have something of this name"),
        ({"alias": "companysize"}, "for fields of companies"),
        ({"alias": "email"}, "A field of contacts has this name"),
        ({"alias": "email", "object": "company"}, "A field of contacts has this name"),
        ({"alias": "companyname", "object": "company"}, "A field of companies has this name"),
        ({"type": "select"}, "at least one option"),
        ({"type": "select", "option_lines": "a\na | A"}, "stands there twice"),
        ({"type": "select", "option_lines": "a" * 192}, "too long"),
        ({"type": "number", "default": "many"}, "not a number"),
        ({"type": "select", "option_lines": "a", "default": "b"}, "not one of the options"),
        ({"type": "boolean", "unique_identifier": "on"}, "names nobody"),
        ({"unique_identifier": "on", "default": "x"}, "all new contacts would have it"),
        ({"limit": "192"}, "191"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(admin_client, given, sentence):
    response = admin_client.post(ADD, sent(**given))

    assert any(sentence in error for error in errors(response)), errors(response)
    assert not ContactField.objects.filter(installed=False).exists()


def test_fields_of_the_app_keep_alias_and_type_and_stay(admin_client):
    phone = installed("phone")

    admin_client.post(
        url("edit", phone),
        as_sent(phone, label="Telephone", alias="fon", type="number", publicly_updatable="on"),
    )
    phone.refresh_from_db()
    assert (phone.label, phone.alias, phone.type) == ("Telephone", "phone", "tel")
    assert phone.publicly_updatable

    response = admin_client.post(url("delete", phone), follow=True)
    assert any("cannot be deleted" in message for message in said(response))
    assert ContactField.objects.filter(pk=phone.pk).exists()
    assert url("delete", phone) not in admin_client.get(url("edit", phone)).content.decode()
    assert url("delete", phone) not in admin_client.get(LIST).content.decode()


def test_an_alias_changes_only_while_nobody_has_a_value(admin_client):
    shoe = field()
    admin_client.post(url("edit", shoe), as_sent(shoe, alias="shoes"))
    shoe.refresh_from_db()
    assert shoe.alias == "shoes"

    contact(fields={"shoes": "38"})
    response = admin_client.post(url("edit", shoe), as_sent(shoe, alias="boots"))
    assert "There are values under this name" in errors(response)[0]


def test_deleting_says_who_loses_what_and_takes_it_away(admin_client):
    shoe = field(unique_identifier=True)
    for size in ("38", "39"):
        admin_client.post(
            reverse("contacttrack_contacts:add"), {"lastname": size, "field_shoe_size": size}
        )
    other = contact(fields={"hat_size": "9"})

    assert "with the values of 2 contacts?" in text(page_of(admin_client.get(url("delete", shoe))))
    admin_client.post(url("delete", shoe))

    assert [person.fields for person in Contact.objects.order_by("pk")] == [
        {},
        {},
        {"hat_size": "9"},
    ]
    assert not Identifier.objects.filter(field="shoe_size").exists()
    assert other.pk
    nobody = field("unused")
    assert "Nobody has a value" in text(page_of(admin_client.get(url("delete", nobody))))


def test_a_new_type_is_asked_about_first_and_keeps_what_it_can(admin_client):
    shoe = field()
    people = [contact(fields={"shoe_size": size, "x": 1}) for size in ("38", "39.0", "large")]

    asked = admin_client.post(url("edit", shoe), as_sent(shoe, type="number", label="Size"))
    question = page_of(asked)
    assert "can be kept: 2 contacts. Values that are lost: 1 contact." in text(question)
    shoe.refresh_from_db()
    assert (shoe.type, people[0].fields["shoe_size"]) == ("text", "38")

    response = confirm(admin_client, asked)

    assert any(
        "kept: 2 contacts. Values that were lost: 1 contact." in message
        for message in said(response)
    )
    shoe.refresh_from_db()
    assert (shoe.type, shoe.label) == ("number", "Size")
    assert [Contact.objects.get(pk=person.pk).fields for person in people] == [
        {"shoe_size": 38, "x": 1},
        {"shoe_size": 39, "x": 1},
        {"x": 1},
    ]
    assert ModelLogEntry.objects.filter(object_id=str(shoe.pk), action="wagtail.edit").count() == 1


def test_a_new_type_without_values_is_not_asked_about(admin_client):
    shoe = field()

    admin_client.post(url("edit", shoe), as_sent(shoe, type="number"))

    shoe.refresh_from_db()
    assert shoe.type == "number"


def test_a_unique_identifier_names_who_was_identified_first(admin_client, admin_user):
    shoe = field("member")
    late = contact(fields={"member": "M1"}, date_identified=NOON.replace(year=2030))
    first = contact(fields={"member": "m1 "}, date_identified=NOON)
    anonymous = contact(fields={"member": "M1"}, date_identified=None)
    single = contact(fields={"member": "M2"}, date_identified=None)

    asked = admin_client.post(url("edit", shoe), as_sent(shoe, unique_identifier="on"))
    assert "will name who has them: 4 contacts." in text(page_of(asked))
    assert not Identifier.objects.exists()
    response = confirm(admin_client, asked)

    named = Identifier.objects.filter(field="member")
    assert {(row.value, row.contact_id) for row in named} == {("m1", first.pk), ("m2", single.pk)}
    assert {(row.rule, row.actor_id) for row in named} == {("editor", admin_user.pk)}
    assert any("somebody else has as well: 2 contacts." in m for m in said(response))
    assert [Contact.objects.get(pk=p.pk).fields["member"] for p in (late, anonymous)] == ["M1"] * 2

    shoe.refresh_from_db()
    admin_client.post(url("edit", shoe), as_sent(shoe, unique_identifier=""))
    assert not Identifier.objects.filter(field="member").exists()


def test_a_unique_identifier_with_a_new_type_names_by_the_new_values(admin_client):
    shoe = field("member", unique_identifier=True)
    admin_client.post(
        reverse("contacttrack_contacts:add"), {"lastname": "L", "field_member": "38.0"}
    )

    admin_client.post(url("edit", shoe), as_sent(shoe, type="number", confirmed="number"))

    assert [row.value for row in Identifier.objects.filter(field="member")] == ["38"]


def test_fields_of_companies_follow_the_same_rules(admin_client):
    admin_client.post(ADD, sent(label="VAT number", object="company"))
    vat = ContactField.objects.get(alias="vat_number")
    company = Company.objects.create(name="Engines", fields={"vat_number": "12"})
    twin = Company.objects.create(name="Twin", fields={"vat_number": "12"})

    asked = admin_client.post(url("edit", vat), as_sent(vat, unique_identifier="on"))
    assert "will name who has them: 2 companies." in text(page_of(asked))
    response = confirm(admin_client, asked)
    (identifier,) = CompanyIdentifier.objects.filter(field="vat_number")
    assert identifier.company == company and twin.pk
    assert any("1 company" in message for message in said(response))

    assert "the values of 2 companies?" in text(page_of(admin_client.get(url("delete", vat))))
    admin_client.post(url("delete", vat))
    assert [row.fields for row in Company.objects.all()] == [{}, {}]
    assert not CompanyIdentifier.objects.filter(field="vat_number").exists()


def test_companies_stay_told_apart_by_their_names(admin_client):
    name = ContactField.objects.get(alias="companyname")

    response = admin_client.post(url("edit", name), as_sent(name, unique_identifier=""))

    assert "told apart by their names" in errors(response)[0]


def test_contacts_stay_told_apart_by_their_addresses(admin_client):
    email = installed("email")
    response = admin_client.post(url("edit", email), as_sent(email, unique_identifier=""))
    assert "told apart by their e-mail addresses" in errors(response)[0]


@pytest.mark.parametrize("by_project", [True, False])
def test_recognition_by_links_keeps_the_email_as_it_needs_it(admin_client, settings, by_project):
    email = installed("email")
    ContactField.objects.filter(pk=email.pk).update(publicly_updatable=True)
    email.refresh_from_db()
    if by_project:
        settings.CONTACTTRACK = {"TRACK_BY_TRACKING_URL": True}
    else:
        TrackingSettings.objects.create(site=Site.objects.get(), track_by_tracking_url=True)
    data = as_sent(email)
    del data["publicly_updatable"]

    response = admin_client.post(url("edit", email), data)
    assert "recognised by links in messages" in errors(response)[0]
    assert admin_client.post(url("edit", email), as_sent(email)).status_code == 302

    settings.CONTACTTRACK = {"TRACK_BY_TRACKING_URL": False}
    assert admin_client.post(url("edit", email), data).status_code == 302


def test_the_form_says_what_public_and_unique_mean_together(admin_client):
    page = text(page_of(admin_client.get(ADD)))

    assert "anybody can appear as somebody else by sending their value" in page


def test_who_may_only_change_fields_is_led_home(client, user_with):
    client.force_login(user_with("change_contactfield"))
    shoe = field()

    response = client.post(url("edit", shoe), as_sent(shoe, label="Boots"))

    assert response["Location"] == reverse("wagtailadmin_home")
    shoe.refresh_from_db()
    assert shoe.label == "Boots"


def test_the_menu_of_the_settings_leads_to_the_fields(admin_client):
    assert LIST in admin_client.get(reverse("wagtailadmin_home")).content.decode()


def test_lines_and_options_are_each_others_inverse():
    options = [["s", "Small"], ["m", "m"]]

    assert options_in(lines_of(options)) == options
    assert options_in(" a | b | c \n | nothing\n\n") == [["a", "b / c"]]


# Saving as a whole


@pytest.fixture
def member():
    made = field("member", unique_identifier=True)
    person = contact(fields={"member": "M1"})
    linking.claim(person, rule=Rule.EDITOR, now=NOON)
    return made


@pytest.mark.parametrize(
    "changed", [{"label": "Card"}, {"publicly_updatable": "on"}, {"limit": "20"}, {"order": "7"}]
)
def test_what_names_contacts_stays_untouched_by_other_changes(admin_client, member, changed):
    before = list(Identifier.objects.values())

    assert admin_client.post(url("edit", member), as_sent(member, **changed)).status_code == 302

    assert list(Identifier.objects.values()) == before and before


@pytest.mark.parametrize("step", ["claim", "convert"])
def test_a_field_is_saved_with_all_that_follows_or_not_at_all(
    admin_client, member, monkeypatch, step
):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(field_changes, step, fail)
    before = list(Identifier.objects.values())

    with pytest.raises(RuntimeError):
        admin_client.post(url("edit", member), as_sent(member, type="number", confirmed="number"))

    member.refresh_from_db()
    assert member.type == "text"
    assert list(Identifier.objects.values()) == before and before
    assert not ModelLogEntry.objects.filter(object_id=str(member.pk)).exists()


def test_work_about_very_many_is_done_by_parts(admin_client, member, monkeypatch):
    monkeypatch.setattr(field_views, "AT_ONCE", 0)

    data = as_sent(member, type="number", confirmed="number")
    assert admin_client.post(url("edit", member), data).status_code == 302

    member.refresh_from_db()
    assert member.type == "number"
    assert not Identifier.objects.exists()


def test_a_new_type_and_becoming_unique_are_asked_about_together(admin_client):
    shoe = field()
    person = contact(fields={"shoe_size": "38"})

    data = as_sent(shoe, type="number", unique_identifier="on")
    asked = admin_client.post(url("edit", shoe), {**data, "confirmed": "number"})
    page = text(page_of(asked))
    assert "can be kept: 1 contact." in page and "will name who has them: 1 contact." in page

    confirm(admin_client, asked)
    assert Identifier.objects.get().contact == person


# The way back


@pytest.mark.parametrize("name", ["edit", "delete", "history"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_address_of_a_deleted_field_leads_to_the_list(
    admin_client, client, user_with, name, method
):
    shoe = field()
    address = url(name, shoe)
    shoe.delete()

    if (name, method) != ("history", "post"):
        response = getattr(admin_client, method)(address, follow=True)
        assert response.redirect_chain == [(LIST, 302)]
        assert "That has been deleted. Nothing was changed." in said(response)[0]
    client.force_login(user_with())
    assert getattr(client, method)(address)["Location"] == reverse("wagtailadmin_home")


def test_the_list_has_one_name_wherever_it_is_named(admin_client):
    shoe = field()

    for address in (LIST, ADD, *(url(name, shoe) for name in ("edit", "history"))):
        page = page_of(admin_client.get(address))
        crumbs = [text(link) for link in page.select(f'.w-breadcrumbs a[href="{LIST}"]')]
        assert crumbs in ([], ["Contact fields"]), address
        assert "Fields" not in [text(crumb) for crumb in page.select(".w-breadcrumbs li")], address
    assert "Contact fields" in text(page_of(admin_client.get(LIST)).title)
