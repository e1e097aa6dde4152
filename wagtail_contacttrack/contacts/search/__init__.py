"""The language in which contacts are looked for, in the admin and in the API: Mautic's.

`parse` reads any text and never fails. `compile` turns what was read into a condition on contacts.
Rooms above add commands of their own by `register`.
"""

from .commands import Match, register
from .compiling import Search, compile
from .syntax import Group, Term, parse

__all__ = ["Group", "Match", "Search", "Term", "compile", "parse", "register"]
