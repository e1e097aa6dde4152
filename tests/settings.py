"""Settings for the tests: a small Wagtail project. `DATABASE_URL` chooses the database."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ropewalk.env import Environment

env = Environment(os.environ)

# SQLite in a file: the tests with many threads need what an in-memory database cannot do.
_scratch = tempfile.TemporaryDirectory(prefix="contacttrack-tests-")
SCRATCH = Path(_scratch.name)

SECRET_KEY = "only for the tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{SCRATCH / 'db.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 0
# The suffix lets several runs share one database server.
DATABASES["default"]["TEST"] = {
    "NAME": str(SCRATCH / "test.sqlite3")
    if DATABASES["default"]["ENGINE"].endswith("sqlite3")
    else "test_contacttrack" + env.text("TEST_DATABASE_SUFFIX")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "tests.testapp",
    "wagtail_contacttrack",
    "corsheaders",
    "oauth2_provider",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
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
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "tests.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LANGUAGE_CODE = "en"
TIME_ZONE = "Europe/Vienna"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"

WAGTAIL_SITE_NAME = "Test site"
WAGTAILADMIN_BASE_URL = "http://testserver"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/(index\.php/)?mt(c|racking)"
# Counts are written at once, so that a test can look at them.
CONTACTTRACK = {"COUNTER_FLUSH_SECONDS": 0, "RATE_LIMIT": 0}
