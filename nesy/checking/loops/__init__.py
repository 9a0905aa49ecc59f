"""SPARQL query of a rule -> nested loops of Python over one scene's triples: no parsing, no planning, no store."""

from nesy.checking.loops.nodes import Undecided
from nesy.checking.loops.query_loops import Loops, loops_of
from nesy.checking.loops.triple_index import Index

__all__ = ["Index", "Loops", "Undecided", "loops_of"]
