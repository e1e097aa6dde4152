from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_thread(admin_program):
    made = admin_program.send("POST", "contacts/new", {"email": "ada@site.example", "firstname": "Ada", "tags": "a,b"}, 201)
    c = made["contact"]
    import json
    print(json.dumps(c, indent=1)[:3000])
    assert admin_program.ask(f"contacts/{c['id']}")["contact"]["tags"]
    print(admin_program.ask("contacts?limit=1&minimal=True"))
    print(admin_program.ask("contacts/activity"))
    print(admin_program.ask("contacts/999", 404))
    print(admin_program.ask("emails/999", 404))
    print(admin_program.send("PATCH", f"contacts/{c['id']}/edit", {"lastname": "L"}))
    print(admin_program.send("DELETE", f"contacts/{c['id']}/delete"))
    print(str(admin_program.ask("openapi.json"))[:500])
