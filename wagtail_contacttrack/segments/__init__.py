"""Segments: named sets of contacts. For now, people and programs choose their members by hand.

This room knows who belongs to which segment, and since when. It may not change contacts.
"""
