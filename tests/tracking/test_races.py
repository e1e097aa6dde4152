"""Many at once: hits share a transaction, and neither errors nor deaths spread to neighbours."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import removal
from wagtail_contacttrack.contacts.models import Contact, Device
from wagtail_contacttrack.tracking import identify, ledger, record
from wagtail_contacttrack.wire.ids import new_tracking_id

from .conftest import GIF, at_once, browser, counts, reason

pytestmark = pytest.mark.usefixtures("committed")

ID = "0123456789abcdefghijklm"
BAD = "https://testserver/bad"


def send(page_url: str, client: Client | None = None, **values: str) -> Any:
    return (client or browser()).post("/mtc/event", {"page_url": page_url, **values})


def seen_from_elsewhere(url: str) -> int:
    """How many rows with this address another connection sees."""
    other = connection.copy("default")
    try:
        with other.cursor() as cursor:
            table = other.ops.quote_name(Activity._meta.db_table)
            cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE url = %s", [url])
            return cursor.fetchone()[0]
    finally:
        other.close()


def visit_and_look(number: int) -> tuple[str, int]:
    """The reason in the answer, and what is in the database when the answer has come."""
    url = f"https://testserver/{number}"
    answer = send(url)
    assert answer.status_code == 200
    return reason(answer), seen_from_elsewhere(url)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_a_visit_while_its_contact_is_deleted_starts_anew(monkeypatch):
    visitor = browser()
    send("https://testserver/1", visitor)
    doomed = Contact.objects.get().pk
    find, removals = identify.find_devices, [doomed]

    def found_then_deleted(*arguments: Any) -> Any:
        found = find(*arguments)
        if removals:
            at_once(lambda: removal.remove([removals.pop()]))
        return found

    monkeypatch.setattr(identify, "find_devices", found_then_deleted)
    answer = send("https://testserver/2", visitor)

    assert reason(answer) == "recorded"
    row = Activity.objects.get()
    assert row.url == "https://testserver/2"
    assert row.contact_id == answer.json()["id"] != doomed
    assert list(Contact.objects.values_list("pk", flat=True)) == [row.contact_id]


# What a 200 means


def test_a_200_is_a_row_that_another_connection_sees(batches):
    sizes = batches(20)
    found = at_once(*(lambda n=n: visit_and_look(n) for n in range(20)))
    assert found == [("recorded", 1)] * 20
    assert sizes == [1, 19]


def test_also_where_the_project_wraps_requests_in_transactions(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    held: list[int] = []
    write = record.committer._write

    def look(batch: list[Any]) -> None:
        write(batch)
        held.append(seen_from_elsewhere("https://testserver/0"))

    monkeypatch.setattr(record.committer, "_write", look)
    assert reason(send("https://testserver/0")) == "recorded"
    assert held == [1]


def test_also_for_the_pixel_and_for_the_end_of_a_page_view():
    url = "https://testserver/a"
    client = browser(HTTP_COOKIE=f"mautic_device_id={ID}")
    assert client.get("/mtracking.gif", {"page_url": url, "mtc_event_id": "e"}).content == GIF
    assert seen_from_elsewhere(url) == 1
    assert reason(send("", client, mtc_leave="e", mtc_engaged="0")) == "page_left"
    assert Activity.objects.get().left_at is not None


def test_batches_share_a_transaction(batches, monkeypatch):
    sizes, openings = batches(12), []
    write = record._write_together
    monkeypatch.setattr(
        record, "_write_together", lambda batch: (openings.append(len(batch)), write(batch))
    )
    answers = at_once(*(lambda n=n: send(f"https://testserver/{n}") for n in range(12)))
    assert sizes == openings == [1, 11]
    assert {reason(answer) for answer in answers} == {"recorded"}


def test_each_of_a_batch_gets_its_own_ids(batches):
    batches(12)
    ids = [new_tracking_id() for _ in range(12)]
    answers = at_once(
        *(lambda i=i: send(f"https://testserver/{i}", mautic_device_id=i).json() for i in ids)
    )
    stored = {
        row.url: (row.contact_id, row.device.tracking_id)
        for row in Activity.objects.select_related("device")
    }
    for own, answer in zip(ids, answers, strict=True):
        assert answer["device_id"] == own
        assert stored[f"https://testserver/{own}"] == (answer["id"], own)


# Script and pixel, retries


def test_a_page_with_script_and_pixel_is_one_visit_also_in_the_same_moment(batches):  # S74
    sizes = batches(20)
    ids = [new_tracking_id() for _ in range(10)]

    def script(own: str) -> Any:
        return send("https://testserver/p", mautic_device_id=own, mtc_event_id="e")

    def pixel(own: str) -> Any:
        values = {"page_url": "https://testserver/p", "mautic_device_id": own}
        return browser().get("/mtracking.gif", values)

    tasks = [lambda door=door, own=own: door(own) for own in ids for door in (script, pixel)]
    at_once(*tasks)
    assert sizes == [1, 19]
    assert Contact.objects.count() == Activity.objects.count() == 10
    assert {row.data["door"] for row in Activity.objects.all()} == {"both"}
    assert counts() == {"recorded": 10, "duplicate": 10}


def test_one_event_that_arrives_twenty_times_at_once_is_one_visit():
    answers = at_once(
        *(lambda: send("https://testserver/p", mautic_device_id=ID, mtc_event_id="e"),) * 20
    )
    assert sorted(map(reason, answers)) == ["duplicate"] * 19 + ["recorded"]
    assert Activity.objects.count() == 1
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_one_event_that_arrives_in_several_processes_is_one_visit(processes):
    def work(number: int) -> list[str]:
        return [
            reason(send("https://testserver/p", mautic_device_id=ID, mtc_event_id=f"e{event}"))
            for event in range(8)
        ]

    found = [answer for answers in processes(3, work) for answer in answers]
    assert sorted(found) == ["duplicate"] * 16 + ["recorded"] * 8
    assert Activity.objects.count() == 8
    assert counts() == {"recorded": 8, "duplicate": 16}


def test_script_and_pixel_in_two_processes_are_one_visit(processes):  # S74
    ids = [new_tracking_id() for _ in range(8)]

    def work(number: int) -> list[str]:
        if number:
            return [
                reason(send("https://testserver/p", mautic_device_id=own, mtc_event_id="e"))
                for own in ids
            ]
        return [
            reason(
                browser().get(
                    "/mtracking.gif",
                    {"page_url": "https://testserver/p", "mautic_device_id": own},
                )
            )
            for own in ids
        ]

    found = [answer for answers in processes(2, work) for answer in answers]
    assert sorted(found) == ["duplicate"] * 8 + ["recorded"] * 8
    assert Contact.objects.count() == Activity.objects.count() == 8


def test_the_same_many_pages_and_browsers_in_other_orders_never_block_each_other(processes):
    def work(number: int) -> set[str]:
        pages = [f"https://testserver/{page}" for page in range(10)]
        found = set()
        for page in pages if number % 2 else reversed(pages):
            agent = f"Mozilla/5.0 Firefox/{page[-1]}"
            tasks = [
                lambda own=own, page=page, agent=agent: reason(
                    send(page, browser(HTTP_USER_AGENT=agent), mautic_device_id=own * 23)
                )
                for own in ("ab" if number % 2 else "ba")
            ]
            found |= set(at_once(*tasks))
        return found

    assert processes(4, work) == [{"recorded"}] * 4
    assert Contact.objects.count() == Device.objects.count() == 2


# Bad neighbours


@pytest.fixture
def refusing() -> Iterator[None]:
    """A database that refuses rows with the address BAD."""
    table = connection.ops.quote_name(Activity._meta.db_table)
    add = f"ALTER TABLE {table} ADD CONSTRAINT test_refusal CHECK (url <> '{BAD}')"
    drop = f"ALTER TABLE {table} DROP CONSTRAINT test_refusal"
    if connection.vendor == "sqlite":
        add = (
            f"CREATE TRIGGER test_refusal BEFORE INSERT ON {table} WHEN NEW.url = '{BAD}' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
        drop = "DROP TRIGGER test_refusal"
    with connection.cursor() as cursor:
        cursor.execute(add)
    yield
    with connection.cursor() as cursor:
        cursor.execute(drop)


def test_a_hit_that_the_database_refuses_cannot_fail_its_neighbours(batches, refusing):
    sizes = batches(10)
    urls = [BAD if number in (0, 4, 9) else f"https://testserver/{number}" for number in range(10)]
    answers = at_once(*(lambda url=url: send(url) for url in urls))
    assert sizes == [1, 9]
    for url, answer in zip(urls, answers, strict=True):
        assert answer.status_code == 200
        assert reason(answer) == ("invalid" if url == BAD else "recorded")
        assert seen_from_elsewhere(url) == (url != BAD)
    assert Contact.objects.count() == Device.objects.count() == 7
    assert counts() == {"recorded": 7, "invalid": 3}


def test_a_refused_hit_sets_no_cookies_and_names_nobody(refusing):
    answer = send(BAD)
    assert answer.json() == {
        "success": 1,
        "id": None,
        "sid": None,
        "device_id": None,
        "events": [],
    }
    assert not answer.cookies
    assert not Contact.objects.exists()


def test_a_lock_that_is_held_is_not_waited_for_by_one_after_the_other(batches, monkeypatch):
    sizes: list[int] = []

    def locked(batch: Any) -> None:
        sizes.append(len(batch))
        raise OperationalError("database is locked")

    monkeypatch.setattr(record, "PATIENCE", 0)
    monkeypatch.setattr(record, "_write_together", locked)
    batches(8)
    found = at_once(*(lambda n=n: reason(send(f"https://testserver/{n}")) for n in range(8)))

    assert found == ["storage_failed"] * 8
    assert sizes == [1] * 3 + [7] * 3 + [1] * 3


def test_nor_can_one_that_hits_a_mistake_of_ours(batches, monkeypatch):
    sizes, original = batches(8), ledger.hit_data

    def mistaken(item: Any) -> Any:
        if item.hit.page_url == BAD:
            raise KeyError("a mistake")
        return original(item)

    monkeypatch.setattr(ledger, "hit_data", mistaken)
    urls = [BAD if number % 4 == 0 else f"https://testserver/{number}" for number in range(8)]
    answers = at_once(*(lambda url=url: send(url) for url in urls))
    assert sizes == [1, 7]
    assert [reason(answer) for answer in answers] == [
        "invalid" if url == BAD else "recorded" for url in urls
    ]
    assert Activity.objects.count() == 6


# Deaths


@pytest.mark.parametrize("death", [SystemExit, KeyboardInterrupt])
def test_a_leader_that_dies_before_it_commits_strands_nobody(batches, monkeypatch, death):
    sizes, write, deaths = batches(12), ledger.Ledger.write, []

    def dying(self: ledger.Ledger) -> None:
        write(self)
        if len(sizes) == 2 and not deaths:
            deaths.append(death)
            raise death

    monkeypatch.setattr(ledger.Ledger, "write", dying)
    answers = at_once(*(lambda n=n: send(f"https://testserver/{n}") for n in range(12)))
    assert sizes == [1, 11, 10]
    lost = [number for number, answer in enumerate(answers) if isinstance(answer, death)]
    assert len(lost) == 1
    for number, answer in enumerate(answers):
        if number not in lost:
            assert reason(answer) == "recorded"
        assert seen_from_elsewhere(f"https://testserver/{number}") == (number not in lost)
    # And the next visitor does not wait for the dead.
    assert reason(send("https://testserver/after")) == "recorded"


def test_a_process_that_is_killed_leaves_no_half_of_a_hit(processes):
    def work(number: int) -> None:
        write = ledger.Ledger.write

        def killed(self: ledger.Ledger) -> None:
            write(self)
            os.kill(os.getpid(), signal.SIGKILL)

        ledger.Ledger.write = killed  # type: ignore[method-assign]
        send("https://testserver/a", mautic_device_id=ID)

    # Nobody is left to report a result.
    child = os.fork()
    if not child:
        connection.close()
        work(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert not Contact.objects.exists()
    assert reason(send("https://testserver/a", mautic_device_id=ID)) == "recorded"


# A database that comes and goes


@pytest.fixture
def disconnect() -> Callable[[], None]:
    """Have the server end this thread's connection."""
    number = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}
    end = {"postgresql": "SELECT pg_terminate_backend(%s)", "mysql": "KILL %s"}
    if connection.vendor not in end:
        pytest.skip("SQLite has no server that could end a connection")

    def kill() -> None:
        with connection.cursor() as cursor:
            cursor.execute(number[connection.vendor])
            (own,) = cursor.fetchone()
        other = connection.copy("default")
        with other.cursor() as cursor:
            cursor.execute(end[connection.vendor], [own])
        other.close()

    return kill


def test_a_connection_that_was_lost_meanwhile_costs_no_visit(disconnect, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    assert reason(send("https://testserver/a")) == "recorded"
    disconnect()
    assert reason(send("https://testserver/b")) == "recorded"
    assert counts() == {"recorded": 2}


def test_a_connection_that_is_lost_before_the_commit_costs_none_and_doubles_none(
    disconnect, monkeypatch
):
    write, lost = ledger.Ledger.write, []

    def losing(self: ledger.Ledger) -> None:
        write(self)
        if not lost:
            lost.append(True)
            disconnect()

    monkeypatch.setattr(ledger.Ledger, "write", losing)
    assert reason(send("https://testserver/a")) == "recorded"
    assert lost
    assert Activity.objects.count() == Contact.objects.count() == 1


def test_an_answer_that_is_lost_after_the_commit_does_not_double_the_visit(monkeypatch):
    """The database has committed, but nobody hears of it: the second attempt finds the first."""
    write, lost = record._write_together, []

    def unheard(batch: Any) -> None:
        write(batch)
        if not lost:
            lost.append(True)
            raise record.OperationalError("connection lost")

    monkeypatch.setattr(record, "_write_together", unheard)
    answer = send("https://testserver/a")
    assert lost
    assert reason(answer) == "recorded"
    assert Activity.objects.count() == Contact.objects.count() == Device.objects.count() == 1
    assert answer.json()["id"] == Contact.objects.get().pk


def test_while_the_database_is_away_nothing_is_claimed_and_all_comes_back(monkeypatch):
    send("https://testserver/warm")
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
        connection.close()

        def refuse(self: Any, *args: Any) -> None:
            raise record.OperationalError("no database here")

        away.setattr(type(connections["default"]), "get_new_connection", refuse)
        script = send("https://testserver/a", mtc_event_id="e", mautic_device_id=ID)
        pixel = browser().get("/mtracking.gif", {"page_url": "https://testserver/b"})
        who = browser(HTTP_COOKIE=f"mautic_device_id={ID}").get("/mtc")
    assert (script.status_code, reason(script)) == (503, "storage_failed")
    assert script.json()["success"] == 0
    assert not script.cookies
    assert (pixel.status_code, reason(pixel), pixel.content) == (503, "storage_failed", b"")
    assert who.status_code == 503
    again = send("https://testserver/a", mtc_event_id="e", mautic_device_id=ID)
    assert reason(again) == "recorded"
    assert Activity.objects.count() == 2
    # What was refused meanwhile is counted as soon as that is possible.
    assert counts() == {"recorded": 2, "storage_failed": 2}


def test_a_hit_waits_for_who_holds_its_rows(processes):
    """Two processes, one contact: the second waits, and neither fails nor overtakes."""
    send("https://testserver/a", mautic_device_id=ID)

    def work(number: int) -> str:
        if number:
            time.sleep(0.2)
        else:
            write = ledger.Ledger.write

            def slow(self: ledger.Ledger) -> None:
                time.sleep(0.8)
                write(self)

            ledger.Ledger.write = slow  # type: ignore[method-assign]
        return reason(send("https://testserver/b", mautic_device_id=ID, mtc_event_id="e"))

    assert sorted(processes(2, work)) == ["duplicate", "recorded"]
    assert Activity.objects.count() == 2
