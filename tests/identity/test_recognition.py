"""Who is it, when a hit says so? Through the doors, as browsers and apps come in."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from tests.tracking.conftest import browser, reason
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import fieldset, history, linking, resolving
from wagtail_contacttrack.contacts.models import (
    Company,
    CompanyMembership,
    Contact,
    ContactField,
    ContactTag,
    Device,
    Identifier,
    Merge,
    Rule,
    Tag,
)
from wagtail_contacttrack.tracking import clickthrough, identity

from .browsing import open_fields

pytestmark = pytest.mark.usefixtures("opened")

ADA, BOB = "ada@site.example", "bob@site.example"
ID = "0123456789abcdefghijklm"


def hit(client: Client, path: str = "", **values: Any) -> dict[str, Any]:
    """Send a page view; returns the ids of the answer."""
    response = client.post("/mtc/event", {"page_url": f"https://testserver/{path}", **values})
    assert reason(response) == "recorded", reason(response)
    return response.json()


def pixel(client: Client, path: str = "", **values: Any) -> int:
    response = client.get("/mtracking.gif", {"page_url": f"https://testserver/{path}", **values})
    assert reason(response) == "recorded", reason(response)
    return int(response.cookies["mtc_id"].value)


def pages(contact_id: int) -> list[str]:
    rows = Activity.objects.filter(contact_id=contact_id, kind="page.hit").order_by("pk")
    return [url.removeprefix("https://testserver/") for url in rows.values_list("url", flat=True)]


def kinds(contact_id: int) -> list[str]:
    rows = Activity.objects.filter(contact_id=contact_id).exclude(kind="page.hit")
    return sorted(rows.values_list("kind", flat=True))


def known(email: str = ADA, **values: Any) -> Contact:
    contact = linking.contact_for("email", email, rule=Rule.EDITOR, now=timezone.now())
    if values:
        Contact.objects.filter(pk=contact.pk).update(**values)
        contact.refresh_from_db()
    return contact


def ignored(contact_id: int) -> dict[str, str]:
    row = Activity.objects.filter(contact_id=contact_id, kind="page.hit").latest("pk")
    return row.data.get("ignored", {})


class TestAnAnonymousVisitor:
    def test_becomes_known_and_keeps_the_history(self):  # S76
        visitor = browser()
        before = hit(visitor, "a")
        after = hit(visitor, "b", email=ADA, firstname="Ada")

        assert after == before
        contact = Contact.objects.get()
        assert (contact.email, contact.firstname) == (ADA, "Ada")
        assert contact.is_known and contact.presence.known
        assert pages(contact.pk) == ["a", "b"]
        assert kinds(contact.pk) == [history.IDENTIFIED]

    def test_cannot_turn_round_the_sentences_that_show_the_name(self):
        hit(browser(), email=ADA, firstname="\u202eAda\u2066", lastname="👩\u200d🔧 שלום")
        contact = Contact.objects.get()
        assert (contact.firstname, contact.lastname) == ("Ada", "👩\u200d🔧 שלום")

    def test_is_known_from_the_first_hit_if_that_says_so(self):
        ids = hit(browser(), "a", email=ADA)
        contact = Contact.objects.get()
        assert (ids["id"], contact.email) == (contact.pk, ADA)
        assert contact.presence.known

    def test_becomes_part_of_the_known_contact(self):  # S76
        somebody = known()
        visitor = browser()
        anonymous = hit(visitor, "a")["id"]
        ids = hit(visitor, "b", email=ADA)

        assert ids["id"] == somebody.pk
        assert pages(somebody.pk) == ["a", "b"]
        assert resolving.survivor_id(anonymous) == somebody.pk
        merge = Merge.objects.get()
        assert (merge.winner_id, merge.loser_id) == (somebody.pk, anonymous)
        assert (merge.rule, merge.evidence) == (Rule.UNIQUE_FIELD, {"fields": ["email"]})

    def test_keeps_the_device_and_is_recognised_by_it_alone_afterwards(self):
        somebody = known()
        visitor = browser()
        device = hit(visitor)["device_id"]
        assert hit(visitor, email=ADA)["device_id"] == device
        assert hit(visitor, "later") == {
            "success": 1,
            "id": somebody.pk,
            "sid": device,
            "device_id": device,
            "events": [],
        }

    def test_with_a_new_device_makes_no_contact_of_its_own(self):
        somebody = known()
        assert hit(browser(), "a", email=ADA)["id"] == somebody.pk
        assert Contact.objects.count() == 1
        device = Device.objects.get()
        assert (device.rule, device.evidence) == (Rule.UNIQUE_FIELD, {"fields": ["email"]})

    def test_is_not_known_by_a_company_of_the_same_name(self):
        known(company="Acme")
        assert hit(browser(), firstname="Ada")["id"] != Contact.objects.get(email=ADA).pk

    @pytest.mark.parametrize(
        "sent",
        [ADA.upper(), f" {ADA} ", f"{ADA},", "Ada@Site.Example"],
    )
    def test_is_recognised_however_the_address_is_written(self, sent):
        somebody = known()
        assert hit(browser(), email=sent)["id"] == somebody.pk
        assert Contact.objects.get().email == ADA

    def test_is_recognised_by_a_field_that_editors_have_made(self):
        visitor = browser()
        first = hit(visitor, customer="K-17")["id"]
        assert hit(browser(), customer="k-17")["id"] == first

    def test_brings_along_what_the_known_contact_lacks(self):
        somebody = known(firstname="Ada")
        visitor = browser()
        hit(visitor, city="Vienna", tags="early")
        hit(visitor, email=ADA)
        somebody.refresh_from_db()
        assert (somebody.firstname, somebody.city) == ("Ada", "Vienna")
        assert list(somebody.tags.values_list("name", flat=True)) == ["early"]


class TestAKnownVisitor:
    def test_who_sends_an_unknown_address_is_somebody_else(self):  # contract 4.6 E
        visitor = browser()
        first = hit(visitor, "a", email=ADA)
        second = hit(visitor, "b", email=BOB)

        assert second["id"] != first["id"]
        assert second["device_id"] != first["device_id"]
        assert visitor.cookies["mautic_device_id"].value == second["device_id"]
        assert (pages(first["id"]), pages(second["id"])) == (["a"], ["b"])
        assert Contact.objects.get(pk=first["id"]).email == ADA
        assert kinds(first["id"]).count(history.CONFLICT) == 1
        assert kinds(second["id"]).count(history.CONFLICT) == 1

    def test_who_sends_the_address_of_another_gets_a_device_of_theirs(self):  # contract 4.6 C
        bob = known(BOB)
        visitor = browser()
        ada = hit(visitor, "a", email=ADA)
        ids = hit(visitor, "b", email=BOB)

        assert ids["id"] == bob.pk
        assert ids["device_id"] != ada["device_id"]
        assert (pages(ada["id"]), pages(bob.pk)) == (["a"], ["b"])
        assert not Merge.objects.exists()

    def test_two_who_take_turns_have_one_device_each(self):
        visitor = browser()
        devices = [
            hit(visitor, str(number), email=[ADA, BOB][number % 2])["device_id"]
            for number in range(6)
        ]
        assert devices[:2] * 3 == devices
        assert Device.objects.count() == 2

    def test_an_app_that_keeps_its_first_id_does_not_multiply(self):  # S56 S62
        app = {"HTTP_USER_AGENT": "Shop/3 (Android)", "REMOTE_ADDR": "203.0.113.9"}
        for email in (ADA, BOB, ADA, BOB, BOB):
            response = Client(**app).get(
                "/mtracking.gif",
                {"page_url": "cart_screen", "mautic_device_id": ID, "email": email},
            )
            assert reason(response) == "recorded"
        assert Device.objects.count() == 2
        assert Contact.objects.count() == 2

    def test_two_apps_without_a_cookie_stay_two(self):  # S62
        app = {"HTTP_USER_AGENT": "Shop/3 (Android)", "REMOTE_ADDR": "203.0.113.9"}
        first = pixel(Client(**app), "cart_screen")
        assert pixel(Client(**app), "cart_screen") != first

    def test_an_app_says_who_uses_it_and_the_pixel_knows_it_by_the_cookie(self):  # S56 S62
        app = browser()
        contact_id = hit(app, email=ADA)["id"]
        assert pixel(app, "cart_screen") == contact_id

    def test_with_a_name_but_no_address_takes_an_unknown_one(self):
        visitor = browser()
        first = hit(visitor, firstname="Ada")["id"]
        assert hit(visitor, email=ADA)["id"] == first

    def test_with_a_name_only_may_turn_out_to_be_somebody(self):
        somebody = known()
        visitor = browser()
        first = hit(visitor, "a", firstname="Ada", company="Acme")["id"]
        assert Contact.objects.get(pk=first).is_known
        assert hit(visitor, "b", email=ADA)["id"] == somebody.pk
        assert pages(somebody.pk) == ["a", "b"]
        assert Contact.objects.current().get().firstname == "Ada"

    def test_whom_an_editor_has_named_is_not_joined_with_another_by_a_browser(self, admin_client):
        somebody = known()
        visitor = browser()
        first = hit(visitor, "a")["id"]
        address = reverse("contacttrack_contacts:edit", args=[first])
        admin_client.post(address, {"firstname": "Bob"})
        assert Contact.objects.get(pk=first).firstname == "Bob"
        assert kinds(first) == [history.IDENTIFIED]

        assert hit(visitor, "b", email=ADA)["id"] == somebody.pk
        assert pages(first) == ["a"]
        assert Contact.objects.current().count() == 2


class TestTwoNames:
    def test_of_two_contacts_the_one_known_for_longer_counts(self):
        ada = known(ADA)
        bob = linking.contact_for("customer", "7", rule=Rule.EDITOR, now=timezone.now())
        ids = hit(browser(), email=ADA, customer="7")

        assert ids["id"] == ada.pk
        assert ignored(ada.pk) == {"customer": "identifier_conflict"}
        assert linking.owner_of("customer", "7") == bob.pk
        assert history.CONFLICT in kinds(ada.pk) and history.CONFLICT in kinds(bob.pk)

    def test_the_conflict_is_told_once(self):
        ada = known(ADA)
        linking.contact_for("customer", "7", rule=Rule.EDITOR, now=timezone.now())
        for _ in range(3):
            hit(browser(), email=ADA, customer="7")
        assert kinds(ada.pk).count(history.CONFLICT) == 1

    def test_a_further_number_of_somebody_known_is_not_overwritten(self):
        ids = hit(browser(), email=ADA, customer="1")
        hit(browser(), email=ADA, customer="2")
        assert Contact.objects.get(pk=ids["id"]).fields["customer"] == "1"
        assert linking.owner_of("customer", "2") is None


class TestFields:
    def test_only_open_fields_are_taken_and_the_others_stay_with_the_hit(self):  # S29 S33
        ids = hit(browser(), email=ADA, phone="+43 1 234", points="1000", id="7", owner="1")
        contact = Contact.objects.get(pk=ids["id"])
        assert "phone" not in contact.fields
        assert contact.points == 0
        assert ignored(contact.pk) == {
            "phone": "field_not_public",
            "points": "field_not_public",
        }
        row = Activity.objects.get(kind="page.hit")
        assert row.data["params"]["phone"] == "+43 1 234"

    def test_editors_read_why_a_field_was_left_out(self, admin_client):
        ids = hit(browser(), email=ADA, phone="+43 1", city="x" * 300)
        page = admin_client.get(f"/admin/contacttrack/contacts/inspect/{ids['id']}/")
        text = page.content.decode()
        assert "Phone was left out. It is not publicly updatable." in text
        assert "City was left out. It is longer than this field allows" in text

    def test_nothing_is_open_until_an_editor_says_so(self):  # S29
        ContactField.objects.filter(object="contact").update(publicly_updatable=False)
        fieldset.clear()
        ids = hit(browser(), email=ADA, firstname="Ada")
        contact = Contact.objects.get(pk=ids["id"])
        assert (contact.email, contact.firstname, contact.is_known) == ("", "", False)
        assert ignored(contact.pk) == {
            "email": "field_not_public",
            "firstname": "field_not_public",
        }

    def test_names_count_without_regard_to_case(self):  # S29
        hit(browser(), EMAIL=ADA, FirstName="Ada")
        assert Contact.objects.get().name == "Ada"

    def test_blanks_never_erase(self):
        visitor = browser()
        hit(visitor, email=ADA, firstname="Ada")
        hit(visitor, email="", firstname=" ")
        contact = Contact.objects.get()
        assert (contact.email, contact.firstname) == (ADA, "Ada")

    def test_a_bad_value_costs_that_field_only(self):
        ids = hit(browser(), email="no address", firstname="Ada")
        contact = Contact.objects.get(pk=ids["id"])
        assert (contact.email, contact.firstname) == ("", "Ada")
        assert list(ignored(contact.pk)) == ["email"]

    def test_too_long_is_refused_and_not_cut(self):
        ids = hit(browser(), firstname="x" * 300, email=ADA)
        contact = Contact.objects.get(pk=ids["id"])
        assert contact.firstname == ""
        assert list(ignored(contact.pk)) == ["firstname"]

    @pytest.mark.parametrize(
        "text",
        ["Zoë 😀", "مرحبا", "a & b + c % d", "𝒜𝒹𝒶", 'O\'Neil "quoted"', "1 < 2"],
    )
    def test_what_is_stored_is_what_was_sent(self, text):  # S34
        hit(browser(), firstname=text, email=ADA)
        assert Contact.objects.get().firstname == text

    def test_values_inside_d_count_as_well(self):  # contract 9
        packed = b'a:2:{s:5:"email";s:16:"ada@site.example";s:9:"firstname";s:3:"Ada";}'
        pixel(browser(), d=base64.b64encode(packed).decode())
        assert Contact.objects.get().email == ADA

    def test_a_title_is_the_contacts_once_that_field_is_open(self):  # S38-S39
        open_fields("title")
        hit(browser(), title="Dr", page_title="Home", email=ADA)
        assert Contact.objects.get().fields["title"] == "Dr"

    def test_the_query_of_the_page_sets_nothing(self):  # defect 20
        ids = hit(browser(), f"?email={quote(ADA)}&firstname=Eve&tags=evil")
        contact = Contact.objects.get(pk=ids["id"])
        assert (contact.email, contact.firstname) == ("", "")
        assert not Tag.objects.exists()

    def test_unless_that_is_switched_on(self, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "FIELDS_FROM_PAGE_URL": True}
        hit(browser(), f"?email={quote(ADA)}&firstname=Eve&tags=from-link", firstname="Ada")
        contact = Contact.objects.get()
        assert (contact.email, contact.firstname) == (ADA, "Ada")
        assert list(contact.tags.values_list("name", flat=True)) == ["from-link"]

    def test_what_the_tracker_always_says_is_no_news_where_nobody_has_asked(self):
        ids = hit(browser(), timezone="Europe/Paris", preferred_locale="fr", position="Rigger")
        assert ignored(ids["id"]) == {"position": "field_not_public"}

    @pytest.mark.parametrize("value", ["x" * 20_000, ["x", "y" * 20_000]])
    def test_what_was_cut_on_its_way_is_no_value(self, value):
        open_fields("about")
        ContactField.objects.filter(alias="about").update(type="textarea")
        fieldset.clear()
        ids = hit(browser(), about=value, tags="a," + "b" * 200 + "," + ",".join("c" * 17_000))
        assert "about" not in Contact.objects.get().fields
        assert ignored(ids["id"]) == {"about": "too_long"}

    def test_a_tag_that_was_cut_is_no_tag(self):
        names = [f"{number:03d}{'x' * 180}" for number in range(95)]
        hit(browser(), tags=",".join(names))
        found = set(Tag.objects.values_list("name", flat=True))
        assert found < set(names) and len(found) == 89

    @pytest.mark.parametrize("params", [{}, {"firstname": "Ada"}])
    def test_new_visitors_begin_with_the_defaults(self, params):
        open_fields("source")
        ContactField.objects.filter(alias="source").update(default="Website")
        ContactField.objects.filter(alias="city", object="contact").update(default="Vienna")
        ContactField.objects.filter(alias="lastname").update(default="Doe")
        fieldset.clear()
        visitor = browser()
        hit(visitor, **params)
        contact = Contact.objects.get()
        assert (contact.city, contact.lastname) == ("Vienna", "")
        assert contact.fields == {"source": "Website"}
        # And overrule nothing when it turns out who that is.
        somebody = known(ADA, city="Linz", date_modified=timezone.now() - timedelta(days=1))
        assert hit(visitor, email=ADA)["id"] == somebody.pk
        somebody.refresh_from_db()
        assert (somebody.city, somebody.fields) == ("Linz", {"source": "Website"})

    def test_the_clock_tells_the_time_zone_only_where_none_is_known(self):
        open_fields("timezone")
        visitor = browser()
        hit(visitor, timezone_offset="-60")
        assert Contact.objects.get().fields["timezone"] == "Europe/Paris"
        hit(visitor, timezone="Europe/Vienna", timezone_offset="300")
        hit(visitor, firstname="Ada", timezone_offset="300")
        assert Contact.objects.get().fields["timezone"] == "Europe/Vienna"

    @pytest.mark.parametrize("offset", ["x", "", "9" * 50, "-", "60.5", "\x00"])
    def test_a_broken_clock_is_no_clock(self, offset):  # defect 51
        hit(browser(), timezone_offset=offset)
        assert "timezone" not in Contact.objects.get().fields


class TestTags:
    @pytest.mark.parametrize(
        ("sent", "expected"),
        [
            ("ProductA,ProductB", ["ProductA", "ProductB"]),
            ("ProductA,-ProductA", []),
            ("-ProductA,ProductA", ["ProductA"]),
            (" a , ,b,", ["a", "b"]),
            ("VIP,vip", ["VIP", "vip"]),
            ("-never", []),
        ],
    )
    def test_one_after_the_other_and_the_last_wins(self, sent, expected):  # S35 S36
        hit(browser(), tags=sent)
        assert sorted(ContactTag.objects.values_list("tag__name", flat=True)) == expected

    def test_they_go_to_whom_the_same_request_names(self):  # S36
        somebody = known()
        hit(browser(), email=ADA, tags="customer")
        assert list(somebody.tags.values_list("name", flat=True)) == ["customer"]

    def test_are_taken_away_again(self):  # S35
        visitor = browser()
        hit(visitor, tags="a,b")
        hit(visitor, tags="-a")
        assert list(Contact.objects.get().tags.values_list("name", flat=True)) == ["b"]

    def test_a_list_of_tags_is_understood(self):
        hit(browser(), **{"tags[0]": "a", "tags[1]": "b"})
        assert ContactTag.objects.count() == 2

    def test_a_tag_that_is_too_long_costs_nothing_else(self):
        ids = hit(browser(), tags=f"{'x' * 300},short")
        assert list(Tag.objects.values_list("name", flat=True)) == ["short"]
        row = Activity.objects.get(contact_id=ids["id"], kind="page.hit")
        assert "tag_too_long" in row.data["problems"]


COMPANY_VALUES = {
    "companyaddress1": "Quay 1",
    "companyaddress2": "2nd floor",
    "companyemail": "desk@acme.example",
    "companyphone": "+43 1 9999",
    "companycity": "Vienna",
    "companystate": "California",
    "companyzipcode": "1010",
    "companycountry": "Austria",
    "companywebsite": "https://acme.example",
    "companynumber_of_employees": "12",
    "companyfax": "+43 1 9998",
    "companyannual_revenue": "1500000.5",
    "companyindustry": "Retail",
    "companydescription": "Ropes",
}


class TestCompanies:
    @pytest.mark.parametrize("name", ["company", "companyname", "CompanyName"])
    def test_a_company_is_assigned_and_becomes_the_primary_one(self, name):  # S30
        hit(browser(), **{name: "Acme"})
        membership = CompanyMembership.objects.get()
        assert (membership.company.name, membership.is_primary) == ("Acme", True)
        contact = Contact.objects.get()
        assert contact.company == "Acme"
        # Like the list says: whoever has a company is no longer nobody.
        assert contact.is_known and contact.presence.known

    @pytest.mark.parametrize("alias", list(COMPANY_VALUES))
    def test_every_installed_field_is_taken(self, alias):  # S31
        hit(browser(), company="Acme", **{alias: COMPANY_VALUES[alias]})
        stored = Company.objects.get().fields[alias]
        assert str(stored).removesuffix(".0") == COMPANY_VALUES[alias]

    def test_a_custom_field_is_taken(self):  # S31
        ContactField.objects.create(
            object="company", alias="companyfleet", label="Fleet", publicly_updatable=True
        )
        fieldset.clear()
        hit(browser(), company="Acme", companyfleet="7 ships")
        assert Company.objects.get().fields["companyfleet"] == "7 ships"

    def test_a_closed_field_is_not(self):
        ContactField.objects.filter(alias="companyphone").update(publicly_updatable=False)
        fieldset.clear()
        ids = hit(browser(), company="Acme", companyphone="+43 1")
        assert "companyphone" not in Company.objects.get().fields
        assert ignored(ids["id"]) == {"companyphone": "field_not_public"}

    def test_details_without_a_name_name_nobody(self):
        hit(browser(), companycity="Vienna")
        assert not Company.objects.exists()

    def test_one_name_is_one_company_whatever_its_case(self):
        hit(browser(), company="Acme")
        hit(browser(), company="ACME", companycity="Vienna")
        company = Company.objects.get()
        assert (company.name, company.fields["companycity"]) == ("Acme", "Vienna")
        assert company.contacts.count() == 2

    def test_several_companies_or_only_the_last(self, settings):
        visitor = browser()
        hit(visitor, company="Acme")
        hit(visitor, company="Zeta")
        assert CompanyMembership.objects.count() == 2
        assert CompanyMembership.objects.get(is_primary=True).company.name == "Zeta"
        settings.CONTACTTRACK = {
            **settings.CONTACTTRACK,
            "CONTACT_ALLOW_MULTIPLE_COMPANIES": False,
        }
        hit(visitor, company="Last")
        assert CompanyMembership.objects.get().company.name == "Last"


class TestLinks:
    @pytest.fixture
    def by_link(self, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "TRACK_BY_TRACKING_URL": True}

    def ct(self, contact: Contact) -> str:
        return clickthrough.sign(contact.pk, now=timezone.now())

    def test_say_nothing_by_default(self):  # S51
        somebody = known()
        assert hit(browser(), ct=self.ct(somebody))["id"] != somebody.pk

    def test_bring_the_recipient_back_where_that_is_wanted(self, by_link):  # S51
        somebody = known()
        visitor = browser()
        hit(visitor, "a")
        assert hit(visitor, "b", ct=self.ct(somebody))["id"] == somebody.pk
        assert pages(somebody.pk) == ["a", "b"]
        assert Merge.objects.get().rule == Rule.CLICKTHROUGH

    def test_inside_the_address_of_the_page_as_well(self, by_link):
        somebody = known()
        assert hit(browser(), f"?ct={quote(self.ct(somebody))}")["id"] == somebody.pk

    def test_never_overrule_the_cookie_of_somebody_known(self, by_link):  # S51
        somebody = known()
        visitor = browser()
        bob = hit(visitor, email=BOB)["id"]
        assert hit(visitor, ct=self.ct(somebody))["id"] == bob

    def test_nor_what_is_said_outright(self, by_link):  # defect 14
        somebody = known()
        ids = hit(browser(), ct=self.ct(somebody), email=BOB)
        assert Contact.objects.get(pk=ids["id"]).email == BOB

    def test_of_a_merged_contact_lead_to_the_one_that_it_is_now(self, by_link):
        from wagtail_contacttrack.contacts import merging

        old, new = known(ADA), known(BOB)
        token = self.ct(old)
        merging.merge(new.pk, old.pk, rule=Rule.EDITOR, now=timezone.now())
        assert hit(browser(), ct=token)["id"] == new.pk

    def test_need_an_address_that_identifies(self, by_link):  # S52-S53
        somebody = known()
        ContactField.objects.filter(object="contact", alias="email").update(
            publicly_updatable=False
        )
        fieldset.clear()
        assert hit(browser(), ct=self.ct(somebody))["id"] != somebody.pk

    def test_that_were_not_signed_need_their_own_switch(self, by_link, settings):  # S51
        somebody = known()
        packed = b'a:1:{s:4:"lead";s:%d:"%d";}' % (len(str(somebody.pk)), somebody.pk)
        unsigned = base64.b64encode(packed).decode()
        assert hit(browser(), ct=unsigned)["id"] != somebody.pk
        settings.CONTACTTRACK = {
            **settings.CONTACTTRACK,
            "TRACK_UNSIGNED_CLICKTHROUGH": True,
        }
        assert hit(browser(), ct=unsigned)["id"] == somebody.pk

    @pytest.mark.parametrize("ct", ["x", "1.2.3", "%00", "a:1:{", "9" * 400])
    def test_that_are_broken_cost_nothing(self, by_link, ct):  # defect 16
        hit(browser(), "a", ct=ct)


class TestStrangeDeviceIds:
    """A page of any website can put a device id into a pixel: it must not choose ours."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"HTTP_REFERER": "https://elsewhere.example/page"},
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
            {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_REFERER": "https://elsewhere.example/"},
        ],
    )
    def test_from_another_website_are_not_taken_over(self, headers):
        visitor = browser(**headers)
        pixel(visitor, mautic_device_id=ID)
        assert not Device.objects.filter(tracking_id=ID).exists()
        assert Contact.objects.count() == 1

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"HTTP_REFERER": "http://testserver/page"},
            {"HTTP_SEC_FETCH_SITE": "same-origin"},
            {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_REFERER": "https://listed.example/"},
        ],
    )
    def test_from_apps_and_listed_websites_are(self, headers, settings):  # S9 S10
        settings.CONTACTTRACK = {
            **settings.CONTACTTRACK,
            "CORS_VALID_DOMAINS": ["https://listed.example"],
        }
        pixel(browser(**headers), mautic_device_id=ID)
        assert Device.objects.filter(tracking_id=ID).exists()

    def test_nor_are_ids_that_somebody_else_has_already(self):
        """Or everybody who follows a link would be the one who has written it."""
        first = pixel(browser(), mautic_device_id=ID)
        visitor = browser(HTTP_REFERER="https://elsewhere.example/page")
        assert pixel(visitor, mautic_device_id=ID) != first

    def test_nor_is_anything_that_such_a_page_says_about_the_visitor(self):
        bob = known(BOB)
        visitor = browser()
        hit(visitor, "a", email=BOB)
        visitor.get(
            "/mtracking.gif",
            {"page_url": "https://testserver/b", "email": ADA, "tags": "evil"},
            HTTP_REFERER="https://elsewhere.example/page",
        )
        assert pixel(visitor, "c") == bob.pk
        assert not Tag.objects.exists()
        row = Activity.objects.get(url="https://testserver/b")
        assert row.contact_id == bob.pk
        assert row.data["problems"] == ["from_elsewhere"]


class TestLateHits:
    """What a browser could not send at once, sent when somebody else may be using it."""

    def test_leave_the_browser_to_who_uses_it_now(self):
        visitor = browser()
        ada = hit(visitor, "a", email=ADA)["id"]
        bob = hit(visitor, "b", email=BOB)["id"]
        late = hit(visitor, "late", email=ADA, mtc_age="86400000", mtc_event_id="e")
        assert (late["id"], late["device_id"]) == (None, None)
        assert pages(ada) == ["a", "late"]
        assert hit(visitor, "c")["id"] == bob

    def test_that_were_heard_already_change_nothing_again(self):
        visitor = browser()
        hit(visitor, "a", firstname="Old", tags="A", mtc_event_id="e1")
        hit(visitor, "b", firstname="New", tags="-A", mtc_event_id="e2")
        answer = visitor.post(
            "/mtc/event",
            {
                "page_url": "https://testserver/a",
                "firstname": "Old",
                "tags": "A",
                "mtc_event_id": "e1",
            },
        )
        assert reason(answer) == "duplicate"
        contact = Contact.objects.get()
        assert (contact.firstname, contact.tags.count()) == ("New", 0)


class TestALaterCallOfTheSamePageView:
    """The tracker sends all that was said so far, under one number."""

    VIEW = {"page_url": "https://testserver/a", "mtc_event_id": "e1"}

    def again(self, visitor: Client, **values: str) -> int:
        answer = visitor.post("/mtc/event", {**self.VIEW, **values})
        assert reason(answer) == "duplicate"
        return int(answer.json()["id"])

    def test_says_who_the_visitor_is(self):
        visitor = browser()
        hit(visitor, "a", mtc_event_id="e1")
        self.again(visitor, email=ADA, firstname="Ada", tags="A", company="Ropes")
        contact = Contact.objects.get()
        assert (contact.email, contact.firstname, contact.is_known) == (ADA, "Ada", True)
        assert [tag.name for tag in contact.tags.all()] == ["A"]
        assert CompanyMembership.objects.get().company.name == "Ropes"
        assert pages(contact.pk) == ["a"]

    def test_leads_to_the_known_contact(self):
        somebody, visitor = known(), browser()
        hit(visitor, "a", mtc_event_id="e1")
        assert self.again(visitor, email=ADA) == somebody.pk
        assert pages(somebody.pk) == ["a"]

    def test_is_heard_only_where_it_says_something_else(self):
        visitor = browser()
        hit(visitor, "a", mtc_event_id="e1", email=ADA, firstname="Old", tags="A")
        contact = Contact.objects.get()
        hit(visitor, "b", firstname="New", tags="-A")
        self.again(visitor, email=ADA, firstname="Old", tags="A", lastname="Lovelace")
        contact.refresh_from_db()
        assert (contact.firstname, contact.lastname) == ("New", "Lovelace")
        assert not contact.tags.exists()

    def test_completes_the_company(self):
        visitor = browser()
        hit(visitor, "a", mtc_event_id="e1", company="Ropes")
        self.again(visitor, company="Ropes", companycity="Basel")
        assert Company.objects.get().fields["companycity"] == "Basel"

    def test_says_why_something_was_not_taken(self):
        visitor = browser()
        first = hit(visitor, "a", mtc_event_id="e1", phone="1")
        self.again(visitor, phone="1", mobile="2")
        assert ignored(first["id"]) == {"phone": "field_not_public", "mobile": "field_not_public"}


class TestSignedIdentities:
    @pytest.fixture
    def reported(self, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "IDENTITY_MODE": "report"}

    @pytest.fixture
    def enforced(self, settings):
        settings.CONTACTTRACK = {
            **settings.CONTACTTRACK,
            "IDENTITY_MODE": "enforce",
            "TRACK_BY_TRACKING_URL": True,
            "TRACK_UNSIGNED_CLICKTHROUGH": True,
        }

    def token(self, **values: str) -> str:
        return identity.issue(Site.objects.get().pk, values, now=timezone.now())

    def test_say_who_it_is_and_that_it_is_verified(self, reported):
        somebody = known()
        assert hit(browser(), mtc_identity=self.token(email=ADA))["id"] == somebody.pk
        assert Identifier.objects.get().verified

    def test_count_more_than_what_the_browser_says(self, reported):
        ids = hit(browser(), mtc_identity=self.token(email=ADA), email=BOB)
        assert Contact.objects.get(pk=ids["id"]).email == ADA
        assert ignored(ids["id"]) == {"email": "identity_outranked"}

    def test_that_are_missing_are_reported(self, reported):
        ids = hit(browser(), email=ADA)
        assert Contact.objects.get(pk=ids["id"]).email == ADA
        row = Activity.objects.get(contact=ids["id"], kind="page.hit")
        assert row.data["problems"] == ["identity_unsigned"]

    def test_are_not_held_up_by_a_field_that_names_somebody_else(self, reported):
        other = linking.contact_for("customer", "7", rule=Rule.EDITOR, now=timezone.now())
        ids = hit(browser(), mtc_identity=self.token(email=ADA), customer="7")
        assert ids["id"] != other.pk
        assert ignored(ids["id"]) == {"customer": "identifier_conflict"}
        assert linking.owner_of("customer", "7") == other.pk

    def test_replace_an_address_that_was_only_typed(self, reported):
        ids = hit(browser(), email="typo@site.example", customer="7")
        again = hit(browser(), mtc_identity=self.token(email=ADA, customer="7"))
        assert again["id"] == ids["id"]
        assert Contact.objects.get(pk=ids["id"]).email == ADA
        assert linking.owner_of("email", "typo@site.example") == ids["id"]
        assert hit(browser(), email="typo@site.example")["id"] == ids["id"]
        assert Contact.objects.get(pk=ids["id"]).email == ADA

    def test_enforced_nobody_is_recognised_by_anything_else(self, enforced):
        somebody = known()
        ids = hit(browser(), email=ADA, **{"ct[lead]": str(somebody.pk)})
        assert ids["id"] != somebody.pk
        assert ignored(ids["id"])["email"] == "identity_unverified"


@pytest.mark.parametrize("agent", ["Barracuda Sentinel (EE)", "Mozilla/5.0 SafeLinks"])
def test_scanners_of_mail_are_not_the_recipient(agent, settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "TRACK_BY_TRACKING_URL": True}
    somebody = known()
    token = clickthrough.sign(somebody.pk, now=timezone.now())
    answer = browser(HTTP_USER_AGENT=agent).post(
        "/mtc/event", {"page_url": "https://testserver/a", "ct": token}
    )
    assert answer.json()["id"] != somebody.pk


def test_a_guessed_time_zone_overrules_nothing():
    somebody = known()
    Contact.objects.filter(pk=somebody.pk).update(fields={"timezone": "Europe/Vienna"})
    visitor = browser()
    hit(visitor, timezone_offset="300")
    hit(visitor, email=ADA)
    somebody.refresh_from_db()
    assert somebody.fields["timezone"] == "Europe/Vienna"


def test_a_switch_in_one_page_view_is_told_once():
    """Script and pixel of one page both say who it is, and both come with the old cookie."""
    visitor = browser()
    hit(visitor, "a", email=ADA)
    device = visitor.cookies["mautic_device_id"].value
    for door in ("post", "get"):
        visitor.cookies["mautic_device_id"] = device
        values = {"page_url": "https://testserver/b", "email": BOB}
        if door == "post":
            visitor.post("/mtc/event", {**values, "mtc_event_id": "e1"})
        else:
            visitor.get("/mtracking.gif", values)
    assert Activity.objects.filter(url="https://testserver/b", kind="page.hit").count() == 1
    assert Identifier.objects.filter(value=BOB).count() == 1
