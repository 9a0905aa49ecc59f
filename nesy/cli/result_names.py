"""The paths of several inputs -> the names that their results get, all different."""

from collections.abc import Sequence
from pathlib import Path


def names_apart(paths: Sequence[Path]) -> list[str]:
    """Return a name for each path, all different: the file's, with as many folders before it as tell it from others.

    A path that is there twice is numbered.

    >>> names_apart([Path("a/x.png"), Path("b/x.jpg"), Path("y.png"), Path("y.png")])
    ['a-x', 'b-x', 'y', 'y-2']
    """
    parts = [(*path.absolute().parts[1:-1], path.stem or "image") for path in paths]
    names = ["-".join(_tail(own, [other for other in parts if other != own])) for own in parts]
    taken: list[str] = []
    for name in names:
        number = 1
        while (apart := name if number == 1 else f"{name}-{number}") in taken:
            number += 1
        taken.append(apart)
    return taken


def _tail(own: tuple[str, ...], others: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return as few of the last parts as no other path ends with."""
    for length in range(1, len(own)):
        if all(other[-length:] != own[-length:] for other in others):
            return own[-length:]
    return own
