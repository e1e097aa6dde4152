"""Tracking settings of one site: the code to embed, what has arrived, and the switches.

Wagtail's own settings view shows the form; the panels here add to it what is no form field.
"""
