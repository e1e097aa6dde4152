from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils import timezone

from ...outbound.webhooks import delivery, queue

# Seconds between two looks into the queue, and between two looks for what is too old.
EVERY = 1.0
CLEAN_EVERY = 3_600.0


class Command(BaseCommand):
    help = (
        "Send what waits for webhooks, and remove what is too old. Run it every minute, or with "
        "--watch as a service."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="Go on until it is stopped.")

    def handle(self, *args: Any, watch: bool = False, **options: Any) -> None:
        if watch:
            self._watch()
            return
        delivered = delivery.deliver(now=timezone.now())
        removed = queue.clean_up(now=timezone.now())
        self.stdout.write(f"Delivered: {delivered}. Removed because of their age: {removed}.")

    def _watch(self) -> None:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            # What is under way is brought to its end.
            signal.signal(number, lambda *_args: stopped.set())
        cleaned_ago = CLEAN_EVERY
        while not stopped.is_set():
            close_old_connections()
            try:
                delivery.deliver(now=timezone.now())
                if cleaned_ago >= CLEAN_EVERY:
                    queue.clean_up(now=timezone.now())
                    cleaned_ago = 0.0
            except Error as error:
                # The database may be away for a moment.
                self.stderr.write(str(error))
            stopped.wait(EVERY)
            cleaned_ago += EVERY
