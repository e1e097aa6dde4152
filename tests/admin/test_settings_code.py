"""The code to copy: built for one site, JavaScript first."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client, override_settings
from django.test.utils import override_script_prefix
from django.urls import include, path, reverse
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.models import Site

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.tracking.models import TrackingSettings

from ..tracking.conftest import FIREFOX, PUBLIC

pytestmark = pytest.mark.django_db

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("stats/", include("wagtail_contacttrack.urls")),
]


class WithoutOurs:
    """A project that has forgotten to include the tracker's addresses."""

    urlpatterns = [path("admin/", include(wagtailadmin_urls))]


@pytest.fixture
def site():
    return Site.objects.get()


@pytest.fixture
def page(admin_client, site):
    names = ["wagtail_contacttrack", "trackingsettings", site.pk]
    address = reverse("wagtailsettings:edit", args=names)

    def get(**options):
        response = admin_client.get(address, **options)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return get


def code(soup, name):
    return soup.select_one(f"#ct-code-{name}").text


@pytest.mark.parametrize(
    ("hostname", "port", "base"),
    [
        ("www.example.com", 443, "https://www.example.com/"),
        ("www.example.com", 80, "http://www.example.com/"),
        ("localhost", 8000, "http://localhost:8000/"),
    ],
)
def test_every_variant_has_scheme_host_and_port_of_the_site(page, site, hostname, port, base):
    # S6
    Site.objects.update(hostname=hostname, port=port)
    soup = page()
    assert f'"mt", "{base}mtc.js")' in code(soup, "javascript")
    assert f'src="{base}mtracking.gif?' in code(soup, "html")
    assert f'src="{base}mtracking.gif?d=' in code(soup, "php")


@override_settings(ROOT_URLCONF=__name__)
def test_the_path_is_that_of_the_urls(page):  # S6
    assert '"http://localhost/stats/mtc.js"' in code(page(), "javascript")


def test_the_path_has_the_prefix_under_which_the_project_runs(page):  # S6
    with override_script_prefix("/cms/"):
        assert '"http://localhost/cms/mtc.js"' in code(page(), "javascript")


def test_javascript_comes_first_and_the_pixels_are_folded_away(page):  # S5
    codes = page().select(".ct-copy textarea[id^=ct-code]")
    assert [item["id"] for item in codes] == ["ct-code-javascript", "ct-code-html", "ct-code-php"]
    assert [item.find_parent("details") is not None for item in codes] == [False, True, True]


def test_every_variant_has_a_copy_button_and_a_sentence_on_its_use(page):  # S6
    for copy in page().select(".ct-copy"):
        assert copy["data-controller"].split()[0] == "w-clipboard"
        assert copy.select_one("button[data-action='w-clipboard#copy']")["type"] == "button"
        area = copy.select_one("textarea[data-w-clipboard-target=value]")
        assert area.has_attr("readonly") and not area.has_attr("name")
        assert copy.select_one(f"label[for={area['id']}]").text
        assert copy.find_previous_sibling("p").text.strip()


def test_the_html_pixel_works_as_it_is(page):  # S46
    image = BeautifulSoup(code(page(), "html"), "html.parser").img
    pixel = urlsplit(image["src"])
    visitor = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    visitor.get(f"{pixel.path}?{pixel.query}")
    hit = Activity.objects.get()
    assert (hit.url, hit.title) == ("https://example.com/pricing", "Pricing")
    assert parse_qs(pixel.query)["page_title"] == ["Pricing"]


def test_the_php_pixel_reports_what_the_visitor_asked_a_proxy_for(page):  # S47
    php = code(page(), "php")
    assert "$scheme . '://' . $host . $_SERVER['REQUEST_URI']" in php
    assert "HTTP_X_FORWARDED_PROTO" in php and "HTTP_X_FORWARDED_HOST" in php


def test_the_page_says_that_pages_of_wagtail_need_no_copying(page):  # S7
    text = page().text
    assert "Wagtail’s pages carry the script already" in " ".join(text.split())
    assert "{% contacttrack %}" in text and "{% contacttrack_pixel %}" in text


def test_the_page_says_what_to_do_where_the_script_is_switched_off(page, site):  # S7
    TrackingSettings.objects.create(site=site, script_position="off")
    text = " ".join(page().text.split())
    assert "Wagtail’s pages carry the script already" not in text
    assert "Put {% load contacttrack %} and {% contacttrack %} into your base template" in text


def test_a_site_on_https_that_is_set_up_for_http_is_pointed_out(page, site):  # S6
    assert "Set the port to 443" not in page(HTTP_HOST="localhost").text
    assert "Set the port to 443" in page(HTTP_HOST="localhost", secure=True).text
    assert "Set the port to 443" not in page(HTTP_HOST="cms.example.com", secure=True).text
    Site.objects.update(port=443)
    assert "Set the port to 443" not in page(HTTP_HOST="localhost", secure=True).text


def test_without_the_urls_the_page_says_what_is_missing(page):
    with override_settings(ROOT_URLCONF=WithoutOurs):
        soup = page()
    assert (
        'path("", include("wagtail_contacttrack.urls"))' in soup.select_one(".help-critical").text
    )
    assert not soup.select(".ct-copy")


def test_a_hostname_cannot_break_out_of_the_page(page):
    Site.objects.update(hostname="</textarea><script>alert(1)</script>")
    assert not [script for script in page().select("script") if "alert(1)" in script.text]
