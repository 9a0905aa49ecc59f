"""Text of a query -> Loops: a function of Python that finds its solutions for one node in place of $this."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

from nesy.checking.loops.code_generation import Function
from nesy.checking.loops.join_order import needed
from nesy.checking.loops.module import Module
from nesy.checking.loops.nodes import Node, Unsupported, constant_node
from nesy.checking.loops.query_normal_form import normal_form
from nesy.checking.loops.triple_index import Index, Triple
from nesy.sparql import SparqlError, parse
from nesy.sparql.tree import Blank, Iri, Link, Literal, Pattern, Term, Variable

Row = tuple[Node | None, ...]
Template = tuple[tuple[Term, Term, Term], ...]


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
    constants = tuple(dict.fromkeys(end for end in ends if isinstance(end, (Iri, Literal))))
    fresh = tuple(sorted({end.label for end in ends if isinstance(end, Blank)}))
    columns: list[Term] = [*map(Variable, names), *constants, *map(Blank, fresh)]
    told = tuple(map(constant_node, constants))
    return fresh, told, tuple(tuple(columns.index(end) for end in triple) for triple in template)


@lru_cache(maxsize=2048)
def loops_of(text: str) -> Loops | str:
    """Return a SELECT or CONSTRUCT query, with its prefixes, as loops; or why it is not written as such."""
    try:
        return _written(text)
    except Unsupported as reason:
        return str(reason)
    except SparqlError as problem:
        return str(problem)
    except RecursionError:
        return "an expression of many levels"


def _written(text: str) -> Loops:
    whole = parse(text)
    if whole.form not in ("SELECT", "CONSTRUCT"):
        raise Unsupported(whole.form)
    query = normal_form(whole, text)
    template = tuple(map(_ends_of, query.template))
    if template:
        used = sorted({end.name for triple in template for end in triple if isinstance(end, Variable)})
        query = replace(query, selected=tuple((name, Variable(name)) for name in used))
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
        raise Unsupported(str(error.msg)) from error
    run = module.space["run"]
    assert callable(run), "the source defines it"
    return Loops(tuple(name for name, _ in query.selected), run, source, template, wanted)


def _ends_of(one: Pattern) -> tuple[Term, Term, Term]:
    """Return the three terms of a triple that a template makes."""
    if isinstance(one.path, Variable):
        return one.subject, one.path, one.object
    assert isinstance(one.path, Link), "the parser takes no path in a template"
    return one.subject, Iri(one.path.iri), one.object
