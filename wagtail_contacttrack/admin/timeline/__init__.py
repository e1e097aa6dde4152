"""A contact: details, devices and the timeline."""
