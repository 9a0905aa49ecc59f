"""Relations of which each leads to the next -> the shortest circles among them.

Written by hand: what networkx lists is every simple cycle, of which a dense scene has more than can be told, and a
cycle basis depends on the order of the edges. A reader wants few, short ones, the same each time.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator

from nesy.scene import Relation

Cycle = tuple[Relation, ...]
Steps = dict[str, dict[str, list[Relation]]]
"""The relations from one entity to another, by the two."""


def cycles(relations: Iterable[Relation], kind: Callable[[Relation], Hashable]) -> list[Cycle]:
    """Return circles of three relations or more, of one kind each; no two share a relation.

    The shortest comes first; its relations are then left out, and so on, until no circle is left. So two circles that
    share nothing are both found, and of a circle with a short cut only the shorter one. Which of several equally short
    ones it is depends on the ids alone, not on the order of the relations. A circle begins at its first entity by id.

    Args:
        relations: those among which circles are looked for.
        kind: relations of different kinds form no circle together.
    """
    sorts: dict[Hashable, list[Relation]] = defaultdict(list)
    for relation in sorted(relations, key=lambda one: one.id):
        if relation.subject != relation.object:
            sorts[kind(relation)].append(relation)
    return [circle for sort in sorts.values() for circle in _shortest_first(sort)]


def _shortest_first(relations: list[Relation]) -> Iterator[Cycle]:
    steps: Steps = defaultdict(dict)
    for relation in relations:
        steps[relation.subject].setdefault(relation.object, []).append(relation)
    left, length = dict.fromkeys(relations), 3
    while left:
        longer = []
        for relation in list(left):
            if relation not in left:
                continue
            circle = _through(relation, steps)
            if circle is None:  # nor will there be one when others are left out
                del left[relation]
            elif len(circle) > length:
                longer.append(len(circle))
            else:
                yield circle
                for one in circle:
                    del left[one]
                    steps[one.subject][one.object].remove(one)
        if longer:
            length = min(longer)


def _through(relation: Relation, steps: Steps) -> Cycle | None:
    """Return the shortest circle that holds a relation: the way back from its object, but not straight back."""
    start, end = relation.object, relation.subject
    came_by: dict[str, Relation] = {}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for there, ways in sorted(steps.get(here, {}).items()):
            if not ways or there in came_by or there == start or (here, there) == (start, end):
                continue
            came_by[there] = ways[0]  # of several that say the same, the first
            if there == end:
                return _from_the_first((relation, *_back(came_by, start, end)))
            waiting.append(there)
    return None


def _back(came_by: dict[str, Relation], start: str, end: str) -> Cycle:
    way: list[Relation] = []
    while end != start:
        way.append(came_by[end])
        end = came_by[end].subject
    return tuple(reversed(way))


def _from_the_first(circle: Cycle) -> Cycle:
    first = min(range(len(circle)), key=lambda place: circle[place].subject)
    return circle[first:] + circle[:first]
