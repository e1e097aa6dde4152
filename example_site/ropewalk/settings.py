"""Settings of the example site. Everything that differs between machines comes from variables."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ropewalk.env import Environment
from wagtail_contacttrack.conf import DEFAULTS

env = Environment(os.environ)

PROJECT = Path(__file__).resolve().parent
VAR = Path(env.text("EXAMPLE_SITE_VAR") or PROJECT.parent / "var")
EXTERNAL_SHOP = PROJECT.parent / "external_shop"
VAR.mkdir(parents=True, exist_ok=True)

DEBUG = env.boolean("DEBUG", default=True)
SECRET_KEY = env.text("SECRET_KEY", "only-for-the-example-site-and-never-for-production")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver", "*"])
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "ropewalk.website",
    "ropewalk.demo",
    "wagtail_contacttrack",
    "corsheaders",
    # The page of the API then loads nothing from elsewhere.
    "ninja",
    "oauth2_provider",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.redirects",
    "wagtail.contrib.forms",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "ropewalk.urls"
WSGI_APPLICATION = "ropewalk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR / 'db.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if redis_url := env.text("REDIS_URL"):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url,
    }

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Languages

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [PROJECT / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
USE_I18N = WAGTAIL_I18N_ENABLED = True

# Files. WhiteNoise serves what Django finds, under every server, without collectstatic.

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
WHITENOISE_USE_FINDERS = True

# Wagtail

WAGTAIL_SITE_NAME = "Ropewalk Cycles"
WAGTAILADMIN_BASE_URL = f"http://localhost:{env.text('PORT') or 8000}"
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # The demo asks nobody else for anything.
WAGTAILDOCS_EXTENSIONS = ["pdf"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# Contact tracking

CONTACTTRACK = env.contacttrack(DEFAULTS)
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/(index\.php/)?mt(c|racking)"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
