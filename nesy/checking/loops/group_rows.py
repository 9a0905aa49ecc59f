"""Query with GROUP BY -> the lines that put its rows together and tell what is selected of each group."""

from nesy.checking.loops.expression_code import Writer
from nesy.checking.loops.function_body import Body, tuple_of
from nesy.checking.loops.nodes import Unsupported
from nesy.sparql.tree import Aggregate, Exists, Query, Variable
from nesy.sparql.variable_scope import expressions_of, parts

_CALLS = {"SUM": "total", "AVG": "mean", "MAX": "largest", "MIN": "smallest", "SAMPLE": "sample"}


class Rows:
    """The rows of one query with aggregates; also what its selected expressions read."""

    def __init__(self, function: Body, query: Query) -> None:
        if not query.keys:
            raise Unsupported("an aggregate of all rows")
        self._function = function
        self._query = query
        self.keys = [key.name for key in query.keys]
        told = [part for one in expressions_of(query) for part in parts(one)]
        self._aggregates = list(dict.fromkeys(part for part in told if isinstance(part, Aggregate)))
        self._columns = list(dict.fromkeys([*self.keys, *(name for one in self._aggregates for name in _operand(one))]))

    def collect(self) -> None:
        """Write what keeps a row."""
        sure = self._function.sure
        for one in self._aggregates:
            if one.name not in ("COUNT", "SUM", "AVG", "SAMPLE", "GROUP_CONCAT") and not sure.issuperset(_operand(one)):
                raise Unsupported(f"{one.name} of what may be unbound")
        self._function.told = {name for name in self.keys if name in sure}
        read = ", ".join(self._function.read(name) for name in self._columns)
        self._function.line(f"groups.setdefault(({self._key()},), []).append(({read},))")

    def _key(self) -> str:
        return ", ".join(self._function.read(name) for name in self.keys)

    def put_together(self) -> None:
        """Write what goes over the groups of rows, and keeps of each what is selected."""
        function = self._function
        function.lines.insert(0, "    groups = {}")
        depth = function.depth
        function.opens(f"for ({', '.join(f'k_{name}' for name in self.keys)},), members in groups.items():")
        for number, one in enumerate(self._aggregates):
            function.tried(f"a{number} = {self._whole(one)}", f"a{number} = None")
        writer = Writer(self)
        for having in self._query.having:
            function.tried(f"met = {writer.truth(having).text}", "met = False")
            function.opens("if met:")
        for number, (_, value) in enumerate(self._query.selected):
            function.tried(f"s{number} = {writer.node(value)}", f"s{number} = None")
        row = tuple_of([f"s{number}" for number in range(len(self._query.selected))])
        function.line(f"out.append({function.keyed(self._query, writer, row)})")
        function.depth = depth

    def _whole(self, one: Aggregate) -> str:
        if one.operand is None:
            if one.distinct:
                raise Unsupported("COUNT (DISTINCT *)")
            return "numeric(len(members))"
        place = self._columns.index(_operand(one)[0])
        values = f"[row[{place}] for row in members]"
        if one.distinct:
            values = f"distinct({values})"
        if one.name == "COUNT":
            return f"numeric(sum(value is not None for value in {values}))"
        if one.name == "GROUP_CONCAT":
            return f"concatenated({values}, {one.separator!r})"
        return f"{_CALLS[one.name]}({values})"

    # --- what expressions ask for ---

    def read(self, name: str) -> str:
        """Return the Python name of a key; see `Scope`."""
        if name not in self.keys:
            raise Unsupported(f"?{name}, which is no key of its group")
        return f"k_{name}"

    def certain(self, _name: str, /) -> bool:
        """Tell that a key may lack; see `Scope`."""
        return False

    def value(self, _name: str, /) -> str | None:
        """Return nothing; see `Scope`."""
        return None

    def constant(self, value: object) -> str:
        """Return a Python name for a value; see `Scope`."""
        return self._function.module.constant(value)

    def exists(self, _one: Exists, /) -> str:
        """Refuse; see `Scope`."""
        raise Unsupported("EXISTS on a group of rows")

    def aggregate(self, one: Aggregate) -> str:
        """Return the name that holds an aggregate; see `Scope`."""
        return f"bound(a{self._aggregates.index(one)})"


def _operand(one: Aggregate) -> list[str]:
    if one.operand is None:
        return []
    assert isinstance(one.operand, Variable), "what is put together is bound beforehand"
    return [one.operand.name]
