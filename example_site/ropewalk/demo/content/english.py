"""The site's English pages, in the order of the menu."""

from __future__ import annotations

from typing import Any

Texts = dict[str, Any]

HOME: Texts = {
    "title": "Ropewalk Cycles",
    "slug": "home",
    "search_description": "Bicycles, parts and an open workshop at the old harbour.",
    "headline": "Bicycles for every day, and people who keep them rolling",
    "introduction": (
        "We build, sell and repair bicycles on the old ropewalk by the harbour. No waiting lists "
        "in spring, no repairs you did not ask for, and coffee while you wait for a puncture."
    ),
    "image": "harbour",
    "body": [
        ("heading", "How we work"),
        (
            "cards",
            [
                {
                    "title": "A price before we start",
                    "text": "You hear what a repair costs before we pick up a spanner. "
                    "If we find more, we ring you first.",
                },
                {
                    "title": "Back by tomorrow",
                    "text": "Brakes, tyres and gears are done by the next day. "
                    "A puncture takes as long as a coffee.",
                },
                {
                    "title": "Parts for years",
                    "text": "We only sell what we can get spare parts for, "
                    "and we keep them in the drawer.",
                },
            ],
        ),
        ("button", {"label": "Prices of the workshop", "page": "workshop", "url": ""}),
    ],
}

SHOP: Texts = {
    "title": "Shop",
    "slug": "shop",
    "search_description": "City and gravel bicycles, saddles, lights, locks and panniers.",
    "introduction": (
        "A short list, chosen by the people who also have to repair it. Order here, collect it in "
        "the shop, and have it fitted while you are there."
    ),
}

PRODUCTS: dict[str, Texts] = {
    "quay-city-bike": {
        "title": "Quay city bike",
        "slug": "quay-city-bike",
        "article": "RC-1001",
        "price": "1290.00",
        "image": "city_bike",
        "introduction": "A steel frame, eight gears in the hub, lights that are always ready.",
        "body": [
            (
                "paragraph",
                "<p>The Quay is the bicycle we ride to work ourselves. The hub gear asks for "
                "nothing but a drop of oil a year, the guards keep a suit clean, and the dynamo "
                "never has an empty battery.</p>",
            ),
            (
                "rows",
                [
                    {"name": "Frame", "value": "Steel, 48 / 52 / 56 cm"},
                    {"name": "Gears", "value": "8-speed hub"},
                    {"name": "Brakes", "value": "Hydraulic disc"},
                    {"name": "Weight", "value": "16.4 kg, ready to ride"},
                ],
            ),
        ],
    },
    "towpath-gravel-bike": {
        "title": "Towpath gravel bike",
        "slug": "towpath-gravel-bike",
        "article": "RC-1002",
        "price": "1840.00",
        "image": "gravel_bike",
        "introduction": "Light on tarmac, calm on gravel, with mounts for everything you carry.",
        "body": [
            (
                "paragraph",
                "<p>Made for the canal path and whatever comes after it. Wide tyres take the edge "
                "off the cobbles, and there are threads for racks, guards and three bottles.</p>",
            ),
            (
                "rows",
                [
                    {"name": "Frame", "value": "Chromoly steel, five sizes"},
                    {"name": "Gears", "value": "1×12"},
                    {"name": "Tyres", "value": "45 mm, tubeless"},
                    {"name": "Weight", "value": "10.9 kg"},
                ],
            ),
        ],
    },
    "deckhand-saddle": {
        "title": "Deckhand leather saddle",
        "slug": "deckhand-saddle",
        "article": "RC-2010",
        "price": "94.00",
        "image": "leather_saddle",
        "introduction": "Firm for the first two weeks, yours for the next ten years.",
        "body": [
            (
                "paragraph",
                "<p>Thick leather that takes the shape of its rider. We set it to the right height "
                "and angle on your bicycle, and adjust it again after a month for nothing.</p>",
            ),
            (
                "rows",
                [
                    {"name": "Width", "value": "16.5 cm"},
                    {"name": "Rails", "value": "Steel, 7 mm"},
                    {"name": "Care", "value": "Wax twice a year"},
                ],
            ),
        ],
    },
    "beacon-front-light": {
        "title": "Beacon front light",
        "slug": "beacon-front-light",
        "article": "RC-3004",
        "price": "68.50",
        "image": "headlamp",
        "introduction": "70 lux on the road, none in the eyes of those who come towards you.",
        "body": [
            (
                "paragraph",
                "<p>Runs on any hub dynamo and stays on for four minutes when you stop. The cut-off "
                "beam is wide enough for an unlit towpath.</p>",
            ),
            (
                "rows",
                [
                    {"name": "Power", "value": "Hub dynamo, 6 V"},
                    {"name": "Beam", "value": "70 lux, cut-off"},
                    {"name": "Standlight", "value": "4 minutes"},
                ],
            ),
        ],
    },
    "harbour-bell": {
        "title": "Harbour brass bell",
        "slug": "harbour-bell",
        "article": "RC-3011",
        "price": "24.00",
        "image": "bell",
        "introduction": "One clear note, friendly enough for a promenade.",
        "body": [
            (
                "paragraph",
                "<p>Turned from solid brass, with a spring that has survived nine winters on our "
                "own test bicycle. It fits handlebars from 22 to 26 mm.</p>",
            ),
        ],
    },
    "stowaway-pannier": {
        "title": "Stowaway pannier",
        "slug": "stowaway-pannier",
        "article": "RC-4002",
        "price": "119.00",
        "image": "pannier",
        "introduction": "Waxed canvas, 18 litres, clicks on with one hand.",
        "body": [
            (
                "paragraph",
                "<p>Sewn for us by Saltmarsh Bags, two streets from here. The roll-top keeps a "
                "laptop dry through a north-sea shower, and every part of it can be replaced.</p>",
            ),
            (
                "rows",
                [
                    {"name": "Volume", "value": "18 litres"},
                    {"name": "Material", "value": "Waxed cotton canvas, leather"},
                    {"name": "Fits", "value": "Racks with 8 to 16 mm tubes"},
                ],
            ),
        ],
    },
    "bollard-lock": {
        "title": "Bollard U-lock",
        "slug": "bollard-lock",
        "article": "RC-5001",
        "price": "79.00",
        "image": "lock",
        "introduction": "14 mm of hardened steel, and a bracket that does not rattle.",
        "body": [
            (
                "paragraph",
                "<p>Recommended by the insurers we asked. Three keys, one of them with a light, "
                "and a code card with which we cut new ones while you wait.</p>",
            ),
        ],
    },
    "cobble-tyres": {
        "title": "Cobble tyres, set of two",
        "slug": "cobble-tyres",
        "article": "RC-6003",
        "price": "72.00",
        "image": "tyre",
        "introduction": "A puncture belt that laughs at broken bottles. Fitted for free.",
        "body": [
            (
                "paragraph",
                "<p>Our workshop counts: of a hundred bicycles on these tyres, four came back with "
                "a puncture last year. The reflective strip is seen from 150 metres.</p>",
            ),
            (
                "rows",
                [
                    {"name": "Sizes", "value": "37-622, 42-622, 47-622"},
                    {"name": "Pressure", "value": "3 to 5 bar"},
                    {"name": "Range", "value": "About 9,000 km"},
                ],
            ),
        ],
    },
}

WORKSHOP: Texts = {
    "title": "Workshop",
    "slug": "workshop",
    "search_description": "Repairs with a price before we start. Most of them done by tomorrow.",
    "introduction": (
        "Every make, every age. Bring it in without an appointment; we look at it together and you "
        "know the price before we start."
    ),
    "image": "workshop",
    "body": [
        ("heading", "What it costs"),
        (
            "rows",
            [
                {"name": "Puncture, with a new tube", "value": "€19"},
                {"name": "Brakes adjusted, front and rear", "value": "€24"},
                {"name": "Gears adjusted", "value": "€22"},
                {"name": "New chain, fitted", "value": "€45"},
                {"name": "Wheel trued", "value": "€28"},
                {"name": "Full service", "value": "€89"},
            ],
        ),
        ("document", "price-list"),
        ("heading", "How it goes"),
        (
            "paragraph",
            "<ol><li>We look over the bicycle with you, for about ten minutes.</li><li>You decide "
            "what is done. The rest goes on a list for next time.</li><li>You get a message when "
            "it is ready, usually the next day.</li></ol>",
        ),
        ("quote", "The cheapest repair is the one that is done in time."),
    ],
}

JOURNAL: Texts = {
    "title": "Journal",
    "slug": "journal",
    "search_description": "Notes from the workshop: care, routes and the odd opinion.",
    "introduction": "Notes from the workbench: how to look after a bicycle, and where to ride it.",
}

POSTS: dict[str, Texts] = {
    "lights-for-the-dark-months": {
        "title": "Lights for the dark months",
        "slug": "lights-for-the-dark-months",
        "days_ago": 4,
        "topic": "Equipment",
        "image": "night",
        "introduction": "Lux, lumen, dynamo, battery: what matters when it is dark at five.",
        "body": [
            (
                "paragraph",
                "<p>Every November the same question: which light? The short answer is that the "
                "best light is the one that is on the bicycle, charged and pointing at the road. "
                "A dynamo wins that contest without trying.</p>",
            ),
            ("heading", "Lux is what you see"),
            (
                "paragraph",
                "<p>Lumen says how much light leaves the lamp, lux how much of it reaches the road. "
                "For lit streets 30 lux are plenty. For the towpath we would not go below 60.</p>",
            ),
            ("heading", "Point it down"),
            (
                "paragraph",
                "<p>Stand ten metres from a wall. The bright spot should be about a hand below the "
                "height of the lamp. If oncoming riders look away, it is too high.</p>",
            ),
            ("button", {"label": "See the Beacon light", "page": "beacon-front-light", "url": ""}),
        ],
    },
    "when-to-change-a-chain": {
        "title": "When to change a chain",
        "slug": "when-to-change-a-chain",
        "days_ago": 11,
        "topic": "Care",
        "image": "drivetrain",
        "introduction": "A worn chain takes the sprockets with it. Measuring it takes a minute.",
        "body": [
            (
                "paragraph",
                "<p>Chains do not stretch, their joints wear. At 0.75 per cent a new chain alone "
                "will do. Past one per cent the cassette goes as well, and the bill is three times "
                "as long.</p>",
            ),
            ("heading", "Without a gauge"),
            (
                "paragraph",
                "<p>Shift to the big chainring and pull the chain forward at its front. If you see "
                "daylight behind a whole tooth, it is time.</p>",
            ),
            ("quote", "Oil the inside, wipe the outside. Dirt sticks to what you did not wipe."),
            ("button", {"label": "What we charge for it", "page": "workshop", "url": ""}),
        ],
    },
    "riding-through-winter": {
        "title": "Riding through winter, without drama",
        "slug": "riding-through-winter",
        "days_ago": 17,
        "topic": "Care",
        "image": "winter",
        "introduction": "Five small things that keep a bicycle and its rider going until March.",
        "body": [
            (
                "paragraph",
                "<ul><li>Half a bar less in the tyres.</li><li>A dry chain, oiled once a week."
                "</li><li>Rinse off the salt with a watering can, never with a pressure washer."
                "</li><li>Gloves that can still brake.</li><li>Lights on, also at noon.</li></ul>",
            ),
            (
                "paragraph",
                "<p>And have the brakes looked at before the first frost. Cold cables find every "
                "weakness.</p>",
            ),
            ("button", {"label": "Book the winter check", "page": "winter-check", "url": ""}),
        ],
    },
    "the-lighthouse-loop": {
        "title": "The lighthouse loop: 34 km without a car",
        "slug": "the-lighthouse-loop",
        "days_ago": 25,
        "topic": "Routes",
        "image": "route",
        "introduction": "Along the canal, out to the lighthouse, back through the orchards.",
        "body": [
            (
                "paragraph",
                "<p>Start at the ropewalk and keep the water on your left. After the second lock "
                "the path turns to fine gravel; 35 mm tyres are enough when it is dry.</p>",
            ),
            (
                "rows",
                [
                    {"name": "Distance", "value": "34 km"},
                    {"name": "Climbing", "value": "110 m"},
                    {"name": "Surface", "value": "60% gravel, 40% tarmac"},
                    {"name": "Cake", "value": "Kilometre 19, at the lighthouse"},
                ],
            ),
        ],
    },
    "what-a-full-service-is": {
        "title": "What a full service really is",
        "slug": "what-a-full-service-is",
        "days_ago": 33,
        "topic": "Workshop",
        "image": "workshop",
        "introduction": "42 points on a sheet of paper. Here are the ones that matter most.",
        "body": [
            (
                "paragraph",
                "<p>We start where your life depends on it: brakes, headset, fork, tyres. Then what "
                "makes it pleasant: gears, chain, bearings. Last what makes it last: oil, grease "
                "and a torque wrench on every bolt.</p>",
            ),
            (
                "paragraph",
                "<p>You get the sheet with you. What is green will last a year, what is yellow we "
                "look at next time, and what is red we have already talked about.</p>",
            ),
            ("document", "price-list"),
        ],
    },
    "rain-is-a-matter-of-guards": {
        "title": "Rain is a matter of mudguards",
        "slug": "rain-is-a-matter-of-guards",
        "days_ago": 41,
        "topic": "Equipment",
        "image": "rain",
        "introduction": "Why long guards beat an expensive jacket, and how to fit them quietly.",
        "body": [
            (
                "paragraph",
                "<p>Most of the water that soaks you comes from below. Guards that reach down to "
                "the hub keep feet dry, drivetrains clean and the rider behind you friendly.</p>",
            ),
            (
                "paragraph",
                "<p>They rattle when they are bent into place. Shorten the stays until nothing is "
                "under tension, then put a drop of thread lock on every bolt.</p>",
            ),
        ],
    },
    "how-we-build-a-wheel": {
        "title": "How we build a wheel",
        "slug": "how-we-build-a-wheel",
        "days_ago": 50,
        "topic": "Workshop",
        "image": "truing",
        "introduction": "Thirty-two spokes, one evening, and a trick with a guitar tuner.",
        "body": [
            (
                "paragraph",
                "<p>A wheel is round because every spoke pulls as hard as its neighbour. We bring "
                "them up in quarter turns, and listen: equal notes are equal tension.</p>",
            ),
            ("quote", "A good wheel is boring for twenty thousand kilometres."),
        ],
    },
    "buying-a-used-bicycle": {
        "title": "Buying a used bicycle: ten minutes that pay off",
        "slug": "buying-a-used-bicycle",
        "days_ago": 58,
        "topic": "Advice",
        "image": "city_bike",
        "introduction": "What to lift, turn and squeeze before money changes hands.",
        "body": [
            (
                "paragraph",
                "<ol><li>Lift the front, turn the bars: nothing may catch.</li><li>Pull both brakes "
                "and push: nothing may click.</li><li>Spin the wheels and watch the rim against the "
                "brake.</li><li>Look under the bottom bracket for cracks and fresh paint.</li>"
                "<li>Ask for the frame number, and for a receipt.</li></ol>",
            ),
            (
                "paragraph",
                "<p>Not sure? Bring it along. Looking costs nothing, and we say honestly what it "
                "will need in its first year.</p>",
            ),
            ("button", {"label": "Where to find us", "page": "contact", "url": ""}),
        ],
    },
}

ABOUT: Texts = {
    "title": "About us",
    "slug": "about",
    "search_description": "A workshop of six at the old harbour, owned by those who work in it.",
    "introduction": (
        "We are six people, one dog and a very long building in which ropes were made for two "
        "hundred years. Since 2009 it has been a bicycle workshop that belongs to those who work "
        "in it."
    ),
    "image": "truing",
    "body": [
        (
            "paragraph",
            "<p>It began with a stand at the Saturday market and a box of spanners. Today we repair "
            "about three thousand bicycles a year, build a hundred wheels in winter, and teach a "
            "class of ten how to mend a puncture every first Thursday of the month.</p>",
        ),
        ("heading", "What we promise"),
        (
            "cards",
            [
                {"title": "Honest", "text": "We say when a repair is not worth it."},
                {"title": "Open", "text": "The workshop has no wall. Watch if you like."},
                {"title": "Fair", "text": "Old parts go back to you, if you want them."},
            ],
        ),
    ],
}

CONTACT: Texts = {
    "title": "Contact",
    "slug": "contact",
    "search_description": "Where we are and when we are open.",
    "introduction": "Come by, write, or ring. In the workshop hours somebody always answers.",
    "body": [
        (
            "rows",
            [
                {"name": "Address", "value": "Ropewalk 12, Old Harbour"},
                {"name": "Telephone", "value": "+49 30 23125 014"},
                {"name": "E-mail", "value": "hello@ropewalk.example"},
                {"name": "Tuesday to Friday", "value": "9:00–18:00"},
                {"name": "Saturday", "value": "10:00–14:00"},
            ],
        ),
        (
            "paragraph",
            "<p>Tram 3 stops at the door. If you come on a broken bicycle: the side entrance has a "
            "ramp, and a bell.</p>",
        ),
    ],
}

LANDING: Texts = {
    "title": "Winter check",
    "slug": "winter-check",
    "search_description": "Brakes, lights, tyres and chain, ready for winter in one day.",
    "headline": "Ready for winter in one day",
    "introduction": (
        "Brakes, lights, tyres, chain: the four things that decide whether you still enjoy riding "
        "in January. We check and adjust all of them. Bring it before ten, ride home at six."
    ),
    "offer": "€49",
    "offer_note": "instead of €69, until the first snow",
    "image": "winter",
    "body": [
        ("heading", "What is included"),
        (
            "cards",
            [
                {"title": "Brakes", "text": "Pads measured, cables greased or lines bled."},
                {"title": "Lights", "text": "Contacts cleaned, beam set to the right height."},
                {"title": "Tyres", "text": "Cuts looked for, pressure set for cold and wet."},
                {"title": "Chain", "text": "Measured, cleaned and oiled for salt and slush."},
            ],
        ),
        (
            "paragraph",
            "<p>Should we find something that cannot wait, we ring you before we do anything. Parts "
            "are charged at the prices of our list.</p>",
        ),
        ("document", "price-list"),
        ("button", {"label": "Come by without an appointment", "page": "contact", "url": ""}),
    ],
}

PRICE_LIST: Texts = {
    "title": "Price list",
    "file": "ropewalk-price-list.pdf",
    "subtitle": "Workshop and shop, including VAT",
    "workshop": "Workshop",
    "shop": "Shop",
    "foot": "Ropewalk Cycles, Ropewalk 12, Old Harbour. Prices may change; ask us.",
}
