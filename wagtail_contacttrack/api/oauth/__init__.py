"""OAuth2, as Mautic's clients speak it, by django-oauth-toolkit.

The package is optional: its app "oauth2_provider" in INSTALLED_APPS switches this on. What Mautic
does differently from the package's own endpoints is told to it here, view by view, so a project
need not set OAUTH2_PROVIDER and may use the package for purposes of its own besides. Tokens of
those do not open this API: its own carry `SCOPE`, which clients neither ask for nor see.

Only `validation`, `serving`, `tokens` and `clients` import the package, and only once it is known
to be installed.
"""

from __future__ import annotations

from django.apps import apps

SCOPE = "contacttrack"


def installed() -> bool:
    """Whether the project has django-oauth-toolkit among its apps."""
    return apps.is_installed("oauth2_provider")
