"""A claim -> a made-up finding against it, worded as rules word theirs: to learn from, and to test a loop with."""

from nesy.ontology import Ontology
from nesy.scene import PartState, Relation, term
from nesy.verdict import Finding

MADE_UP = "https://w3id.org/nesy/rules#MadeUp"
"""The rule that a made-up finding names; there is none of this name."""


def accusation(claim: Relation | PartState, ontology: Ontology) -> Finding:
    """Make up a finding against a claim.

    >>> ride = Relation(id="r1", subject="person_1", predicate="ride", object="horse_1")
    >>> accusation(ride, Ontology.default()).message
    'person_1 cannot ride horse_1.'
    """
    match claim:
        case Relation():
            verb = "" if ontology.canonical("predicate", claim.predicate) in ontology.verbs else "be "
            message = f"{claim.subject} cannot {verb}{term(claim.predicate)} {claim.object}."
            focus = claim.subject
        case PartState():
            towards = "" if claim.object is None else f" {claim.object}"
            message = f"The {claim.part} of {claim.entity} cannot {claim.state}{towards}."
            focus = claim.entity
    return Finding(rule=MADE_UP, name="made up", severity="violation", focus=focus, claims=(claim.id,), message=message)
