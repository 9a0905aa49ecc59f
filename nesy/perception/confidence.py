"""A reply's tokens -> how sure the model was of stretches of its own text."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from nesy.perception.problems import Problems
from nesy.turns import Reply

Span = tuple[int, int]
"""First and one past the last character."""
_ROUNDING = 1e-3


class Probabilities:
    """How sure the model was of stretches of its own text.

    A probability that is none (not a number, or outside 0 to 1) makes what it touches unknown, never certain.
    """

    def __init__(self, reply: Reply, problems: Problems) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._values: list[float | None] = []
        if reply.tokens and "".join(token.text for token in reply.tokens) != reply.text:
            problems.add("the tokens of the reply do not join to its text; confidences are left out")
            return
        at = 0
        for token in reply.tokens:
            self._starts.append(at)
            at += len(token.text)
            self._ends.append(at)
            self._values.append(_share(token.probability))
        unknown = self._values.count(None)
        if unknown:
            problems.add(
                f"{unknown} of {len(reply.tokens)} tokens have no probability from 0 to 1; "
                "the confidences of what they touch are unknown"
            )

    @property
    def given(self) -> bool:
        """Whether there are tokens that join to the text."""
        return bool(self._values)

    def of(self, spans: Sequence[Span]) -> float | None:
        """Return the product over the tokens that overlap any of `spans`, in [0, 1]; None where one is not known."""
        touched: set[int] = set()
        for start, end in spans:
            touched.update(range(bisect_right(self._ends, start), bisect_left(self._starts, end)))
        if not touched:
            return None
        known = [value for i in sorted(touched) if (value := self._values[i]) is not None]
        return math.prod(known) if len(known) == len(touched) else None


def _share(probability: float | None) -> float | None:
    """Return a probability; None for what is none, but for the rounding of one that is just above 1."""
    if probability is None or not -_ROUNDING <= probability <= 1.0 + _ROUNDING:
        return None
    return min(1.0, max(0.0, probability))
