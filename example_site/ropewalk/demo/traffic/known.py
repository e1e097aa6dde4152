"""Makes some of the visitors known.

A form or a tracking call will do that by itself once contact fields are taken from them; until
then the demo writes into the contacts what such a form would have said.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from wagtail_contacttrack.contacts.models import Contact

from .people import Visitor
from .plan import View

FIRST_NAMES = [
    "Alva", "Bente", "Carlo", "Dora", "Emil", "Fenna", "Gesa", "Hanno", "Ilka", "Joris", "Kaja",
    "Lasse", "Mira", "Nils", "Onno", "Pia", "Quirin", "Runa", "Silas", "Tilda", "Uwe", "Viola",
]  # fmt: skip
# Nobody is called like that.
LAST_NAMES = [
    "Sprocket", "Kettenblatt", "Freewheel", "Speichenrad", "Tandem", "Klingelton", "Mudguard",
    "Luftpumpe", "Handlebar", "Ruecklicht", "Pannier", "Gepaecktraeger", "Saddlebag", "Felge",
    "Dynamo", "Nabenschaltung", "Towpath", "Radweg",
]  # fmt: skip
COMPANIES = [
    "Example Logistics", "Sample & Specimen Architects", "Beispiel Druckerei", "Placeholder Foods",
    "Muster Apotheke", "Demo Couriers", "Testfeld Energie",
]  # fmt: skip
CITIES = {
    "DE": ["Hamburg", "Bremen", "Leipzig", "Freiburg", "Kiel"],
    "AT": ["Graz", "Linz"],
    "CH": ["Basel", "Bern"],
    "NL": ["Utrecht", "Groningen"],
    "DK": ["Odense", "Aarhus"],
    "GB": ["Bristol", "Leeds", "Norwich"],
    "FR": ["Nantes"],
    "PL": ["Gdańsk"],
    "US": ["Portland"],
}
DOMAINS = ["example.com", "example.org", "example.net"]
SHARE = 0.15


def make_known(people: list[Visitor], views: Iterable[View], seed: str) -> int:
    """Give names to some of the visitors, rather to those who come often; returns how many.

    A contact that is known already stays as it is.
    """
    random = Random(f"{seed} known")
    by_visitor: dict[int, list[View]] = {}
    for view in views:
        by_visitor.setdefault(view.visitor.number, []).append(view)
    candidates = [person for person in people if person.scripts]
    candidates.sort(
        key=lambda person: len(by_visitor[person.number]) * random.random(), reverse=True
    )
    made = 0
    for person in candidates[: round(len(people) * SHARE)]:
        profile = _profile(random, person)
        contact = Contact.objects.filter(devices__tracking_id=person.device).first()
        if contact is None or contact.is_known:
            continue
        for name, value in profile.items():
            setattr(contact, name, value)
        moments = sorted(view.time for view in by_visitor[person.number])
        contact.date_identified = moments[len(moments) // 3]
        contact.save()
        made += 1
    return made


def _profile(random: Random, person: Visitor) -> dict[str, str]:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    profile = {
        "email": f"{first}.{last}.{person.number}@{random.choice(DOMAINS)}".lower(),
        "city": random.choice(CITIES[person.country]),
        "country": person.country,
    }
    # Some tell no more than their address, and some only what the newsletter asked for.
    if random.random() < 0.85:
        profile["firstname"] = first
        if random.random() < 0.85:
            profile["lastname"] = last
    if random.random() < 0.3:
        profile["company"] = random.choice(COMPANIES)
    return profile
