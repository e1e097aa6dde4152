"""Which site a request belongs to, and that site's options, compiled.

All sites are read in three queries and kept in memory, until one is saved in this process. Page
responses do not wait for newer ones: they use what is there and have it renewed in the background.
Tracking requests renew it themselves when it is older than `TRACKING_MAX_AGE`, one of them at a
time. While the database is away, what was read last stays good.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from django.core.signals import setting_changed
from django.db import Error, connections, transaction
from django.db.models.signals import post_delete, post_save
from django.http.request import split_domain_port
from wagtail.models import Locale, Site

from ..conf import conf
from ..wire.addresses import Networks, parse_networks
from ..wire.origins import Origins

logger = logging.getLogger(__name__)

TRACKING_MAX_AGE = 2.0
PAGE_MAX_AGE = 30.0


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """Everything that the hot path needs to know about one site, ready for use."""

    site_id: int
    track_private: bool
    blocked: Networks
    extra_bots: tuple[str, ...]
    respect_signals: bool
    anonymize_ip: bool
    restrict_origins: bool
    own_origins: Origins
    origins: Origins
    rate_limit: int
    max_body: int
    trusted_proxies: Networks
    country_header: str
    script_position: str
    track_hash: bool
    track_by_url: bool
    unsigned_clickthrough: bool
    fields_from_page_url: bool
    identity_mode: str
    track_members: bool
    several_companies: bool
    utm_always: bool
    api_enabled: bool
    api_basic: bool

    @property
    def recognises_members(self) -> bool:
        """Whether browsers of members who are logged in are given a signed identity."""
        return self.track_members and self.identity_mode != "off"

    @property
    def tracker_options(self) -> dict[str, bool]:
        """What `mtc.js` is told; the same for every visitor."""
        return {"hash": self.track_hash, "privacy": self.respect_signals}


@dataclass(frozen=True, slots=True)
class Snapshot:
    loaded: float
    by_host: dict[tuple[str, str], SiteOptions]
    by_name: dict[str, SiteOptions]
    default: SiteOptions | None
    languages: dict[int, str]

    def find(self, host: str, port: str) -> SiteOptions | None:
        """The site for a Host header and the server's port, as Wagtail chooses it.

        That is: by host and port, by host alone if that is unique, else the default site. `host`
        may carry a port of its own, which counts where the server's is not known.
        """
        name, own_port = split_domain_port(host)
        return (
            self.by_host.get((name, port or own_port or "80"))
            or self.by_name.get(name)
            or self.default
        )


_snapshot: Snapshot | None = None
_renewing = threading.Lock()


def options_for_tracking(host: str, port: str = "") -> SiteOptions | None:
    """The options of the site that answers for `host`, at most a few seconds old.

    Raises a database error only where nothing could ever be read.
    """
    snapshot = _snapshot or renew()
    if time.monotonic() - snapshot.loaded > TRACKING_MAX_AGE and _renewing.acquire(blocking=False):
        try:
            snapshot = _renewed(snapshot)
        finally:
            _renewing.release()
    return snapshot.find(host, port)


def options_for_page(host: str, port: str = "") -> SiteOptions | None:
    """The same for page responses: no query, except for the first page after a start or a save."""
    snapshot = _snapshot or renew()
    if time.monotonic() - snapshot.loaded > PAGE_MAX_AGE and _renewing.acquire(blocking=False):
        try:
            threading.Thread(target=_renew_aside, args=[snapshot], daemon=True).start()
        except RuntimeError:
            # The process is ending, or has as many threads as it may.
            _renewing.release()
    return snapshot.find(host, port)


def language_of(locale_id: int | None) -> str:
    """The language code of one of Wagtail's locales, without a query for each page.

    An empty string for an unknown one, and while nothing could be read yet.
    """
    try:
        snapshot = _snapshot or renew()
    except Error:
        return ""
    return snapshot.languages.get(locale_id or 0, "")


def options_for_site(site: Site) -> SiteOptions:
    """The options of one site as they are in the database now, for admin screens."""
    row = _settings_model().objects.filter(site=site).first()
    return _compile(site, row)


def clear() -> None:
    """Forget what was read; the next request reads anew."""
    global _snapshot
    _snapshot = None


def reset() -> None:
    """Begin anew in a forked process, where nobody is reading."""
    global _renewing
    _renewing = threading.Lock()


def renew() -> Snapshot:
    """Read all sites, their settings and the languages: three queries."""
    global _snapshot
    rows = {row.site_id: row for row in _settings_model().objects.all()}
    by_host: dict[tuple[str, str], SiteOptions] = {}
    names: dict[str, list[SiteOptions]] = {}
    default = None
    for site in Site.objects.all():
        options = _compile(site, rows.get(site.pk))
        name = site.hostname.lower()
        by_host[name, str(site.port)] = options
        names.setdefault(name, []).append(options)
        if site.is_default_site:
            default = options
    by_name = {name: found[0] for name, found in names.items() if len(found) == 1}
    languages = dict(Locale.objects.values_list("pk", "language_code"))
    _snapshot = Snapshot(time.monotonic(), by_host, by_name, default, languages)
    return _snapshot


def _renewed(old: Snapshot) -> Snapshot:
    """What stands in the database now; what was known, while that is away."""
    global _snapshot
    try:
        return renew()
    except Error:
        logger.warning("The tracking settings could not be read anew.", exc_info=True)
        _snapshot = replace(old, loaded=time.monotonic())
        return _snapshot


def _renew_aside(old: Snapshot) -> None:
    try:
        _renewed(old)
    finally:
        _renewing.release()
        connections.close_all()


def _settings_model() -> Any:
    from .models import TrackingSettings

    return TrackingSettings


def _compile(site: Site, row: Any) -> SiteOptions:
    """One site's options out of the project's settings and, where those are silent, the admin."""

    def choose(key: str) -> Any:
        if conf.is_given(key) or row is None:
            return getattr(conf, key)
        return getattr(row, key.lower())

    def union(*keys: str) -> list[str]:
        lines = [str(line) for key in keys for line in getattr(conf, key)]
        for key in keys:
            lines += getattr(row, key.lower(), "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    # The site itself, also where a proxy hides from us under which name it was asked.
    port = "" if site.port in (80, 443) else f":{site.port}"
    own = [f"{scheme}://{site.hostname}{port}" for scheme in ("http", "https")]
    return SiteOptions(
        site_id=site.pk,
        track_private=bool(conf.TRACK_PRIVATE_IP_RANGES),
        blocked=parse_networks(union("DO_NOT_TRACK_IPS", "DO_NOT_TRACK_INTERNAL_IPS"))[0],
        extra_bots=tuple(conf.DO_NOT_TRACK_BOTS),
        respect_signals=bool(choose("RESPECT_PRIVACY_SIGNALS")),
        anonymize_ip=bool(choose("ANONYMIZE_IP")),
        restrict_origins=bool(choose("CORS_RESTRICT_DOMAINS")),
        own_origins=Origins(own),
        origins=Origins(union("CORS_VALID_DOMAINS")),
        rate_limit=int(conf.RATE_LIMIT),
        max_body=int(conf.MAX_BODY_SIZE),
        trusted_proxies=parse_networks([str(line) for line in conf.TRUSTED_PROXIES])[0],
        country_header=str(conf.COUNTRY_HEADER),
        script_position=str(choose("SCRIPT_POSITION")),
        track_hash=bool(choose("TRACK_HASH_CHANGES")),
        track_by_url=bool(choose("TRACK_BY_TRACKING_URL")),
        unsigned_clickthrough=bool(choose("TRACK_UNSIGNED_CLICKTHROUGH")),
        fields_from_page_url=bool(choose("FIELDS_FROM_PAGE_URL")),
        identity_mode=str(choose("IDENTITY_MODE")),
        track_members=bool(choose("TRACK_MEMBERS")),
        several_companies=bool(choose("CONTACT_ALLOW_MULTIPLE_COMPANIES")),
        utm_always=str(conf.UTM_RECORDING) == "always",
        api_enabled=bool(choose("API_ENABLED")),
        api_basic=bool(choose("API_ENABLE_BASIC_AUTH")),
    )


def connect() -> None:
    """Drop the copy whenever a site, its settings or a language are saved in this process."""

    def forget(using: str, **kwargs: Any) -> None:
        clear()
        # Somebody may have read the old values again before these were committed.
        transaction.on_commit(clear, using=using)

    def forget_setting(setting: str, **kwargs: Any) -> None:
        if setting == "CONTACTTRACK":
            clear()

    for signal in (post_save, post_delete):
        for model in (Site, Locale, _settings_model()):
            signal.connect(
                forget, sender=model, weak=False, dispatch_uid=f"contacttrack-{model.__name__}"
            )
    setting_changed.connect(forget_setting, weak=False, dispatch_uid="contacttrack-settings")
