"""A request about some claims -> the round that follows: answers patched in, or what a look denies withdrawn."""

from nesy.analysis import Answer, Round
from nesy.loop import doubts
from nesy.loop.dialogue import Dialogue, Unreadable
from nesy.loop.looks import look
from nesy.loop.options import KEEP
from nesy.loop.patch import apply_patch, following
from nesy.loop.potential import chances_so_far, measure
from nesy.loop.run import Accept, Rounds
from nesy.perception.reply import parse_patch
from nesy.scene import term
from nesy.turns import Request


def revise(dialogue: Dialogue, rounds: Rounds, request: Request, accept: Accept) -> Round:
    """Ask about the disputed claims and patch the last round's scene with the answers that are accepted.

    The claims are looked at blindly before, where the settings want it and the model gives evidence.

    Raises:
        ModelError: the model cannot answer.
    """
    last, before = rounds[-1], [one for turn in rounds for one in turn.evidence]
    looked = look(dialogue.model, dialogue.info, dialogue.settings.correction, request, last.scene, before)
    evidence = {"evidence": looked.evidence, "no_evidence": looked.none}
    said = dialogue.exchange(request, lambda reply: parse_patch(reply, request.claims))
    if isinstance(said, Unreadable):
        failed = said.after(last, request)
        return failed.model_copy(update={**evidence, "usage": failed.usage + looked.usage})
    patch = said.parsed
    taken = accept(rounds, request, patch.answers, looked.evidence)
    result = following(last.scene, apply_patch(last.scene, request, taken, patch.confidences), dialogue.ontology)
    return Round(
        index=request.round,
        kind="correct",
        prompt=said.reply.prompt,
        reply=said.reply.text,
        scene=result.scene,
        verdict=last.verdict if result.scene == last.scene else dialogue.check(result.scene),
        usage=said.usage + looked.usage,
        temperature=request.temperature,
        seed=request.seed,
        problems=(*patch.problems, *result.ignored, *looked.problems),
        failures=said.failures,
        notes=request.notes,
        asked=request.claims,
        answers=tuple(
            Answer(number=c.number, claim=c.claim, answer=patch.answers[c.number], confidence=sure)
            for c in request.claims
            if c.number in patch.answers
            for sure in (patch.confidences.get(c.number),)
        ),
        changed=result.changed,
        refused=tuple(
            c.claim for c in request.claims if c.number not in taken and term(patch.answers.get(c.number, KEEP)) != KEEP
        ),
        withdrawn=result.withdrawn,
        evidence=looked.evidence,
        no_evidence=looked.none,
    )


def settle(dialogue: Dialogue, rounds: Rounds, request: Request) -> Round:
    """Look at what is doubted, and withdraw what the looks leave too little chance.

    Raises:
        ModelError: the model cannot answer.
    """
    last, settings = rounds[-1], dialogue.settings.correction
    if dialogue.hooks.round_started:
        dialogue.hooks.round_started(request)
    looked = look(dialogue.model, dialogue.info, settings, request, last.scene)
    seen = dialogue.reweighed(last.scene, {one.claim: one.chance for one in looked.evidence})
    denied = doubts.denied(last.scene, seen, settings)
    potential = measure(dialogue, rounds[0].scene, chances_so_far(dialogue, rounds, looked.evidence))
    settled = doubts.settle(last.scene, request, denied, potential, dialogue.ontology)
    return Round(
        index=request.round,
        kind="verify",
        prompt="\n\n".join(reply.prompt for reply in looked.turns),
        reply="\n".join(reply.text for reply in looked.turns),
        scene=settled.scene,
        verdict=last.verdict if settled.scene == last.scene else dialogue.check(settled.scene),
        usage=looked.usage,
        problems=looked.problems,
        asked=request.claims,
        answers=doubts.said(request, seen, denied),
        changed=settled.recounted,
        refused=settled.refused,
        withdrawn=settled.withdrawn,
        evidence=looked.evidence,
    )
