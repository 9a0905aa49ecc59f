"""Question: what is asked of an image, as a claim with a hole in it; Thing: what a question or an answer names."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["yes_no", "which", "doing", "where", "how_many", "attribute", "text", "other"]
Hole = Literal["", "subject", "object"]


@dataclass(frozen=True)
class Thing:
    """What a question or an answer names: `the man in red` is a man, red, definite."""

    label: str
    """Its noun in lower case, singular where that is known; empty for anything at all."""
    attributes: tuple[str, ...] = ()
    definite: bool = False
    """`the man`: one certain thing, also where several are of its name."""

    @property
    def words(self) -> str:
        """The thing in words.

        >>> Thing("horse", ("brown",)).words
        'brown horse'
        """
        return " ".join((*self.attributes, self.label or "thing"))


@dataclass(frozen=True)
class Question:
    """What a question asks; what no claim can answer (`Why does he laugh?`) is of kind `other`.

    Words are as the question has them, verbs in their base form.

    - `yes_no`: whether `subject predicate object` holds, whether `subject` has `attribute`, whether `written` stands on
      it, or whether it is there at all
    - `which`: what or who fills the `hole`; a noun of the hole (`which animal`) stands in its place
    - `doing`: the predicate and object of `subject`
    - `where`: the position of `subject`
    - `how_many`: the number of `subject`, of those alone with `predicate object` where these are given
    - `attribute`: the value of the dimension `attribute` (`colour`) of `subject`
    - `text`: what is written on `subject`, or anywhere where there is none
    """

    kind: Kind
    text: str
    subject: Thing | None = None
    predicate: str = ""
    object: Thing | None = None
    hole: Hole = ""
    attribute: str = ""
    written: str = ""

    @property
    def of_text(self) -> bool:
        """Whether it asks about something written."""
        return self.kind == "text" or bool(self.written)
