from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_thread(admin_program):
    p = admin_program
    c = p.send("POST", "contacts/new", {"email": "ada@site.example", "firstname": "Ada", "tags": "a,b"}, 201)["contact"]
    co = p.send("POST", "companies/new", {"companyname": "Acme"}, 201)["company"]
    p.send("POST", f"companies/{co['id']}/contact/{c['id']}/add")
    assert p.ask(f"contacts/{c['id']}/companies")["total"] == 1
    n = p.send("POST", "notes/new", {"lead": c["id"], "text": "Hello"}, 201)["note"]
    assert p.ask(f"contacts/{c['id']}/notes")["total"] == 1
    assert p.ask(f"contacts/{c['id']}/devices")["total"] == 0
    f = p.send("POST", "fields/contact/new", {"label": "Shoe size", "isPubliclyUpdatable": True, "type": "select", "properties": {"list": [{"label": "S", "value": "s"}]}}, 201)["field"]
    print(f)
    print(p.send("PATCH", f"fields/contact/{f['id']}/edit", {"isUniqueIdentifier": True}, 400))
    print(p.ask("fields/contact")["total"])
    print(p.send("DELETE", f"fields/contact/{f['id']}/delete"))
    print(p.ask("users/self"))
    print(p.send("POST", "contacts/batch/new", [{"email": "b@site.example"}, {"email": "nope"}], 201).keys())
    t = p.send("POST", "tags/new", {"tag": "zeta"}, 201)
    p.send("POST", "tags/new", {"tag": "zeta"}, 200)
    print(p.ask("tags"))
    print(p.send("DELETE", "tags/batch/delete?ids=1,2"))
    d = p.ask("openapi.json")
    print(len(str(d)), len(d["paths"]))


def test_seg(admin_program):
    p = admin_program
    c = p.send("POST", "contacts/new", {"email": "ada@site.example"}, 201)["contact"]
    s = p.send("POST", "segments/new", {"name": "News letter"}, 201)["list"]
    print(s)
    p.send("POST", f"segments/{s['id']}/contact/{c['id']}/add")
    p.send("POST", f"segments/{s['id']}/contact/add/{c['id']}")
    print(p.send("POST", f"segments/{s['id']}/contacts/add", {"ids": [c['id'], 99]}))
    print(p.ask(f"contacts/{c['id']}/segments"))
    assert p.ask("contacts?search=segment:news-letter")["total"] == "1"
