"""Tags: their list, and what editors do with them."""
