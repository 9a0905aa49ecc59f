"""Patterns of a query -> what it reads of claims and entities, or that it asks for more than they tell."""

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, SKOS, URIRef

from nesy.checking.query_ways import Asked, Way
from nesy.ontology.namespaces import LABEL, NESY, VOCABULARY
from nesy.sparql.tree import (
    Aggregate,
    Bind,
    Bracket,
    Call,
    Element,
    Exists,
    Expression,
    Filter,
    Query,
    Variable,
)
from nesy.sparql.variable_scope import grouped

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


@dataclass(frozen=True)
class Reading:
    """What one way through a query reads."""

    present: tuple[Asked, ...]
    absent: tuple[Asked, ...]
    """Under EXISTS, whether it is denied or not."""
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
        typed = {one.subject for one in (*self.present, *self.absent) if one.path & kinds}
        links = {link for one in self.present if one.value in typed for link in one.path}
        return frozenset(end for end, says in END_LINKS.items() if says & links)

    @property
    def kinds(self) -> frozenset[str]:
        """Variables of words and classes: nodes of the ontology, and never of the scene."""
        classes = {str(RDF.type), str(NESY.category)}
        return self.words | {one.value for one in self.present if one.plain and one.path & classes}


def reading_of(query: Query, way: Way, value: frozenset[str]) -> Reading | None:
    """Read a way through a query; None if it asks for what is absent in the scene, or counts what could grow less.

    Args:
        value: the variables in which it tells the ids of claims.
    """
    present, missing = way.present, way.absent
    if not _only_grows(query, way):
        return None
    ids = {str(NESY.id), str(NESY.because)}
    named = {one.subject for one in present if one.path & ids and one.value in value}
    told = {one.value for one in present if one.path & ids and one.value in value}
    # a claim may be named by what was inferred because of it
    named |= {one.subject for one in present if one.path & ids and one.value in told}
    ends, words = set(map(str, _ENDS)), set(map(str, _WORDS))
    found = Reading(
        present,
        missing,
        frozenset(named),
        frozenset(one.value for one in present if one.path & ends and one.subject in named),
        frozenset(one.value for one in present if one.path & words and one.subject in named),
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
    claims = {one.subject for one in present if one.path & of_claims}
    linked = {one.value for one in present if one.path & set(map(str, LINKS))}
    seen = {one.subject for one in present if one.path & (set(map(str, OF_ENTITIES)) - {str(RDF.type)})}
    typed = {one.subject for one in present if one.path == {str(RDF.type)}}
    of_entities = {str(NESY.label), str(NESY.confidence), str(NESY.id)}
    harmless = {one.subject for one in present if one.subject in reading.about and one.path & of_entities} - {
        one.subject for one in present if one.path & (of_claims - of_entities)
    }
    # An entity that a named claim is about may be asked for its label, confidence and id without being named itself:
    # what these say does not break a rule, and the entity stays as long as the claim does. Asked for more than that, it
    # is a claim of its own, and its id must be told.
    known = reading.named | reading.about | reading.words
    return claims - harmless <= reading.named and (linked | seen | typed) - {"?this"} <= known


def _only_grows(query: Query, way: Way) -> bool:
    """Tell whether more claims only ever give a query more solutions.

    They do where it has patterns, filters and bindings alone. Where it puts rows together, more claims change the
    totals: so it must be met where a total exceeds a bound, and no more rows may make the total less.
    """
    if query.limit is not None or query.offset or query.values is not None or query.sources:
        return False
    if not all(isinstance(one, (Filter, Bind)) for one in way.others):
        return False  # OPTIONAL and MINUS ask for what is absent; a nested query may count
    if not grouped(query):
        return True
    keys = {key.name for key in query.keys}
    return len(query.having) == 1 and all(_exceeds(one, keys, way) for one in _conditions(query.having[0]))


def _conditions(expression: Expression) -> Iterable[Expression]:
    """Yield what `&&` and `||` join."""
    match expression:
        case Bracket(inner):
            yield from _conditions(inner)
        case Call("&&" | "||", operands):
            for one in operands:
                yield from _conditions(one)
        case _:
            yield expression


def _exceeds(condition: Expression, keys: set[str], way: Way) -> bool:
    """Tell whether a condition is met where a total is more than a key of its group, which more rows do not change."""
    match condition:
        case Call(">" | ">=", (Aggregate("SUM" | "MAX" | "COUNT" as name, Variable(summed), False), Variable(bound))):
            # a sum of numbers below zero would fall as rows are added
            return bound in keys and (name != "SUM" or _never_negative(summed, way))
    return False


def _never_negative(variable: str, way: Way) -> bool:
    """Tell whether a variable is the value of a count, or that or 0 as the ontology has it."""
    counted = f"?{variable}"
    for element in way.others:
        counted = _counted(element, variable) or counted
    return any(one.path == {str(NESY.value)} and one.value == counted for one in way.present)


def _counted(element: Element, variable: str) -> str | None:
    """Return the variable x of `BIND (IF (EXISTS ..., x, 0) AS variable)`."""
    match element:
        case Bind(Call("IF", (Exists(_, False), Variable(name), zero)), told) if told == variable:
            return f"?{name}" if getattr(zero, "text", "") == "0" else None
    return None


def _plainly(one: Asked, reading: Reading) -> bool:
    """Tell whether a pattern reads fields of claims and entities one by one, or the ontology."""
    if not one.path:
        return False
    links = frozenset(map(URIRef, one.path))
    if links & _ORDER:
        return False  # other claims move it
    if links & (_OF_CLAIMS | LINKS | OF_ENTITIES):
        return one.plain  # a path leads over claims and entities that no variable stands for, and that nobody names
    for link in links:
        if link in NESY or any(link.startswith(str(known)) for known in (RDF, RDFS, OWL, SKOS)):
            continue
        # a plain triple such as `?a nesy:ride ?b` is said by any relation between the two, and names none of them; a
        # predicate of the user's own is taken for one too, unless it is said of a word or a class
        ours = str(link).startswith((str(VOCABULARY), str(LABEL)))
        if ours or one.subject not in reading.kinds:
            return False
    return True


def _settled(one: Asked, reading: Reading) -> bool:
    """Tell whether a pattern that must have no match reads the ontology alone, or an entity that is bound elsewhere."""
    links = frozenset(map(URIRef, one.path))
    if links & (LINKS | _OF_CLAIMS):
        return False
    # A type that a bound entity lacks depends on its category alone, which `ends` tells. The same question of an entity
    # that is bound nowhere else asks whether there is none of a kind in the scene: any new one would change the answer.
    elsewhere = {word for pattern in reading.present for word in (pattern.subject, pattern.value)}
    return not links & OF_ENTITIES or one.subject in elsewhere
