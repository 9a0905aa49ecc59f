"""An analysis, and what evidence is asked for -> the scene that may be taught, and the same as it was first said.

The two differ in the chosen corrections and in nothing else: a correction that is not chosen is in both as it ended,
and a claim without the evidence that is asked for is in neither.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nesy.analysis import Analysis
from nesy.checking import Rules
from nesy.grounding import ground
from nesy.interchange.changed_claims import ChangedClaim, How, belief_in, changed_claims
from nesy.ontology import Ontology
from nesy.scene import Claim, Entity, PartState, Relation, Scene
from nesy.verdict import Judgement, named

LeftOut = Literal["not consistent", "not corrected", "without a witness", "without a claim of such evidence"]
"""Why an analysis teaches nothing: its final scene is not consistent; there is no correction of the wanted kind; nobody
looked beside the model; no claim has the evidence that is asked for."""


@dataclass(frozen=True)
class Wanted:
    """Which evidence is asked for."""

    least: float | None = None
    """The least confidence of a claim, and the least belief in a correction, in [0, 1]; what is not known has none."""
    only: frozenset[How] = frozenset()
    """Only corrections of one of these kinds; none: of all."""
    rules: tuple[str, ...] = ()
    """Only corrections that a finding of one of these rules asked for, by IRI or its last part; none: of all."""
    supported: bool = False
    """Only claims that a witness supports; and nothing is taken back that it supports."""

    @property
    def corrected(self) -> bool:
        """Whether only what was corrected is wanted."""
        return bool(self.only or self.rules)


@dataclass(frozen=True)
class Taught:
    """What one analysis teaches."""

    analysis: Analysis
    ontology: Ontology
    """Whose words the scenes are of."""
    final: Scene
    """To be said."""
    first: Scene
    """The same with the corrections undone."""
    changes: tuple[ChangedClaim, ...]
    """Those in which they differ."""
    judgements: Mapping[str, Judgement]
    """What a witness says of claims, by `before:` or `after:` and the id; empty where nobody looked."""


def taught(analysis: Analysis, wanted: Wanted) -> Taught | LeftOut:
    """Return what an analysis teaches, or why it teaches nothing.

    Raises:
        KnowledgeError: an ontology file of the analysis cannot be read, or is not what it was.
    """
    if not analysis.consistent:
        return "not consistent"
    if wanted.supported and analysis.observations is None:
        return "without a witness"
    known = analysis.known
    judgements = _judgements(analysis, known)
    every = changed_claims(analysis)
    invented = {edit.claim for edit in analysis.edits if edit.invented}
    kept = {
        claim.id: claim
        for claim in analysis.scene.claims()
        if claim.id not in invented and _has_evidence(analysis, claim, judgements, wanted)
    }
    final = _of(kept, (claim.id for claim in analysis.scene.claims()), analysis.scene)
    if not final.entities:
        return "without a claim of such evidence"
    undone = {one.claim: one for one in every if _is_wanted(one, kept, judgements, wanted)}
    before: dict[str, Claim] = {claim.id: claim for claim in final.claims()}
    for one in undone.values():
        before.pop(one.claim, None)
        if one.was is not None:
            before[one.claim] = one.was
    said = (*analysis.rounds[0].scene.claims(), *final.claims())
    first = _of(before, dict.fromkeys(claim.id for claim in said), analysis.scene)
    held = {claim.id for claim in first.claims()}
    chosen = tuple(one for one in undone.values() if one.was is None or one.claim in held)
    if wanted.corrected and not chosen:
        return "not corrected"
    return Taught(analysis, known, final, first, chosen, judgements)


def _is_wanted(
    one: ChangedClaim, kept: Mapping[str, Claim], judgements: Mapping[str, Judgement], wanted: Wanted
) -> bool:
    if one.now is not None and one.claim not in kept:
        return False
    if wanted.only and not wanted.only & one.how:
        return False
    if wanted.rules and not any(named(rule, wanted.rules) for rule in one.rules):
        return False
    if wanted.least is not None and (one.belief is None or one.belief < wanted.least):
        return False
    return not (wanted.supported and one.now is None and _status(judgements, "before", one.claim) == "supported")


def _has_evidence(analysis: Analysis, claim: Claim, judgements: Mapping[str, Judgement], wanted: Wanted) -> bool:
    if wanted.supported and _status(judgements, "after", claim.id) != "supported":
        return False
    if wanted.least is None:
        return True
    belief = belief_in(analysis, claim)
    return belief is not None and belief >= wanted.least


def _of(claims: Mapping[str, Claim], order: Iterable[str], of: Scene) -> Scene:
    """Return the scene of claims, without those that refer to what is not among them.

    Where an entity of `of` is missing, so are the counts: they would tell of more than is listed.
    """
    found = [claims[claim] for claim in order if claim in claims]
    entities = {claim.id for claim in found if isinstance(claim, Entity)}
    whole = all(entity.id in entities for entity in of.entities)
    states = [one for one in found if isinstance(one, PartState) and {one.entity, one.object or one.entity} <= entities]
    relations = [one for one in found if isinstance(one, Relation) and {one.subject, one.object} <= entities]
    counted = [one for one in found if not isinstance(one, Entity | PartState | Relation)] if whole else []
    return Scene(
        image=of.image,
        entities=tuple(claim for claim in found if isinstance(claim, Entity)),
        part_states=tuple(states),
        relations=tuple(relations),
        counts=tuple(counted),
    )


def _status(judgements: Mapping[str, Judgement], when: str, claim: str) -> str:
    judged = judgements.get(f"{when}:{claim}")
    return "unknown" if judged is None else judged.status


def _judgements(analysis: Analysis, ontology: Ontology) -> dict[str, Judgement]:
    """Return what the witness of an analysis says of the claims before and after; attributes are not judged apart."""
    seen = analysis.observations
    if seen is None:
        return {}
    found: dict[str, Judgement] = {}
    for when, scene in (("before", analysis.rounds[0].scene), ("after", analysis.scene)):
        judged = ground(scene, seen, ontology=ontology, rules=_rules())
        found |= {f"{when}:{one.claim}": one for one in judged if one.attribute is None}
    return found


@lru_cache(maxsize=1)
def _rules() -> Rules:
    return Rules.load()
