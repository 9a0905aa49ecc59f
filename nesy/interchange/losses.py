"""Lost: what a format cannot hold, or a reader had to leave out or to mend, with how often."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Lost:
    """Something of the source that is not in the result, and how often.

    >>> str(Lost("part states", 2))
    'part states: 2'
    """

    what: str
    """In the plural: `part states`, `attributes`."""
    count: int
    """How many; at least 1."""

    def __str__(self) -> str:
        """Tell it in a line."""
        return f"{self.what}: {self.count}"


def losses(counted: Mapping[str, int]) -> tuple[Lost, ...]:
    """Return what was counted, in the order in which it was met first; what is 0 is no loss.

    >>> losses({"counts": 2, "spans": 0})
    (Lost(what='counts', count=2),)
    """
    return tuple(Lost(what, count) for what, count in counted.items() if count)


def summed(found: Iterable[Lost]) -> tuple[Lost, ...]:
    """Return losses of the same kind as one.

    >>> summed([Lost("spans", 1), Lost("counts", 1), Lost("spans", 2)])
    (Lost(what='spans', count=3), Lost(what='counts', count=1))
    """
    total: dict[str, int] = {}
    for one in found:
        total[one.what] = total.get(one.what, 0) + one.count
    return losses(total)


def count_unread(row: Mapping[str, Any], known: Collection[str], of: str, lost: Counter[str]) -> None:
    """Count the fields of a row that its reader does not know, where something stands in them.

    >>> lost = Counter()
    >>> count_unread({"id": 3, "mask": [1, 2], "crowd": 0}, {"id"}, "things", lost)
    >>> losses(lost)
    (Lost(what='`mask` of things', count=1),)
    """
    for key in row:
        if key in known:
            continue
        if row[key]:
            lost[f"`{key}` of {of}"] += 1
