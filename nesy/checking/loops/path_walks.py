"""Property path -> what finds where it leads from a node, in an index of triples."""

from collections.abc import Callable, Sequence
from functools import cache

from nesy.checking.loops.nodes import Node, Unsupported
from nesy.checking.loops.triple_index import Index
from nesy.sparql.tree import Choice, Excluded, Link, Path, Repeated, Steps
from nesy.sparql.variable_scope import excludes, links

Walk = Callable[[Index, Node], Sequence[Node]]


@cache
def walk(path: Path) -> Walk:
    """Return what finds the ends of a path from its start; as often as there are ways, but for repeated paths.

    Raises:
        Unsupported: a path that repeats any predicate but some.
    """
    match path:
        case Link(iri, inverse):
            predicate = f"<{iri}>"
            if inverse:
                return lambda index, start: index.backward[predicate].get(start, ())
            return lambda index, start: index.forward[predicate].get(start, ())
        case Choice(paths):
            walks = [walk(one) for one in paths]
            return lambda index, start: [end for one in walks for end in one(index, start)]
        case Steps(paths):
            return _one_after_the_other([walk(one) for one in paths])
        case Excluded():
            return _over_others(path)
        case Repeated(inner, least, once):
            if excludes(inner):
                raise Unsupported("a repeated path over other predicates")
            return _again(walk(inner), frozenset(f"<{one}>" for one in links(inner)), least, once)


def _over_others(path: Excluded) -> Walk:
    forward, backward = ({f"<{one}>" for one in some} for some in (path.forward, path.backward))
    ahead, back = path.both

    def along(index: Index, start: Node) -> Sequence[Node]:
        found: list[Node] = []
        for predicate in list(index.known):
            if ahead and predicate not in forward:
                found += index.forward[predicate].get(start, ())
            if back and predicate not in backward:
                found += index.backward[predicate].get(start, ())
        return found

    return along


def _one_after_the_other(walks: Sequence[Walk]) -> Walk:
    def along(index: Index, start: Node) -> Sequence[Node]:
        reached: Sequence[Node] = (start,)
        for one in walks:
            reached = [end for node in reached for end in one(index, node)]
        return reached

    return along


def _again(inner: Walk, predicates: frozenset[str], least: int, once: bool) -> Walk:
    def along(index: Index, start: Node) -> Sequence[Node]:
        held = index.walked.get(way)
        if held is None:
            held = index.walked[way] = {}
        known = held.get(start)
        if known is not None:
            return known
        found: dict[Node, None] = {} if least else {start: None}
        waiting = [start]
        while waiting:
            for end in inner(index, waiting.pop()):
                if end not in found:
                    found[end] = None
                    if not once:
                        waiting.append(end)
        known = held[start] = tuple(found)
        return known

    way = along, predicates
    return along
