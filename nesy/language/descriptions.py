"""A mention in its document in, how it refers out: definite or new, how many, of which gender, with which qualities."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from nesy.language.lexicon import Words
from nesy.language.mentions import Mention
from nesy.language.nouns import NOUNS, ORDINALS, number
from nesy.ontology import Ontology
from nesy.ontology.morphology import noun_bases

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_DEFINITE = frozenset(["the", "this", "that", "these", "those", "both"])
_NEXT = frozenset(["another", "second", "third", "fourth", "fifth", "additional", "more"])
_SIDES = {
    "left": "left", "right": "right", "foreground": "front", "background": "back", "middle": "middle",
    "center": "middle", "centre": "middle", "leftmost": "left", "rightmost": "right", "distance": "back",
}  # fmt: skip
_ONLOOKERS = frozenset(["i", "we", "you", "one"])
_MEN = ("man", "men", "boy", "boys")
_WOMEN = ("woman", "women", "girl", "girls", "lady", "ladies", "waitress", "actress", "hostess")
_PERSONS = ("man", "woman", "boy", "girl", "lady", "ist")


class Kind(StrEnum):
    """How a mention refers."""

    PRONOUN = "pronoun"
    ONE = "one"
    """ "one", "the other", "others": of a set that was named."""
    DEFINITE = "definite"
    NEW = "new"


@dataclass(frozen=True)
class Description:
    """What a mention says of the thing that it means."""

    kind: Kind
    head: int
    noun: str
    """The head noun in the singular, lower case."""
    category: str
    """The whole name; in the singular unless it is a group."""
    number: int | None
    """How many; None: several, but not how many."""
    counted: bool
    """Whether a numeral says how many."""
    gender: str
    """`masc`, `fem`, `neut`, `plur` (pronouns) or "" where the word does not tell."""
    person: bool
    qualities: frozenset[str]
    side: str
    """Where in the picture, in one word; "" where that is not said."""
    next: bool
    """ "another", "the other", "a second": none of those named so far."""
    ordinal: int | None
    """0 for "the first"."""
    prominence: int
    """2 for a subject and for what a sentence is there to show, 1 for an object, 0 for what stands further in."""
    name: bool
    """Whether it is somebody's name: "Anna"."""
    age: str
    """`young`, `grown` or ""."""
    barred: frozenset[int]
    """For "him" and "it", which never mean the subject of their own clause: the heads of that subject."""


def describe(doc: Doc, mention: Mention, qualities: frozenset[str], table: Words, ontology: Ontology) -> Description:
    """Return how a mention refers; `qualities`: what the text says of it."""
    head = doc[mention.tokens[-1]]
    lower = head.lower_
    before = [child.lower_ for child in _before(head)]
    is_name = _is_name(head, ontology)
    if lower in table.pronouns and head.pos_ not in NOUNS:
        kind = Kind.PRONOUN
    elif _stands_alone(head, table):
        kind = Kind.ONE
    elif is_name or _DEFINITE & set(before) or any(c.dep_ == "nmod:poss" for c in head.lefts):
        kind = Kind.DEFINITE
    else:
        kind = Kind.NEW
    many, counted = _how_many(head, before, qualities, table)
    if kind is Kind.ONE and lower not in ("ones", "others", "rest", "each"):
        many, counted = number(head, table) or 1, False
    several = _is_plural(head) or (counted and many is not None and many > 1)
    noun = _singular(head, several, ontology) if head.pos_ in NOUNS or lower not in table.pronouns else lower
    name = [*mention.label.split()[:-1], noun]
    gender = table.pronouns.get(lower, "") if kind is Kind.PRONOUN else _gender(lower, table)
    singular = many is not None
    return Description(
        kind=kind,
        head=head.i,
        noun=noun,
        category=" ".join(name) if singular and several else mention.label,
        number=many,
        counted=counted,
        gender=gender,
        person=bool(gender in ("masc", "fem")) or (kind not in (Kind.PRONOUN, Kind.ONE) and _is_person(noun, ontology)),
        qualities=qualities - {str(many)},
        side=_side(head, table),
        next=_is_next(lower, before, kind),
        ordinal=ORDINALS.get(lower, next((ORDINALS[word] for word in before if word in ORDINALS), None)),
        prominence=_prominence(head, table),
        name=is_name,
        age="young" if noun in table.young else "grown" if noun in table.grown else "",
        barred=_own_subject(head) if kind is Kind.PRONOUN else frozenset(),
    )


def _is_next(lower: str, before: list[str], kind: Kind) -> bool:
    """Tell whether a phrase means none of those named so far: "another", "the other", "a blue one"."""
    if _NEXT & set(before) or "other" in before or lower in ("another", "other", "others", "rest"):
        return True
    return kind is Kind.ONE and lower == "one" and bool({"a", "an"} & set(before))


def _stands_alone(head: Token, table: Words) -> bool:
    """Tell whether a word means some of a set that was named: "one", "the other", "two", "the third"."""
    lower = head.lower_
    if lower in ("one", "ones", "other", "others", "another", "each", "rest"):
        return True
    return lower in ORDINALS or lower == "last" or (head.pos_ not in NOUNS and number(head, table) is not None)


def _own_subject(pronoun: Token) -> frozenset[int]:
    """Return the heads of what a pronoun cannot mean: what stands to it: the dog of "a dog beside it"."""
    if pronoun.tag_ != "PRP" or pronoun.lower_.endswith(("self", "selves")) or pronoun.dep_.startswith("nsubj"):
        return frozenset()
    if pronoun.dep_ == "nmod" and pronoun.head.pos_ in NOUNS and _is_placing(pronoun):
        return frozenset([pronoun.head.i])
    for verb in (pronoun, *pronoun.ancestors):  # "a cup is on it": the pronoun may head the clause
        subjects = [child for child in verb.children if child.dep_.startswith("nsubj")]
        if subjects:
            return frozenset(one.i for one in subjects)
        if verb.pos_ == "VERB" and verb.dep_ in ("acl", "ROOT", "acl:relcl"):
            return frozenset([verb.head.i]) if verb.dep_ == "acl" else frozenset()
    return frozenset()


def _is_placing(pronoun: Token) -> bool:
    """Tell whether a preposition but "of" stands before a pronoun: a photo of him may be his own."""
    return any(child.dep_ == "case" and child.lower_ != "of" for child in pronoun.children)


def _before(head: Token) -> list[Token]:
    return [child for child in head.lefts if child.dep_ in ("det", "det:predet", "amod", "nummod", "advmod", "case")]


def _is_plural(head: Token) -> bool:
    return head.tag_ in ("NNS", "NNPS") or "Plur" in head.morph.get("Number", []) or head.lower_ == "people"


def _singular(head: Token, several: bool, ontology: Ontology) -> str:
    """Return the noun in the singular; of several things also where it is not tagged as a plural: "nine kites"."""
    lower = head.lower_
    if lower == "people":
        return "person"
    if not several:
        return lower
    known = ontology.concept("category", lower)
    if known is not None and known.base in (lower, *noun_bases(lower)):
        return known.base
    return head.lemma_.lower() if _is_plural(head) and head.lemma_ else lower


def _how_many(head: Token, before: list[str], qualities: frozenset[str], table: Words) -> tuple[int | None, bool]:
    for child in head.lefts:
        if child.dep_ == "nummod":
            value = number(child, table)
            if value is not None:
                return value, True
    counts = [int(label) for label in qualities if label.isascii() and label.isdigit() and len(label) < 5]
    if counts:
        return counts[0], True
    if "both" in before:
        return 2, True
    if head.lower_ in table.pronouns:
        return (None if table.pronouns[head.lower_] == "plur" else 1), False
    if head.lower_ in ("others", "ones"):
        return None, False
    return (None, False) if _is_plural(head) or "group of" in qualities else (1, False)


def _gender(lower: str, table: Words) -> str:
    if lower in table.feminine or lower.endswith(_WOMEN):
        return "fem"
    return "masc" if lower in table.masculine or lower.endswith(_MEN) else ""


def _is_person(noun: str, ontology: Ontology) -> bool:
    """Tell whether a noun names a person; of a word that the vocabulary lacks its ending tells: "trombonist"."""
    if ontology.is_a(noun, "person"):
        return True
    return noun.endswith(_PERSONS) and ontology.concept("category", noun) is None


def _is_name(head: Token, ontology: Ontology) -> bool:
    """Tell whether a noun is a name that stands alone, as people's do: "Anna", and neither "the Thames" nor "Coke"."""
    bare = not any(child.dep_ in ("det", "nummod", "amod", "nmod:poss") for child in head.lefts)
    cased = head.text.istitle() and head.tag_ == "NNP" and head.pos_ == "PROPN"
    return cased and bare and ontology.concept("category", head.lower_) is None


def _prominence(head: Token, table: Words) -> int:
    while head.dep_ == "conj":
        head = head.head
    if head.dep_.startswith("nsubj"):
        return 2
    if head.dep_ == "ROOT":  # "a dog": the grass of "a dog is on the grass" is the root too, and only a place
        return 0 if any(child.dep_.startswith("nsubj") for child in head.children) else 2
    if head.dep_ == "nmod" and head.head.lower_ in table.pictures:  # "a photo of a man"
        return 2
    if head.dep_ != "obj":
        return 0
    subjects = [child for child in head.head.children if child.dep_.startswith("nsubj")]
    shown = any(child.lower_ in table.pictures or child.lower_ in _ONLOOKERS for child in subjects)
    return 2 if shown else 1


def _side(head: Token, table: Words) -> str:
    """Return where in the picture a noun phrase says that its thing is: "the man on the left"."""
    for child in head.children:
        if child.dep_ in ("nmod", "amod", "obl") and child.lower_ in _SIDES:
            rest = [c for c in child.children if c.dep_ == "nmod"]
            if all(c.lower_ in table.pictures for c in rest):
                return _SIDES[child.lower_]
        if child.dep_ == "nmod" and child.lower_ == "side":
            return next((_SIDES[c.lower_] for c in child.children if c.lower_ in _SIDES), "")
    return ""
