"""Relations, part states and counts <-> the line that a person reads, and corrects, in the text field of a tool.

A relation is `ride -> horse_1`, a part state `hip: sit on -> horse_1` or `head: inspect`, a count `3 person`.
"""

from nesy.scene import Count, PartState, Relation

_TOWARDS = " -> "
_OF_PART = ": "


def relation_line(relation: Relation) -> str | None:
    """Return what a relation says of its subject, or None where its words make no such line.

    >>> relation_line(Relation(id="r1", subject="person_1", predicate="sit on", object="horse_1"))
    'sit on -> horse_1'
    """
    line = f"{relation.predicate}{_TOWARDS}{relation.object}"
    return line if _read(read_relation, line) == (relation.predicate, relation.object) else None


def state_line(state: PartState) -> str | None:
    """Return what a part state says of its entity, or None where its words make no such line.

    >>> state_line(PartState(id="p1", entity="person_1", part="left hand", state="hold", object="cup_1"))
    'left hand: hold -> cup_1'
    """
    line = f"{state.part}{_OF_PART}{state.state}" + (f"{_TOWARDS}{state.object}" if state.object else "")
    return line if _read(read_state, line) == (state.part, state.state, state.object) else None


def count_line(count: Count) -> str | None:
    """Return what a count says of a picture, or None where its words make no such line.

    >>> count_line(Count(id="n1", category="person", value=3))
    '3 person'
    """
    line = f"{count.value} {count.category}"
    return line if _read(read_count, line) == (count.value, count.category) else None


def read_relation(line: str) -> tuple[str, str]:
    """Return predicate and object; ValueError with what would be right."""
    predicate, arrow, target = line.rpartition(_TOWARDS)
    if not arrow or not predicate.strip() or not target.strip() or _broken(line):
        raise ValueError(f"{line[:80]!r} is no relation; `ride{_TOWARDS}horse_1` would be right")
    return predicate.strip(), target.strip()


def read_state(line: str) -> tuple[str, str, str | None]:
    """Return part, state and object; ValueError with what would be right."""
    part, colon, rest = line.partition(_OF_PART)
    state, arrow, target = rest.rpartition(_TOWARDS) if _TOWARDS in rest else (rest, "", "")
    if not colon or not part.strip() or not state.strip() or bool(arrow) != bool(target.strip()) or _broken(line):
        right = f"`hip{_OF_PART}sit on{_TOWARDS}horse_1` or `head{_OF_PART}inspect`"
        raise ValueError(f"{line[:80]!r} is no part state; {right} would be right")
    return part.strip(), state.strip(), target.strip() or None


def read_count(line: str) -> tuple[int, str]:
    """Return how many there are and of what; ValueError with what would be right."""
    number, blank, category = line.strip().partition(" ")
    if not blank or not category.strip() or not (number.isascii() and number.isdigit()) or _broken(line):
        raise ValueError(f"{line[:80]!r} is no count; `3 person` would be right")
    return int(number[:9]), category.strip()


def lines(text: str) -> list[str]:
    """Return the lines of a text field that are not blank."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _broken(line: str) -> bool:
    return "\n" in line


def _read(read: object, line: str) -> object:
    try:
        return read(line) if callable(read) and lines(line) == [line] else None
    except ValueError:
        return None
