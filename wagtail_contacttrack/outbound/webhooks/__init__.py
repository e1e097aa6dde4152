"""Webhooks: other services are told what happens here, in the shapes of Mautic's webhooks.

What happens is put into a queue in the transaction that writes it, as a few ids. What is sent about
it is read when it is sent for the first time, and from then on stays the same. Nothing is sent
during a request of a visitor.
"""
