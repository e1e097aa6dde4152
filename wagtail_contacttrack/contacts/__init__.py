"""Who: contacts, the devices that they use, and when they were last seen.

This room knows people, not what they did. It imports nothing above it; only
`wagtail_contacttrack.tracking` may link a device to a contact.
"""
