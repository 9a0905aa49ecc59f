"""Vocabulary: the words that a model has learnt to write, where it was trained on a closed world; vocabulary.json."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from nesy.errors import InputError
from nesy.scene import read_json

Word = Annotated[str, Field(pattern=r"^[a-zA-Z0-9(][a-zA-Z0-9_ ()-]{0,47}$")]
Category = Annotated[str, Field(pattern=r"^[a-z]{1,24}(_[a-z]{1,24}){0,4}$")]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]


class Vocabulary(BaseModel):
    """All that may stand in a reply of a model that knows a closed world, each word as the model writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    """Of entities and counts; ids are made of them."""
    attributes: Words
    """Of entities."""
    part_states: Annotated[Mapping[Word, Words], Field(min_length=1)]
    """Body part -> the states that it can be in."""
    predicates: Words
    """Of relations."""
    reasons: Words
    """Predicates of the reasons of an answer."""
    answers: Words
    """Words that answers to questions are made of."""


def read_vocabulary(path: Path) -> Vocabulary:
    """Read a model's vocabulary.

    Raises:
        InputError: the file cannot be read, or is no vocabulary; names the field.
    """
    try:
        return read_json(Vocabulary, path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
