"""An annotated document in, the numbers that the scene parser reads for each token out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from spacy.tokens import Doc

COLUMNS = ("NORM", "LEMMA", "SUFFIX", "PREFIX", "TAG", "DEP")
"""What is looked up in tables, one column each: spaCy's hashes, the same on every machine."""
LONGEST = 120
"""Tokens in one piece: longer sentences are cut, so that the time stays linear in the length of the text."""

Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """Some tokens in a row, a sentence or a part of one.

    Args:
        start: index in the document of its first token.
        hashes: (tokens, columns), one column for each of COLUMNS.
        heads: (tokens,), the index in the piece of each token's syntactic head; its own where that lies outside.
    """

    start: int
    hashes: Hashes
    heads: Integers


def pieces(doc: Doc) -> Iterator[Piece]:
    """Yield the sentences of a document, long ones in pieces of `LONGEST` tokens."""
    if not len(doc):
        return
    table = doc.to_array([*COLUMNS, "HEAD"])
    heads = np.arange(len(doc)) + table[:, -1].astype(np.int64)
    hashes = table[:, :-1].astype(np.uint64)
    for sentence in doc.sents:
        for start in range(sentence.start, sentence.end, LONGEST):
            stop = min(start + LONGEST, sentence.end)
            inside = heads[start:stop] - start
            outside = (inside < 0) | (inside >= stop - start)
            inside = np.where(outside, np.arange(stop - start), inside)
            yield Piece(start, hashes[start:stop], inside)


def look_up(hashes: Hashes, known: Sequence[Hashes]) -> Integers:
    """Return the row of each hash in its column's table.

    Args:
        hashes: (tokens, columns).
        known: for each column the sorted hashes that have a row of their own.

    Returns:
        (tokens, columns): 1 + the position in the column's table; 0 for what is not in it.
    """
    rows = np.zeros(hashes.shape, dtype=np.int64)
    for column, table in enumerate(known):
        if len(table):
            at = np.minimum(np.searchsorted(table, hashes[:, column]), len(table) - 1)
            rows[:, column] = np.where(table[at] == hashes[:, column], at + 1, 0)
    return rows
