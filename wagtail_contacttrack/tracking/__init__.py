"""The way in: may a hit be kept, who is it, keep it.

Every door decodes its request (`wagtail_contacttrack.wire`) and then calls `pipeline.handle`,
which admits, identifies and records. This room is the only one that links people, and it never
imports the rooms above it.
"""
