"""Segments in the admin."""
