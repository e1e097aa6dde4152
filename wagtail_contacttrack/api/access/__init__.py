import base64

from django.contrib.auth import authenticate as _auth

from ..errors import ApiError


def check_enabled(request):
    pass


def authenticate(request, params):
    h = request.META.get("HTTP_AUTHORIZATION", "")
    if not h:
        raise ApiError(401, "API authorization denied.", type="access_denied")
    n, _, p = base64.b64decode(h[6:]).decode().partition(":")
    u = _auth(request, username=n, password=p)
    if not u:
        raise ApiError(401, "no")
    return u


def throttle(request, user):
    return {}
