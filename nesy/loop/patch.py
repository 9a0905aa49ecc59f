"""Scene and the model's answers to numbered claims -> the revised scene; all else stays as it was but for counts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from nesy.analysis import Withdrawal
from nesy.loop.options import KEEP, WITHDRAW
from nesy.ontology import Ontology
from nesy.ontology.alternatives import changed as changed_to
from nesy.ontology.alternatives import content, listed, replaced
from nesy.scene import Claim, PartState, Relation, Scene, in_words, term
from nesy.turns import Request


@dataclass(frozen=True)
class PatchResult:
    """The revised scene, and what the answers did."""

    scene: Scene
    changed: tuple[str, ...]
    """Ids of claims that now say something else, in scene order."""
    withdrawn: tuple[Withdrawal, ...]
    """Claims that are gone, in scene order: withdrawn, referring to a withdrawn entity, or now said twice."""
    ignored: tuple[str, ...]
    """Answers that were not admissible and changed nothing, one line each."""


def apply_patch(
    scene: Scene, request: Request, answers: Mapping[int, str], confidences: Mapping[int, float | None]
) -> PatchResult:
    """Apply the answers to the claims that `request` numbered; every other claim stays identical.

    A number without an answer is kept. A changed claim takes the answer's confidence and keeps its id.
    Withdrawing an entity withdraws what refers to it. A changed claim that now repeats another is
    withdrawn as a repetition. Answers outside a claim's admissible ones are ignored and told.
    """
    claims = {claim.id: claim for claim in scene.claims()}
    ignored = [f"answer {n}: no claim of this number was asked about" for n in answers if n not in _numbers(request)]
    changed: dict[str, Claim] = {}
    gone: dict[str, str] = {}
    for asked in request.claims:
        given = answers.get(asked.number, KEEP)
        answer = next((a for a in asked.answers if term(a) == term(given)), None)
        if answer is None or asked.claim not in claims:
            ignored.append(f"answer {asked.number}: {given!r} is none of {', '.join(asked.answers)}")
        elif answer == WITHDRAW:
            gone[asked.claim] = " ".join(asked.notes or request.notes)
        elif answer != KEEP:
            changed[asked.claim] = changed_to(claims[asked.claim], answer, confidences.get(asked.number))
    revised = replaced(scene, changed)
    gone |= _repeated(revised.without(frozenset(gone)), changed.keys())
    left = revised.without(frozenset(gone))
    left_ids = {claim.id for claim in left.claims()}
    return PatchResult(
        scene=left,
        changed=tuple(claim.id for claim in left.claims() if claim.id in changed),
        withdrawn=tuple(
            Withdrawal(
                claim=claim.id,
                round=request.round,
                reason=gone.get(claim.id) or _orphaned(claim, gone),
                by="model",
                was=claim,
            )
            for claim in scene.claims()
            if claim.id not in left_ids
        ),
        ignored=tuple(ignored),
    )


def following(before: Scene, patched: PatchResult, ontology: Ontology) -> PatchResult:
    """Return a patch in which counts that were right of what was listed follow the list."""
    numbers = {
        count.id: len(listed(patched.scene, count.category, ontology))
        for count in patched.scene.counts
        if count in before.counts and count.value == len(listed(before, count.category, ontology))
    }
    counts = tuple(
        count.model_copy(update={"value": numbers.get(count.id, count.value)}) for count in patched.scene.counts
    )
    if counts == patched.scene.counts:
        return patched
    other = {count.id for count, was in zip(counts, patched.scene.counts, strict=True) if count != was}
    scene = patched.scene.model_copy(update={"counts": counts})
    changed = tuple(claim.id for claim in scene.claims() if claim.id in other or claim.id in patched.changed)
    return replace(patched, scene=scene, changed=changed)


def _numbers(request: Request) -> set[int]:
    return {asked.number for asked in request.claims}


def _repeated(scene: Scene, changed: Collection[str]) -> dict[str, str]:
    """Return the changed claims that say what another claim already says, with the reason."""
    said = {content(c): c.id for c in scene.claims() if c.id not in changed}
    reasons = {}
    for claim in scene.claims():
        if claim.id in changed:
            first = said.setdefault(content(claim), claim.id)
            if first != claim.id:
                reasons[claim.id] = f"changed to {in_words(claim)!r}, which {first} says already"
    return reasons


def _orphaned(claim: Claim, gone: Mapping[str, str]) -> str:
    named: tuple[str | None, ...] = ()
    if isinstance(claim, PartState):
        named = claim.entity, claim.object
    elif isinstance(claim, Relation):
        named = claim.subject, claim.object
    return f"it refers to {next(entity for entity in named if entity in gone)}, which was withdrawn"
