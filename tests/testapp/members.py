"""What projects may do with the values that are said about their members."""

from __future__ import annotations


def shouting(request, values):
    return {**values, "firstname": values.get("firstname", "").upper(), "path": request.path}


def nobody(request, values):
    return None


def broken(request, values):
    raise RuntimeError("the project's own mistake")


def only_customers(request, values):
    return values if request.user.groups.filter(name="customers").exists() else None
