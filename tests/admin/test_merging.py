"""Two contacts become one in the admin, and two again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.activity.making import NOON, contact, device, did
from tests.admin.looking import text
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.admin.identity.merging import MergeView
from wagtail_contacttrack.contacts import history, linking, merging, removal, unmerging
from wagtail_contacttrack.contacts.models import Contact, Identifier, Merge, Note, Rule, Tag

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def page(name, *args):
    return reverse(f"contacttrack_identity:{name}", args=args)


def soup_of(response):
    assert response.status_code == 200, response
    return BeautifulSoup(response.content, "html.parser")


def said(response):
    return text(soup_of(response).select_one(".messages"))


@pytest.fixture
def ada():
    made = contact(
        firstname="Ada", lastname="Byron", email="ada@example.org", points=3,
        fields={"phone": "1", "shoe_size": 38},
    )  # fmt: skip
    linking.claim(made, rule=Rule.EDITOR, now=NOON)
    return made


@pytest.fixture
def king():
    made = contact(
        firstname="Ada", lastname="King", email="king@example.org", points=4, city="London",
        date_identified=NOON + DAY, fields={"phone": "2", "position": "Countess"},
    )  # fmt: skip
    linking.claim(made, rule=Rule.EDITOR, now=NOON)
    return made


def form_of(soup):
    """What a browser would send."""
    form = soup.select_one("form[method=post]")
    data = {i["name"]: i["value"] for i in form.select("input[type=hidden]")}
    data |= {i["name"]: i["value"] for i in form.select("input[type=radio][checked]")}
    return data


@pytest.fixture
def compare(admin_client, ada, king):
    def get(query=""):
        return soup_of(admin_client.get(page("merge", king.pk, ada.pk) + query))

    return get


@pytest.fixture
def confirm(admin_client, compare, ada, king):
    """Look at the two, change the form, and send it."""

    def post(query="", **changed):
        data = {**form_of(compare(query)), **changed}
        return admin_client.post(page("merge", king.pk, ada.pk), data, follow=True)

    return post


# Finding the other one


def test_the_contacts_page_leads_to_the_choice_of_another(contact_page, ada):
    assert contact_page(ada).select_one(f'a[href="{page("choose", ada.pk)}"]')


@pytest.mark.parametrize("wanted", ["king", "KING@example.org", "#{id}", ""])
def test_the_other_contact_is_found_by_name_address_and_number(admin_client, ada, king, wanted):
    contact(date_identified=None)
    response = admin_client.get(page("choose", ada.pk), {"q": wanted.format(id=king.pk)})

    rows = soup_of(response).select(".ct-people__row")

    assert [row.select_one(".button")["href"] for row in rows] == [page("merge", ada.pk, king.pk)]


def test_finding_nobody_says_what_to_try(admin_client, ada):
    response = admin_client.get(page("choose", ada.pk), {"q": "nobody"})
    assert "No other contact matches" in text(soup_of(response))
    assert "no other known contact" in text(soup_of(admin_client.get(page("choose", ada.pk))))


def test_choosing_for_a_contact_that_was_merged_goes_on_with_the_survivor(admin_client, ada, king):
    merging.merge(ada.pk, king.pk, rule=Rule.EDITOR, now=NOON)
    response = admin_client.get(page("choose", king.pk))
    assert response["Location"] == page("choose", ada.pk)


@pytest.mark.parametrize("count", [1, 2, 3, "all"])
def test_two_ticked_contacts_are_compared_and_any_other_number_is_not(
    admin_client, ada, king, count
):
    people = [ada, king, contact(firstname="Grace")]
    url = reverse("wagtail_bulk_action", args=["wagtail_contacttrack", "contact", "merge"])
    ids = "all" if count == "all" else [person.pk for person in people[:count]]

    response = admin_client.get(url, {"id": ids}, follow=True)

    if count == 2:
        assert response.redirect_chain == [(page("merge", ada.pk, king.pk), 302)]
    else:
        assert response.redirect_chain[0][0] == reverse("contacttrack_contacts:index")
        assert "Tick exactly two contacts" in said(response)


# Side by side


def test_the_one_known_for_longer_remains_unless_the_editor_turns_it_round(compare, ada, king):
    assert text(compare().select_one("#ct-winner")) == f"Ada Byron #{ada.pk}"
    turned = compare(f"?winner={king.pk}")
    assert text(turned.select_one("#ct-winner")) == f"Ada King #{king.pk}"
    assert form_of(turned)["winner"] == str(king.pk)


def test_an_anonymous_visitor_never_remains_by_default(admin_client, ada):
    visitor = contact(date_identified=None, date_added=NOON - DAY)
    soup = soup_of(admin_client.get(page("merge", visitor.pk, ada.pk)))
    assert text(soup.select_one("#ct-winner")) == f"Ada Byron #{ada.pk}"


def test_where_they_differ_both_values_stand_side_by_side_one_of_them_chosen(compare):
    soup = compare()

    found = {
        text(row.legend): [
            (text(label.span), label.input.has_attr("checked")) for label in row.select("label")
        ]
        for row in soup.select("fieldset.ct-difference")
    }

    # The other one was changed last.
    assert [(name[:4], on) for name, on in found["Last name"]] == [("Byro", False), ("King", True)]
    assert found["Position"][0][0].startswith("empty") and found["Position"][1][1]
    assert found["shoe_size"][0][1] and found["shoe_size"][1][0].startswith("empty")
    assert "First name" not in found
    assert "First name" in text(soup.select_one(".ct-same"))


def test_it_says_which_contact_remains_whichever_values_are_chosen(compare, ada, king):
    for query, stays, goes in (("", ada, king), (f"?winner={king.pk}", king, ada)):
        soup = compare(query)

        assert f"Contact #{stays.pk} remains, also where you choose a value of the other one" in (
            text(soup)
        )
        heads = [text(cell) for cell in soup.select(".ct-difference--head span")]
        assert heads == ["", f"#{stays.pk}, which remains", f"#{goes.pk}, which becomes part of it"]


def test_it_says_what_goes_over(admin_client, compare, ada, king):
    did(king, 0, 1)
    device(king)
    king.tags.add(Tag.objects.create(name="vip", digest="0" * 32))

    soup = compare()

    amounts = [text(item) for item in soup.select(".ct-amounts__item")]
    assert {"Activities 2", "Devices 1", "Identifiers 1", "Tags 1"} <= set(amounts)
    assert "4 points are added" in text(soup)
    assert f"#{king.pk} leads to #{ada.pk} everywhere" in text(soup)


def test_counting_what_goes_over_stops(compare, king, monkeypatch):
    monkeypatch.setattr("wagtail_contacttrack.admin.identity.sides.MOST", 2)
    did(king, 0, 1, 2)
    assert "Activities more than 2" in text(compare())


# Merging


def test_merging_takes_the_chosen_values_and_leads_to_the_survivor(confirm, ada, king, admin_user):
    response = confirm(side_lastname="winner", side_email="loser", side_phone="winner")

    assert response.redirect_chain == [(ada.get_absolute_url(), 302)]
    ada.refresh_from_db()
    assert (ada.lastname, ada.email, ada.city, ada.points) == (
        "Byron", "king@example.org", "London", 7,
    )  # fmt: skip
    assert ada.fields == {"phone": "1", "shoe_size": 38, "position": "Countess"}
    assert Contact.objects.get(pk=king.pk).merged_into_id == ada.pk
    merge = Merge.objects.get()
    assert (merge.rule, merge.actor) == (Rule.EDITOR, admin_user)
    undo = soup_of(response).select_one(f'.messages a[href="{page("undo_merge", merge.pk)}"]')
    assert undo


def test_a_field_can_be_left_empty_on_purpose(confirm, ada):
    confirm(side_position="winner", side_city="winner")

    ada.refresh_from_db()
    assert ada.city == ""
    assert "position" not in ada.fields


def test_the_other_one_can_remain(confirm, ada, king):
    response = confirm(f"?winner={king.pk}")

    assert response.redirect_chain == [(king.get_absolute_url(), 302)]
    assert Contact.objects.get(pk=ada.pk).merged_into_id == king.pk


def test_values_out_of_the_form_are_not_believed(confirm, ada):
    confirm(side_lastname="Hacked", lastname="Hacked", side_points="loser", side_nonsense="loser")

    ada.refresh_from_db()
    assert ada.lastname == "King"
    assert ada.points == 7
    assert "nonsense" not in ada.fields and "points" not in ada.fields


def test_a_contact_that_was_changed_meanwhile_is_looked_at_once_more(
    admin_client, compare, ada, king
):
    data = {**form_of(compare()), "side_lastname": "winner"}
    Contact.objects.filter(pk=king.pk).update(city="Paris")
    url = page("merge", king.pk, ada.pk)

    response = admin_client.post(url, data)

    assert "was changed in the meantime, and nothing was merged" in said(response)
    assert not Merge.objects.exists()
    soup = soup_of(response)
    assert "Paris" in text(soup)
    again = form_of(soup)
    # What was chosen stays chosen.
    assert again["side_lastname"] == "winner"
    admin_client.post(url, again)
    ada.refresh_from_db()
    assert (ada.lastname, ada.city) == ("Byron", "Paris")


def test_a_contact_that_was_merged_meanwhile_stays_where_it_is(admin_client, compare, ada, king):
    data = form_of(compare())
    grace = contact(firstname="Grace")
    merging.merge(grace.pk, king.pk, rule=Rule.EDITOR, now=NOON)

    response = admin_client.post(page("merge", king.pk, ada.pk), data, follow=True)

    assert f"#{king.pk} is part of contact #{grace.pk} already" in said(response)
    assert Merge.objects.count() == 1


@pytest.mark.parametrize("swapped", [True, False])
def test_a_form_that_is_sent_twice_leads_to_the_survivor_both_times(
    admin_client, compare, ada, king, swapped
):
    data = form_of(compare(f"?winner={king.pk}" if swapped else ""))
    survivor, other = (king, ada) if swapped else (ada, king)
    url = page("merge", king.pk, ada.pk)

    answers = [admin_client.post(url, data, follow=True) for _click in range(2)]

    for answer in answers:
        assert answer.redirect_chain == [(survivor.get_absolute_url(), 302)]
        assert f"Contact #{other.pk} is part of this contact now." in said(answer)
        undo = soup_of(answer).select_one(".messages a")
        assert undo["href"] == page("undo_merge", Merge.objects.get().pk)
    assert ModelLogEntry.objects.filter(action="contacttrack.merge").count() == 2


def test_a_form_that_is_sent_twice_at_the_same_moment_merges_once(
    admin_client, compare, ada, king, monkeypatch
):
    data = form_of(compare())
    problem = MergeView._problem

    def late(found, numbers):
        """The first of the two is done as soon as the second has looked at the contacts."""
        monkeypatch.setattr(MergeView, "_problem", staticmethod(problem))
        admin_client.post(page("merge", king.pk, ada.pk), data)
        return problem(found, numbers)

    monkeypatch.setattr(MergeView, "_problem", staticmethod(late))

    answer = admin_client.post(page("merge", king.pk, ada.pk), data, follow=True)

    assert answer.redirect_chain == [(ada.get_absolute_url(), 302)]
    assert f"Contact #{king.pk} is part of this contact now." in said(answer)
    assert "nothing was merged" not in said(answer)
    assert Merge.objects.count() == 1


def test_a_contact_that_is_gone_is_told_about(admin_client, compare, ada, king):
    data = form_of(compare())
    url = page("merge", king.pk, ada.pk)
    king.delete()

    response = admin_client.post(url, data, follow=True)

    assert "does not exist any more" in said(response)
    assert response.redirect_chain == [(ada.get_absolute_url(), 302)]


def test_nobody_is_merged_with_themselves(admin_client, ada):
    response = admin_client.get(page("merge", ada.pk, ada.pk), follow=True)
    assert "two different contacts" in said(response)


def test_a_form_without_a_version_merges_nothing(admin_client, ada, king):
    response = admin_client.post(page("merge", ada.pk, king.pk), {})
    assert "nothing was merged" in said(response)
    assert not Merge.objects.exists()


# What is told afterwards


def test_both_histories_and_both_timelines_tell_of_the_merge(confirm, admin_client, ada, king):
    confirm()

    for person in (ada, king):
        entries = ModelLogEntry.objects.filter(object_id=str(person.pk))
        messages = [str(entry.formatter.format_message(entry)) for entry in entries]
        assert messages == [f"Merged contact #{king.pk} into #{ada.pk}"]
    kept = Activity.objects.filter(kind=history.MERGED).values_list("contact_id", flat=True)
    assert sorted(kept) == sorted([ada.pk, king.pk])
    unmerging.undo(Merge.objects.get().pk, now=NOON + DAY)
    for person in (ada, king):
        page_of = admin_client.get(reverse("contacttrack_contacts:history", args=[person.pk]))
        assert f"Merged contact #{king.pk} into #{ada.pk}" in text(soup_of(page_of))


def test_the_timeline_says_it_in_a_sentence_with_the_way_back(confirm, contact_page, ada, king):
    confirm()
    merge = Merge.objects.get()

    entry = contact_page(ada).select_one(".ct-entry")

    assert f"Contact #{king.pk} became part of this contact. An editor said so." in text(entry)
    assert entry.select_one(f'a[href="{king.get_absolute_url()}"]')
    assert entry.select_one(f'a[href="{page("undo_merge", merge.pk)}"]')


def test_a_merge_was_sent_by_nobody(confirm, contact_page, ada):
    did(ada, 0)
    confirm()
    merged, *others = contact_page(ada).select(".ct-entry")

    assert "Contacts merged" in text(merged) and not merged.select(".ct-sent")
    assert others and all(entry.select(".ct-sent") for entry in others)


def test_a_merge_that_was_undone_offers_no_way_back(contact_page, ada, king):
    merge = merging.merge(ada.pk, king.pk, rule=Rule.EDITOR, now=NOON)
    unmerging.undo(merge.pk, now=NOON + DAY)

    for person, sentence in (
        (ada, f"Contact #{king.pk} became part of this contact."),
        (king, f"This contact became part of contact #{ada.pk} ."),
    ):
        soup = contact_page(person)
        timeline = text(soup.select_one("#ct-timeline-results"))
        assert sentence in timeline
        assert "are two contacts again" in timeline
        assert not soup.select(f'a[href="{page("undo_merge", merge.pk)}"]')


def test_a_row_that_went_on_to_a_third_contact_names_both(contact_page, ada, king):
    grace = contact(firstname="Grace")
    merging.merge(ada.pk, king.pk, rule=Rule.EDITOR, now=NOON)
    merging.merge(grace.pk, ada.pk, rule=Rule.EDITOR, now=NOON + DAY)

    assert f"Contact #{king.pk} became part of contact #{ada.pk} ." in text(contact_page(grace))


def test_the_page_lists_what_was_merged_and_automatic_merges_in_one_line(
    contact_page, ada, king, admin_user
):
    visitor = contact(date_identified=None)
    evidence = {"fields": ["email"]}
    merging.merge(ada.pk, visitor.pk, rule=Rule.UNIQUE_FIELD, now=NOON, evidence=evidence)
    merging.merge(ada.pk, king.pk, rule=Rule.EDITOR, now=NOON, actor=admin_user)

    (card,) = [c for c in contact_page(ada).select(".ct-card") if text(c.h2) == "Merged contacts"]

    by_hand, automatic = card.select(".ct-rows__row")
    assert f"Ada King #{king.pk}" in text(by_hand)
    assert f"by {admin_user}" in text(by_hand)
    assert f"Anonymous #{visitor.pk}" in text(automatic)
    assert "Recognised by the e-mail address that the browser sent." in text(automatic)
    assert "ct-rows__row--slim" in automatic["class"]
    assert len(card.select("a")) == 2


def test_very_many_merges_are_not_all_listed(contact_page, ada):
    for _ in range(12):
        visitor = contact(date_identified=None)
        merging.merge(ada.pk, visitor.pk, rule=Rule.UNIQUE_FIELD, now=NOON)

    (card,) = [c for c in contact_page(ada).select(".ct-card") if text(c.h2) == "Merged contacts"]

    assert len(card.select(".ct-rows__row")) == 10
    assert "Earlier merges stand in the timeline." in text(card)


# Undoing


@pytest.fixture
def merge(ada, king, admin_user):
    did(king, 0, 1)
    return merging.merge(ada.pk, king.pk, rule=Rule.EDITOR, now=NOON, actor=admin_user)


def test_undoing_says_first_what_goes_back(admin_client, merge, ada, king, admin_user):
    soup = soup_of(admin_client.get(page("undo_merge", merge.pk)))

    assert {"Activities 2", "Identifiers 1"} <= {text(i) for i in soup.select(".ct-amounts__item")}
    changes = {text(row.dt): text(row.dd) for row in soup.select(".ct-same__list > div")}
    assert changes["Last name"] == "King → Byron"
    assert changes["City"] == "London → empty"
    assert str(admin_user) in text(soup)
    ada.refresh_from_db()
    assert ada.lastname == "King"


def test_undoing_parts_them_and_both_histories_say_so(admin_client, merge, ada, king):
    response = admin_client.post(page("undo_merge", merge.pk), follow=True)

    assert f"#{ada.pk} and #{king.pk} are two contacts again" in said(response)
    ada.refresh_from_db()
    king.refresh_from_db()
    assert (ada.lastname, king.lastname, king.merged_into_id) == ("Byron", "King", None)
    for person in (ada, king):
        entry = ModelLogEntry.objects.filter(
            object_id=str(person.pk), action="contacttrack.unmerge"
        ).get()
        message = f"Undid the merge of contact #{king.pk} into #{ada.pk}"
        assert entry.formatter.format_message(entry) == message


def test_undoing_twice_is_answered_kindly(admin_client, merge, ada):
    unmerging.undo(merge.pk, now=NOON + DAY)

    for method in ("get", "post"):
        response = getattr(admin_client, method)(page("undo_merge", merge.pk), follow=True)
        assert "has been undone already" in said(response)
        assert response.redirect_chain == [(ada.get_absolute_url(), 302)]


def test_undoing_once_the_contact_is_deleted_says_so(admin_client, merge, ada):
    url = page("undo_merge", merge.pk)
    removal.remove([ada.pk])

    for method in ("get", "post"):
        response = getattr(admin_client, method)(url, follow=True)
        assert response.redirect_chain == [(reverse("contacttrack_contacts:index"), 302)]
        assert "That has been deleted. Nothing was changed." in said(response)


def test_what_stands_in_the_way_of_undoing_is_told(admin_client, merge, ada, king):
    grace = contact(firstname="Grace")
    merging.merge(grace.pk, ada.pk, rule=Rule.EDITOR, now=NOON + DAY)

    response = admin_client.post(page("undo_merge", merge.pk), follow=True)

    assert f"Contact #{ada.pk} was merged into contact #{grace.pk}" in said(response)
    assert Merge.objects.get(pk=merge.pk).undone_at is None
    assert not ModelLogEntry.objects.filter(action="contacttrack.unmerge").exists()


# Who may


@pytest.mark.parametrize("codenames", [["view_contact"], ["change_contact"], ["delete_contact"]])
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_takes_seeing_and_changing_contacts(
    client, user_with, merge, ada, king, codenames, method
):
    other = contact(firstname="Grace")
    client.force_login(user_with(*codenames))

    for url in (
        page("choose", ada.pk),
        page("merge", ada.pk, other.pk),
        page("undo_merge", merge.pk),
        page("add_note", ada.pk),
        page("not_a_duplicate", ada.pk, other.pk),
        reverse("wagtail_bulk_action", args=["wagtail_contacttrack", "contact", "merge"])
        + f"?id={ada.pk}&id={other.pk}",
    ):
        response = getattr(client, method)(url, {"text": "x", "winner": ada.pk})
        assert response["Location"] == reverse("wagtailadmin_home"), url
    assert Merge.objects.get().undone_at is None
    assert not Note.objects.exists()


def test_who_may_only_look_is_offered_nothing(client, user_with, merge, ada):
    client.force_login(user_with("view_contact"))

    html = client.get(ada.get_absolute_url()).content.decode()

    assert "Merged contacts" in html
    for url in (
        page("choose", ada.pk),
        page("undo_merge", merge.pk),
        page("add_note", ada.pk),
    ):
        assert url not in html


# Identity on the page


def test_identifiers_say_by_which_rule_they_name_the_contact(contact_page, ada, king):
    Identifier.objects.filter(contact=ada).update(verified=True)
    merging.merge(ada.pk, king.pk, rule=Rule.EDITOR, now=NOON)

    (card,) = [c for c in contact_page(ada).select(".ct-card") if text(c.h2) == "Identity"]

    current, earlier = (text(row) for row in card.select(".ct-rows__row"))
    assert current == "E-mail king@example.org An editor said so. Since 03/20/2026."
    assert earlier.startswith("E-mail ada@example.org verified An earlier value:")


def test_a_device_says_why_it_is_the_contacts(contact_page, ada):
    device(ada, rule=Rule.UNIQUE_FIELD, evidence={"fields": ["email", "phone"]})

    names = text(contact_page(ada).select_one(".ct-devices__names"))

    assert "Recognised by what the browser sent as “E-mail” and “Phone”." in names


def test_a_conflict_is_told_with_the_other_contact(contact_page, ada, king):
    data = {"other": king.pk, "rule": Rule.UNIQUE_FIELD, "evidence": {"fields": ["email"]}}
    did(ada, 0, kind=history.CONFLICT, title="", data=data)

    entry = contact_page(ada).select_one(".ct-entry")

    assert "They stay two contacts" in text(entry)
    assert entry.select_one(f'a[href="{king.get_absolute_url()}"]')


@pytest.mark.parametrize("data", [{}, {"other": "x", "evidence": [1], "rule": 5}, [], "x"])
@pytest.mark.parametrize(
    "kind", [history.IDENTIFIED, history.CONFLICT, history.MERGED, history.UNMERGED]
)
def test_a_row_without_its_data_still_shows(contact_page, ada, kind, data):
    did(ada, 0, kind=kind, title="", data=data)
    assert contact_page(ada).select_one(".ct-entry__title")
