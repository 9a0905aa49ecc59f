"""xsd:double and xsd:float, as SPARQL reckons with them beside whole numbers and decimals of Python.

A `float` of Python will not do: a decimal plus a float is an error there, and a decimal equals a float only to the last
binary digit. SPARQL makes both doubles first.
"""

import math
import struct
from decimal import Decimal
from functools import total_ordering


@total_ordering
class Floating:
    """A number in floating point; whatever is reckoned with it is in floating point."""

    __slots__ = ("kind", "value")

    def __init__(self, value: float, kind: str = "double") -> None:
        self.value = _single(value) if kind == "float" else value
        self.kind = kind
        """`double` or `float`."""

    def _with(self, other: object) -> tuple[float, str] | None:
        if isinstance(other, Floating):
            return other.value, "float" if self.kind == other.kind == "float" else "double"
        return (float(other), self.kind) if isinstance(other, (int, Decimal)) else None

    def __eq__(self, other: object) -> bool:
        found = self._with(other)
        return found is not None and self.value == found[0]

    def __lt__(self, other: object) -> bool:
        found = self._with(other)
        return NotImplemented if found is None else self.value < found[0]

    def __le__(self, other: object) -> bool:
        found = self._with(other)
        return NotImplemented if found is None else self.value <= found[0]

    def __gt__(self, other: object) -> bool:
        found = self._with(other)
        return NotImplemented if found is None else self.value > found[0]

    def __ge__(self, other: object) -> bool:
        found = self._with(other)
        return NotImplemented if found is None else self.value >= found[0]

    def __hash__(self) -> int:
        return hash(self.value)

    def __bool__(self) -> bool:
        return bool(self.value) and not math.isnan(self.value)

    def __add__(self, other: object) -> "Floating":
        found = self._with(other)
        return NotImplemented if found is None else floating(self.value + found[0], found[1])

    def __sub__(self, other: object) -> "Floating":
        found = self._with(other)
        return NotImplemented if found is None else floating(self.value - found[0], found[1])

    def __rsub__(self, other: object) -> "Floating":
        found = self._with(other)
        return NotImplemented if found is None else floating(found[0] - self.value, found[1])

    def __mul__(self, other: object) -> "Floating":
        found = self._with(other)
        return NotImplemented if found is None else floating(self.value * found[0], found[1])

    def __truediv__(self, other: object) -> "Floating":
        found = self._with(other)
        return NotImplemented if found is None else floating(_divided(self.value, found[0]), found[1])

    def __rtruediv__(self, other: object) -> "Floating":
        found = self._with(other)
        return NotImplemented if found is None else floating(_divided(found[0], self.value), found[1])

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> "Floating":
        return floating(-self.value, self.kind)

    def __abs__(self) -> "Floating":
        return floating(abs(self.value), self.kind)

    def __str__(self) -> str:
        """Return how XPath writes it: like a decimal where it is neither very large nor very small."""
        value = self.value
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
        if value == int(value) and abs(value) < 1e17:
            return f"{int(value)}" if value or math.copysign(1, value) > 0 else "-0"
        shown = repr(value) if self.kind == "double" else f"{value:.9g}"
        return format(Decimal(shown), "f") if 1e-6 <= abs(value) < 1e17 else shown.replace("e", "E")

    def __repr__(self) -> str:
        return f"Floating({self.value!r}, {self.kind!r})"


Number = int | Decimal | Floating


def floating(value: float, kind: str = "double") -> Floating:
    """Return a number in floating point; what is no number is one object, so that it is the same term as itself."""
    return _NO_NUMBER[kind] if math.isnan(value) else Floating(value, kind)


def _single(value: float) -> float:
    """Round to single precision."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _divided(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


_NO_NUMBER = {kind: Floating(math.nan, kind) for kind in ("double", "float")}
