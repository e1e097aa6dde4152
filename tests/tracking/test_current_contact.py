"""The current contact in the website's own server code."""  # S22 S23

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.template import Context, RequestContext, Template, engines
from django.template.response import TemplateResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path
from django.views.decorators.cache import cache_page

from wagtail_contacttrack.contacts import merging
from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.tracking.current import get_contact, personal

from .conftest import browser

pytestmark = pytest.mark.django_db

ID = "0123456789abcdefghijklm"


@pytest.fixture
def request_of():
    """A request that carries these cookies."""

    def make(**cookies):
        request = RequestFactory().get("/")
        request.COOKIES.update(cookies)
        return request

    return make


@pytest.fixture
def ada(visit, visitor):
    """A contact who has visited, with the cookies of the visit in `visitor`."""
    visit()
    contact = Contact.objects.get()
    contact.firstname, contact.email = "Ada", "ada@example.org"
    contact.save()
    return contact


def cookies_of(visitor):
    return {name: morsel.value for name, morsel in visitor.cookies.items()}


def test_a_visitor_is_the_contact_of_the_device(ada, visitor, request_of):
    contact = get_contact(request_of(**cookies_of(visitor)))
    assert contact
    assert (contact, contact.pk, contact.firstname) == (ada, ada.pk, "Ada")
    assert isinstance(contact, Contact)


def test_nothing_is_looked_up_until_it_is_used_and_then_once(
    ada, visitor, request_of, django_assert_num_queries
):
    request = request_of(**cookies_of(visitor))
    with django_assert_num_queries(0):
        contact = get_contact(request)
    with django_assert_num_queries(1):
        assert (contact.firstname, get_contact(request).email) == ("Ada", ada.email)
        assert get_contact(request)


def test_a_stranger_is_nobody_and_costs_no_query(request_of, django_assert_num_queries):
    with django_assert_num_queries(0):
        contact = get_contact(request_of())
        assert not contact
        assert contact == None  # noqa: E711  (it is a stand-in)


@pytest.mark.parametrize(
    "cookies",
    [
        {"mautic_device_id": ID},
        {"mautic_device_id": "ID"},
        {"mautic_device_id": ID + "\x00"},
        {"mautic_device_id": "' OR 1=1 --"},
    ],
)
def test_a_device_that_nobody_knows_is_nobody(ada, request_of, cookies):
    assert not get_contact(request_of(**cookies))


def test_the_number_of_a_contact_is_never_believed(ada, request_of):  # S22
    assert not get_contact(request_of(mtc_id=str(ada.pk)))


def test_the_cookie_of_the_device_wins_over_the_number(ada, visitor, request_of):  # S22
    other = Contact.objects.create(firstname="Grace")
    cookies = {**cookies_of(visitor), "mtc_id": str(other.pk)}
    assert get_contact(request_of(**cookies)) == ada


def test_who_was_merged_is_the_contact_that_remains(ada, visitor, request_of, clock):
    known = Contact.objects.create(
        firstname="Augusta", email="a@example.org", date_identified=clock.now
    )
    merging.merge(known.pk, ada.pk, rule="editor", now=clock.now)
    assert get_contact(request_of(**cookies_of(visitor))) == known


def test_a_device_that_still_names_who_was_merged_leads_to_the_same(
    ada, visitor, request_of, clock
):
    known = Contact.objects.create(firstname="Augusta", date_identified=clock.now)
    # As it is for a moment, while another process merges.
    Contact.objects.filter(pk=ada.pk).update(merged_into=known)
    assert get_contact(request_of(**cookies_of(visitor))) == known


# In templates


def test_templates_know_the_contact_by_a_tag(ada, visitor, request_of):
    template = Template(
        "{% load contacttrack %}{% contacttrack_contact as contact %}"
        "{% if contact %}Hello {{ contact.firstname }}{% else %}Hello stranger{% endif %}"
    )
    request = request_of(**cookies_of(visitor))
    assert template.render(Context({"request": request})) == "Hello Ada"
    assert template.render(Context({"request": request_of()})) == "Hello stranger"
    assert template.render(Context({})) == "Hello stranger"


@pytest.fixture
def processor(settings):
    (engine,) = settings.TEMPLATES
    options = engine["OPTIONS"]
    name = "wagtail_contacttrack.context_processors.contact"
    processors = [*options["context_processors"], name]
    changed = {**engine, "OPTIONS": {**options, "context_processors": processors}}
    settings.TEMPLATES = [changed]


def test_templates_know_the_contact_by_the_context_processor(
    ada, visitor, request_of, processor, django_assert_num_queries
):
    request = request_of(**cookies_of(visitor))
    request.user = None
    used = Template("Hello {{ current_contact.firstname }}")
    unused = Template("Hello")
    with django_assert_num_queries(0):
        assert unused.render(RequestContext(request)) == "Hello"
    assert used.render(RequestContext(request)) == "Hello Ada"


# In caches


@personal
def by_hand(request):
    return HttpResponse(f"Hello {get_contact(request) or 'stranger'}")


@personal
def by_template(request):
    text = "{% load contacttrack %}{% contacttrack_contact as c %}Hello {{ c.firstname }}"
    return TemplateResponse(request, engines["django"].from_string(text))


@personal
def without(request):
    get_contact(request)
    return HttpResponse("Hello all")


urlpatterns = [
    path("hand", cache_page(60)(by_hand)),
    path("template", cache_page(60)(by_template)),
    path("without", cache_page(60)(without)),
    path("", include("wagtail_contacttrack.urls")),
]


@pytest.mark.parametrize("address", ["/hand", "/template"])
@override_settings(ROOT_URLCONF=__name__)
def test_a_page_that_uses_the_contact_is_kept_by_no_cache(ada, visitor, address):
    cache.clear()
    own = visitor.get(address)
    assert "Ada" in own.content.decode()
    assert "no-store" in own["Cache-Control"]
    assert "Cookie" in own["Vary"]
    assert "Ada" not in browser().get(address).content.decode()
    assert "Ada" in visitor.get(address).content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_page_that_does_not_use_it_may_be_kept(ada, visitor):
    cache.clear()
    response = visitor.get("/without")
    assert "no-store" not in response["Cache-Control"]
    assert "Vary" not in response
