"""What leaves the site and comes back: tracked links, and mail with its opens and clicks.

This room writes addresses into messages and answers for them later. It links nobody: a message has
the contact that it was written to, and whoever opens it is not therefore that person.
"""
