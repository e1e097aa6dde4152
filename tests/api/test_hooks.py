"""Webhooks by programs, as n8n, Zapier and Mautic's own library enter them."""

from __future__ import annotations

import pytest
from wagtail.models import ModelLogEntry

from wagtail_contacttrack.outbound.webhooks import published, triggers
from wagtail_contacttrack.outbound.webhooks.models import Webhook

pytestmark = pytest.mark.django_db

GIVEN = {
    "name": "n8n node",
    "description": "Made by a workflow",
    "webhookUrl": "https://n8n.example/webhook/1?x=y",
    "triggers": ["mautic.page_on_hit", "mautic.lead_post_save_new"],
    "eventsOrderbyDir": "DESC",
    "secret": "s3cret",
    "isPublished": True,
}


@pytest.fixture(autouse=True)
def nobody_listens_afterwards():
    yield
    published.clear()


@pytest.fixture
def hook(admin_program):
    return admin_program.send("POST", "hooks/new", GIVEN, 201)["hook"]


def test_what_is_sent_is_echoed_unchanged(admin_program, hook):
    assert {name: hook[name] for name in GIVEN} == GIVEN
    assert hook["id"] == Webhook.objects.get().pk
    assert set(hook) == {*GIVEN, "id", "dateAdded", "dateModified", "category"}
    assert admin_program.ask(f"hooks/{hook['id']}")["hook"] == hook


def test_the_container_of_a_list(admin_program):
    assert admin_program.ask("hooks") == {"total": 0, "hooks": [], "next": ""} or (
        admin_program.ask("hooks")["hooks"] == []
    )
    made = admin_program.send("POST", "hooks/new", GIVEN, 201)["hook"]
    body = admin_program.ask("hooks?orderBy=date_added&search=n8n")
    assert (body["total"], body["hooks"]) == (1, {str(made["id"]): made})
    assert admin_program.ask("hooks?search=zapier")["hooks"] == []


def test_a_secret_is_made_if_none_is_sent(admin_program):
    secrets = set()
    for secret in ({}, {"secret": ""}, {"secret": None}):
        sent = {**{k: v for k, v in GIVEN.items() if k != "secret"}, **secret}
        secrets.add(admin_program.send("POST", "hooks/new", sent, 201)["hook"]["secret"])
    assert len(secrets) == 3
    assert all(len(secret) == 64 for secret in secrets)


def test_the_least_that_is_needed(admin_program):
    sent = {"name": "x", "webhookUrl": "https://a.example"}
    hook = admin_program.send("POST", "hooks/new", sent, 201)["hook"]
    assert (hook["eventsOrderbyDir"], hook["triggers"], hook["isPublished"]) == ("ASC", [], True)


def test_all_triggers(admin_program):
    found = admin_program.ask("hooks/triggers")["triggers"]
    assert set(found) == {trigger.key for trigger in triggers.every()}
    assert all(set(entry) == {"label", "description"} for entry in found.values())


def test_a_hook_is_changed_replaced_and_deleted(admin_program, hook):
    path = f"hooks/{hook['id']}"
    body = admin_program.send("PATCH", f"{path}/edit", {"name": "Other", "isPublished": 0})
    assert body["hook"] == {
        **hook, "name": "Other", "isPublished": False, "dateModified": body["hook"]["dateModified"],
    }  # fmt: skip
    sent = {"name": "x", "webhookUrl": "https://a.example/"}
    body = admin_program.send("PUT", f"{path}/edit", sent)
    assert (body["hook"]["triggers"], body["hook"]["secret"]) == ([], "s3cret")
    deleted = admin_program.send("DELETE", f"{path}/delete")["hook"]
    assert deleted == {**body["hook"], "id": None}
    admin_program.ask(path, 404)
    actions = ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["wagtail.create", "wagtail.edit", "wagtail.edit", "wagtail.delete"]


@pytest.mark.parametrize(
    "text",
    [
        "triggers[0]=mautic.page_on_hit&triggers[1]=mautic.email_on_open",
        "triggers[]=mautic.page_on_hit&triggers[]=mautic.email_on_open",
        "triggers=mautic.page_on_hit&triggers=mautic.email_on_open",
        "triggers=mautic.page_on_hit,mautic.email_on_open",
    ],
)
def test_forms_in_all_their_ways(admin_program, text):
    sent = f"name=x&webhookUrl=https%3A%2F%2Fa.example%2F&isPublished=1&{text}"
    hook = admin_program.form("POST", "hooks/new", sent, 201)["hook"]
    assert hook["triggers"] == ["mautic.page_on_hit", "mautic.email_on_open"]
    assert hook["webhookUrl"] == "https://a.example/"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x" * 192}, "name"),
        ({"webhookUrl": ""}, "webhookUrl"),
        ({"webhookUrl": "ftp://a.example"}, "webhookUrl"),
        ({"webhookUrl": "nowhere"}, "webhookUrl"),
        ({"webhookUrl": "https://" + "a" * 2_000}, "webhookUrl"),
        ({"webhookUrl": "http://localhost:5678/"}, "webhookUrl"),
        ({"webhookUrl": "http://10.0.0.1/"}, "webhookUrl"),
        ({"webhookUrl": "http://[::1]/"}, "webhookUrl"),
        ({"triggers": ["mautic.nothing"]}, "triggers"),
        ({"eventsOrderbyDir": "SIDEWAYS"}, "eventsOrderbyDir"),
        ({"secret": "x" * 256}, "secret"),
    ],
)
def test_what_cannot_be_taken(admin_program, wrong, field):
    body = admin_program.send("POST", "hooks/new", {**GIVEN, **wrong}, 400)
    assert set(body["errors"][0]["details"]) == {field}
    assert not Webhook.objects.exists()


def test_private_addresses_where_the_project_wants_them(admin_program, settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "WEBHOOK_ALLOW_PRIVATE": True}
    sent = {**GIVEN, "webhookUrl": "http://localhost:5678/"}
    admin_program.send("POST", "hooks/new", sent, 201)


def test_secrets_are_for_who_may_write_webhooks(program_with, hook):
    reader, writer = program_with("view_webhook"), program_with("change_webhook")
    assert reader.ask(f"hooks/{hook['id']}")["hook"]["secret"] is None
    assert writer.ask(f"hooks/{hook['id']}")["hook"]["secret"] == "s3cret"
    reader.send("PATCH", f"hooks/{hook['id']}/edit", {"name": "x"}, 403)
    program_with("add_webhook").ask("hooks/triggers")
