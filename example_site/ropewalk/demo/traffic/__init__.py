"""Plausible visits. They are only planned here; what becomes of them the package itself decides."""
