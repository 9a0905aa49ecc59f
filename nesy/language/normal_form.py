"""The words of an object, attribute or predicate as written in, their normal form out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


def surface(doc: Doc, tokens: Sequence[int]) -> str:
    """Return the words in lower case, joined as the text joins them ("multi-colored", "tennis racket")."""
    words: list[str] = []
    last = None
    for index in tokens:
        glued = last is not None and index == last + 1 and not doc[last].whitespace_
        words.append(("" if glued or last is None else " ") + doc[index].lower_)
        last = index
    return "".join(words)


def plain(token: Token, role: str) -> str:
    """Return the form that a word takes where no table knows better: verbs of predicates lose their ending."""
    return token.lemma_.lower() if role == "P" and token.pos_ in ("VERB", "AUX", "NOUN") else token.lower_


@dataclass(frozen=True)
class NormalForms:
    """How annotators write what captions say.

    Args:
        phrases: role ("O", "A" or "P") -> phrase as written -> normal form.
        words: role -> word as written -> its form within a longer phrase.
    """

    phrases: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Mapping[str, str]]

    def label(self, doc: Doc, tokens: Sequence[int], role: str) -> str:
        """Return the normal form of some tokens in a role; the whole phrase goes before its words."""
        written = surface(doc, tokens)
        known = self.phrases[role].get(written)
        return known if known is not None else self.composed(doc, tokens, role)

    def composed(self, doc: Doc, tokens: Sequence[int], role: str) -> str:
        """Return the normal form word by word."""
        table = self.words[role]
        parts: list[str] = []
        last = None
        for index in tokens:
            token = doc[index]
            word = table.get(token.lower_)
            glued = last is not None and index == last + 1 and not doc[last].whitespace_
            if glued and "-" in (token.text, doc[index - 1].text):
                parts[-1] += token.lower_
            else:
                parts.append(plain(token, role) if word is None else word)
            last = index
        return " ".join(part for part in parts if part)
