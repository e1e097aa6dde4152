"""Tags as they are sent, and as they end up on a contact."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.activity.making import NOON, contact
from wagtail_contacttrack.contacts import counting, tag_editing, tags
from wagtail_contacttrack.contacts.models import Contact, ContactTag, Tag
from wagtail_contacttrack.contacts.tags import TagChange

LONGEST = "x" * 191


def spoken(changes):
    """The changes as somebody would write them."""
    return [name if add else f"-{name}" for name, add in changes]


def tag(name, *people):
    made = Tag.objects.create(name=name, digest=tags.digest(name), date_added=NOON)
    for person in people:
        ContactTag.objects.create(contact=person, tag=made, date_added=NOON)
    return made


def names_of(person):
    return sorted(person.tags.values_list("name", flat=True))


def send(person, value):
    tags.apply(person.pk, tags.parse(value).changes, now=NOON, using="default")


# S35
@pytest.mark.parametrize(
    ("value", "changes"),
    [
        ("ProductA", ["ProductA"]),
        ("ProductA,-ProductB", ["ProductA", "-ProductB"]),
        (" ProductA , - ProductB ", ["ProductA", "-ProductB"]),
        ("A,,B,", ["A", "B"]),
        ("", []),
        (None, []),
        (" , ,", []),
        ("-", []),
        ("-,--", ["--"]),
        ("A,-A,A", ["A", "-A", "A"]),
        (["A", "-B", " C "], ["A", "-B", "C"]),
        (["Smith, Jones & Sons"], ["Smith, Jones & Sons"]),
        ({"0": "A", "x": "-B"}, ["A", "-B"]),
        ([["A"], {"x": ["-B"]}], ["A", "-B"]),
        ("vip,VIP", ["vip", "VIP"]),
        ("Ünïcode,日本,🚲,שלום", ["Ünïcode", "日本", "🚲", "שלום"]),
        ("R&amp;D", ["R&D"]),
        ("a-b", ["a-b"]),
    ],
)
def test_tags_are_read_in_their_order(value, changes):
    assert spoken(tags.parse(value).changes) == changes


# S36
@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("<script>alert(1)</script>", "alert(1)"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "alert(1)"),
        ("<img src=x onerror=alert(1)>Good", "Good"),
        ("Good<img src=x onerror=alert(1)", "Good"),
        ("<<b>script>Bad", "script>Bad"),
        ('" onmouseover="alert(1)', '" onmouseover="alert(1)'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("a\0b", "ab"),
        ("&#0;", "\ufffd"),
        ("a\x08\ud800b", "ab"),
        ("'; DROP TABLE tags; --", "'; DROP TABLE tags; --"),
        ("%(name)s {{ 7 }}", "%(name)s {{ 7 }}"),
        ("&#45;Gone", "-Gone"),
        ("<b>-Gone</b>", "-Gone"),
    ],
)
def test_hostile_names_become_plain_text(sent, name):
    assert spoken(tags.parse(sent).changes) == [name]


def test_names_that_are_too_long_are_left_out_and_said_so():
    found = tags.parse(f"{LONGEST},{LONGEST}y,-{LONGEST}y,Good")

    assert spoken(found.changes) == [LONGEST, "Good"]
    assert found.problems == ["tag_too_long"]


def test_no_more_than_a_hundred_are_read():
    found = tags.parse(",".join(map(str, range(500))))

    assert spoken(found.changes) == [str(number) for number in range(100)]
    assert found.problems == ["too_many_tags"]


# S36
@pytest.mark.django_db
@pytest.mark.parametrize("known", [False, True], ids=["new tag", "tag that exists"])
@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("A", ["A"]),
        ("-A", []),
        ("A,-A", []),
        ("-A,A", ["A"]),
        ("A,-A,A", ["A"]),
        ("A,A", ["A"]),
        ("A,a", ["A", "a"]),
        ("A,-a", ["A"]),
    ],
)
def test_the_last_word_about_a_tag_counts_whether_or_not_it_exists(value, left, known):
    if known:
        tag("A")
    person = contact()

    send(person, value)

    assert names_of(person) == left


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Straße", "STRASSE", "é", "e\u0301", "e", "a ", "ａ", "🚲", "🚗"])
def test_names_are_the_same_only_if_they_are_exactly_the_same(name):
    person = contact()
    tag("strasse", person)

    send(person, [name, "E"])

    assert names_of(person) == sorted({"strasse", name.strip(), "E"})


@pytest.mark.django_db
def test_removing_takes_from_this_contact_only_and_makes_nothing():
    ada, bob = contact(firstname="Ada"), contact(firstname="Bob")
    tag("A", ada, bob)

    send(ada, "-A,-Unknown")

    assert (names_of(ada), names_of(bob)) == ([], ["A"])
    assert list(Tag.objects.values_list("name", flat=True)) == ["A"]


@pytest.mark.django_db
def test_a_tag_that_a_contact_has_keeps_its_date(django_assert_num_queries):
    person = contact()
    tag("A", person)

    with django_assert_num_queries(1):
        tags.apply(
            person.pk,
            [TagChange("A", True), TagChange("B", False)],
            now=NOON + timedelta(days=1),
            using="default",
        )

    assert person.tagged.get().date_added == NOON


@pytest.mark.django_db
def test_many_tags_cost_no_more_queries_than_one(django_assert_max_num_queries):
    person = contact()
    tag("Old", person)

    with django_assert_max_num_queries(4):
        send(person, "-Old," + ",".join(f"New {n}" for n in range(60)))

    assert len(names_of(person)) == 60
    assert set(Tag.objects.exclude(name="Old").values_list("date_added", flat=True)) == {NOON}


# S78
@pytest.mark.django_db
def test_many_contacts_get_and_lose_tags_at_once():
    people = [contact(firstname=str(n)) for n in range(3)]
    old = tag("Old", *people)

    ids = [person.pk for person in people[:2]]
    tag_editing.add_to([*ids, 999_999], ["Old", "New"], now=NOON)
    tag_editing.remove_from(ids[:1], [old.pk])

    assert [names_of(person) for person in people] == [["New"], ["New", "Old"], ["Old"]]


@pytest.mark.django_db
def test_a_renamed_tag_is_found_by_its_new_name_only():
    person = contact()
    old = tag("Old", person)

    tag_editing.rename(old, "New")
    send(person, "New,Old")

    assert names_of(person) == ["New", "Old"]
    assert tag_editing.find("New") == old


@pytest.mark.django_db
def test_a_tag_cannot_take_the_name_of_another():
    old, other = tag("Old"), tag("Other")

    with pytest.raises(tag_editing.NameTaken) as taken:
        tag_editing.rename(old, "Other")

    assert taken.value.tag == other
    assert tag_editing.find("Old") == old


@pytest.mark.django_db
def test_merging_leaves_everybody_with_one_tag(monkeypatch):
    monkeypatch.setattr(tag_editing, "CHUNK", 2)
    people = [contact(firstname=str(n)) for n in range(6)]
    source, target = tag("Source", *people[:5]), tag("Target", people[0], people[5])

    moved = tag_editing.merge(source, target, now=NOON)

    assert moved == 5
    assert [names_of(person) for person in people] == [["Target"]] * 6
    assert list(Tag.objects.all()) == [target]


@pytest.mark.django_db
def test_usage_is_one_query_that_stops_counting(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(counting, "LIMIT", 2)
    people = [contact(firstname=str(n)) for n in range(5)]
    none, two, many = tag("None"), tag("Two", *people[:2]), tag("Many", *people)

    with django_assert_num_queries(1):
        found = counting.count_each(ContactTag, "tag_id", [none.pk, two.pk, many.pk])

    assert found == {none.pk: 0, two.pk: 2, many.pk: 3}
    assert counting.count_each(ContactTag, "tag_id", []) == {}


@pytest.mark.django_db
def test_a_deleted_contact_takes_its_tags_along_but_not_the_tag():
    person = contact()
    tag("A", person)

    Contact.objects.all().delete()

    assert not ContactTag.objects.exists()
    assert Tag.objects.get().name == "A"
