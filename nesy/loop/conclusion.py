"""The rounds of a loop, and a repair -> Analysis: a round kept, its scene repaired, and everything on record."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from nesy.analysis import Analysis, OntologyFile, Round, StopReason, withdrawn
from nesy.image import Image
from nesy.loop.dialogue import Dialogue
from nesy.loop.looks import calibration_of
from nesy.loop.options import KEEP, WITHDRAW
from nesy.loop.potential import chances_so_far
from nesy.loop.readings import Chances
from nesy.loop.run import Parts
from nesy.ontology.alternatives import difference
from nesy.repair import Named, Repaired
from nesy.scene import Scene
from nesy.turns import Usage, misfit_of
from nesy.verdict import Verdict

Repair = Callable[[Scene, Verdict, Chances, Named], Repaired]
"""The cheapest consistent scene, given what the rules say of a scene, the chances of what was looked at, and what the
model named in place of its claims."""
_ONE_TALK = frozenset({"describe", "verify", "correct"})
"""Rounds whose claims keep their ids; another description of the image may give them to other things."""


def conclude(
    dialogue: Dialogue, image: Image, rounds: tuple[Round, ...], stop: StopReason, parts: Parts, repair: Repair
) -> Analysis:
    """Keep a round, repair its scene where the loop wants that, and put everything on record."""
    kept = parts.keep(rounds)
    if kept not in rounds:
        rounds = (*rounds, kept)
    repaired = Repaired(kept.scene, kept.verdict, ())
    if parts.repair:
        repaired = repair(kept.scene, kept.verdict, chances_so_far(dialogue, rounds), named_so_far(rounds, kept))
    verdict = repaired.verdict.doubted(misfit_of(dialogue.model, image))
    analysis = Analysis(
        image=image.info,
        model=dialogue.info,
        calibration=_key(dialogue),
        observations=None if dialogue.seeing is None else dialogue.seeing.observations,
        settings=dialogue.settings,
        ontology=tuple(OntologyFile(path=str(file.path), sha256=file.sha256) for file in dialogue.ontology.own),
        rounds=rounds,
        kept_round=kept.index,
        scene=repaired.scene,
        verdict=verdict,
        edits=repaired.edits,
        repair_optimal=repaired.optimal if parts.repair else None,
        withdrawn=withdrawn(rounds, kept.index, repaired.edits),
        stop_reason=stop,
        consistent=verdict.status == "consistent",
        usage=sum((turn.usage for turn in rounds), Usage()),
    )
    if dialogue.hooks.finished:
        dialogue.hooks.finished(analysis)
    return analysis


def _key(dialogue: Dialogue) -> str | None:
    """Return the key of the calibration by which the dialogue weighed, where it has one."""
    found, _ = calibration_of(dialogue.model, dialogue.info, dialogue.settings.correction)
    return None if found is None or found.key is None else found.key.short


def named_so_far(rounds: Sequence[Round], kept: Round) -> Named:
    """Return what the model named in place of the claims of a round: in other rounds, and in answers not taken."""
    claims = {claim.id: claim for claim in kept.scene.claims()}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for turn in rounds:
        if turn.kind not in _ONE_TALK:
            continue
        for answer in turn.answers:
            if answer.claim in claims and answer.answer not in (KEEP, WITHDRAW):
                found[answer.claim][answer.answer] = None
        for said in turn.scene.claims():
            change = difference(claims[said.id], said) if said.id in claims else None
            if change is not None:
                found[said.id][change] = None
    return {claim: tuple(changes) for claim, changes in found.items()}
