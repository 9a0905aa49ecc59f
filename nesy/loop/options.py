"""A disputed claim -> what the model may answer: keep, withdraw, and the few changes that could be right."""

from collections.abc import Collection

from nesy.ontology import Ontology
from nesy.ontology.alternatives import MOST_CHANGES, changes_of, taking_back
from nesy.scene import Claim, Entity, Scene, attribute_id, in_words
from nesy.verdict import Finding

KEEP, WITHDRAW = "keep", "withdraw"


def answers_for(claim: Claim, scene: Scene, findings: Collection[Finding], ontology: Ontology) -> tuple[str, ...]:
    """Return the admissible answers about `claim`, which `findings` name: `keep`, `withdraw`, then changes.

    Predicates and categories are written with underscores (`sit_on`), part states in words (`sit on`),
    counts as digits; `swap` turns a relation around, `not red` takes an attribute back. A category is in question only
    where a finding names the entity, and the thing itself not where a finding is about its attributes alone. What a
    finding says that it may be instead comes first among the changes, and takes the place of the last.
    """
    about = [finding for finding in findings if claim.id in finding.claims]
    back = tuple(map(taking_back, _in_question(claim, about)))
    if _is_of_attributes_alone(claim, about):
        return (KEEP, *back)
    askable = not isinstance(claim, Entity) or bool(about)
    changes = changes_of(claim, scene, ontology) if askable else ()
    if isinstance(claim, Entity):
        instead = [other for finding in about if finding.focus == claim.id for other in finding.instead]
        changes = tuple(dict.fromkeys((*instead, *changes)))[: max(MOST_CHANGES, len(changes))]
    return (KEEP, WITHDRAW, *changes, *back)


def question_of(claim: Claim, findings: Collection[Finding]) -> str:
    """Return what is asked about: the claim in words, or those attributes of an entity that alone are in question."""
    about = [finding for finding in findings if claim.id in finding.claims]
    if _is_of_attributes_alone(claim, about):
        return f"{claim.id} is {' and '.join(_in_question(claim, about))}"
    return in_words(claim)


def _in_question(claim: Claim, about: Collection[Finding]) -> tuple[str, ...]:
    """Return the attributes of an entity at which findings are; none of another claim."""
    if not isinstance(claim, Entity):
        return ()
    at = {finding.focus for finding in about}
    return tuple(said for place, said in enumerate(claim.attributes) if attribute_id(claim, place) in at)


def _is_of_attributes_alone(claim: Claim, about: Collection[Finding]) -> bool:
    """Tell whether findings about a claim leave the thing itself alone: each is at one of its attributes."""
    if not isinstance(claim, Entity) or not about:
        return False
    ids = {attribute_id(claim, place) for place in range(len(claim.attributes))}
    return all(finding.focus in ids for finding in about)
