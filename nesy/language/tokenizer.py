"""A text in, its tokens out, in time linear in its length whatever it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokenizer import Tokenizer
    from spacy.tokens import Doc

LONGEST_RUN = 80
"""Characters without a blank that are tokenized at once: spaCy's tokenizer takes quadratic time in them."""

_TOO_LONG = re.compile(rf"\S{{{LONGEST_RUN + 1}}}")


@dataclass(frozen=True)
class BoundedTokenizer:
    """spaCy's tokenizer; strings without a blank that are longer than any word are cut first.

    Args:
        inner: the tokenizer that the pipeline was trained with.
    """

    inner: Tokenizer

    def __call__(self, text: str) -> Doc:
        """Return the tokens of a text; together with their blanks they are the text."""
        from spacy.tokens import Doc

        if not _TOO_LONG.search(text):
            whole: Doc = self.inner(text)
            return whole

        words: list[str] = []
        spaces: list[bool] = []
        for start, stop in _segments(text):
            for token in self.inner(text[start:stop]):
                words.append(token.text)
                spaces.append(bool(token.whitespace_))
        return Doc(self.inner.vocab, words=words, spaces=spaces)


def _segments(text: str) -> list[tuple[int, int]]:
    """Cut a text inside its long runs only: the rest is tokenized in one go, as ever."""
    cuts = [0]
    for run in re.finditer(rf"\S{{{LONGEST_RUN + 1},}}", text):
        cuts.extend(range(run.start() + LONGEST_RUN, run.end(), LONGEST_RUN))
    cuts.append(len(text))
    return list(pairwise(cuts))
