"""What was sent: bytes become a `Hit`.

Pure functions over plain values: no database, no Django, no settings, no clock. Nothing in here
raises for bad input, whatever the bytes, and everything is bounded in time, size and depth. This
room knows nothing about who the visitor is or whether the hit may be kept.
"""
