"""Contacts in the API, and what belongs to them."""
