"""The list of contacts, and what editors do with the contacts in it."""
