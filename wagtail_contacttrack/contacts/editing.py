"""What comes before an editor changes a contact."""

from __future__ import annotations

from .merging import lock
from .models import Contact


class MergedMeanwhile(Exception):
    """That the contact has become part of another one; nothing was changed."""

    def __init__(self, contact_id: int) -> None:
        super().__init__(contact_id)
        self.contact_id = contact_id


def hold(contact_id: int, using: str) -> Contact:
    """The contact as it is now, neither merged nor deleted until the transaction ends.

    Raises `MergedMeanwhile`, or `Contact.DoesNotExist`.
    """
    contact = lock([contact_id], using).get(contact_id)
    if contact is None:
        raise Contact.DoesNotExist
    if contact.merged_into_id is not None:
        raise MergedMeanwhile(contact_id)
    return contact
