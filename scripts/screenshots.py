"""Takes the documentation's pictures of the demo, in light and dark: make screenshots.

The demo is made anew in a temporary folder, with the same seed each time, and served on the usual
ports if they are free.
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page, sync_playwright

from tests.e2e.chromium import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
MANAGE = ROOT / "example_site" / "manage.py"
PASSWORD = "only-for-pictures"  # noqa: S105
SIZE = {"width": 1280, "height": 960}
MAX_BYTES = 250_000
START_SECONDS = 600


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="contacttrack-pictures-") as folder:
        environment = demo_environment(Path(folder))
        with serving(environment) as site, sync_playwright() as playwright:
            contact = telling_contact(environment)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport=SIZE,  # type: ignore[arg-type]
                    color_scheme=scheme,  # type: ignore[arg-type]
                    reduced_motion="reduce",
                    locale="en-GB",
                    timezone_id="Europe/Berlin",
                )
                page = context.new_page()
                log_in(page, site)
                Pictures(page, site, "" if scheme == "light" else "-dark").take(contact)
                context.close()
            browser.close()


class Pictures:
    """The same walk through the admin in each colour scheme."""

    def __init__(self, page: Page, site: str, suffix: str) -> None:
        self.page = page
        self.site = site
        self.suffix = suffix

    def take(self, contact: str) -> None:
        self.open("/admin/")
        self.save("home")
        # What hangs below the entry of the menu.
        self.menu("Contacts")
        self.save("menu", {"x": 0, "y": 0, "width": 400, "height": 480})
        self.menu("Contacts", "Contacts")
        self.save("contacts")
        self.menu("Contacts", "Companies")
        self.save("companies")
        self.menu("Contacts", "Tags")
        self.save("tags")
        self.menu("Settings", "Contact fields")
        self.save("fields")
        self.page.get_by_role("link", name="E-mail", exact=True).first.click()
        self.page.wait_for_load_state("networkidle")
        self.show(self.page.get_by_role("heading", name="In the admin"))
        self.save("field-form")
        # The narrow menu leaves room for the two columns of a contact.
        self.page.locator(".sidebar__collapse-toggle").click()
        self.open(f"/admin/contacttrack/contacts/inspect/{contact}/")
        self.save("contact-timeline")
        entry = self.page.locator(".ct-entry:has(.ct-tag)").first
        entry.locator("summary").click()
        self.show(entry)
        self.save("timeline-details")
        self.open(f"/admin/contacttrack/contacts/inspect/{contact}/")
        self.page.get_by_role("button", name="Actions").first.click()
        self.follow("Merge…")
        self.follow("Compare")
        self.save("merge")
        self.open("/admin/settings/wagtail_contacttrack/trackingsettings/")
        self.save("tracking-settings")
        self.show(self.page.get_by_role("heading", name="What arrives"))
        self.save("status-panel")
        self.show(self.page.get_by_role("heading", name="Members who are logged in"))
        self.save("identity-settings")

    def menu(self, *names: str) -> None:
        """Click through the main menu."""
        bar = self.page.get_by_role("navigation", name="Main menu")
        opener = bar.get_by_role("button", name=names[0], exact=True)
        if opener.get_attribute("aria-expanded") != "true":
            opener.click()
        for name in names[1:]:
            bar.get_by_role("link", name=name, exact=True).click()
        self.page.wait_for_load_state("networkidle")
        # The submenu slides in and out.
        self.page.wait_for_timeout(500)

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state("networkidle")

    def open(self, path: str) -> None:
        answer = self.page.goto(self.site + path)
        if answer is None or not answer.ok:
            sys.exit(f"{path} answers {answer.status if answer else 'nothing'}.")
        self.page.wait_for_load_state("networkidle")

    def show(self, place: Locator) -> None:
        """Scroll until `place` stands below the admin's own header."""
        place.evaluate(
            "node => { node.style.scrollMarginTop = '110px';"
            " node.scrollIntoView({block: 'start', behavior: 'instant'}); }"
        )

    def save(self, name: str, clip: FloatRect | None = None) -> None:
        """Write the window, or a part of it, as a PNG of 256 colours, which stays small."""
        target = IMAGES / f"{name}{self.suffix}.png"
        picture = Image.open(io.BytesIO(self.page.screenshot(animations="disabled", clip=clip)))
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)
        size = target.stat().st_size
        if size > MAX_BYTES:
            sys.exit(f"{target.name} has {size} bytes, more than {MAX_BYTES}.")
        say(f"{target.relative_to(ROOT)}  {size // 1000} kB")


def demo_environment(folder: Path) -> dict[str, str]:
    """Variables of a demo of its own, whatever the caller's shell has set for another one."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CONTACTTRACK_") and name not in ("DATABASE_URL", "DEBUG")
    }
    port, external_port = free_ports(8000, 8001)
    return {
        **kept,
        "EXAMPLE_SITE_VAR": str(folder),
        "PORT": str(port),
        "EXTERNAL_PORT": str(external_port),
        "DEMO_ADMIN_PASSWORD": PASSWORD,
        "DEMO_TRAFFIC": "1",
    }


@contextlib.contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """The address of the demo's site, for as long as it is served."""
    say("Making a demo")
    process = subprocess.Popen([sys.executable, MANAGE, "demo"], env=environment)  # noqa: S603
    try:
        site = f"http://localhost:{environment['PORT']}"
        wait_for(f"{site}/", process)
        yield site
    finally:
        process.terminate()
        process.wait(20)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit("The demo has ended.")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=20):  # noqa: S310
            return
        time.sleep(0.5)
    sys.exit("The demo did not start in time.")


def telling_contact(environment: dict[str, str]) -> str:
    """The id of a known contact who came often, and lately by a campaign."""
    code = """
from django.db.models import Count, Q
from wagtail_contacttrack.models import Contact
campaigns = Count("activities", filter=Q(activities__data__has_key="utm"))
contacts = Contact.objects.known().exclude(firstname="").annotate(campaigns=campaigns)
print(contacts.order_by("-campaigns", "pk").values_list("pk", flat=True)[0])
"""
    command = [sys.executable, MANAGE, "shell", "-v", "0", "-c", code]
    found = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return found.stdout.split()[-1]


def log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/login/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[type=submit]").click()
    page.wait_for_url(f"{site}/admin/")


def free_ports(*wanted: int) -> list[int]:
    """The wanted ports, whose addresses the pictures show; others where these are taken."""
    with contextlib.ExitStack() as stack:
        found = []
        for port in wanted:
            listener = stack.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                listener.bind(("127.0.0.1", 0))
            found.append(listener.getsockname()[1])
        return found


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
