"""Where the demo runs: tells Wagtail and the tracking settings about hosts and ports."""

from __future__ import annotations

from wagtail.models import Site

from wagtail_contacttrack.tracking.models import TrackingSettings

HOSTS = ("localhost", "127.0.0.1")


def place_site(port: int, external_port: int) -> Site:
    """Set the site's address, and list the external shop's origins beside those that are there."""
    site = Site.objects.get(is_default_site=True)
    if (site.hostname, site.port) != (HOSTS[0], port):
        site.hostname, site.port = HOSTS[0], port
        site.save()
    settings = TrackingSettings.for_site(site)
    lines = settings.cors_valid_domains.split()
    missing = [
        origin for host in HOSTS if (origin := f"http://{host}:{external_port}") not in lines
    ]
    if missing:
        settings.cors_valid_domains = "\n".join([*lines, *missing])
        settings.full_clean()
        settings.save()
    return site
