"""Free text in, `Scene` out: entities, relations and counts, each with the places of the text that say it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from nesy.errors import InputError
from nesy.language.annotator import in_one, load
from nesy.language.discourse import Discourse
from nesy.language.extraction import graphs_of
from nesy.language.layout_words import vocabulary
from nesy.language.lexicon import words
from nesy.language.listed import listed
from nesy.language.paraphrase import paraphrased
from nesy.language.plain_text import Plain, has_words, passages, plain, windows
from nesy.language.quotations import without_quotations
from nesy.language.recognition import in_language
from nesy.language.verbs import knowing
from nesy.language.written_out import written_out
from nesy.ontology import Ontology
from nesy.scene import Scene

if TYPE_CHECKING:
    from spacy.tokens import Doc

_AT_ONCE = 64
"""Texts that are annotated and read together."""
_TOKENS = 2000
"""No more texts are read together than come to this."""
_CHARACTERS = 8000
"""No more passages are annotated together than come to this: the pipeline holds thousands of bytes of each."""
_Passage = tuple[str, tuple[Plain | None, bool]]


def parse(text: str, language: str = "en", ontology: Ontology | None = None) -> Scene:
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
        ontology: whose words are known; the shipped one if None.

    Raises:
        InputError: the text is blank, holds no words or is in another language, or nesy ships no model of `language`.
    """
    return next(parse_many([text], language, ontology))


def parse_many(texts: Iterable[str], language: str = "en", ontology: Ontology | None = None) -> Iterator[Scene]:
    """Yield the scene of every text, in order; only a few texts are held at a time.

    >>> import nesy
    >>> [[entity.id for entity in scene.entities] for scene in nesy.parse_many(["A cup.", "Two dogs sleep."])]
    [['cup_1'], ['dog_1', 'dog_2']]

    Args:
        texts: descriptions in words, any number of them.
        language: its code of ISO 639-1.
        ontology: whose words are known; the shipped one if None.

    Raises:
        InputError: a text is blank, holds no words or is in another language, or nesy ships no model of `language`.
    """
    known = Ontology.default() if ontology is None else ontology
    discourse = None
    for some in _some(annotated(texts, language, known)):
        for one in some:
            knowing(one.doc, known)
        graphs = graphs_of([one.doc for one in some], language)
        for one, graph in zip(some, graphs, strict=True):
            discourse = discourse or Discourse(words(language), known)
            if len(one.doc):  # else somebody asked, and nobody answered
                read, absences = listed(one.doc, graph, one.words, vocabulary(language))
                discourse.read(one.doc, read, one.words, absences)
            if one.last:
                yield discourse.scene()
                discourse = None


@dataclass(frozen=True)
class Window:
    """An annotated text, or a part of a long one.

    Args:
        doc: the annotated document.
        words: that it is of.
        last: whether the text ends with it.
    """

    doc: Doc
    words: Plain
    last: bool


def _some(windows_of: Iterable[Window]) -> Iterator[list[Window]]:
    """Yield windows in lists: many short ones together, a long one alone."""
    held: list[Window] = []
    for one in windows_of:
        held.append(one)
        if len(held) == _AT_ONCE or sum(len(other.doc) for other in held) >= _TOKENS:
            yield held
            held = []
    if held:
        yield held


def annotated(texts: Iterable[str], language: str = "en", ontology: Ontology | None = None) -> Iterator[Window]:
    """Yield every text annotated, long ones in windows.

    Raises:
        InputError: as `parse_many`.
    """
    pipeline = load(language)
    known = Ontology.default() if ontology is None else ontology
    held: list[Doc] = []
    places = array("L")
    start = 0
    for some in _batches(_passages(texts, language)):
        docs = _knowing(pipeline.pipe((passage for passage, _ in some), batch_size=_AT_ONCE), known)
        for (passage, (window, last)), (doc, put) in zip(some, paraphrased(pipeline, docs), strict=True):
            places.extend(start + place for place in put.places)
            held.append(doc)
            start += len(passage)
            if window is not None:
                yield Window(in_one(held), _as_read(window, held, places), last)
                held, places, start = [], array("L"), 0


def _knowing(docs: Iterable[Doc], ontology: Ontology) -> Iterator[Doc]:
    for doc in docs:
        knowing(doc, ontology)
        yield doc


def _as_read(words_of: Plain, docs: Sequence[Doc], places: array[int]) -> Plain:
    """Return the words of a window as its passages were read; `places`: which of its characters each stands for."""
    ends = accumulate(len(doc.text) for doc in docs)
    begins = dict(zip((*words_of.breaks, len(words_of.text)), ends, strict=True))
    text = "".join(doc.text for doc in docs)
    return words_of.put(text, places, lambda place: begins.get(place, 0))


def _batches(passages_of: Iterable[_Passage]) -> Iterator[list[_Passage]]:
    """Yield passages in lists of `_AT_ONCE` that come to few characters."""
    held: list[_Passage] = []
    size = 0
    for one in passages_of:
        held.append(one)
        size += len(one[0])
        if len(held) == _AT_ONCE or size >= _CHARACTERS:
            yield held
            held, size = [], 0
    if held:
        yield held


def _passages(texts: Iterable[str], language: str) -> Iterator[_Passage]:
    """Yield the passages of all texts, with the last of each window its words, and whether the text ends there."""
    for text in texts:
        parts = list(windows(words_to_read(text, language)))
        for number, part in enumerate(parts, start=1):
            found = list(passages(part))
            yield from ((passage, (None, False)) for passage in found[:-1])
            yield found[-1], (part, number == len(parts))


def words_to_read(text: str, language: str = "en", *, told: bool = True) -> Plain:
    """Return the words of a text in the language that is read; what is in others is logged where it is to be told.

    Raises:
        InputError: the text is blank, holds no words, or is in another language.
    """
    if not text.strip():
        raise InputError("the text is blank; a description in words is expected")
    if not has_words(text):
        raise InputError("the text holds no words; a description in words is expected")
    return in_language(written_out(without_quotations(plain(text, language))), language, told=told)
