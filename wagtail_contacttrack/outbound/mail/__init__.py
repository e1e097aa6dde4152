"""Mail that the site sends: links that count, a picture that tells of opening, and a way out.

Only messages that ask for it are touched, and any other backend does the sending.
"""

from .backend import TrackingEmailBackend
from .options import Tracking, track

__all__ = ["Tracking", "TrackingEmailBackend", "track"]
