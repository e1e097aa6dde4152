"""Contact monitoring for Wagtail: who visited, what they did, what should happen next."""

__version__ = "0.1.0"
