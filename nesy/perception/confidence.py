"""A reply's tokens -> how sure the model was of stretches of its own text."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from nesy.perception.problems import Problems
from nesy.turns import Reply

Span = tuple[int, int]
"""First and one past the last character."""


class Probabilities:
    """How sure the model was of stretches of its own text."""

    def __init__(self, reply: Reply, problems: Problems) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._values: list[float] = []
        if reply.tokens and "".join(token.text for token in reply.tokens) != reply.text:
            problems.add("the tokens of the reply do not join to its text; confidences are left out")
            return
        at = 0
        for token in reply.tokens:
            self._starts.append(at)
            at += len(token.text)
            self._ends.append(at)
            self._values.append(token.probability)

    def of(self, spans: Sequence[Span]) -> float | None:
        """Return the product over the tokens that overlap any of `spans`, in [0, 1]; None without tokens."""
        touched: set[int] = set()
        for start, end in spans:
            touched.update(range(bisect_right(self._ends, start), bisect_left(self._starts, end)))
        if not touched:
            return None
        product = math.prod(self._values[i] for i in sorted(touched))
        return min(1.0, max(0.0, product)) if math.isfinite(product) else None
