"""Wiring only: which of our parts Wagtail calls, and when."""

from __future__ import annotations

from wagtail import hooks

from .tracking.inject import serve_with_tracker

hooks.register("on_serve_page", serve_with_tracker)
