"""Messages as the engine gives them, full of IRIs -> plain sentences that name ids and words."""

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote, unquote

from rdflib import Literal, URIRef
from rdflib.term import Node

from nesy.graph.scene_triples import BASE
from nesy.graph.triples import claim_iri
from nesy.ontology import Ontology
from nesy.ontology.namespaces import LABEL, VOCABULARY
from nesy.scene import Claim, Count, Entity, PartState, Relation

FIELDS = frozenset({"category", "value", "subject", "predicate", "object", "entity", "part", "state"})
"""What a message without a query can say of the claim in focus, beside `{$this}`, `{?value}` and `{?path}`."""
OF_CIRCLES = frozenset({"chain", "number"})
"""What the message of a rule with nesy:circleOf can say: the relations one after the other, and how many there are."""
PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")
UNBOUND = "something"
"""What a message says where a variable has no value: an OPTIONAL of a query, the object of a part state without one."""
_WORD = re.compile(f"(?:{re.escape(str(VOCABULARY))}|{re.escape(str(LABEL))})([A-Za-z0-9_.~%-]*[A-Za-z0-9_~%-])")
_CLAIM = re.compile(f"{re.escape(BASE)}([A-Za-z0-9_.~%-]+)")
_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_KIND = re.compile(r"^(?:part|state|attribute)_")
_CAPITAL = re.compile(r"(?<=.)(?=[A-Z])")


def filled(message: str, values: Mapping[str, Node], otherwise: str | None = None) -> str:
    """Fill `{$this}` and `{?name}` with the values.

    >>> from rdflib import Literal, URIRef
    >>> filled("{?n} cups on {?table}", {"n": Literal(2)}), filled("{?n} cups on {?table}", {"n": Literal(2)}, UNBOUND)
    ('2 cups on {?table}', '2 cups on something')

    Args:
        otherwise: what stands for a name without a value; None: it stays as it is.
    """
    return PLACEHOLDER.sub(
        lambda found: str(values.get(found[1], found[0] if otherwise is None else otherwise)), message
    )


def chained(links: Sequence[str]) -> dict[str, Node]:
    """Return what a message can say of a circle: its links in a row, and their number in words.

    >>> told = chained(["a is on b", "b is on c", "c is on a"])
    >>> str(told["chain"]), str(told["number"])
    ('a is on b, b is on c, and c is on a', 'three')
    """
    number = _NUMBERS[len(links)] if len(links) < len(_NUMBERS) else str(len(links))
    return {"chain": Literal(f"{', '.join(links[:-1])}, and {links[-1]}"), "number": Literal(number)}


def fields(claim: Claim, ontology: Ontology) -> dict[str, Node]:
    """Return what a message can say of the claim in focus: the values of its properties in the graph, by name.

    An entity and a count have a category; a count a value; a relation subject, predicate and object; a part state
    entity, part, state, and mostly an object.
    """
    word = ontology.node
    match claim:
        case Entity():
            return {"category": word("category", claim.category)}
        case Count():
            return {"category": word("category", claim.category), "value": Literal(claim.value)}
        case Relation():
            return {
                "subject": claim_iri(claim.subject),
                "predicate": word("predicate", claim.predicate),
                "object": claim_iri(claim.object),
            }
        case PartState():
            towards: dict[str, Node] = {} if claim.object is None else {"object": claim_iri(claim.object)}
            told = {"part": word("part", claim.part), "state": word("state", claim.state)}
            return {"entity": claim_iri(claim.entity), **told, **towards}


def plain(message: str, ids: Collection[str], own_words: Mapping[URIRef, str] = MappingProxyType({})) -> str:
    """Replace the IRIs of claims by their ids, and those of words by the words: `.../scene#cup_1` -> `cup_1`.

    Args:
        message: a sentence with IRIs.
        ids: of the claims of the scene.
        own_words: of terms beside those of nesy's own vocabulary, by their IRIs.
    """
    if BASE in message:
        message = _CLAIM.sub(lambda found: _id(found, ids), message)
    for iri in sorted(own_words, key=len, reverse=True):
        message = message.replace(iri, own_words[iri].replace("_", " "))
    return _WORD.sub(_word, message)


def _id(found: re.Match[str], ids: Collection[str]) -> str:
    """Return the longest id that the IRI may mean, and what stands behind it: a full stop, for one."""
    name = found[1]
    for end in range(len(name), 0, -1):
        told = unquote(name[:end])
        if told in ids and quote(told, safe="") == name[:end]:
            return told + name[end:]
    return found[0]


def _word(found: re.Match[str]) -> str:
    name = _KIND.sub("", found[1])
    if found[0].startswith(str(VOCABULARY)) and name[:1].isupper():
        name = _CAPITAL.sub("_", name).lower()
    words = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", unquote(name.replace("_", " ")))
    return words.strip()
