"""How well published word lists are known, as it is written: `nesy.mapping/1`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SynonymsRecord(_Frozen):
    """How the synonym list of CHAIR fares, word by word against the class it counts for."""

    list: Literal["chair_synonyms"] = "chair_synonyms"
    """Which list it is."""
    words: int
    """How many words the list has, without those left out by hand."""
    right: int
    """Words found to name their class, exactly or as a kind of it."""
    share: float
    """`right` over `words`, in [0, 1]."""
    by_step: dict[str, int]
    """Step -> words that it finds rightly."""
    above: tuple[str, ...]
    """Words found in a class above theirs only, as `word (class)`."""
    wrong: tuple[str, ...]
    """Words found elsewhere."""
    unknown: tuple[str, ...]
    """Words not found."""
    left_out: dict[str, str]
    """Words left out by hand, as `word (class)` -> the reason."""


class MentionsRecord(_Frozen):
    """Categories found in captions, against those that CHAIR's own program found there."""

    list: Literal["chair300 captions"] = "chair300 captions"
    """Which list it is."""
    captions: int
    """How many captions were read."""
    both: int
    """Pairs of caption and category that both find."""
    precision: float
    """Share of the categories found here that CHAIR finds too, in [0, 1]."""
    recall: float
    """Share of CHAIR's categories that are found here, in [0, 1]."""
    only_here: dict[str, int]
    """Category -> captions in which only nesy finds it, the commonest first."""
    only_there: dict[str, int]
    """Category -> captions in which only CHAIR finds it."""


class ListRecord(_Frozen):
    """How the words of one list are known."""

    list: str
    """Which list it is."""
    kind: str
    """What its words are used as: `category`, `predicate`, `attribute`."""
    words: int
    """How many words the list has."""
    found: dict[str, int]
    """Step -> how many words it finds; `unknown` counts the others."""
    uses: dict[str, int]
    """Step -> how often its words are used; each word once where the list does not say."""
    unknown: tuple[str, ...]
    """The words that are not known."""


class MappingRecord(_Frozen):
    """How much of published word lists the ontology knows, step by step."""

    schema_: Literal["nesy.mapping/1"] = Field(default="nesy.mapping/1", alias="schema")
    synonyms: SynonymsRecord
    """The synonym list of CHAIR."""
    mentions: MentionsRecord
    """The captions of CHAIR."""
    lists: tuple[ListRecord, ...]
    """The vocabularies of VRD, VG150, PSG, VSR and others, one a list."""
