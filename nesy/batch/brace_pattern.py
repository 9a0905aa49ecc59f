"""`shard-{000..009}.tar` -> the ten names, as shells and WebDataset write them out."""

import re
from collections.abc import Iterator

from nesy.errors import InputError

MOST = 100_000
"""Names that one pattern may stand for."""
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?")
_BRACES = re.compile(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")


def has_braces(text: str) -> bool:
    """Tell whether a text holds braces that stand for several.

    >>> has_braces("shard-{000..009}.tar"), has_braces("{one}.png")
    (True, False)
    """
    return bool(_BRACES.search(text))


def expanded(pattern: str) -> list[str]:
    """Return what a pattern stands for, in order; numbers are as wide as they are written.

    >>> expanded("{train,val}-{08..10}.tar")[:4]
    ['train-08.tar', 'train-09.tar', 'train-10.tar', 'val-08.tar']

    Raises:
        InputError: it stands for more than 100,000 names.
    """
    found: list[str] = []
    for name in _each(pattern):
        if len(found) == MOST:
            raise InputError(f"{pattern}: stands for more than {MOST:,} names")
        found.append(name)
    return found


def _each(pattern: str) -> Iterator[str]:
    """Yield one name after the other; the innermost braces are written out first."""
    braces = _BRACES.search(pattern)
    if braces is None:
        yield pattern
        return
    inner = braces[0][1:-1]
    for choice in _numbers(inner) or iter(inner.split(",")):
        yield from _each(pattern[: braces.start()] + choice + pattern[braces.end() :])


def _numbers(inner: str) -> Iterator[str] | None:
    found = _RANGE.fullmatch(inner)
    if found is None:
        return None
    first, last, step = int(found[1]), int(found[2]), abs(int(found[3] or 1)) or 1
    padded = any(re.match(r"-?0\d", end) for end in (found[1], found[2]))
    width = max(len(found[1]), len(found[2])) if padded else 0
    numbers = range(first, last + 1, step) if first <= last else range(first, last - 1, -step)
    return (f"{number:0{width}d}" for number in numbers)
