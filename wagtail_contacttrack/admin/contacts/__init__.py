"""The list of contacts: finding, sorting, exporting, editing and deleting them."""
