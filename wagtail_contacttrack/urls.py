"""The public paths. Include them before Wagtail's own, at any path.

Every path also answers under ``index.php/``, as clients of installations without URL rewriting
address it, and with a trailing slash.
"""

from __future__ import annotations

from django.urls import include, re_path

from .api import door as api
from .api.oauth import doors as oauth
from .outbound import views as outbound
from .tracking import members, views

app_name = "wagtail_contacttrack"

# What Mautic's API begins with, also what is not answered here: clients read its errors as JSON.
ENTITIES = (
    "(?:$|docs|openapi|(?:contacts|leads|companies|segments|lists|tags|notes|fields|stats|users|"
    "roles|devices|hooks|hits|campaigns|forms|points|stages|assets|categories|emails|pages|"
    "reports|messages|smses|notifications|dynamiccontents|focus|themes|files|data|globaltokens)"
    r"(?![^/]))"
)

doors = [
    re_path(r"^mtc\.js$", views.mtc_js, name="mtc_js"),
    re_path(r"^mtc/event/?$", views.event, name="event"),
    re_path(r"^mtc/identity\.js$", views.identity_js, name="identity_js"),
    re_path(r"^mtc/identity/?$", members.member_identity, name="identity"),
    re_path(r"^mtc/?$", views.contact_id, name="contact_id"),
    re_path(r"^mtracking\.gif$", views.pixel, name="pixel"),
    # Only what looks like an id of ours: a site may have pages at /r/ and /email/.
    re_path(r"^r/(?P<key>[0-9a-z]{25})/?$", outbound.redirect, name="redirect"),
    re_path(r"^redirect/(?P<key>[0-9a-z]{25})/?$", outbound.redirect, name="redirect_alias"),
    re_path(r"^email/(?P<key>[^/]{1,100})\.gif$", outbound.open_pixel, name="open_pixel"),
    re_path(
        r"^email/unsubscribe/(?P<key>[^/]{1,100})/?$", outbound.unsubscribe, name="unsubscribe"
    ),
    re_path(
        r"^email/resubscribe/(?P<key>[^/]{1,100})/?$", outbound.resubscribe, name="resubscribe"
    ),
    # Only the names of entities: a site may have an API of its own at /api/.
    re_path(rf"^(?:/)?api/+(?P<path>{ENTITIES}[\s\S]*)\Z", api.door, name="api"),
    re_path(r"^(?:/)?oauth/+v2/authorize/*$", oauth.authorize, name="oauth_authorize"),
    re_path(r"^(?:/)?oauth/+v2/token/*$", oauth.token, name="oauth_token"),
    re_path(r"^(?:/)?oauth/+v[0-9]+/", oauth.unknown, name="oauth_unknown"),
]

urlpatterns = [*doors, re_path(r"^index\.php/", include((doors, "index_php")))]
