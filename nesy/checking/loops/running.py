"""Text of a query -> Loops: a function of Python that finds its solutions for one node in place of $this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from nesy.checking.loops.index import Index, Triple
from nesy.checking.loops.ordering import needed
from nesy.checking.loops.parsing import parse
from nesy.checking.loops.tree import Constant, Construct, Node, Unwritten, Variable
from nesy.checking.loops.writing import NUMBER_OF, Function, Module

Row = tuple[Node | None, ...]


@dataclass(frozen=True)
class Loops:
    """A query that was written as loops."""

    names: tuple[str, ...]
    """What a row holds."""
    run: Callable[[Index, Node], Sequence[Row]]
    """Data and $this -> rows."""
    source: str
    template: tuple[tuple[Variable | Constant, Variable | Constant, Variable | Constant], ...] = ()
    """Of a CONSTRUCT query."""

    def triples(self, index: Index, this: Node, number: "count[int]") -> list[Triple]:
        """Return what a CONSTRUCT query makes; new nodes are numbered."""
        found: list[Triple] = []
        for row in self.run(index, this):
            values: dict[str, Node | None] = dict(zip(self.names, row, strict=True))
            for end in {end.name for triple in self.template for end in triple if isinstance(end, Variable)}:
                if end.startswith("_:"):
                    values[end] = f"_:n{next(number)}"
            for triple in self.template:
                subject, predicate, value = (
                    end.node if isinstance(end, Constant) else values[end.name] for end in triple
                )
                is_subject = isinstance(subject, str) and subject[0] in "<_"
                if is_subject and subject is not None and isinstance(predicate, str) and value is not None:
                    found.append((subject, predicate, value))
        return found


@lru_cache(maxsize=2048)
def loops_of(text: str) -> Loops | str:
    """Return a SELECT or CONSTRUCT query, with its prefixes, as loops; or why it is not written as such."""
    try:
        return _written(text)
    except Unwritten as reason:
        return str(reason)
    except RecursionError:
        return "an expression of many levels"


def _written(text: str) -> Loops:
    whole = parse(text)
    query = whole.query if isinstance(whole, Construct) else whole
    module = Module(query)
    function = Function(module, {"this"})
    function.query(query)
    first = ["    objects, subjects = index.objects, index.subjects"]
    if "this" in module.numbers:
        first.append(f"    {NUMBER_OF.format('this')}")
    wanted = needed(query.group)
    if wanted:
        first.insert(0, f"    if {' or '.join(f'{one!r} not in index.forward' for one in wanted)}:")
        first.insert(1, "        return []")
    source = "\n".join([*function.whole("def run(index, v_this):", first), ""])
    try:
        exec(compile(source, "<loops of a rule>", "exec"), module.space)
    except SyntaxError as error:  # Python nests twenty loops, not more
        raise Unwritten(str(error.msg)) from error
    run = module.space["run"]
    assert callable(run), "the source defines it"
    names = tuple(name for name, _ in query.selected)
    return Loops(names, run, source, whole.template if isinstance(whole, Construct) else ())
