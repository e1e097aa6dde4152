"""The screens of editors: contacts and their timelines, tracking settings, the home panel.

Views set attributes and call queries of the rooms below; every one of them names its model, its
permission policy and the permission that it needs.
"""
