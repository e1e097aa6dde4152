"""Tags and companies of one contact: shown on its page, and given and taken there."""
