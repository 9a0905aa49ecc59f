"""What a text speaks of while it is read: things, and the mentions that meant them."""

from __future__ import annotations

from dataclasses import dataclass, field

from nesy.language.descriptions import Description


@dataclass
class Thing:
    """One entity while the text is read."""

    category: str
    noun: str
    group: bool
    gender: str
    person: bool
    age: str
    qualities: set[str] = field(default_factory=set)
    side: str = ""
    owners: set[int] = field(default_factory=set)
    name: bool = False
    """Whether the text calls it by a name: "Anna"."""
    named_apart: bool = False
    """Of a member of a set: whether a phrase has meant it alone."""
    unnamed_in: int | None = None
    """The sentence that first spoke of somebody whom only a pronoun has named so far."""


@dataclass
class Named:
    """A mention with the things that it means, for those that come after."""

    things: tuple[int, ...]
    description: Description
    sentence: int
