"""The rounds so far -> whether to stop and why, and which round's scene to keep."""

import hashlib
import json
from collections.abc import Sequence

from nesy.analysis import Round, StopReason
from nesy.loop.correction import to_ask
from nesy.scene import Scene, term
from nesy.settings import CorrectionSettings


def stop_reason(rounds: Sequence[Round], settings: CorrectionSettings) -> StopReason | None:
    """Return why the loop ends after these rounds (at least one), or None to ask once more. Pure.

    `nothing_to_ask` is not decided here: it is what `correct` returning None means.
    """
    last, asked = rounds[-1], sum(turn.kind != "verify" for turn in rounds)
    spoken_against = not (last.verdict.consistent or last.verdict.why_unknown)
    if not spoken_against and not to_ask(last.verdict, settings):
        return "consistent"
    if len(rounds) > 1 and last.kind != "verify":  # a look at what was doubted is no answer to a question
        before = rounds[-2]
        if not last.readable:
            return "unreadable"
        if last.scene == before.scene:
            return "refused" if last.refused else "unchanged"
        if fingerprint(last.scene) in {fingerprint(earlier.scene) for earlier in rounds[:-1]}:
            return "cycle"
        if last.verdict.number("violation") > before.verdict.number("violation"):
            return "no_progress"
    return "rounds_exhausted" if asked > settings.rounds else None


def best(rounds: Sequence[Round]) -> Round:
    """Return the round whose scene is kept: fewest violations, of equal ones the latest readable."""
    return min(rounds, key=lambda turn: (turn.verdict.number("violation"), not turn.readable, -turn.index))


def fingerprint(scene: Scene) -> str:
    """Return a sha256 of what a scene says: claim ids, the order of claims and confidences do not count."""
    said = {
        "entities": sorted([e.id, term(e.category), e.box, sorted(map(term, e.attributes))] for e in scene.entities),
        "part_states": sorted([p.entity, term(p.part), term(p.state), p.object or ""] for p in scene.part_states),
        "relations": sorted([r.subject, term(r.predicate), r.object] for r in scene.relations),
        "counts": sorted([term(c.category), c.value] for c in scene.counts),
    }
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
