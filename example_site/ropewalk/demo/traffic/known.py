"""Makes some of the visitors known, as a form of the site would have done it.

No field of the demo is open to browsers until somebody opens one, so the demo itself writes into
the contacts what such a form would have said.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from django.db import router, transaction

from wagtail_contacttrack.contacts import companies, fieldset, geography, linking, tags
from wagtail_contacttrack.contacts.companies import CompanyData
from wagtail_contacttrack.contacts.models import Contact, Rule

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
# Name, industry, city, country and how many work there.
COMPANIES = [
    ("Example Logistics", "Shipping", "Hamburg", "Germany", "420"),
    ("Sample & Specimen Architects", "Construction", "Bristol", "United Kingdom", "36"),
    ("Beispiel Druckerei", "Media", "Leipzig", "Germany", "58"),
    ("Placeholder Foods", "Food & Beverage", "Utrecht", "Netherlands", "210"),
    ("Muster Apotheke", "Healthcare", "Graz", "Austria", "12"),
    ("Demo Couriers", "Transportation", "Odense", "Denmark", "95"),
    ("Testfeld Energie", "Energy", "Bern", "Switzerland", "1300"),
]
# Each with the share of known visitors who have it.
TAGS = {
    "Newsletter": 0.6,
    "Customer": 0.35,
    "Wholesale": 0.12,
    "Workshop 2026": 0.1,
    "R&D panel": 0.04,
}
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
        linking.claim(contact, rule=Rule.FORM, now=contact.date_identified)
        _mark(random, contact)
        made += 1
    return made


def _mark(random: Random, contact: Contact) -> None:
    """Give somebody tags, and maybe a company; few have two."""
    using, now = router.db_for_write(Contact), contact.date_identified
    changes = [
        tags.TagChange(name, True) for name, share in TAGS.items() if random.random() < share
    ]
    works = random.random() < 0.4
    employers = random.sample(COMPANIES, 2 if random.random() < 0.1 else 1) if works else []
    with transaction.atomic(using=using):
        tags.apply(contact.pk, changes, now=now, using=using)
        for employer in employers:
            data = _company(*employer)
            companies.assign(contact, data, several=True, now=now, using=using)


def _company(name: str, industry: str, city: str, country: str, size: str) -> CompanyData:
    params = {
        "company": name,
        "companyindustry": industry,
        "companycity": city,
        "companycountry": country,
        "companynumber_of_employees": size,
        "companywebsite": f"https://{name.split()[0].lower()}.example",
    }
    return companies.data_of(params, fieldset.current())


def _profile(random: Random, person: Visitor) -> dict[str, str]:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    profile = {
        "email": f"{first}.{last}.{person.number}@{random.choice(DOMAINS)}".lower(),
        "city": random.choice(CITIES[person.country]),
        "country": geography.country_name(person.country),
    }
    # Some tell no more than their address, and some only what the newsletter asked for.
    if random.random() < 0.85:
        profile["firstname"] = first
        if random.random() < 0.85:
            profile["lastname"] = last
    return profile
