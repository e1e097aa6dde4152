"""Rows of what happened as flat tables, by the names of Mautic's tables and columns."""
