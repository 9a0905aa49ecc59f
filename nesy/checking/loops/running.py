"""Text of a query -> Loops: a function of Python that finds its solutions for one node in place of $this."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from nesy.checking.loops.index import Index, Triple
from nesy.checking.loops.module import Module
from nesy.checking.loops.ordering import needed
from nesy.checking.loops.parsing import parse
from nesy.checking.loops.tree import Constant, Construct, Node, Unwritten, Variable
from nesy.checking.loops.writing import Function

Row = tuple[Node | None, ...]
Template = tuple[tuple[Variable | Constant, Variable | Constant, Variable | Constant], ...]


@dataclass(frozen=True)
class Loops:
    """A query that was written as loops."""

    names: tuple[str, ...]
    """What a row holds."""
    run: Callable[[Index, Iterable[Node]], Sequence[Row]]
    """Data and nodes, each in place of $this -> rows."""
    source: str
    template: Template = ()
    """Of a CONSTRUCT query."""
    needs: frozenset[str] = frozenset()
    """Predicates without which there is no row."""

    def triples(self, index: Index, nodes: Iterable[Node], number: "count[int]") -> list[Triple]:
        """Return what a CONSTRUCT query makes; new nodes are numbered."""
        rows = self.run(index, nodes)
        if not rows:
            return []
        fresh, constants, ends = _ends(self.names, self.template)
        found: list[Triple] = []
        for row in rows:
            values = (*row, *constants, *(f"_:n{next(number)}" for _ in fresh))
            for s, p, o in ends:
                subject, predicate, value = values[s], values[p], values[o]
                is_subject = isinstance(subject, str) and subject[0] in "<_"
                if is_subject and subject is not None and isinstance(predicate, str) and value is not None:
                    found.append((subject, predicate, value))
        return found


@lru_cache(maxsize=256)
def _ends(
    names: tuple[str, ...], template: Template
) -> tuple[tuple[str, ...], tuple[Node, ...], tuple[tuple[int, ...], ...]]:
    """Return the new nodes and the constants of a template, and where in a row, followed by these, its ends stand."""
    ends = [end for triple in template for end in triple]
    constants = tuple(dict.fromkeys(end.node for end in ends if isinstance(end, Constant)))
    fresh = tuple(sorted({end.name for end in ends if isinstance(end, Variable) and end.name.startswith("_:")}))
    columns: list[Variable | Constant] = [*map(Variable, names), *map(Constant, constants), *map(Variable, fresh)]
    return fresh, constants, tuple(tuple(columns.index(end) for end in triple) for triple in template)


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
    function.query(query, whole=True)
    first = ["    forward, backward = index.forward, index.backward"]
    wanted = frozenset(needed(query.group))
    if wanted:
        first = [f"    if not index.known >= {module.constant(wanted)}:", "        return []", *first]
    first += [f"    {name} = forward[{predicate!r}]" for predicate, name in module.tables.items()]
    source = "\n".join([*function.whole("def run(index, nodes):", first), ""])
    try:
        exec(compile(source, "<loops of a rule>", "exec"), module.space)
    except SyntaxError as error:  # Python nests twenty loops, not more
        raise Unwritten(str(error.msg)) from error
    run = module.space["run"]
    assert callable(run), "the source defines it"
    names = tuple(name for name, _ in query.selected)
    return Loops(names, run, source, whole.template if isinstance(whole, Construct) else (), wanted)
