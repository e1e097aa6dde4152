"""The pages that the site has in German. Their keys are those of the English ones."""

from __future__ import annotations

from .english import Texts

HOME: Texts = {
    "title": "Ropewalk Cycles",
    "slug": "startseite",
    "search_description": "Fahrräder, Teile und eine offene Werkstatt am alten Hafen.",
    "headline": "Räder für jeden Tag, und Leute, die sie am Laufen halten",
    "introduction": (
        "Auf der alten Reeperbahn am Hafen bauen, verkaufen und reparieren wir Fahrräder. Ohne "
        "Warteliste im Frühling, ohne Reparaturen, um die niemand gebeten hat, und mit Kaffee, "
        "solange der Reifen geflickt wird."
    ),
    "image": "harbour",
    "body": [
        ("heading", "So arbeiten wir"),
        (
            "cards",
            [
                {
                    "title": "Erst der Preis",
                    "text": "Sie wissen, was die Reparatur kostet, bevor wir anfangen. "
                    "Finden wir mehr, rufen wir an.",
                },
                {
                    "title": "Morgen fertig",
                    "text": "Bremsen, Reifen und Schaltung sind am nächsten Tag gemacht. "
                    "Ein Platten dauert einen Kaffee lang.",
                },
                {
                    "title": "Teile auf Jahre",
                    "text": "Wir verkaufen nur, wofür es Ersatzteile gibt. "
                    "Und wir haben sie in der Schublade.",
                },
            ],
        ),
        ("button", {"label": "Preise der Werkstatt", "page": "workshop", "url": ""}),
    ],
}

SHOP: Texts = {
    "title": "Laden",
    "slug": "laden",
    "search_description": "Stadträder, Sättel, Licht, Schlösser und Taschen.",
    "introduction": (
        "Eine kurze Liste, ausgesucht von denen, die alles auch reparieren müssen. Hier bestellen, "
        "im Laden abholen und gleich anbauen lassen."
    ),
}

PRODUCTS: dict[str, Texts] = {
    "quay-city-bike": {
        "title": "Stadtrad Quay",
        "slug": "stadtrad-quay",
        "article": "RC-1001",
        "price": "1290.00",
        "image": "city_bike",
        "introduction": "Stahlrahmen, acht Gänge in der Nabe, Licht, das immer bereit ist.",
        "body": [
            (
                "paragraph",
                "<p>Mit dem Quay fahren wir selbst zur Arbeit. Die Nabenschaltung will einmal im "
                "Jahr einen Tropfen Öl, die Schutzbleche halten den Anzug sauber, und der Dynamo "
                "hat nie einen leeren Akku.</p>",
            ),
            (
                "rows",
                [
                    {"name": "Rahmen", "value": "Stahl, 48 / 52 / 56 cm"},
                    {"name": "Schaltung", "value": "8-Gang-Nabe"},
                    {"name": "Bremsen", "value": "Scheiben, hydraulisch"},
                    {"name": "Gewicht", "value": "16,4 kg, fahrbereit"},
                ],
            ),
        ],
    },
    "deckhand-saddle": {
        "title": "Ledersattel Deckhand",
        "slug": "ledersattel-deckhand",
        "article": "RC-2010",
        "price": "94.00",
        "image": "leather_saddle",
        "introduction": "Zwei Wochen lang hart, danach zehn Jahre lang Ihrer.",
        "body": [
            (
                "paragraph",
                "<p>Dickes Leder, das die Form seines Fahrers annimmt. Wir stellen Höhe und Neigung "
                "an Ihrem Rad ein und nach einem Monat kostenlos noch einmal nach.</p>",
            ),
        ],
    },
    "beacon-front-light": {
        "title": "Scheinwerfer Beacon",
        "slug": "scheinwerfer-beacon",
        "article": "RC-3004",
        "price": "68.50",
        "image": "headlamp",
        "introduction": "70 Lux auf der Straße, keines in den Augen der Entgegenkommenden.",
        "body": [
            (
                "paragraph",
                "<p>Läuft an jedem Nabendynamo und leuchtet im Stand vier Minuten weiter. Der "
                "Lichtkegel ist breit genug für den dunklen Treidelpfad.</p>",
            ),
        ],
    },
    "stowaway-pannier": {
        "title": "Packtasche Stowaway",
        "slug": "packtasche-stowaway",
        "article": "RC-4002",
        "price": "119.00",
        "image": "pannier",
        "introduction": "Gewachstes Segeltuch, 18 Liter, mit einer Hand eingehängt.",
        "body": [
            (
                "paragraph",
                "<p>Für uns genäht von Saltmarsh Bags, zwei Straßen weiter. Der Rollverschluss hält "
                "den Rechner trocken, und jedes Teil lässt sich ersetzen.</p>",
            ),
        ],
    },
}

WORKSHOP: Texts = {
    "title": "Werkstatt",
    "slug": "werkstatt",
    "search_description": "Reparaturen mit Preis vorab, meist am nächsten Tag fertig.",
    "introduction": (
        "Jede Marke, jedes Alter. Kommen Sie ohne Termin; wir sehen uns das Rad gemeinsam an, und "
        "Sie kennen den Preis, bevor wir anfangen."
    ),
    "image": "workshop",
    "body": [
        ("heading", "Was es kostet"),
        (
            "rows",
            [
                {"name": "Platten, mit neuem Schlauch", "value": "19 €"},
                {"name": "Bremsen einstellen, vorn und hinten", "value": "24 €"},
                {"name": "Schaltung einstellen", "value": "22 €"},
                {"name": "Neue Kette, montiert", "value": "45 €"},
                {"name": "Laufrad zentrieren", "value": "28 €"},
                {"name": "Große Inspektion", "value": "89 €"},
            ],
        ),
        ("document", "price-list"),
    ],
}

JOURNAL: Texts = {
    "title": "Journal",
    "slug": "journal",
    "search_description": "Notizen aus der Werkstatt: Pflege, Touren und Meinungen.",
    "introduction": "Notizen von der Werkbank: wie man ein Rad pflegt und wohin man damit fährt.",
}

POSTS: dict[str, Texts] = {
    "lights-for-the-dark-months": {
        "title": "Licht für die dunklen Monate",
        "slug": "licht-fuer-die-dunklen-monate",
        "days_ago": 4,
        "topic": "Ausrüstung",
        "image": "night",
        "introduction": "Lux, Lumen, Dynamo, Akku: was zählt, wenn es um fünf dunkel ist.",
        "body": [
            (
                "paragraph",
                "<p>Jeden November dieselbe Frage: welches Licht? Die kurze Antwort: das, welches am "
                "Rad ist, geladen ist und auf die Straße zeigt. Ein Dynamo gewinnt diesen Vergleich "
                "mühelos.</p>",
            ),
            ("heading", "Lux ist, was man sieht"),
            (
                "paragraph",
                "<p>Lumen sagen, wie viel Licht die Lampe verlässt, Lux, wie viel davon auf der "
                "Straße ankommt. In der Stadt reichen 30 Lux. Auf dem Treidelpfad sollten es 60 "
                "sein.</p>",
            ),
            (
                "button",
                {"label": "Zum Scheinwerfer Beacon", "page": "beacon-front-light", "url": ""},
            ),
        ],
    },
    "riding-through-winter": {
        "title": "Durch den Winter, ohne Drama",
        "slug": "durch-den-winter",
        "days_ago": 17,
        "topic": "Pflege",
        "image": "winter",
        "introduction": "Fünf Kleinigkeiten, die Rad und Mensch bis März bringen.",
        "body": [
            (
                "paragraph",
                "<ul><li>Ein halbes Bar weniger im Reifen.</li><li>Eine trockene Kette, einmal die "
                "Woche geölt.</li><li>Salz mit der Gießkanne abspülen, nie mit dem Hochdruckreiniger."
                "</li><li>Handschuhe, mit denen man noch bremsen kann.</li><li>Licht an, auch "
                "mittags.</li></ul>",
            ),
            ("button", {"label": "Zum Wintercheck", "page": "winter-check", "url": ""}),
        ],
    },
}

ABOUT: Texts = {
    "title": "Über uns",
    "slug": "ueber-uns",
    "search_description": "Sechs Leute am alten Hafen, denen ihre Werkstatt selbst gehört.",
    "introduction": (
        "Wir sind sechs Leute, ein Hund und ein sehr langes Haus, in dem zweihundert Jahre lang "
        "Seile gedreht wurden. Seit 2009 ist es eine Fahrradwerkstatt und gehört denen, die darin "
        "arbeiten."
    ),
    "image": "truing",
    "body": [
        (
            "paragraph",
            "<p>Angefangen hat es mit einem Stand auf dem Samstagsmarkt und einer Kiste Schlüssel. "
            "Heute reparieren wir etwa dreitausend Räder im Jahr und zeigen jeden ersten Donnerstag "
            "im Monat zehn Leuten, wie man einen Reifen flickt.</p>",
        ),
    ],
}

CONTACT: Texts = {
    "title": "Kontakt",
    "slug": "kontakt",
    "search_description": "Wo wir sind und wann wir geöffnet haben.",
    "introduction": "Kommen Sie vorbei, schreiben Sie oder rufen Sie an.",
    "body": [
        (
            "rows",
            [
                {"name": "Adresse", "value": "Ropewalk 12, Alter Hafen"},
                {"name": "Telefon", "value": "+49 30 23125 014"},
                {"name": "E-Mail", "value": "hello@ropewalk.example"},
                {"name": "Dienstag bis Freitag", "value": "9–18 Uhr"},
                {"name": "Samstag", "value": "10–14 Uhr"},
            ],
        ),
    ],
}

LANDING: Texts = {
    "title": "Wintercheck",
    "slug": "wintercheck",
    "search_description": "Bremsen, Licht, Reifen und Kette: an einem Tag bereit für den Winter.",
    "headline": "An einem Tag bereit für den Winter",
    "introduction": (
        "Bremsen, Licht, Reifen, Kette: die vier Dinge, von denen abhängt, ob Radfahren im Januar "
        "noch Freude macht. Wir prüfen und richten sie alle. Vor zehn bringen, um sechs abholen."
    ),
    "offer": "49 €",
    "offer_note": "statt 69 €, bis zum ersten Schnee",
    "image": "winter",
    "body": [
        ("heading", "Was dazugehört"),
        (
            "cards",
            [
                {"title": "Bremsen", "text": "Beläge gemessen, Züge gefettet oder entlüftet."},
                {"title": "Licht", "text": "Kontakte gereinigt, Höhe richtig eingestellt."},
                {"title": "Reifen", "text": "Auf Schnitte geprüft, Druck für Kälte und Nässe."},
                {"title": "Kette", "text": "Gemessen, gereinigt und gegen Salz geölt."},
            ],
        ),
        ("document", "price-list"),
        ("button", {"label": "Ohne Termin vorbeikommen", "page": "contact", "url": ""}),
    ],
}

PRICE_LIST: Texts = {
    "title": "Preisliste",
    "file": "ropewalk-preisliste.pdf",
    "subtitle": "Werkstatt und Laden, inklusive Mehrwertsteuer",
    "workshop": "Werkstatt",
    "shop": "Laden",
    "foot": "Ropewalk Cycles, Ropewalk 12, Alter Hafen. Änderungen vorbehalten.",
}
