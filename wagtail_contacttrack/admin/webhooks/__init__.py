"""Webhooks in the admin: what is sent where, and whether it arrives."""
