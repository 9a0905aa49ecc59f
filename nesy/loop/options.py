"""A disputed claim -> what the model may answer: keep, withdraw, and the few changes that could be right."""

from collections.abc import Collection

from nesy.ontology import Ontology
from nesy.ontology.alternatives import changes_of
from nesy.scene import Claim, Entity, Scene
from nesy.verdict import Finding

KEEP, WITHDRAW = "keep", "withdraw"


def answers_for(claim: Claim, scene: Scene, findings: Collection[Finding], ontology: Ontology) -> tuple[str, ...]:
    """Return the admissible answers about `claim`, which `findings` name: `keep`, `withdraw`, then changes.

    Predicates and categories are written with underscores (`sit_on`), part states in words (`sit on`),
    counts as digits; `swap` turns a relation around. A category is in question only where a finding names the entity.
    """
    askable = not isinstance(claim, Entity) or any(claim.id in finding.claims for finding in findings)
    return (KEEP, WITHDRAW, *(changes_of(claim, scene, ontology) if askable else ()))
