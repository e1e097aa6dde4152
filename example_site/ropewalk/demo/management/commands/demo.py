from __future__ import annotations

import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ropewalk.demo.accounts import ADMIN, EDITOR, ensure_accounts, password
from ropewalk.demo.lock import only_one
from ropewalk.demo.place import place_site
from ropewalk.demo.progress import Progress
from ropewalk.demo.servers import external_shop, is_free, serve
from ropewalk.env import Environment

READY = """
  The site                {site}/
  The same in German      {site}/de/
  Somebody else's shop    {shop}/
  The admin               {site}/admin/

  User      {admin}     (or {editor}, who may only edit pages)
  Password  {password}

  What to do now
    1. Open the site in a private window and look at two or three pages.
       (In a window where you are logged in, you count as staff and are not tracked.)
    2. Open the shop in the same private window: another website, the same visitor.
    3. Log in to the admin in your normal window, open Contacts and choose Everybody.
       On top, still anonymous, that is you: open it to see your visit.
    4. Become somebody: make E-mail publicly updatable (Settings, Contact fields). Then
       subscribe to the newsletter at the bottom of the site, in the private window.

  Ctrl-C stops everything.
"""


class Command(BaseCommand):
    help = "Prepares the example site, fills it with content and traffic, and serves it."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--no-serve", action="store_true", help="Prepare everything, then end.")

    def handle(self, *args: Any, **options: Any) -> None:
        env = Environment(os.environ)
        host = env.text("HOST") or "127.0.0.1"
        try:
            port, shop_port = env.port("PORT", 8000), env.port("EXTERNAL_PORT", 8001)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        if not options["no_serve"]:
            self.require_free(host, {"PORT": port, "EXTERNAL_PORT": shop_port})
        try:
            with only_one(settings.VAR):
                secret = self.prepare(env, port, shop_port)
                if options["no_serve"]:
                    return
                self.announce(port, shop_port, secret)
                self.serve(host, port, shop_port)
        except KeyboardInterrupt:
            self.stderr.write("")

    def require_free(self, host: str, ports: dict[str, int]) -> None:
        """Complain about a port in use before the long work, not after it."""
        if len(set(ports.values())) < len(ports):
            raise CommandError("PORT and EXTERNAL_PORT must differ.")
        for name, port in ports.items():
            if not is_free(host, port):
                raise CommandError(
                    f"Port {port} is in use. Choose another one, for example: "
                    f"make demo {name}={port + 10}"
                )

    def prepare(self, env: Environment, port: int, shop_port: int) -> str:
        """Everything up to serving; returns the password. Running it again changes nothing."""
        from ropewalk.demo.content.build import build

        self.stdout.write("Preparing the database")
        call_command("migrate", verbosity=0, interactive=False)
        secret = password(settings.VAR / "admin-password.txt", env.text("DEMO_ADMIN_PASSWORD"))
        ensure_accounts(secret)
        with Progress(self.stderr, "Drawing and writing", 17) as progress:
            build(timezone.localdate(), lambda _: progress.advance())
        place_site(port, shop_port)
        if env.boolean("DEMO_TRAFFIC", default=True):
            call_command("generate_traffic", shop_port=shop_port)
        return secret

    def announce(self, port: int, shop_port: int, secret: str) -> None:
        self.stdout.write(
            READY.format(
                site=f"http://localhost:{port}",
                shop=f"http://localhost:{shop_port}",
                admin=ADMIN,
                editor=EDITOR,
                password=secret,
            )
        )
        self.stdout.flush()

    def serve(self, host: str, port: int, shop_port: int) -> None:
        from ropewalk.wsgi import application

        serve(application, external_shop(settings.EXTERNAL_SHOP, port), host, port, shop_port)
        self.stdout.write("Stopped.")
