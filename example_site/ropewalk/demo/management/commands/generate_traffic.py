from __future__ import annotations

from functools import cache
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F
from django.utils import timezone
from wagtail.models import Site

from ropewalk.demo.models import TrafficRun
from ropewalk.demo.progress import Progress
from ropewalk.demo.traffic.feed import Feeder, options_for_traffic
from ropewalk.demo.traffic.known import make_known
from ropewalk.demo.traffic.places import Atlas
from ropewalk.demo.traffic.plan import Plan, View
from ropewalk.demo.traffic.requests import Browsers
from ropewalk.website.models import HomePage


class Command(BaseCommand):
    help = "Sends plausible visits of the past through the tracking package. Each seed works once."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--days", type=int, default=60)
        parser.add_argument("--contacts", type=int, default=400)
        parser.add_argument("--hits", type=int, default=15_000)
        parser.add_argument("--seed", default="demo", help="The same seed makes the same visits.")
        parser.add_argument("--shop-port", type=int, default=8001)

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(is_default_site=True).first()
        if site is None or not HomePage.objects.exists():
            raise CommandError("There are no pages yet. Run: manage.py demo")
        if options["hits"] < options["contacts"] or min(options["days"], options["contacts"]) < 1:
            raise CommandError("Every contact needs a hit, and time for it.")
        run, created = TrafficRun.objects.get_or_create(
            seed=options["seed"],
            defaults={
                "days": options["days"],
                "contacts": options["contacts"],
                "hits": options["hits"],
                "until": timezone.now(),
                "origin": f"http://localhost:{options['shop_port']}",
            },
        )
        if run.finished:
            return
        if not created:
            self.stdout.write("Going on with the visits where they were interrupted")
        self.send(run, site)

    def send(self, run: TrafficRun, site: Site) -> None:
        """Send what the run has not sent yet; then some of the visitors become known."""
        plan = Plan(
            seed=run.seed,
            until=run.until,
            days=run.days,
            contacts=run.contacts,
            hits=run.hits,
            atlas=cache(lambda locale: Atlas(site, locale, run.origin)),
            zone=timezone.get_default_timezone(),
        )
        events = plan.events[run.sent :]
        with Progress(self.stderr, f"Requests of {run.days} days", len(events)) as progress:

            def sent(number: int) -> None:
                TrafficRun.objects.filter(pk=run.pk).update(sent=F("sent") + number)
                progress.advance(number)

            Feeder(options_for_traffic(site), Browsers(site.root_url), sent).feed(events)
        make_known(plan.people, (e for e in plan.events if isinstance(e, View)), run.seed)
        TrafficRun.objects.filter(pk=run.pk).update(finished=True)
