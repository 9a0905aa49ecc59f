"""A CoNLL-U file in, spaCy examples to learn the annotation of Universal Dependencies from out."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.errors import InputError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.training import Example

# Columns of a CoNLL-U line.
_FORM, _LEMMA, _UPOS, _XPOS, _FEATS, _HEAD, _DEPREL, _MISC = 1, 2, 3, 4, 5, 6, 7, 9


def sentences(path: Path) -> Iterator[list[list[str]]]:
    """Yield the lines of each sentence, split into their ten columns; comments are left out.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    for block in text.split("\n\n"):
        lines = [line.split("\t") for line in block.split("\n") if line and not line.startswith("#")]
        if lines:
            yield lines


def _spaces(lines: list[list[str]]) -> list[bool]:
    """Tell after which words a blank stands; inside a multiword token ("do" + "n't") none does."""
    spaces: list[bool] = []
    inside_to = 0
    last_of_multiword = False
    for columns in lines:
        glued = "SpaceAfter=No" in columns[_MISC]
        if "-" in columns[0]:
            inside_to = int(columns[0].split("-")[1])
            last_of_multiword = not glued
        elif columns[0].isdigit():
            number = int(columns[0])
            if number < inside_to:
                spaces.append(False)
            elif number == inside_to:
                spaces.append(last_of_multiword)
            else:
                spaces.append(not glued)
    return spaces


def reference(lines: list[list[str]], nlp: Language, *, lower: bool = False) -> Doc:
    """Return one sentence as a document with its gold annotation.

    Args:
        lines: columns of its lines; multiword and empty nodes give no token of their own.
        nlp: the pipeline whose vocabulary the document uses.
        lower: lower-case the words, as captions are often written; the lemmas of names follow.
    """
    from spacy.tokens import Doc

    words = [columns for columns in lines if columns[0].isdigit()]
    heads = [index if columns[_HEAD] == "0" else int(columns[_HEAD]) - 1 for index, columns in enumerate(words)]
    forms = [columns[_FORM] for columns in words]
    lemmas = [columns[_LEMMA] for columns in words]
    return Doc(
        nlp.vocab,
        words=[form.lower() for form in forms] if lower else forms,
        spaces=_spaces(lines),
        tags=[columns[_XPOS] for columns in words],
        pos=[columns[_UPOS] for columns in words],
        morphs=["" if columns[_FEATS] == "_" else columns[_FEATS] for columns in words],
        lemmas=[lemma.lower() for lemma in lemmas] if lower else lemmas,
        heads=heads,
        # Subtypes that a scene needs stay (nsubj:pass, obl:agent, nmod:poss ...).
        deps=["ROOT" if columns[_HEAD] == "0" else columns[_DEPREL] for columns in words],
        sent_starts=[index == 0 for index in range(len(words))],
    )


def examples(path: Path, nlp: Language, *, lower: bool = False) -> list[Example]:
    """Return every sentence as (text tokenized by `nlp`, gold annotation); spaCy aligns the two where they differ."""
    from spacy.training import Example

    found = []
    for lines in sentences(path):
        gold = reference(lines, nlp, lower=lower)
        found.append(Example(nlp.make_doc(gold.text), gold))
    return found


def captioned(lines: list[list[str]], draw: random.Random) -> tuple[list[list[str]], bool]:
    """Return a sentence as a caption might write it: (lines, lower-cased?), often without the final full stop."""
    last = lines[-1]
    # Only where nothing hangs on the full stop, and something is left.
    stop = len(lines) > 2 and last[_FORM] in ".!" and all(columns[_HEAD] != last[0] for columns in lines)
    if stop and draw.random() < 0.5:
        lines = lines[:-1]
    return lines, draw.random() < 0.6
