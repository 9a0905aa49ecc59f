"""One share of a data set: the same pictures on any machine, by their names alone."""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from nesy.errors import InputError


@dataclass(frozen=True)
class Share:
    """The pictures whose name falls to part `number` of `of`; all parts together are the whole, each picture in one.

    >>> parts = [Share.read(f"{number}/3") for number in (1, 2, 3)]
    >>> [[part.number for part in parts if part.holds(name)] for name in ("a.png", "b.png", "sub/a.png")]
    [[3], [1], [2]]
    """

    number: int
    """From 1."""
    of: int
    """How many there are."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `i/n`.

        Raises:
            InputError: it is none, or i is not from 1 to n.
        """
        found = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
        number, of = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= number <= of:
            raise InputError(f"a shard is i/n with i from 1 to n, such as 1/8; got {text!r}")
        return cls(number, of)

    def holds(self, name: str) -> bool:
        """Tell whether a picture of this name falls to this share."""
        # One machine writes é as one letter, another as two.
        written = unicodedata.normalize("NFC", name).encode("utf-8", "surrogatepass")
        return int.from_bytes(sha256(written).digest()[:8]) % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"
