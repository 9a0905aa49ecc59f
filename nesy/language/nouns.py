"""An annotated document in, what it names out: one mention for every noun phrase and pronoun, with its qualities.

The labels follow FACTUAL (Li et al., Findings of ACL 2023): nouns as the text has them, numbers in digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nesy.language.lexicon import ARTICLES, Words
from nesy.language.mentions import Attribute, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

NOUNS = frozenset(["NOUN", "PROPN"])
_NAME = frozenset(["compound", "flat", "nmod:unmarked"])
_KEPT_DEGREES = frozenset(["light", "dark", "bright", "pale", "deep", "multi", "well", "brightly", "neatly"])
ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5}
"""Which member of a set an ordinal means."""
_ALONE = frozenset(
    ["one", "ones", "another", "other", "others", "someone", "somebody", "everyone", "everybody", "each"]
)


@dataclass(frozen=True)
class Place:
    """A preposition of several words: tokens [start, end), and what it says."""

    start: int
    end: int
    said: str


@dataclass
class Named:
    """What is known of the noun phrases of a document while it is read."""

    mentions: list[Mention] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    of_token: dict[int, int] = field(default_factory=dict)
    """Token -> its mention; the measure of "a group of dogs" is of the dogs."""
    places: list[Place] = field(default_factory=list)
    within: frozenset[int] = frozenset()
    """The tokens of `places`."""

    def of(self, token: Token) -> int | None:
        """Return the mention that a token heads, also through "who" and "that"."""
        found = self.of_token.get(token.i)
        if found is None and "Rel" in token.morph.get("PronType", []):
            governor = clause_of(token)
            return None if governor is None else self.of_token.get(governor.head.i)
        return found


def clause_of(token: Token) -> Token | None:
    """Return the head of the relative clause that a token stands in, or None."""
    for one in (token, *token.ancestors):
        if one.dep_ == "acl:relcl":
            return one
    return None


def places(doc: Doc, words: Words) -> list[Place]:
    """Find the prepositions of several words, the longest first."""
    lower = [token.lower_ for token in doc]
    found: list[Place] = []
    at = 0
    while at < len(lower):
        best = _place_at(lower, at, words) if lower[at] in words.first_words else None
        if best is None:
            at += 1
            continue
        found.append(best)
        at = best.end
    return found


def _place_at(lower: list[str], start: int, words: Words) -> Place | None:
    best: Place | None = None
    for phrase, said in words.prepositions.items():
        if phrase[0] != lower[start]:
            continue
        at = start
        for word in phrase:
            if word == "...":
                at += lower[at : at + 1] != [] and lower[at] in ARTICLES
            elif lower[at : at + 1] == [word]:
                at += 1
            else:
                break
        else:
            if best is None or at > best.end:
                best = Place(start, at, said)
    return best


def named(doc: Doc, words: Words) -> Named:
    """Return the mentions of a document and the qualities that stand within their noun phrases."""
    found = Named(places=places(doc, words))
    found.within = frozenset(i for place in found.places for i in range(place.start, place.end))
    measured: list[tuple[Token, Token]] = []
    for token in doc:
        if not _names(token, found.within):
            continue
        inner = _measured(token, words)
        if inner is not None:
            measured.append((token, inner))
        else:
            _add(found, token)
    for measure, inner in measured:
        if inner.i not in found.of_token:
            continue
        mention = found.of_token[measure.i] = found.of_token[inner.i]
        said = words.measures[measure.lower_]
        if said:
            found.attributes.append(Attribute(mention, said, (measure.i,)))
        _qualities(found, mention, measure, words)
    for token in doc:
        mention_index = found.of_token.get(token.i)
        if mention_index is not None and token.pos_ in NOUNS and token.lower_ not in words.measures:
            _qualities(found, mention_index, token, words)
    return found


def _names(token: Token, within: frozenset[int]) -> bool:
    if token.i in within:
        return False
    if token.pos_ in NOUNS:
        return not (token.dep_ in _NAME and token.head.pos_ in NOUNS and token.head.i > token.i) and token.is_alpha | (
            "-" in token.text or "'" in token.text
        )
    if token.tag_ in ("PRP", "PRP$"):
        return token.lower_ not in ("i", "me", "my", "we", "us", "our", "you", "your")
    if (token.tag_ == "CD" or token.lower_ in ORDINALS) and token.dep_ in ("nsubj", "nsubj:pass", "obj"):
        return True  # "two are red and the third is blue"
    return token.lower_ in _ALONE and token.dep_ not in ("det", "amod", "nummod", "advmod", "punct", "fixed")


def _measured(token: Token, words: Words) -> Token | None:
    """Return the noun that a measure measures: the dogs of "a group of dogs"."""
    if token.lower_ not in words.measures:
        return None
    for child in token.children:
        if child.dep_ == "nmod" and child.pos_ in NOUNS and any(c.lower_ == "of" for c in child.children):
            return child
    return None


def _add(found: Named, token: Token) -> None:
    parts = [token]
    for child in reversed(list(token.lefts)):
        if child.dep_ in _NAME and child.i == parts[0].i - 1:
            parts = [*_name_of(child), *parts]
    label = " ".join(part.lower_ for part in parts)
    found.of_token[token.i] = len(found.mentions)
    found.mentions.append(Mention(tuple(part.i for part in parts), label))


def _name_of(token: Token) -> list[Token]:
    """Return the words of a compound's first part: "tennis" and all that stands joined before it."""
    parts = [token]
    for child in reversed(list(token.lefts)):
        if child.dep_ in (*_NAME, "punct") and child.i == parts[0].i - 1:
            parts = [child, *parts]
    return parts


def _qualities(found: Named, mention: int, head: Token, words: Words) -> None:
    for child in head.lefts:
        if child.dep_ == "amod" or (child.dep_ == "nmod" and child.tag_ == "JJ"):
            for one in coordinated(child):
                quality(found, mention, one)
        elif child.dep_ == "nummod":
            value = number(child, words)
            if value is not None and value > 1:
                found.attributes.append(Attribute(mention, str(value), (child.i,)))


def coordinated(token: Token) -> list[Token]:
    """Return a token and what is coordinated with it: the red, the white and the blue of a flag."""
    found, todo = [], [token]
    while todo:
        one = todo.pop()
        found.append(one)
        todo += [child for child in one.children if child.dep_ == "conj"]
    return sorted(found, key=lambda one: one.i)


def number(token: Token, words: Words) -> int | None:
    """Return the number that a token says, in words or digits; None for none below ten thousand."""
    text = token.lower_.replace(",", "")
    if text.isascii() and text.isdigit() and len(text) < 5:
        return int(text)
    return words.numbers.get(text)


def quality(found: Named, mention: int, token: Token) -> None:
    """Add the quality that an adjective or a participle says: "light blue", "multi-colored"."""
    if token.lower_ in (
        "other",
        "same",
        "such",
        "own",
        "several",
        "many",
        "few",
        "various",
        "more",
        "most",
        "numerous",
    ):
        return
    parts = [token]
    for child in reversed(list(token.lefts)):
        joined = child.i == parts[0].i - 1 and (
            child.lower_ in _KEPT_DEGREES or child.dep_ in ("punct", "compound") or not child.whitespace_
        )
        if joined and child.text not in (",", '"', "(", ";", ":", "."):
            parts = [child, *parts]
    label = "".join(part.lower_ + (part.whitespace_ and " ") for part in parts).strip()
    if label:
        found.attributes.append(Attribute(mention, label, tuple(part.i for part in parts)))
