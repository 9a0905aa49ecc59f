"""The name of a language in, the shipped spaCy pipeline that annotates its texts out."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.settings import known_language

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


def model_folder(language: str = "en") -> Path:
    """Return the folder of a language's weights (ud/: the spaCy pipeline; scene.npz, scene.json: the scene parser).

    Raises:
        InputError: for a language that nesy does not ship.
    """
    return Path(__file__).resolve().parent / "model" / known_language(language)


def import_alone() -> None:
    """Import spaCy without torch, in a process that reads text and does nothing else: half the time of its start.

    Where torch is installed, spaCy imports it to exchange arrays; the shipped pipeline is of numpy alone. Not for a
    process that others share: what they run on spaCy would find it without torch.
    """
    if "spacy" in sys.modules or "torch" in sys.modules:
        return
    sys.modules["torch"] = None  # type: ignore[assignment]  # so an import is refused, as the import system has it
    try:
        import spacy  # noqa: F401
    finally:
        del sys.modules["torch"]


def load(language: str = "en") -> Language:
    """Return the spaCy pipeline of a language, loaded once: sentences, tags, lemmas, dependencies.

    The annotation is that of Universal Dependencies: pos_ (UPOS), tag_ (Penn), morph, lemma_, dep_ and head. Sentences
    end at full stops, question and exclamation marks and line breaks, never inside a caption. Nothing is downloaded.

    Raises:
        InputError: for a language that nesy does not ship.
    """
    return _loaded(language)  # by position: a cache takes `load()` and `load("en")` for two


@functools.cache
def _loaded(language: str) -> Language:
    return read(model_folder(language) / "ud")


def in_one(parts: Sequence[Doc]) -> Doc:
    """Return documents one after the other as one; what is held with them (`user_data`) is not of the one."""
    if len(parts) == 1:
        return parts[0]
    from spacy.tokens import Doc

    whole: Doc = Doc.from_docs(list(parts), ensure_whitespace=False, exclude=["user_data"])  # type: ignore[call-arg]
    return whole


def read(folder: Path) -> Language:
    """Load a pipeline that `lab.training.language` wrote, with what is not learned: bounds and spelling."""
    import spacy
    from spacy.language import Language
    from spacy.tokenizer import Tokenizer

    from nesy.language.tokenizer import BoundedTokenizer

    nlp = spacy.load(folder)
    tokenizer = nlp.tokenizer
    assert isinstance(tokenizer, Tokenizer)
    nlp.tokenizer = BoundedTokenizer(tokenizer)
    Language.component("nesy_lemmas", func=_lemmas)
    nlp.add_pipe("nesy_lemmas", after="lemmatizer")
    return nlp


def _lemmas(doc: Doc) -> Doc:
    from nesy.language.lemmas import repaired

    for token in doc:
        if token.pos_ in ("VERB", "ADJ"):
            token.lemma_ = repaired(token.lower_, token.lemma_)
    return doc
