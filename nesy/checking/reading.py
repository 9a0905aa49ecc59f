"""Patterns of a query -> what it reads of claims and entities, or that it asks for more than they tell."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, SKOS, URIRef

from nesy.checking.patterns import Pattern, absent, patterns, without_absent
from nesy.checking.query_text import Token
from nesy.ontology.namespaces import LABEL, NESY, VOCABULARY

LINKS = frozenset({NESY.hasEntity, NESY.hasRelation, NESY.hasPartState, NESY.hasCount, NESY.hasAttribute, NESY.image})
INFERRED = frozenset(
    {NESY.fromEntity, NESY.toEntity, NESY.says, NESY.because, NESY.suggestedActivity, NESY.expectedState}
)
_ENDS = frozenset({NESY.subject, NESY.object, NESY.entity, NESY.fromEntity, NESY.toEntity})
END_LINKS = {
    "subject": frozenset(map(str, (NESY.subject, NESY.fromEntity, NESY.toEntity))),
    "object": frozenset(map(str, (NESY.object, NESY.fromEntity, NESY.toEntity))),
    "entity": frozenset(map(str, (NESY.entity, NESY.fromEntity, NESY.toEntity))),
}
FIELDS = frozenset({NESY.predicate, NESY.part, NESY.state, NESY.value, NESY.because, NESY.says, *_ENDS})
OF_ENTITIES = frozenset({RDF.type, NESY.category, NESY.left, NESY.top, NESY.right, NESY.bottom, NESY.attribute})
_OF_CLAIMS = frozenset({*FIELDS, NESY.id, NESY.confidence, NESY.label, NESY.partLabel})
_ORDER = frozenset({NESY.position})
"""Other claims move it."""
_WORDS = frozenset({NESY.predicate, NESY.part, NESY.state, NESY.says})
_ALIEN = frozenset({"OPTIONAL", "MINUS", "LIMIT", "OFFSET", "SERVICE", "GRAPH", "VALUES"})
_TOTAL = re.compile(r"(SUM|MAX|COUNT) \( (\?\w+) \) > (?:= )?(\?\w+)")
_TOTALS = re.compile(rf"\( {_TOTAL.pattern}(?: (?:\| \||& &) {_TOTAL.pattern})* \)")


@dataclass(frozen=True)
class Reading:
    """The patterns of one query without UNION."""

    present: tuple[Pattern, ...]
    absent: tuple[Pattern, ...]
    """Those under EXISTS, whether it is denied or not."""
    named: frozenset[str]
    """Variables of claims whose ids are told, and of what was inferred because of them."""
    about: frozenset[str]
    """Variables of the entities that these claims are about."""
    words: frozenset[str]
    """Variables of the words that these claims use."""

    @property
    def ends(self) -> frozenset[str]:
        """Whose categories it reads: `subject`, `object`, `entity` of the claims that it names."""
        kinds = set(map(str, (RDF.type, NESY.category, NESY.label, NESY.confidence)))
        typed = {one.subject for one in (*self.present, *self.absent) if one.predicates & kinds}
        links = {link for one in self.present if one.value in typed for link in one.path}
        return frozenset(end for end, says in END_LINKS.items() if says & links)

    @property
    def kinds(self) -> frozenset[str]:
        """Variables of words and classes: nodes of the ontology, and never of the scene."""
        classes = {str(RDF.type), str(NESY.category)}
        return self.words | {one.value for one in self.present if one.plain and one.predicates & classes}


def reading_of(query: Sequence[Token], known: dict[str, str], value: frozenset[str]) -> Reading | None:
    """Read a query, or its WHERE; None if it looks for what is absent in the scene, or counts what could grow less.

    Args:
        query: without UNION.
        known: prefix -> namespace.
        value: the variables in which it tells the ids of claims.
    """
    body = query[: next((place for place, token in enumerate(query) if token.text == "GROUP"), len(query))]
    present = tuple(patterns(without_absent(body), known))
    missing = tuple(one for block in absent(body) for one in patterns(block, known))
    if not _only_grows(query, present):
        return None
    ids = {str(NESY.id), str(NESY.because)}
    named = {one.subject for one in present if one.predicates & ids and one.value in value}
    told = {one.value for one in present if one.predicates & ids and one.value in value}
    # a claim may be named by what was inferred because of it
    named |= {one.subject for one in present if one.predicates & ids and one.value in told}
    ends, words = set(map(str, _ENDS)), set(map(str, _WORDS))
    found = Reading(
        present,
        missing,
        frozenset(named),
        frozenset(one.value for one in present if one.predicates & ends and one.subject in named),
        frozenset(one.value for one in present if one.predicates & words and one.subject in named),
    )
    if not all(_plainly(one, found) for one in (*present, *missing)):
        return None
    return found if all(_settled(one, found) for one in missing) else None


def names(reading: Reading, also: frozenset[str] = frozenset()) -> bool:
    """Tell whether each claim read has its id in ?value, and each entity is named or is what a named claim is about.

    Args:
        also: further predicates of claims and of what is inferred from them.
    """
    present, of_claims = reading.present, set(map(str, _OF_CLAIMS)) | also
    claims = {one.subject for one in present if one.predicates & of_claims}
    linked = {one.value for one in present if one.predicates & set(map(str, LINKS))}
    seen = {one.subject for one in present if one.predicates & (set(map(str, OF_ENTITIES)) - {str(RDF.type)})}
    typed = {one.subject for one in present if one.path == (str(RDF.type),)}
    of_entities = {str(NESY.label), str(NESY.confidence), str(NESY.id)}
    harmless = {one.subject for one in present if one.subject in reading.about and one.predicates & of_entities} - {
        one.subject for one in present if one.predicates & (of_claims - of_entities)
    }
    known = reading.named | reading.about | reading.words
    return claims - harmless <= reading.named and (linked | seen | typed) - {"?this"} <= known


def _only_grows(query: Sequence[Token], present: Sequence[Pattern]) -> bool:
    """Tell whether a query does not count, or is met where a total exceeds a bound: then more claims only help."""
    words = [token.text for token in query if token.kind == "word"]
    if _ALIEN & set(words) or words.count("SELECT") > 1:
        return False
    if "GROUP" not in words and "HAVING" not in words:
        return True
    text = " ".join(token.text for token in query)
    before, _, having = text.partition(" HAVING ")
    keys = before.rpartition(" GROUP BY ")[2].split()
    if not _TOTALS.fullmatch(having):
        return False
    for kind, summed, bound in _TOTAL.findall(having):
        if bound not in keys or (kind == "SUM" and not _never_negative(summed, text, present)):
            return False
    return True


def _never_negative(variable: str, text: str, present: Sequence[Pattern]) -> bool:
    """Tell whether a variable is the value of a count, or that or 0 as the ontology has it."""
    either = re.search(rf"BIND \( IF \( EXISTS {{ [^{{}}]* }} , (\?\w+) , 0 \) AS {re.escape(variable)} \)", text)
    counted = either[1] if either else variable
    return any(one.path == (str(NESY.value),) and one.value == counted for one in present)


def _plainly(one: Pattern, reading: Reading) -> bool:
    """Tell whether a pattern reads fields of claims and entities one by one, or the ontology."""
    if not one.path:
        return False
    links = frozenset(map(URIRef, one.path))
    if links & _ORDER:
        return False
    if links & (_OF_CLAIMS | LINKS | OF_ENTITIES):
        return one.plain
    for link in links:
        if link in NESY or any(link.startswith(str(known)) for known in (RDF, RDFS, OWL, SKOS)):
            continue
        # a word of the scene's, or one that the ontology of a user has
        ours = str(link).startswith((str(VOCABULARY), str(LABEL)))
        if ours or one.subject not in reading.kinds:
            return False
    return True


def _settled(one: Pattern, reading: Reading) -> bool:
    """Tell whether a pattern that must have no match reads the ontology alone, or an entity that is bound elsewhere."""
    links = frozenset(map(URIRef, one.path))
    if links & (LINKS | _OF_CLAIMS):
        return False
    elsewhere = {word for pattern in reading.present for word in (pattern.subject, pattern.value)}
    return not links & OF_ENTITIES or one.subject in elsewhere
