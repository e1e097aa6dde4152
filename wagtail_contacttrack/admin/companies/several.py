"""Whether contacts may have several companies, where no visit says which site it is about."""

from __future__ import annotations

from wagtail.models import Site

from ...tracking.sites import options_for_site


def several_companies() -> bool:
    """What the settings of the default site say."""
    site = Site.objects.filter(is_default_site=True).first()
    return site is None or options_for_site(site).several_companies
