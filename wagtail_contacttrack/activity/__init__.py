"""What happened: the ledger, its kinds, and the queries that read it.

Every door writes one kind of row, `Activity`, and every face reads the same. This room imports
nothing above it and links nobody: rows arrive with their contact already decided.
"""
