"""The project's settings: one dictionary, ``CONTACTTRACK``, read at the time of use.

Names follow Mautic's configuration keys in upper case where it has one, so that who moves finds
them. A key that the project sets wins over the same switch in the admin's tracking settings.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

TWO_YEARS = 63_072_000

DEFAULTS: dict[str, Any] = {
    # Who is tracked
    "TRACK_PRIVATE_IP_RANGES": False,
    "DO_NOT_TRACK_IPS": [],
    "DO_NOT_TRACK_INTERNAL_IPS": [],
    "DO_NOT_TRACK_BOTS": [],
    "RESPECT_PRIVACY_SIGNALS": True,
    "ANONYMIZE_IP": False,
    # Where requests come from
    "TRUSTED_PROXIES": [],
    "COUNTRY_HEADER": "",
    "CORS_RESTRICT_DOMAINS": True,
    "CORS_VALID_DOMAINS": [],
    # Who somebody is
    "TRACK_BY_TRACKING_URL": False,
    "TRACK_UNSIGNED_CLICKTHROUGH": False,
    "CLICKTHROUGH_MAX_AGE": 90 * 86_400,
    "FIELDS_FROM_PAGE_URL": False,
    "IDENTITY_MODE": "off",
    "IDENTITY_MAX_AGE": 600,
    "TRACK_MEMBERS": False,
    "MEMBER_FILTER": "",
    "CONTACT_ALLOW_MULTIPLE_COMPANIES": True,
    # UTM tags get an entry of their own for every hit ("always"), or only where a form, a program
    # or a campaign says so ("form").
    "UTM_RECORDING": "form",
    # What leaves for Google and Meta. Kept for the events of campaigns; nothing is sent yet.
    "GOOGLE_ANALYTICS_ID": "",
    "GOOGLE_ANALYTICS_TRACKINGPAGE_ENABLED": False,
    "FACEBOOK_PIXEL_ID": "",
    "FACEBOOK_PIXEL_TRACKINGPAGE_ENABLED": False,
    # Cookies
    "COOKIE_MAX_AGE": TWO_YEARS,
    "COOKIE_PATH": "/",
    "COOKIE_DOMAIN": "",
    "COOKIE_SECURE": None,
    "COOKIE_HTTPONLY": False,
    # The script
    "SCRIPT_POSITION": "body",
    "TRACK_HASH_CHANGES": False,
    # Mail
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "UNTRACKED_LINKS": [],
    # Webhooks
    "WEBHOOK_ALLOW_PRIVATE": False,
    # The REST API
    "API_ENABLED": False,
    "API_ENABLE_BASIC_AUTH": False,
    "API_RATE_LIMITER_LIMIT": 0,
    "API_OAUTH2_ACCESS_TOKEN_LIFETIME": 60,
    "API_OAUTH2_REFRESH_TOKEN_LIFETIME": 14,
    "API_BATCH_MAX_LIMIT": 200,
    "API_MAX_BODY_SIZE": 5_242_880,
    # Limits
    "RATE_LIMIT": 600,
    "MAX_BODY_SIZE": 65_536,
    "COUNTER_FLUSH_SECONDS": 1.0,
}


class Conf:
    """Attribute access to ``settings.CONTACTTRACK``, falling back to `DEFAULTS`.

    Nothing is cached, so ``override_settings`` works; the hot path reads the compiled
    `wagtail_contacttrack.tracking.sites.SiteOptions` instead.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            default = DEFAULTS[name]
        except KeyError:
            raise AttributeError(f"{name} is not a setting of CONTACTTRACK") from None
        return self.given().get(name, default)

    @staticmethod
    def given() -> dict[str, Any]:
        """Only what the project itself has set."""
        return getattr(settings, "CONTACTTRACK", None) or {}

    def is_given(self, name: str) -> bool:
        """Whether the project itself sets this key, and so overrules the admin."""
        return name in self.given()


conf = Conf()
