"""Many at the same moment: one address, one contact, and nothing left behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.tracking.conftest import at_once, browser, reason
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import linking, merging, removal, resolving, unmerging
from wagtail_contacttrack.contacts.merging import MergeRefused
from wagtail_contacttrack.contacts.models import (
    Contact,
    Device,
    Identifier,
    Merge,
    Presence,
    Rule,
)

pytestmark = pytest.mark.usefixtures("opened_for_all")

ADA = "ada@site.example"


def send(client: Any, path: str, **values: str) -> tuple[str, int | None]:
    response = client.post("/mtc/event", {"page_url": f"https://testserver/{path}", **values})
    return reason(response), response.json().get("id")


def known(email: str) -> Contact:
    return linking.contact_for("email", email, rule=Rule.EDITOR, now=timezone.now())


def nothing_is_astray() -> None:
    """Rows stand with contacts that are not part of others, and with their device's."""
    current = Contact.objects.current()
    reports = ("contact.merged", "contact.unmerged")
    assert not Activity.objects.exclude(kind__in=reports).exclude(contact__in=current).exists()
    assert not Device.objects.exclude(contact__in=current).exists()
    assert not Identifier.objects.exclude(contact__in=current).exists()
    pairs = Activity.objects.filter(device__isnull=False)
    assert all(a == b for a, b in pairs.values_list("contact_id", "device__contact_id"))
    for contact in Contact.objects.all():
        shown = contact.is_known if contact.merged_into_id is None else Presence.MERGED
        assert Presence.objects.get(contact=contact).known == shown


def test_fifty_browsers_with_one_new_address_are_one_contact():
    found = at_once(*(lambda n=n: send(browser(), str(n), email=ADA) for n in range(50)))
    assert {answer[0] for answer in found} == {"recorded"}
    assert len({answer[1] for answer in found}) == 1
    assert Contact.objects.count() == Identifier.objects.count() == 1
    assert Activity.objects.filter(kind="page.hit").count() == 50
    nothing_is_astray()


def test_and_so_they_are_in_several_processes(processes):
    def work(number: int) -> list[Any]:
        tasks = (lambda n=n: send(browser(), f"{number}-{n}", email=ADA) for n in range(8))
        return at_once(*tasks)

    found = [answer for answers in processes(3, work) for answer in answers]
    assert {answer[0] for answer in found} == {"recorded"}
    assert Contact.objects.count() == Identifier.objects.count() == 1
    assert Activity.objects.filter(kind="page.hit").count() == 24
    nothing_is_astray()


def test_visitors_who_all_turn_out_to_be_one_person(processes):
    somebody = known(ADA)
    visitors = [browser() for _ in range(9)]
    for number, visitor in enumerate(visitors):
        send(visitor, f"before/{number}")

    def work(number: int) -> list[Any]:
        own = visitors[number * 3 : number * 3 + 3]
        return at_once(*(lambda v=v: send(v, f"after/{number}", email=ADA) for v in own))

    found = [answer for answers in processes(3, work) for answer in answers]
    assert found == [("recorded", somebody.pk)] * 9
    assert Activity.objects.filter(kind="page.hit", contact=somebody).count() == 18
    assert Merge.objects.count() == 9
    nothing_is_astray()


def test_one_visitor_who_says_two_addresses_at_once_is_two_people(processes):
    visitor = browser()
    send(visitor, "a")

    def work(number: int) -> Any:
        return send(visitor, str(number), email=["ada@site.example", "bob@site.example"][number])

    found = processes(2, work)
    assert {answer[0] for answer in found} == {"recorded"}
    assert len({answer[1] for answer in found}) == 2
    assert Contact.objects.current().count() == 2
    nothing_is_astray()


def test_visits_of_a_contact_that_is_being_merged_go_to_the_other(processes):
    one, other = known(ADA), known("bob@site.example")
    visitors = [browser() for _ in range(4)]
    for visitor in visitors:
        send(visitor, "before", email="bob@site.example")

    def work(number: int) -> Any:
        if number == 0:
            merging.merge(one.pk, other.pk, rule=Rule.EDITOR, now=timezone.now())
            return None
        visitor = visitors[number]
        return [send(visitor, f"{number}/{page}")[0] for page in range(15)]

    found = processes(4, work)
    assert found[1:] == [["recorded"] * 15] * 3
    assert Activity.objects.filter(kind="page.hit", contact=one).count() == 49
    nothing_is_astray()


def test_visits_while_a_merge_is_undone_go_to_their_own(processes):
    one, other = known(ADA), known("bob@site.example")
    visitors = {ADA: browser(), "bob@site.example": browser()}
    for email, visitor in visitors.items():
        send(visitor, "before", email=email)
    row = merging.merge(one.pk, other.pk, rule=Rule.EDITOR, now=timezone.now())

    def work(number: int) -> Any:
        if number == 0:
            unmerging.undo(row.pk, now=timezone.now())
            return None
        visitor = list(visitors.values())[number - 1]
        return [send(visitor, f"{number}/{page}")[0] for page in range(15)]

    found = processes(3, work)
    assert found[1:] == [["recorded"] * 15] * 2
    assert Activity.objects.filter(kind="page.hit", contact=one).count() == 16
    assert Activity.objects.filter(kind="page.hit", contact=other).count() == 16
    nothing_is_astray()


def test_two_editors_who_merge_the_same_two_the_other_way_round(processes):
    one, other = known(ADA), known("bob@site.example")

    def work(number: int) -> str:
        pair = (one.pk, other.pk) if number else (other.pk, one.pk)
        try:
            merging.merge(*pair, rule=Rule.EDITOR, now=timezone.now())
        except MergeRefused as refused:
            return refused.code
        return "merged_now"

    assert sorted(processes(2, work)) == ["merged", "merged_now"]
    assert Contact.objects.current().count() == 1
    assert resolving.survivor_id(one.pk) == resolving.survivor_id(other.pk)
    nothing_is_astray()


def test_an_editor_who_saves_while_another_one_merges_loses_nothing(processes):
    user = get_user_model().objects.create_superuser("editor")
    editor = Client()
    editor.force_login(user)
    pairs = [(known(f"a{n}@site.example"), known(f"b{n}@site.example")) for n in range(8)]

    def work(number: int) -> None:
        for one, other in pairs:
            if number:
                merging.merge(one.pk, other.pk, rule=Rule.EDITOR, now=timezone.now())
            else:
                address = reverse("contacttrack_contacts:edit", args=[other.pk])
                editor.post(address, {"email": other.email, "firstname": "Ada"})

    processes(2, work)
    # What was saved before the merge went over, and nothing was written after it.
    for one, other in pairs:
        one.refresh_from_db()
        other.refresh_from_db()
        assert one.firstname == other.firstname
    nothing_is_astray()


def test_batches_about_the_same_people_in_another_order_do_not_hold_each_other_up(processes):
    people = [known(f"p{number}@site.example") for number in range(12)]

    def work(number: int) -> list[Any]:
        order = people if number % 2 else people[::-1]
        return at_once(*(lambda p=p: send(browser(), f"{number}", email=p.email) for p in order))

    found = processes(4, work)
    assert all(answers == [("recorded", answers[i][1]) for i in range(12)] for answers in found)
    assert Activity.objects.filter(kind="page.hit").count() == 48
    nothing_is_astray()


def test_two_editors_who_undo_the_same_merge(processes):
    one, other = known(ADA), known("bob@site.example")
    row = merging.merge(one.pk, other.pk, rule=Rule.EDITOR, now=timezone.now())

    def work(number: int) -> str:
        try:
            unmerging.undo(row.pk, now=timezone.now())
        except MergeRefused as refused:
            return refused.code
        return "undone_now"

    assert sorted(processes(2, work)) == ["undone", "undone_now"]
    assert Contact.objects.current().count() == 2
    nothing_is_astray()


def test_somebody_who_is_deleted_while_a_visitor_says_the_address(processes):
    somebody = known(ADA)
    visitors = [browser() for _ in range(3)]

    def work(number: int) -> Any:
        if number == 0:
            removal.remove([somebody.pk])
            return None
        return [send(visitors[number], str(page), email=ADA)[0] for page in range(6)]

    found = processes(3, work)
    assert found[1:] == [["recorded"] * 6] * 2
    assert Identifier.objects.count() <= 1
    nothing_is_astray()
