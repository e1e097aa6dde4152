from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db import router
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ContactTrackConfig(AppConfig):
    name = "wagtail_contacttrack"
    label = "wagtail_contacttrack"
    verbose_name = _("Contact tracking")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers itself)
        from .contacts import fieldset
        from .outbound import kinds  # noqa: F401  (registers them)
        from .outbound.webhooks import payloads, published, queue  # noqa: F401
        from .segments import members  # noqa: F401  (registers a search command)
        from .tracking import cors, forking, identity, sites

        post_migrate.connect(install_fields, sender=self)
        fieldset.connect()
        cors.connect()
        sites.connect()
        identity.connect()
        forking.connect()
        published.connect()
        queue.connect()


def install_fields(using: str, **kwargs: Any) -> None:
    """After each migration: the fields that come with the app, as far as they are missing."""
    from .contacts import field_changes, fieldset
    from .contacts.installed import install

    # On the way back to an earlier migration, there is no table for them.
    model = apps.get_model("wagtail_contacttrack", "ContactField")
    if router.allow_migrate_model(using, model) and _has_table(using, model._meta.db_table):
        for row in install(using):
            if row.object == "contact" and row.unique_identifier:
                # Contacts of an earlier version are named by it from now on.
                field_changes.claim(fieldset.of_row(row), now=timezone.now())


def _has_table(using: str, name: str) -> bool:
    from django.db import connections

    with connections[using].cursor() as cursor:
        return name in connections[using].introspection.table_names(cursor)
