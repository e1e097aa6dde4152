"""Contacts and what belongs to them in the shapes of Mautic's API, which webhooks have as well."""
