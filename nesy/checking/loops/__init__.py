"""SPARQL query of a rule -> nested loops of Python over one scene's triples: no parsing, no planning, no store."""

from nesy.checking.loops.index import Index
from nesy.checking.loops.running import Loops, loops_of
from nesy.checking.loops.tree import Undecided

__all__ = ["Index", "Loops", "Undecided", "loops_of"]
