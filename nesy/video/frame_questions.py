"""A frame that is odd over time -> a question to the model about its picture, and the scene that follows.

The question is that of the loop over one picture, with the same guards: the claims in conflict are numbered, the answer
is read by the same reader, and only what lowers the potential is taken (`nesy.loop.acceptance`). What frames around say
and this one does not is put to the model as a claim that it may take back; a change is admitted only to what a frame
around it says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nesy.analysis import Round
from nesy.image import Image
from nesy.loop.correction import correct
from nesy.loop.dialogue import Dialogue
from nesy.loop.options import KEEP, WITHDRAW
from nesy.loop.policy import falling
from nesy.loop.revision import revise
from nesy.ontology.alternatives import changed
from nesy.scene import Claim, PartState, Relation, Scene, in_words
from nesy.turns import Request, Usage
from nesy.verdict import Finding, Verdict
from nesy.video.oddities import Missing, Oddities, as_finding, recounted
from nesy.video.timeline_building import Said, Statement, statement_of
from nesy.video.video_analysis import FrameQuestion

MOST_QUESTIONS = 4
"""So many questions are asked about one frame at most."""


@dataclass(frozen=True)
class Asked:
    """What came of the questions about one frame."""

    scene: Scene
    questions: tuple[FrameQuestion, ...]
    answered: Mapping[Statement | str, bool]
    """Whether the model says that a statement is so, or that an entity (its id) is there, of what it was asked."""


@dataclass(frozen=True)
class FrameContext:
    """A frame among those around it."""

    index: int
    image: Image
    names: Mapping[str, str]
    """Entity of the frame -> track."""
    around: Said
    """What is said in frames of the window."""
    round: int
    """The number of its next round."""


def ask(dialogue: Dialogue, scene: Scene, odd: Oddities, context: FrameContext) -> Asked:
    """Ask about a frame until everything odd about it was asked about, in several questions where it is much.

    Args:
        dialogue: about the picture of this frame.
        scene: what is claimed of the frame.
        odd: what is odd about it.
        context: the frame among those around it.

    Raises:
        ModelError: the model cannot answer.
    """
    questions: list[FrameQuestion] = []
    said: dict[Statement | str, bool] = {}
    left: list[tuple[Finding, Missing | None]] = [
        (as_finding(finding, claims, context.names, scene), None) for finding, claims in odd.present
    ]
    left += [(as_finding(one.finding, (one.claim.id,), context.names, scene), one) for one in odd.missing]
    most = dialogue.settings.correction.findings_per_request
    while left and len(questions) < MOST_QUESTIONS:
        told, left = left[:most], left[most:]
        there = {claim.id for claim in scene.claims()}
        told = [(f, missing) for f, missing in told if missing or set(f.claims) <= there]
        proposed = [missing.claim for _, missing in told if missing and not _said(missing, scene, context, dialogue)]
        findings = [f for f, missing in told if missing is None or missing.claim in proposed]
        if not findings:
            continue
        shown = with_claims(scene.model_copy(update={"counts": ()}), proposed)
        turn = _turn(_over_time(dialogue, shown, findings), shown, findings, context, len(questions))
        if turn is None:
            continue
        answered = {answer.claim for answer in turn.answers}
        # what was proposed stays only where the model was asked, and did not take it back
        unanswered = frozenset(claim.id for claim in proposed if claim.id not in answered)
        after = recounted(turn.scene.without(unanswered), scene, dialogue.ontology)
        if dialogue.check(after).number("violation") > dialogue.check(scene).number("violation"):
            after = scene
        kept = {in_words(claim) for claim in turn.scene.claims()}
        said |= {
            statement_of(claim, context.names, dialogue.ontology) or claim.id: in_words(claim) in kept
            for claim in shown.claims()
            if claim.id in answered
        }
        turn = turn.model_copy(update={"scene": after, "verdict": dialogue.check(after)})
        rules = tuple(dict.fromkeys(finding.rule for finding in findings))
        questions.append(FrameQuestion(frame=context.index, rules=rules, proposed=tuple(proposed), round=turn))
        scene = after
    return Asked(scene, tuple(questions), said)


def _turn(
    dialogue: Dialogue, scene: Scene, findings: Sequence[Finding], context: FrameContext, place: int
) -> Round | None:
    verdict = Verdict(consistent=False, findings=tuple(findings))
    settings = dialogue.settings.correction
    request = correct(context.image, scene, verdict, dialogue.ontology, settings, round=context.round + place)
    if request is None:
        return None
    start = Round(
        index=0, kind="describe", prompt="", reply="", scene=scene, verdict=dialogue.check(scene), usage=Usage()
    )
    return revise(dialogue, (start,), _admitting(request, scene, context, dialogue), falling(dialogue))


def _admitting(request: Request, scene: Scene, context: FrameContext, dialogue: Dialogue) -> Request:
    """Return the question with those changes alone that a frame around says."""
    claims = {claim.id: claim for claim in scene.claims()}

    def said(claim: Claim, answer: str) -> bool:
        statement = statement_of(changed(claim, answer, None), context.names, dialogue.ontology)
        return statement in context.around

    numbered = tuple(
        one.model_copy(
            update={
                "answers": tuple(a for a in one.answers if a in (KEEP, WITHDRAW) or said(claims[one.claim], a)),
            }
        )
        for one in request.claims
    )
    return request.model_copy(update={"claims": numbered})


def _over_time(dialogue: Dialogue, scene: Scene, findings: Sequence[Finding]) -> Dialogue:
    """Return the dialogue with a check that also tells what is odd over time, as long as the odd claims are there."""
    words = {claim.id: in_words(claim) for claim in scene.claims()}

    def check(other: Scene) -> Verdict:
        verdict = dialogue.check(other)
        now = {claim.id: in_words(claim) for claim in other.claims()}
        more = tuple(f for f in findings if all(now.get(claim) == words[claim] for claim in f.claims))
        return verdict.model_copy(update={"findings": (*verdict.findings, *more)}) if more else verdict

    correction = dialogue.settings.correction
    names = tuple(dict.fromkeys((*correction.ask_also, *(finding.rule for finding in findings))))
    asking = correction.model_copy(update={"ask_also": names})
    return replace(dialogue, check=check, settings=dialogue.settings.model_copy(update={"correction": asking}))


def _said(missing: Missing, scene: Scene, context: FrameContext, dialogue: Dialogue) -> bool:
    """Tell whether a frame says by now what was missing."""
    own = (statement_of(claim, context.names, dialogue.ontology) for claim in scene.claims())
    return any(statement == missing.statement for statement in own)


def with_claims(scene: Scene, claims: Sequence[Claim]) -> Scene:
    """Return a scene with relations and part states beside its own."""
    relations = tuple(claim for claim in claims if isinstance(claim, Relation))
    states = tuple(claim for claim in claims if isinstance(claim, PartState))
    return scene.model_copy(
        update={"relations": (*scene.relations, *relations), "part_states": (*scene.part_states, *states)}
    )
