"""Edits of a text's words in, the words as they then read out, and which of the first each character stands for.

The parsers learned from captions, which say "is sitting" and name the thing before its place. A sentence that says the
same in another way is read after it was put so; its claims keep their places in the text as given.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """Some words of a reworded text.

    Args:
        text: as it now reads.
        start: where what it stands for begins, in characters of the words before.
        end: where that ends; `text` may be longer or shorter than that.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Reworded:
    """Words after their edits.

    Args:
        text: as it now reads.
        places: for each character of `text`, which one of the words before it stands for.
    """

    text: str
    places: array[int]


def kept(text: str, start: int = 0, end: int | None = None) -> Piece:
    """Return the piece that leaves a stretch of a text as it is."""
    end = len(text) if end is None else end
    return Piece(text[start:end], start, end)


def edited(text: str, edits: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return the pieces of a text of which some stretches read otherwise.

    >>> [one.text for one in edited("A dog sleeps.", [Piece("is sleeping", 6, 12)])]
    ['A dog ', 'is sleeping', '.']

    Args:
        text: the whole.
        edits: in the order of the text; none overlaps another.
    """
    found: list[Piece] = []
    at = 0
    for edit in edits:
        found += [kept(text, at, edit.start), edit]
        at = edit.end
    return tuple(one for one in (*found, kept(text, at)) if one.text)


def joined(pieces: Sequence[Piece]) -> Reworded:
    """Return the text that pieces make, with the place of each character.

    >>> joined([Piece("is sleeping", 6, 12)]).places.tolist()
    [6, 11, 11, 6, 7, 8, 9, 10, 11, 11, 11]
    """
    places = array("L")
    for piece in pieces:
        last = piece.end - 1
        if len(piece.text) == piece.end - piece.start:
            places.extend(range(piece.start, piece.end))
            continue
        words = piece.text.split(" ")
        for number, word in enumerate(words):  # each word stands for the whole
            places.extend(min(piece.start + i, last) if i + 1 < len(word) else last for i in range(len(word)))
            if number + 1 < len(words):
                places.append(last)
    return Reworded("".join(piece.text for piece in pieces), places)
