"""What webhooks are told: whatever happens, in the shape of Mautic's webhooks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from tests.activity.making import contact
from tests.outbound.making import message
from tests.tracking.conftest import browser
from wagtail_contacttrack.contacts import (
    company_editing,
    consent,
    fieldset,
    linking,
    merging,
    points,
    removal,
    saving,
    tag_editing,
    unmerging,
)
from wagtail_contacttrack.contacts.models import Company, Contact, ContactField, DoNotContact, Rule
from wagtail_contacttrack.outbound.webhooks import delivery
from wagtail_contacttrack.outbound.webhooks.models import WebhookEvent
from wagtail_contacttrack.outbound.webhooks.triggers import every

pytestmark = pytest.mark.django_db

NEW, CHANGED = "mautic.lead_post_save_new", "mautic.lead_post_save_update"
POINTS, DELETED = "mautic.lead_points_change", "mautic.lead_post_delete"
SUBSCRIPTION = "mautic.lead_channel_subscription_changed"
COMPANY_CHANGE = "mautic.lead_company_change"
COMPANY_SAVED, COMPANY_DELETED = "mautic.company_post_save", "mautic.company_post_delete"
HIT, SENT, OPENED = "mautic.page_on_hit", "mautic.email_on_send", "mautic.email_on_open"

ABOUT_HITS = {
    "id", "dateHit", "dateLeft", "url", "urlTitle", "referer", "query", "ipAddress", "lead",
    "code", "source", "sourceId",
}  # fmt: skip


@pytest.fixture
def told(receiver):
    """What a service that wants everything, or only this, is told: pairs of trigger and event."""
    receiver.webhook(*[trigger.key for trigger in every()])

    def deliver(*wanted):
        # Those who act in these tests may be ahead of the clock.
        delivery.deliver(now=timezone.now() + timedelta(days=1))
        found = [(d.trigger, item) for d in receiver.deliveries for item in d.items]
        receiver.deliveries.clear()
        return [pair for pair in found if not wanted or pair[0] in wanted]

    return deliver


def names(found):
    return [trigger for trigger, _item in found]


def visit(visitor=None, **values):
    visitor = visitor or browser()
    body = {"page_url": "https://testserver/shop?a=b", "page_title": "Shop", **values}
    response = visitor.post("/mtc/event", body)
    assert response.status_code == 200
    return visitor


def save(owner, now=None, **news):
    return saving.save(
        owner, news, rule=Rule.EDITOR, now=now or timezone.now(), actor=None, several=True
    )


@pytest.fixture
def public_email(db):
    """Browsers may say who somebody is."""
    field = ContactField.objects.get(object="contact", alias="email")
    field.publicly_updatable = True
    field.save()
    yield
    fieldset.clear()


def test_the_names_are_mautics():
    assert {trigger.key for trigger in every()} >= {
        NEW, CHANGED, POINTS, DELETED, SUBSCRIPTION, COMPANY_CHANGE, COMPANY_SAVED,
        COMPANY_DELETED, HIT, SENT, OPENED,
    }  # fmt: skip
    assert all(str(trigger.label) and str(trigger.description) for trigger in every())


# Visits


def test_a_visit_of_a_stranger_is_a_hit_and_no_contact(told):
    visit(utm_source="letter", page_referrer="https://search.example/")

    ((trigger, item),) = told()

    hit = item["hit"]
    assert trigger == HIT
    assert set(hit) >= ABOUT_HITS
    assert hit["url"] == "https://testserver/shop?a=b"
    assert (hit["urlTitle"], hit["referer"]) == ("Shop", "https://search.example/")
    assert hit["query"]["utm_source"] == "letter"
    assert hit["ipAddress"] == "203.0.113.9"
    assert hit["lead"]["id"] == Contact.objects.get().pk
    assert hit["lead"]["dateIdentified"] is None


def test_a_visitor_who_becomes_known_is_new_and_from_then_on_changes(told, public_email):
    visitor = visit()
    told()

    visit(visitor, email="ada@example.org", tags="vip")
    found = told()
    assert sorted(names(found)) == [NEW, HIT]
    (new,) = (item for trigger, item in found if trigger == NEW)
    assert new["contact"]["fields"]["all"]["email"] == "ada@example.org"
    assert [tag["tag"] for tag in new["contact"]["tags"]] == ["vip"]

    visit(visitor, tags="reader")
    found = told()
    assert sorted(names(found)) == [CHANGED, HIT]
    (changed,) = (item for trigger, item in found if trigger == CHANGED)
    assert [tag["tag"] for tag in changed["contact"]["tags"]] == ["reader", "vip"]

    visit(visitor, email="ada@example.org", tags="reader")
    assert names(told()) == [HIT]


def test_a_company_that_a_visitor_names(told):
    visit(firstname="Ada", company="Analytical Engines")

    found = dict(told())

    assert set(found) == {NEW, HIT, COMPANY_SAVED, COMPANY_CHANGE}
    assert found[COMPANY_SAVED]["company"]["fields"]["all"]["companyname"] == "Analytical Engines"
    change = found[COMPANY_CHANGE]
    assert change["added"] is True
    assert change["company"]["id"] == Company.objects.get().pk
    assert change["contact"]["id"] == Contact.objects.get().pk


def test_a_hit_of_somebody_who_was_merged_since_names_who_that_is(told):
    ada, other = contact(firstname="Ada"), contact(firstname="A.")
    save(other, lastname="L.")
    merging.merge(ada.pk, other.pk, rule=Rule.EDITOR, now=timezone.now())

    found = told(CHANGED, DELETED)

    deleted = [item for trigger, item in found if trigger == DELETED]
    changed = [item for trigger, item in found if trigger == CHANGED]
    assert {item["contact"]["id"] for item in changed} == {ada.pk}
    assert deleted[0]["deletedId"] == other.pk
    assert deleted[0]["mergedInto"] == ada.pk


# Contacts


def test_an_editor_makes_and_changes_a_contact(told):
    ada = save(Contact(), email="ada@example.org")
    assert names(told()) == [NEW]

    save(ada, firstname="Ada")
    ((trigger, item),) = told()
    assert trigger == CHANGED
    assert item["contact"]["fields"]["all"]["firstname"] == "Ada"


def test_saving_without_a_change_tells_nobody(told):
    ada = contact(firstname="Ada")
    save(ada, firstname="Ada")

    assert told() == []


def test_several_changes_that_wait_are_one_event(told):
    ada = contact()
    now = timezone.now()
    for number, name in enumerate(("A", "B", "C")):
        save(ada, now=now + timedelta(seconds=number), firstname=name)

    ((_trigger, item),) = told()

    assert item["contact"]["fields"]["all"]["firstname"] == "C"


def test_mail_to_somebody_new_makes_a_new_contact(told):
    linking.contact_for("email", "new@example.org", rule=Rule.EDITOR, now=timezone.now())

    assert names(told()) == [NEW]


def test_tags_of_many_contacts(told):
    people = [contact(firstname=name) for name in "AB"]
    anonymous = contact(date_identified=None)
    ids = [person.pk for person in (*people, anonymous)]
    tag_editing.add_to(ids, ["vip"], now=timezone.now())

    found = told()

    assert names(found) == [CHANGED, CHANGED]
    assert {item["contact"]["id"] for _t, item in found} == {person.pk for person in people}


def test_points(told):
    ada = contact(points=3)
    points.change(ada.pk, "plus", 4, now=timezone.now())

    ((trigger, item),) = told()

    assert trigger == POINTS
    assert item["points"] == {"old_points": 3, "new_points": 7}
    assert item["contact"]["points"] == 7


def test_who_wants_no_mail_and_who_wants_it_again(told):
    ada, now = contact(), timezone.now()
    unsubscribed = DoNotContact.Reason.UNSUBSCRIBED
    consent.forbid(ada.pk, reason=unsubscribed, now=now)
    consent.forbid(ada.pk, reason=unsubscribed, now=now)
    consent.allow(ada.pk, now=now)
    consent.allow(ada.pk, now=now)

    found = told(SUBSCRIPTION)

    assert [(item["old_status"], item["new_status"]) for _t, item in found] == [
        ("contactable", "unsubscribed"),
        ("unsubscribed", "contactable"),
    ]
    assert {item["channel"] for _t, item in found} == {"email"}


def test_who_is_deleted_is_a_number_and_nothing_else_stays(told):
    ada, anonymous = contact(firstname="Ada"), contact(date_identified=None)
    save(ada, lastname="Lovelace")
    visit()
    removal.remove([ada.pk, anonymous.pk])

    found = told(CHANGED, DELETED)

    ((trigger, item),) = found
    assert trigger == DELETED
    assert (item["id"], item["deletedId"]) == (ada.pk, ada.pk)
    assert "Lovelace" not in str(item)
    assert not WebhookEvent.objects.filter(contact_id=ada.pk).exclude(trigger=DELETED).exists()


def test_undoing_a_merge_brings_somebody_back(told):
    ada, other = contact(firstname="Ada"), contact(firstname="A.")
    merge = merging.merge(ada.pk, other.pk, rule=Rule.EDITOR, now=timezone.now())
    told()
    unmerging.undo(merge.pk, now=timezone.now())

    found = dict(told())

    assert found[NEW]["contact"]["id"] == other.pk
    assert found[CHANGED]["contact"]["id"] == ada.pk


# Companies


def test_companies_as_editors_keep_them(told):
    ada, now = contact(), timezone.now()
    company = Company(name="")
    fields = fieldset.current()
    company_editing.save(company, {"companyname": "Engines"}, fields, now=now)
    company_editing.link(ada.pk, company, several=True, now=now)

    found = dict(told())
    assert set(found) == {COMPANY_SAVED, COMPANY_CHANGE, CHANGED}
    assert found[COMPANY_CHANGE]["added"] is True

    company_editing.unlink(ada.pk, company, now=now)
    found = dict(told())
    assert set(found) == {COMPANY_CHANGE, CHANGED}
    assert found[COMPANY_CHANGE]["added"] is False

    number = company.pk
    company_editing.delete(company, now=now)
    ((trigger, item),) = told()
    assert trigger == COMPANY_DELETED
    assert (item["id"], item["deletedId"]) == (number, number)


@pytest.mark.parametrize("door", ["link", "assign"])
def test_who_may_have_one_company_only_leaves_the_other(told, door):
    ada, now = contact(), timezone.now()
    save(ada, company="First")
    told()
    if door == "link":
        second = Company.objects.create(name="Second")
        company_editing.link(ada.pk, second, several=False, now=now)
    else:
        saving.save(
            ada, {"company": "Second"}, rule=Rule.EDITOR, now=now, actor=None, several=False
        )

    changes = [item for _t, item in told(COMPANY_CHANGE)]

    assert {(i["company"]["fields"]["all"]["companyname"], i["added"]) for i in changes} == {
        ("First", False),
        ("Second", True),
    }


def test_an_emptied_company_field_is_left(told):
    ada = contact()
    save(ada, company="First")
    told()
    save(ada, company=None)

    found = dict(told())
    assert found[COMPANY_CHANGE]["added"] is False


# Mail


def test_mail_that_is_sent_and_opened(told, settings):
    settings.EMAIL_BACKEND = "wagtail_contacttrack.outbound.mail.TrackingEmailBackend"
    settings.CONTACTTRACK = {
        **settings.CONTACTTRACK,
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    }
    mail = EmailMessage("News", "Hello", to=["ada@example.org"], headers={"X-Contacttrack": "on"})
    mail.send()

    found = dict(told())

    assert set(found) == {NEW, SENT}
    assert found[SENT]["subject"] == "News"
    assert found[SENT]["contact"]["fields"]["all"]["email"] == "ada@example.org"


def test_mail_that_is_opened_by_a_person(told):
    sent = message()
    reader = browser()
    for _ in range(2):
        assert reader.get(f"/email/{sent.key}.gif").status_code == 200

    ((trigger, item),) = told()

    stat = item["stat"]
    assert trigger == OPENED
    assert stat["emailAddress"] == "ada@example.org"
    assert (stat["isRead"], stat["trackingHash"]) == (True, sent.key)
    assert stat["lead"]["id"] == sent.contact_id
    assert stat["email"]["subject"] == "News of March"


def test_a_machine_that_opens_mail_is_nobody(told):
    sent = message()
    browser(HTTP_USER_AGENT="Googlebot/2.1").get(f"/email/{sent.key}.gif")

    assert told(OPENED) == []


def test_what_was_read_about_somebody_goes_with_them_at_once(told, receiver):
    ada = contact(firstname="Ada")
    receiver.status = 500
    save(ada, lastname="Lovelace")
    told()
    assert "Lovelace" in str(WebhookEvent.objects.get().payload)

    removal.remove([ada.pk])

    assert WebhookEvent.objects.get().trigger == DELETED


def test_visits_of_somebody_who_was_merged_since_are_still_sent(told):
    visit()
    visitor, ada = Contact.objects.get(), contact(firstname="Ada")
    merging.merge(ada.pk, visitor.pk, rule=Rule.EDITOR, now=timezone.now())
    save(other := contact(firstname="O."), lastname="Ther")
    merging.merge(ada.pk, other.pk, rule=Rule.EDITOR, now=timezone.now())

    found = told(HIT, CHANGED)

    assert {item["hit"]["lead"]["id"] for trigger, item in found if trigger == HIT} == {ada.pk}
    assert other.pk not in {i["contact"]["id"] for t, i in found if t == CHANGED}
    assert [trigger for trigger, _item in found].count(CHANGED) == 2
