"""Free text in, `Scene` out: entities, relations and counts, each with the places of the text that say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from nesy.errors import InputError
from nesy.language.discourse import Discourse
from nesy.language.pipeline import load
from nesy.language.syntax import syntactic_graph
from nesy.language.words import words
from nesy.ontology import Ontology
from nesy.scene import Scene

if TYPE_CHECKING:
    from spacy.tokens import Doc


def parse(text: str, language: str = "en") -> Scene:
    """Return the scene that a text describes; its claims carry their places in the text.

    Raises:
        InputError: the text is blank, or nesy ships no model of the language.
    """
    return next(parse_many([text], language))


def parse_many(texts: Iterable[str], language: str = "en") -> Iterator[Scene]:
    """Yield the scene of every text, in order; only a few texts are held at a time.

    Raises:
        InputError: a text is blank, or nesy ships no model of the language.
    """
    pipeline = load(language)
    for doc in pipeline.pipe(_filled(texts)):
        yield scene_of(doc, language)


def _filled(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if not text.strip():
            raise InputError("the text is blank; a description in words is expected")
        yield text


def scene_of(doc: Doc, language: str = "en") -> Scene:
    """Return the scene of an annotated document."""
    return Discourse(doc, syntactic_graph(doc, language), words(language), Ontology.default()).scene()
