"""Companies: their list, their pages, and what editors do with them."""
