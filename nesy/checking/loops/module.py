"""Query -> what all functions written for it share: constants and tables by name, and which variables are numbers."""

from nesy.checking.loops.expression_code import SPACE
from nesy.checking.loops.join_order import numbers
from nesy.sparql.tree import Query


class Module:
    """What all functions of one query share: constants, and which variables are used as numbers."""

    def __init__(self, query: Query) -> None:
        self.space: dict[str, object] = dict(SPACE)
        self.numbers = numbers(query)
        self.tables: dict[str, str] = {}
        """Predicates whose objects are looked up, with the name of the table: made once, before all loops."""
        self._count = 0

    def constant(self, value: object) -> str:
        """Return a name for a value."""
        name = self.fresh("c")
        self.space[name] = value
        return name

    def table(self, predicate: str) -> str:
        """Return the name of the objects of a predicate, by subject."""
        if predicate not in self.tables:
            self.tables[predicate] = self.fresh("f")
        return self.tables[predicate]

    def fresh(self, letter: str) -> str:
        """Return a name that is not in use."""
        self._count += 1
        return f"{letter}{self._count}"
