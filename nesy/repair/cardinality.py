"""Literals with costs -> clauses of how many of them hold, and the same costs told by the numbers.

A count that disagrees with thirty dogs asks for, say, fifteen of them. Any fifteen do, and a solver that learns from
conflicts goes through very many sets of dogs before it knows that fewer will not do. Told by numbers it is plain: with
costs c_1 <= ... <= c_n of the literals x_1 ... x_n, and s(i, k) for "of x_i ... x_n at least k hold",

    sum_i c_i x_i  =  sum_i (c_i - c_(i-1)) sum_k s(i, k)            c_0 = 0

so that whoever asks for k of them is told by unit propagation what the k cheapest cost. The identity is exact.
The clauses are those of a sequential counter, in both directions (C. Sinz, Towards an Optimal CNF Encoding of Boolean
Cardinality Constraints, CP 2005).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count


@dataclass(frozen=True)
class Counter:
    """Clauses over literals and new variables."""

    at_least: tuple[int, ...]
    """Variables: at least one holds, at least two ..."""
    clauses: tuple[tuple[int, ...], ...]
    costs: dict[int, int] = field(default_factory=dict)
    """What each new variable costs when it is true; together what the literals cost."""


def counter(literals: Sequence[int], costs: Sequence[int], top: int) -> Counter:
    """Count how many of the literals hold.

    Args:
        literals: (n,)
        costs: (n,) what each literal costs, ascending; none is negative.
        top: the largest variable in use; the new ones are above it, n (n + 1) / 2 of them.

    >>> counter([1, 2], [5, 7], 2).costs
    {3: 2, 4: 5, 5: 5}
    """
    numbers = count(top + 1)
    clauses: list[tuple[int, ...]] = []
    told: dict[int, int] = {}
    after: list[int] = []  # of the literals after this one at least 1, 2 ...
    for place in reversed(range(len(literals))):
        literal, rise = literals[place], costs[place] - (costs[place - 1] if place else 0)
        here = [next(numbers) for _ in range(len(after) + 1)]
        for number, variable in enumerate(here):
            more = after[number : number + 1]  # as many without this literal
            fewer = after[number - 1 : number] if number else []  # one less without it
            clauses += [(variable, -one) for one in more]
            clauses.append((variable, -literal, *(-one for one in fewer)))
            clauses.append((-variable, literal, *more))
            clauses += [(-variable, one) for one in fewer]
        if rise:
            told.update(dict.fromkeys(here, rise))
        after = here
    return Counter(tuple(after), tuple(clauses), told)
