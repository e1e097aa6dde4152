"""The REST API: contacts and all that is theirs for programs, as Mautic's clients expect it.

A request comes in by `door`, which knows whether the API is on, who is asking and how often. It
ends in one operation of `site.api`, most of which `resources` makes out of a `Resource`. This room
holds no rules about contacts: it reads what clients send, asks the rooms below, and shows the
outcome in Mautic's shapes.
"""
