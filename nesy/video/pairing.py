"""A table of costs -> the cheapest pairs of rows and columns, each in one pair at most: the assignment problem.

The Hungarian method with potentials (H. W. Kuhn, The Hungarian method for the assignment problem, 1955; in the form of
R. Jonker and A. Volgenant, 1987): n rows are added one after the other along a shortest augmenting path, O(n^2 m).
"""

from collections.abc import Sequence
from math import inf


def cheapest_pairs(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return (row, column) of the pairs whose costs are least together; as many as there are rows or columns.

    >>> cheapest_pairs([[1.0, 2.0], [1.5, 9.0]])
    [(0, 1), (1, 0)]

    Args:
        costs: (n, m), finite numbers.
    """
    if not costs or not costs[0]:
        return []
    if len(costs) > len(costs[0]):
        turned = [[row[column] for row in costs] for column in range(len(costs[0]))]
        return sorted((row, column) for column, row in cheapest_pairs(turned))
    rows, columns = len(costs), len(costs[0])
    of_rows, of_columns = [0.0] * (rows + 1), [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)  # 0: of none; the column 0 is where a path begins
    for row in range(1, rows + 1):
        row_of[0], column = row, 0
        least, before, done = [inf] * (columns + 1), [0] * (columns + 1), [False] * (columns + 1)
        while row_of[column]:
            done[column] = True
            here, step, ahead = row_of[column], inf, 0
            for other in range(1, columns + 1):
                if done[other]:
                    continue
                cost = costs[here - 1][other - 1] - of_rows[here] - of_columns[other]
                if cost < least[other]:
                    least[other], before[other] = cost, column
                if least[other] < step:
                    step, ahead = least[other], other
            for other in range(columns + 1):
                if done[other]:
                    of_rows[row_of[other]] += step
                    of_columns[other] -= step
                else:
                    least[other] -= step
            column = ahead
        while column:
            row_of[column], column = row_of[before[column]], before[column]
    return sorted((row_of[column] - 1, column - 1) for column in range(1, columns + 1) if row_of[column])
