"""Webhooks in the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from tests.admin.looking import text
from tests.outbound.receiving import Receiver
from wagtail_contacttrack.outbound.webhooks import published
from wagtail_contacttrack.outbound.webhooks.models import Webhook, WebhookEvent

pytestmark = pytest.mark.django_db

HIT = "mautic.page_on_hit"
NOW = timezone.now()


@pytest.fixture(autouse=True)
def nobody_listens_afterwards():
    yield
    published.clear()


@pytest.fixture
def webhook():
    return Webhook.objects.create(
        name="Our n8n", url="https://n8n.example/hook", secret="s3cret", triggers=[HIT]
    )


@pytest.fixture
def page(admin_client):
    def get(name, *args, client=admin_client):
        response = client.get(reverse(f"contacttrack_webhooks:{name}", args=args))
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser").find("main")

    return get


def event(webhook, **values):
    given = {"webhook": webhook, "trigger": HIT, "date_added": NOW, "attempts": 1}
    return WebhookEvent.objects.create(**{**given, **values})


def sent(**changes):
    given = {
        "name": "Our n8n", "description": "", "url": "https://n8n.example/hook", "secret": "",
        "triggers": [HIT, "mautic.email_on_open"], "events_order": "ASC", "is_published": "on",
    }  # fmt: skip
    return {**given, **changes}


def test_without_webhooks_the_list_says_what_they_are_for(page):
    main = page("index")

    assert "There are no webhooks yet" in text(main)
    assert main.find("a", href=reverse("contacttrack_webhooks:add"))


def test_the_list_says_what_was_sent_last_and_how_much_waits(page, webhook):
    event(webhook, delivered_at=NOW, last_status=200)
    event(webhook, last_status=500, last_error="status", next_try=NOW)
    event(webhook, attempts=0, next_try=NOW)
    Webhook.objects.create(name="Silent", url="https://a.example/", is_published=False)

    rows = [text(row) for row in page("index").select("tbody tr")]

    assert "Is tried again" in rows[0]
    assert rows[0].endswith(" 2")
    assert "Nothing was sent yet" in rows[1]
    assert " No " in rows[1]


def test_a_webhook_is_made_with_a_secret_of_its_own(admin_client, page):
    form = page("add")
    assert len(form.select("input[name=triggers]")) >= 11
    assert "Page was visited" in text(form)

    response = admin_client.post(reverse("contacttrack_webhooks:add"), sent())

    assert response.status_code == 302
    made = Webhook.objects.get()
    assert made.triggers == [HIT, "mautic.email_on_open"]
    assert len(made.secret) == 64
    assert made.is_published


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "n8n.example"}, "begins with https://"),
        ({"url": "http://192.168.0.1/"}, "private networks"),
        ({"url": ""}, "This field is required"),
        ({"name": ""}, "This field is required"),
        ({"triggers": ["mautic.nothing"]}, "mautic.nothing"),
    ],
)
def test_what_cannot_be_saved(admin_client, wrong, sentence):
    response = admin_client.post(reverse("contacttrack_webhooks:add"), sent(**wrong))

    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not Webhook.objects.exists()


def test_it_is_changed_and_a_trigger_that_is_gone_can_be_taken_away(admin_client, page, webhook):
    Webhook.objects.filter(pk=webhook.pk).update(triggers=[HIT, "shop.gone"])
    form = page("edit", webhook.pk)
    checked = {box["value"] for box in form.select("input[name=triggers][checked]")}
    assert checked == {HIT, "shop.gone"}

    url = reverse("contacttrack_webhooks:edit", args=[webhook.pk])
    assert admin_client.post(url, sent(secret="s3cret", triggers=[])).status_code == 302

    webhook.refresh_from_db()
    assert (webhook.triggers, webhook.secret) == ([], "s3cret")


def test_deleting_says_what_will_not_be_sent(admin_client, page, webhook):
    event(webhook, next_try=NOW)
    assert "1 event waits and will not be sent" in text(page("delete", webhook.pk))

    admin_client.post(reverse("contacttrack_webhooks:delete", args=[webhook.pk]))

    assert not WebhookEvent.objects.exists()


def test_without_deliveries_the_page_says_what_to_do(page, webhook):
    main = page("deliveries", webhook.pk)

    assert "Nothing was sent yet" in text(main)
    assert "Send a test" in text(main)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"delivered_at": NOW, "last_status": 204}, "Delivered 204 No Content"),
        ({"last_status": 500, "last_error": "status: <b>oh</b>"}, "Not delivered 500 Internal"),
        ({"last_error": "timeout", "next_try": NOW}, "Is tried again The server did not answer"),
        ({"last_error": "private: 10.0.0.1"}, "leads into a private network"),
        (
            {"last_error": "redirect: https://b.example/", "last_status": 301},
            "The server leads on to https://b.example/",
        ),
        ({"attempts": 0, "next_try": NOW}, "Waiting"),
        ({"trigger": "shop.gone"}, "shop.gone"),
    ],
)
def test_what_became_of_each(page, webhook, values, expected):
    event(webhook, **values)

    assert expected in text(page("deliveries", webhook.pk).select_one("tbody"))


def test_what_failed_is_tried_again_one_or_all(admin_client, page, webhook):
    first, second = (event(webhook, last_status=500, last_error="status") for _ in range(2))
    waiting = event(webhook, attempts=0, next_try=NOW + timedelta(days=1))
    delivered = event(webhook, delivered_at=NOW)
    other = event(Webhook.objects.create(name="Other", url="https://b.example"))
    url = reverse("contacttrack_webhooks:again", args=[webhook.pk])
    assert len(page("deliveries", webhook.pk).select("input[name=event]")) == 2

    html = admin_client.post(url, {"event": first.pk}, follow=True).content.decode()
    assert "1 event will be sent again in a moment" in html
    due = WebhookEvent.objects.filter(next_try__lt=NOW + timedelta(hours=1))
    assert list(due) == [first]

    for nonsense in ("x", "²", "9" * 30, other.pk, delivered.pk):
        admin_client.post(url, {"event": nonsense})
    assert list(due.all()) == [first]

    admin_client.post(url)
    assert set(due.all()) == {first, second}
    assert waiting not in due.all()


def test_a_test_says_whether_it_has_arrived(admin_client, webhook, settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "WEBHOOK_ALLOW_PRIVATE": True}
    url = reverse("contacttrack_webhooks:test", args=[webhook.pk])
    with Receiver() as receiver:
        Webhook.objects.update(url=receiver.url)
        assert "The test has arrived" in admin_client.post(url, follow=True).content.decode()
        receiver.status = 404
        html = admin_client.post(url, follow=True).content.decode()
    assert "The test was not delivered. 404 Not Found" in html
    assert receiver.triggers == ["mautic.test", "mautic.test"]


def test_who_may_only_view_sees_no_secret_and_no_buttons(client, user_with, page, webhook):
    event(webhook, last_status=500, last_error="status")
    client.force_login(user_with("view_webhook"))

    for name, args in (("index", []), ("deliveries", [webhook.pk])):
        main = page(name, *args, client=client)
        assert "s3cret" not in str(main)
        assert "Send a test" not in text(main)
        assert not main.select(f'a[href="{reverse("contacttrack_webhooks:edit", args=[1])}"]')
    assert not page("deliveries", webhook.pk, client=client).select("form")


def test_a_long_list_of_deliveries_is_cut(page, webhook):
    WebhookEvent.objects.bulk_create(
        [WebhookEvent(webhook=webhook, trigger=HIT, delivered_at=NOW) for _ in range(120)]
    )
    main = page("deliveries", webhook.pk)

    assert len(main.select("tbody tr")) == 100
    assert "Only the last 100 are shown" in text(main)


def test_it_stands_among_the_settings(admin_client, client, user_with):
    url = reverse("contacttrack_webhooks:index")
    assert url in admin_client.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(user_with())
    assert url not in client.get(reverse("wagtailadmin_home")).content.decode()
