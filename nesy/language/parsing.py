"""Free text in, `Scene` out: entities, relations and counts, each with the places of the text that say it."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from nesy.errors import InputError
from nesy.language.annotator import load
from nesy.language.discourse import Discourse
from nesy.language.extraction import graphs_of
from nesy.language.lexicon import words
from nesy.language.paraphrase import paraphrased
from nesy.language.plain_text import Plain, passages, plain
from nesy.language.quotations import without_quotations
from nesy.ontology import Ontology
from nesy.scene import Scene

if TYPE_CHECKING:
    from spacy.tokens import Doc

_AT_ONCE = 64
"""Texts that are annotated and read together."""
_TOKENS = 2000
"""No more texts are read together than come to this."""


def parse(text: str, language: str = "en") -> Scene:
    """Return the scene that a text describes.

    The claims say what the text says: words in their normal form, places in characters of `text`, a confidence where
    the text hedges and none where it does not. What it denies is no claim; what it says is nowhere has the count 0.

    >>> import nesy
    >>> scene = nesy.parse("A man rides a brown horse.")
    >>> [(entity.id, entity.attributes) for entity in scene.entities]
    [('man_1', ()), ('horse_1', ('brown',))]
    >>> [(relation.subject, relation.predicate, relation.object) for relation in scene.relations]
    [('man_1', 'ride', 'horse_1')]

    Args:
        text: a description in words.
        language: its code of ISO 639-1.

    Raises:
        InputError: the text is blank or holds no words, or nesy ships no model of the language.
    """
    return next(parse_many([text], language))


def parse_many(texts: Iterable[str], language: str = "en") -> Iterator[Scene]:
    """Yield the scene of every text, in order; only a few texts are held at a time.

    >>> import nesy
    >>> [[entity.id for entity in scene.entities] for scene in nesy.parse_many(["A cup.", "Two dogs sleep."])]
    [['cup_1'], ['dog_1', 'dog_2']]

    Args:
        texts: descriptions in words, any number of them.
        language: its code of ISO 639-1.

    Raises:
        InputError: a text is blank or holds no words, or nesy ships no model of the language.
    """
    for some in _some(annotated(texts, language)):
        graphs = graphs_of([doc for doc, _ in some], language)
        for (doc, words_of), graph in zip(some, graphs, strict=True):
            yield Discourse(doc, graph, words_of, words(language), Ontology.default()).scene()


def _some(documents: Iterable[tuple[Doc, Plain]]) -> Iterator[list[tuple[Doc, Plain]]]:
    """Yield the documents in lists: many short ones together, a long one alone."""
    held: list[tuple[Doc, Plain]] = []
    for one in documents:
        held.append(one)
        if len(held) == _AT_ONCE or sum(len(doc) for doc, _ in held) >= _TOKENS:
            yield held
            held = []
    if held:
        yield held


def annotated(texts: Iterable[str], language: str = "en") -> Iterator[tuple[Doc, Plain]]:
    """Yield the annotated document of every text, and the words that it is of.

    Raises:
        InputError: as `parse_many`.
    """
    pipeline = load(language)
    held: list[Doc] = []
    places, start = array("L"), 0
    given: deque[tuple[str, Plain | None]] = deque()

    def passing() -> Iterator[str]:
        for one in _passages(texts):
            given.append(one)
            yield one[0]

    for doc, put in paraphrased(pipeline, pipeline.pipe(passing(), batch_size=_AT_ONCE)):
        passage, last = given.popleft()
        places.extend(start + place for place in put.places)
        held.append(doc)
        start += len(passage)
        if last is not None:
            whole = _joined(held)
            yield whole, replace(last, text=whole.text, places=array("L", (last.places[i] for i in places)))
            held, places, start = [], array("L"), 0


def _passages(texts: Iterable[str]) -> Iterator[tuple[str, Plain | None]]:
    """Yield the passages of all texts, and with the last of each its words."""
    for text in texts:
        if not text.strip():
            raise InputError("the text is blank; a description in words is expected")
        words_of = without_quotations(plain(text))
        if not any(character.isalpha() for character in words_of.text):
            raise InputError("the text holds no words; a description in words is expected")
        found = list(passages(words_of))
        yield from ((passage, None) for passage in found[:-1])
        yield found[-1], words_of


def _joined(parts: list[Doc]) -> Doc:
    if len(parts) == 1:
        return parts[0]
    from spacy.tokens import Doc

    whole: Doc = Doc.from_docs(parts, ensure_whitespace=False)
    return whole
