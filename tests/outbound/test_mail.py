"""Messages that ask for it are tracked; all others go out as they came."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.utils import timezone
from wagtail.models import Site

from tests.tracking.conftest import GIF, at_once, browser, reason
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import consent, fieldset
from wagtail_contacttrack.contacts.linking import contact_for, owner_of
from wagtail_contacttrack.contacts.models import Contact, ContactField, Identifier
from wagtail_contacttrack.outbound.mail import track
from wagtail_contacttrack.outbound.models import Message, TrackedLink

from .making import kinds

BACKEND = "wagtail_contacttrack.outbound.mail.TrackingEmailBackend"
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
BASE = "https://www.example.com"
HTML = """<!DOCTYPE html><html><body>
<a class=b href='https://shop.example.com/prices?plan=a&amp;x=1#top'>Prices</a>
<a href="https://shop.example.com/off" data-contacttrack="off">Off</a>
<a href="#top">Top</a> <a href="mailto:us@example.com">Write</a>
<a href="{unsubscribe_url}">Unsubscribe</a>
</body></html>"""
TEXT = "Prices: https://shop.example.com/prices\nUnsubscribe: {unsubscribe_url}"


@pytest.fixture(autouse=True)
def backend(settings, configure):
    settings.EMAIL_BACKEND = BACKEND
    configure(EMAIL_BACKEND=LOCMEM)


@pytest.fixture
def site(db):
    found = Site.objects.get()
    found.hostname, found.port = "www.example.com", 443
    found.save()
    return found


pytestmark = [
    pytest.mark.usefixtures("site"),
    # Django 6.1 asks for MAILERS, which 5.2 does not know yet.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]


def newsletter(to=("ada@example.org",), html=HTML, **values):
    made = EmailMultiAlternatives(
        **{"subject": "News of March", "body": TEXT, "to": list(to), **values}
    )
    if html:
        made.attach_alternative(html, "text/html")
    return made


def send(made, **options):
    assert track(made, **options).send() == 1
    return mail.outbox[-1]


def html_of(sent) -> str:
    return sent.alternatives[0][0]


def hrefs(sent) -> list[str]:
    return [a["href"] for a in BeautifulSoup(html_of(sent), "html.parser").find_all("a")]


def picture(sent) -> str:
    return BeautifulSoup(html_of(sent), "html.parser").img["src"]


def path(url: str) -> str:
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == BASE
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def an_hour_later() -> None:
    for row in Message.objects.all():
        row.sent_at -= timedelta(hours=1)
        row.save()


# From sending to the timeline


def test_a_message_is_sent_opened_and_clicked_and_all_of_it_stands_in_the_timeline(contact_page):
    sent = send(newsletter())
    an_hour_later()
    assert browser().get(path(picture(sent))).content == GIF
    clicked = browser().get(path(hrefs(sent)[0]))
    location = urlsplit(clicked["Location"])
    assert location.netloc + location.path == "shop.example.com/prices"
    assert location.fragment == "top"
    assert set(parse_qs(location.query)) == {"plan", "x", "ct"}
    assert kinds() == ["email.sent", "email.opened", "email.clicked"]
    person = Contact.objects.get()
    assert person.email == "ada@example.org"
    assert person.is_known
    row = Message.objects.get()
    assert (row.contact_id, row.subject, row.opens, row.clicks) == (
        person.pk,
        "News of March",
        1,
        1,
    )
    shown = contact_page(person).get_text()
    for words in ("E-mail sent", "E-mail opened", "Link in an e-mail followed", "News of March"):
        assert words in shown


# S51, S52
def test_the_page_behind_the_link_knows_the_recipient_if_the_site_wants_that(configure):
    sent = send(newsletter())
    an_hour_later()
    ContactField.objects.filter(alias="email", object="contact").update(publicly_updatable=True)
    fieldset.clear()
    recipient = Contact.objects.get()

    def visit() -> int:
        visitor = browser()
        target = visitor.get(path(hrefs(sent)[0]))["Location"]
        assert not visitor.cookies
        configure(CORS_RESTRICT_DOMAINS=False)
        return visitor.post("/mtc/event", {"page_url": target}).json()["id"]

    assert visit() != recipient.pk
    configure(TRACK_BY_TRACKING_URL=True)
    assert visit() == recipient.pk


def test_only_links_that_can_be_followed_are_rewritten():
    links = hrefs(send(newsletter()))
    assert re.fullmatch(rf"{BASE}/r/[0-9a-z]{{25}}\?ct=[A-Za-z0-9._-]+", links[0])
    key = Message.objects.get().key
    assert links[1:] == [
        "https://shop.example.com/off",
        "#top",
        "mailto:us@example.com",
        f"{BASE}/email/unsubscribe/{key}",
    ]
    assert list(TrackedLink.objects.values_list("url", "channel")) == [
        ("https://shop.example.com/prices?plan=a&x=1#top", "email")
    ]


def test_the_text_part_keeps_its_links():
    sent = send(newsletter())
    way_out = f"{BASE}/email/unsubscribe/{Message.objects.get().key}"
    assert sent.body == f"Prices: https://shop.example.com/prices\nUnsubscribe: {way_out}"


def test_everything_but_links_and_the_picture_stays_to_the_letter():
    sent = send(newsletter())
    html = html_of(sent)
    html = html.replace(re.search(r"<img [^>]*>", html).group(), "")
    html = html.replace(
        f'"{hrefs(sent)[0]}"', "'https://shop.example.com/prices?plan=a&amp;x=1#top'"
    )
    html = html.replace(hrefs(sent)[4], "{unsubscribe_url}")
    assert html == HTML


def test_a_body_of_html_is_rewritten_too():
    made = EmailMessage("News", '<a href="https://a.example/">x</a>', to=["ada@example.org"])
    made.content_subtype = "html"
    sent = send(made)
    assert f"{BASE}/r/" in sent.body
    assert f"{BASE}/email/" in sent.body


def test_attachments_pictures_and_other_alternatives_are_untouched():
    made = newsletter(html='<img src="cid:logo"><a href="https://a.example/ü">ü€😀</a>')
    made.attach_alternative("<a href='https://a.example/'>amp</a>", "text/x-amp-html")
    made.attach("page.html", '<a href="https://a.example/">file</a>', "text/html")
    made.attach("data.bin", b"\x00\xff", "application/octet-stream")
    sent = send(made)
    parsed = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    parts = {part.get_content_type(): part for part in parsed.walk()}
    assert parts["text/x-amp-html"].get_content().strip() == "<a href='https://a.example/'>amp</a>"
    assert parts["application/octet-stream"].get_content() == b"\x00\xff"
    assert sent.attachments == made.attachments
    assert 'src="cid:logo"' in html_of(sent)
    assert "ü€😀" in html_of(sent)
    assert TrackedLink.objects.get().url == "https://a.example/ü"


def test_the_message_of_the_caller_stays_as_it_was():
    made = newsletter(headers={"X-Contacttrack": "bulk", "X-Other": "1"})
    before = (made.body, list(made.alternatives), dict(made.extra_headers), list(made.to))
    assert made.send() == made.send() == 1
    assert (made.body, list(made.alternatives), dict(made.extra_headers), list(made.to)) == before
    first, second = mail.outbox
    assert picture(first) != picture(second)
    assert Message.objects.count() == 2
    assert TrackedLink.objects.count() == 1


def test_opens_and_clicks_can_be_left_out():
    assert "<img" not in html_of(send(newsletter(), opens=False))
    assert "/r/" not in html_of(send(newsletter(), clicks=False))


def test_links_that_the_project_names_are_left_alone(configure):
    configure(UNTRACKED_LINKS=["https://shop.example.com/prices*"])
    assert hrefs(send(newsletter()))[0].startswith("https://shop.example.com/prices")


def test_links_of_the_sites_own_doors_are_not_tracked_again():
    address = f"{BASE}/r/{'0' * 25}?a=1"
    sent = send(newsletter(html=f'<a href="{address}">x</a><a href="{BASE}/page/">y</a>'))
    assert hrefs(sent)[0] == address
    assert hrefs(sent)[1].startswith(f"{BASE}/r/")


def test_the_address_of_the_site(settings, site):
    Site.objects.update(hostname="localhost", port=80)
    assert picture(send(newsletter())).startswith("http://testserver/email/")
    settings.WAGTAILADMIN_BASE_URL = ""
    assert picture(send(newsletter())).startswith("http://localhost/email/")
    other = Site(hostname="other.example.com", port=443)
    assert picture(send(newsletter(), site=other)).startswith("https://other.example.com/email/")


# Who asks for it


@pytest.mark.parametrize(
    ("said", "tracked"),
    [
        ({}, False),
        ({"attribute": True}, True),
        ({"attribute": "on"}, True),
        ({"attribute": "bulk"}, True),
        ({"attribute": False}, False),
        ({"attribute": "nonsense"}, False),
        ({"header": "on"}, True),
        ({"header": "Bulk"}, True),
        ({"header": "off"}, False),
        ({"header": "on", "attribute": False}, False),
    ],
)
def test_a_message_asks_by_attribute_or_header_and_nobody_else_sees_it(said, tracked):
    made = newsletter(headers={"x-contacttrack": said["header"]} if "header" in said else {})
    if "attribute" in said:
        made.contacttrack = said["attribute"]
    assert made.send() == 1
    sent = mail.outbox[-1]
    assert Message.objects.exists() == tracked
    assert (html_of(sent) != HTML) == tracked
    assert b"contacttrack:" not in sent.message().as_bytes().lower()


def test_mail_to_several_is_sent_as_it_is():
    made = newsletter(to=["ada@example.org"], cc=["bob@example.org"])
    sent = send(made)
    assert html_of(sent) == HTML
    assert sent.recipients() == ["ada@example.org", "bob@example.org"]
    assert not Contact.objects.exists()


def test_several_messages_are_sent_in_their_order():
    tracked, plain = track(newsletter()), newsletter(html="")
    other = track(newsletter(to=["Bob <bob@example.org>"]))
    assert get_connection().send_messages([tracked, plain, other]) == 3
    assert [m.to for m in mail.outbox] == [
        ["ada@example.org"],
        ["ada@example.org"],
        ["Bob <bob@example.org>"],
    ]
    assert set(Contact.objects.values_list("email", flat=True)) == {
        "ada@example.org",
        "bob@example.org",
    }


def test_nothing_to_send_is_nothing():
    assert get_connection().send_messages([]) == 0
    assert not track(EmailMessage("x", "y")).send()


# Whom it goes to


def test_the_contact_with_the_address_is_the_recipient():
    now = timezone.now()
    ada = contact_for("email", "ada@example.org", rule="editor", now=now)
    send(newsletter(to=['"Lovelace, Ada" <ADA@example.org>']))
    assert Message.objects.get().contact == ada
    assert Contact.objects.count() == 1


def test_a_new_recipient_is_linked_as_such():
    send(newsletter())
    row = Identifier.objects.get()
    assert (row.field, row.value, row.rule) == ("email", "ada@example.org", "message")
    assert owner_of("email", "Ada@Example.org") == Contact.objects.get().pk


# Who wants no mail


def test_bulk_mail_brings_a_way_out(visitor):
    sent = send(newsletter(), bulk=True)
    url = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert visitor.post(path(url), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert track(newsletter(), bulk=True).send() == 0
    assert len(mail.outbox) == 1
    assert kinds() == ["email.sent", "email.unsubscribed", "email.skipped"]
    assert Message.objects.count() == 1


def test_other_mail_still_comes_and_promises_no_way_out():
    send(newsletter())
    consent.forbid(Contact.objects.get().pk, now=timezone.now())
    sent = send(newsletter())
    assert "List-Unsubscribe" not in sent.extra_headers


def test_one_click_is_offered_only_by_https(site):
    Site.objects.update(port=80)
    sent = send(newsletter(), bulk=True)
    assert sent.extra_headers["List-Unsubscribe"].startswith("<http://")
    assert "List-Unsubscribe-Post" not in sent.extra_headers


def test_a_way_out_of_the_messages_own_stays():
    made = newsletter(headers={"list-unsubscribe": "<mailto:out@example.com>"})
    assert send(made, bulk=True).extra_headers == {"list-unsubscribe": "<mailto:out@example.com>"}


def test_bulk_mail_to_several_leaves_out_who_wants_none():
    bob = contact_for("email", "bob@example.org", rule="editor", now=timezone.now())
    consent.forbid(bob.pk, now=timezone.now())
    made = newsletter(to=["ada@example.org", "Bob <Bob@example.org>"], bcc=["eve@example.org"])
    sent = send(made, bulk=True)
    assert sent.recipients() == ["ada@example.org", "eve@example.org"]
    assert made.recipients() == ["ada@example.org", "Bob <Bob@example.org>", "eve@example.org"]
    assert Activity.objects.get().contact == bob


# When something goes wrong


def test_a_message_that_cannot_be_prepared_is_sent_as_it_is(monkeypatch, caplog):
    from wagtail_contacttrack.outbound.mail import markup

    def broken(*_arguments):
        raise RuntimeError("broken")

    monkeypatch.setattr(markup, "rewritten", broken)
    sent = send(newsletter())
    assert html_of(sent) == HTML
    assert not Message.objects.exists()
    assert not Contact.objects.exists()
    assert "sent as it is" in caplog.text


@pytest.mark.parametrize(
    "to", ["root", "root@localhost.", "@", "a" * 300 + "@example.org", "a@b@c", "a b@c", "<x>"]
)
def test_a_recipient_that_no_contact_can_be_gets_the_mail_as_it_is(configure, to):
    configure(EMAIL_BACKEND=f"{__name__}.Noting")
    for bulk in (True, False):
        made = track(newsletter(to=[to]), bulk=bulk)
        assert made.send() == 1
    assert not Contact.objects.exists()
    assert not Message.objects.exists()


class Failing:
    """A backend that cannot send."""

    def __init__(self, fail_silently=False, **_options):
        self.fail_silently = fail_silently

    def open(self):
        return None

    def close(self):
        pass

    def send_messages(self, _messages):
        if self.fail_silently:
            return 0
        raise OSError("no server")


def test_what_was_not_sent_is_not_noted(configure):
    configure(EMAIL_BACKEND=f"{__name__}.Failing")
    with pytest.raises(OSError, match="no server"):
        track(newsletter()).send()
    assert track(newsletter()).send(fail_silently=True) == 0
    assert not Message.objects.exists()
    assert not kinds()


def test_options_of_the_connection_go_to_the_other_backend(configure):
    configure(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend")
    connection = get_connection(host="mail.example.com", username="ada", fail_silently=True)
    assert (connection.inner.host, connection.inner.username) == ("mail.example.com", "ada")
    assert connection.inner.fail_silently is True


def test_the_backend_does_not_send_through_itself(configure):
    configure(EMAIL_BACKEND=BACKEND)
    with pytest.raises(ImproperlyConfigured):
        get_connection()


class Noting(Failing):
    """A backend that says on the message what became of it."""

    def send_messages(self, found):
        for one in found:
            one.status = "queued"
        return len(found)


@pytest.mark.parametrize("tracked", [True, False])
def test_what_the_other_backend_notes_on_a_message_is_there_for_its_owner(configure, tracked):
    configure(EMAIL_BACKEND=f"{__name__}.Noting")
    made = newsletter()
    made.contacttrack = tracked
    made.send()
    assert made.status == "queued"


@pytest.mark.parametrize("subject", ["Bcc: x\nBcc: eve@example.org", "a\r\nb"])
def test_no_header_gets_in_by_the_subject(subject):
    with pytest.raises(ValueError, match=r"[Hh]eader|newline"):
        track(newsletter(subject=subject)).send()
    assert not mail.outbox
    assert not Message.objects.exists()


def test_a_click_right_after_sending_counts_as_nobodys():
    sent = send(newsletter())
    assert reason(browser().get(path(hrefs(sent)[0]))) == "machine"
    assert reason(browser().get(path(picture(sent)))) == "machine"


def test_the_mail_of_one_contact_is_sent_by_many_at_once():
    """On SQLite in one connection this is a test of the backend's own lock."""
    connection = get_connection()
    made = [newsletter(html="") for _time in range(3)]
    results = at_once(*[lambda one=one: connection.send_messages([one]) for one in made])
    assert results == [1, 1, 1]
