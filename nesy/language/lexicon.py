"""The word lists beside this file in, frozen tables out: measures, numbers, prepositions, hedges, no things."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ARTICLES = frozenset(["the", "a", "an", "its", "his", "her", "their", "each", "this", "that"])
"""What "..." stands for in a preposition of several words."""


@dataclass(frozen=True)
class Words:
    """The lists of one language; all words lower case."""

    measures: Mapping[str, str]
    """The noun of "a ... of dogs" -> the attribute that it gives the dogs; "" for none."""
    numbers: Mapping[str, int]
    prepositions: Mapping[tuple[str, ...], str]
    """The words of a preposition of several -> as the scene says it; "..." where an article may stand."""
    first_words: frozenset[str]
    """The words that one of `prepositions` starts with."""
    not_places: frozenset[str]
    """Prepositions that place nothing: "during", "like"."""
    pictures: frozenset[str]
    """What a text calls the picture itself: a thing only where it hangs or is held."""
    regions: frozenset[str]
    """Parts of the picture or of any thing: "side", "background"."""
    abstract: frozenset[str]
    """What cannot be boxed: "atmosphere"."""
    hedges: Mapping[str, float]
    """Word or words -> how sure a claim is that is made with them, in [0, 1]."""
    pronouns: Mapping[str, str]
    """Pronoun -> `masc`, `fem`, `neut` or `plur`."""
    predicates: Mapping[str, str]
    """Predicate -> another that means the same in a picture: "dress in" -> "wear"."""
    turned: Mapping[str, str]
    """Passive predicate -> what the object does to the subject: "cover with" -> "cover"."""
    own_regions: frozenset[str]
    """Regions that are things where an adjective tells them apart: "a grassy area"."""
    tells: frozenset[str]
    """Verbs whose subject may be the picture itself."""
    here: frozenset[str]
    """What says that something is there, and no more."""
    no_quality: frozenset[str]
    """Participles and adjectives that say nothing of the thing: "located"."""
    containers: frozenset[str]
    """What holds something: "a bottle of water" is a bottle."""
    depictions: frozenset[str]
    """What shows something: "a painting of a ship" is a painting."""
    intentions: frozenset[str]
    """Words after which "to" says what is not done yet: "about to", "tries to"."""
    reports: frozenset[str]
    """Verbs that say what somebody says: "is said to", "claims that"."""
    comment_verbs: frozenset[str]
    """Verbs whose clauses are opinions: "adds a touch of", "suggests"."""
    picture_verbs: frozenset[str]
    """What may follow "the image" and is no noun then."""
    labels: frozenset[str]
    """What lists and the parts of an answer are called: "objects", "caption"."""
    clause_words: frozenset[str]
    """What stands in clauses, and in no key of a value: "is", "there"."""
    function_words: frozenset[str]
    """Words that name nothing and end no item."""
    places: frozenset[str]
    """Prepositions that place a thing, in one word."""
    masculine: frozenset[str]
    feminine: frozenset[str]
    young: frozenset[str]
    grown: frozenset[str]
    """A child is not the man."""


@cache
def words(language: str = "en") -> Words:
    """Return the lists of a language, read once."""
    read = tomllib.loads((Path(__file__).parent / f"lexicon_{language}.toml").read_text(encoding="utf-8"))
    prepositions = {tuple(phrase.split()): said for phrase, said in read["prepositions"].items()}
    lists = {name: frozenset(text.split()) for name, text in read["lists"].items()}
    return Words(
        measures=read["measures"],
        numbers=read["numbers"],
        prepositions=prepositions,
        first_words=frozenset(phrase[0] for phrase in prepositions),
        hedges=read["hedges"],
        pronouns=read["pronouns"],
        predicates=read["predicates"],
        turned=read["turned"],
        **lists,
    )
