"""The rounds of a loop, and a repair -> Analysis: a round kept, its scene repaired, and everything on record."""

from collections.abc import Callable

from nesy.analysis import Analysis, Round, StopReason, withdrawn
from nesy.image import Image
from nesy.loop.dialogue import Dialogue
from nesy.loop.potential import chances_so_far
from nesy.loop.readings import Chances
from nesy.loop.run import Parts
from nesy.repair import Repaired
from nesy.scene import Scene
from nesy.turns import Usage
from nesy.verdict import Verdict

Repair = Callable[[Scene, Verdict, Chances], Repaired]
"""The cheapest consistent scene, given what the rules say of a scene and the chances of what was looked at."""


def conclude(
    dialogue: Dialogue, image: Image, rounds: tuple[Round, ...], stop: StopReason, parts: Parts, repair: Repair
) -> Analysis:
    """Keep a round, repair its scene where the loop wants that, and put everything on record."""
    kept = parts.keep(rounds)
    if kept not in rounds:
        rounds = (*rounds, kept)
    repaired = Repaired(kept.scene, kept.verdict, ())
    if parts.repair:
        repaired = repair(kept.scene, kept.verdict, chances_so_far(dialogue, rounds))
    analysis = Analysis(
        image=image.info,
        model=dialogue.info,
        settings=dialogue.settings,
        rounds=rounds,
        kept_round=kept.index,
        scene=repaired.scene,
        verdict=repaired.verdict,
        edits=repaired.edits,
        repair_optimal=repaired.optimal if parts.repair else None,
        withdrawn=withdrawn(rounds, kept.index, repaired.edits),
        stop_reason=stop,
        consistent=repaired.verdict.consistent,
        usage=sum((turn.usage for turn in rounds), Usage()),
    )
    if dialogue.hooks.finished:
        dialogue.hooks.finished(analysis)
    return analysis
