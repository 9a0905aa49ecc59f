"""Lines of a function of Python, as they are written one after the other, and which variables have a value there."""

from collections.abc import Iterable, Sequence

from nesy.checking.loops.expression_code import Writer
from nesy.checking.loops.module import Module
from nesy.sparql.tree import Query


class Body:
    """The lines of one function; names of variables begin with `v_`, those of their numeric values with `n_`."""

    def __init__(self, module: Module, certain: Iterable[str], unsure: Iterable[str] = ()) -> None:
        self.module = module
        self.sure = set(certain)
        """Variables that have a value where the next line stands."""
        self.unsure = set(unsure)
        """Variables that may have one."""
        self.lines: list[str] = []
        self.depth = 1
        self.inner: list[str] = []
        """Functions within this one."""
        self.told: set[str] = set()
        """Of a query: the selected variables, and keys of groups, that have a value in every row."""

    def whole(self, head: str, first: Iterable[str] = ()) -> list[str]:
        """Return the lines of the function; `first` stands at its beginning."""
        return [head, *first, *(f"    {line}" for line in self.inner), *self.lines]

    def line(self, text: str) -> None:
        """Write a line."""
        self.lines.append("    " * self.depth + text)

    def opens(self, text: str) -> None:
        """Write a line in which the next ones stand."""
        self.line(text)
        self.depth += 1

    def tried(self, line: str, otherwise: str) -> None:
        """Write a line, and another for where its expression has no value."""
        self.line("try:")
        self.line("    " + line)
        self.line("except NO_VALUE:")
        self.line("    " + otherwise)

    def keyed(self, query: Query, writer: Writer, row: str) -> str:
        """Return a row with its keys of ORDER BY, where the order counts."""
        if not (is_cut(query) and query.order):
            return row
        keys = []
        for number, one in enumerate(query.order):
            self.tried(f"o{number} = {writer.node(one.expression)}", f"o{number} = None")
            keys.append(f"order_key(o{number})")
        return f"({tuple_of(keys)}, {row})"

    # --- what expressions ask for ---

    def read(self, name: str) -> str:
        """Return the Python name of a variable; see `Scope`."""
        return f"v_{name}" if name in self.sure | self.unsure else "None"

    def certain(self, name: str) -> bool:
        """Tell whether a variable has a value for certain; see `Scope`."""
        return name in self.sure

    def value(self, name: str) -> str | None:
        """Return the Python name of its numeric value; see `Scope`."""
        return f"n_{name}" if name in self.module.numbers and name in self.sure | self.unsure else None

    def constant(self, value: object) -> str:
        """Return a Python name for a value; see `Scope`."""
        return self.module.constant(value)


def is_cut(query: Query) -> bool:
    """Tell whether only some of the rows are wanted."""
    return query.limit is not None or query.offset > 0


def tuple_of(written: Sequence[str]) -> str:
    """Write a tuple.

    >>> tuple_of(["a"]), tuple_of([])
    ('(a,)', '()')
    """
    return f"({', '.join(written)}{',' if len(written) == 1 else ''})"
