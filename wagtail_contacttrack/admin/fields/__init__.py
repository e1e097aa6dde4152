"""The fields of contacts and companies, as editors make and change them."""
