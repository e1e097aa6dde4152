"""Rows as they are, by the names of Mautic's tables, for programs that count for themselves."""
