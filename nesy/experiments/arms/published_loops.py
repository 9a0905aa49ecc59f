"""Loops that others have published -> parts that run them with our model and about our budget of calls.

    vote        X. Wang et al., Self-Consistency Improves Chain of Thought Reasoning in Language Models, ICLR 2023
    ccot        C. Mitra et al., Compositional Chain-of-Thought Prompting for Large Multimodal Models, CVPR 2024
    critique    S. Lee et al., Volcano: Mitigating Multimodal Hallucination through Self-Feedback Guided Revision, 2024
    woodpecker  S. Yin et al., Woodpecker: Hallucination Correction for Multimodal Large Language Models, 2023

None of them checks rules or repairs; what they return is what the model came to say. They are retold here with the
turns of this package, not run with the authors' code and prompts.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeVar

from nesy.analysis import Round
from nesy.errors import ReplyError
from nesy.experiments.arms.feedback import CHECK_AGAIN
from nesy.experiments.arms.majority import vote
from nesy.image import Image
from nesy.loop.acceptance import any_answer
from nesy.loop.correction import correct
from nesy.loop.dialogue import Exchange, Unreadable
from nesy.loop.doubts import doubt, settle
from nesy.loop.looks import Glance, glances
from nesy.loop.run import Accept, Parts, Rounds
from nesy.ontology import Ontology
from nesy.perception.reply import parse_critique, parse_decision, parse_scene
from nesy.pipeline import Pipeline
from nesy.scene import Claim, Count, PartState, Relation, Scene
from nesy.synthetic.accusations import MADE_UP, accusation
from nesy.turns import Request, Usage
from nesy.verdict import Finding, Verdict

T = TypeVar("T")
Again = Literal["revise", "critique", "decide"]

SAMPLES = 3
"""Descriptions that are put to the vote: the greedy one of round 0, and two drawn at the temperature."""
TEMPERATURE = 0.7
"""As Wang et al. draw with the larger of their models."""
CLAIMS_AT_ONCE = 8
"""Of a second look: so many claims in one request."""


def whole_answer(pipeline: Pipeline, image: Image) -> Parts:
    """The loop's own findings, but the whole description is asked for again in place of a patch, and taken."""
    own, again = pipeline.parts(image), _taking(pipeline)

    def ask(rounds: Rounds) -> Request | None:
        request = own.ask(rounds)
        if request is None or request.kind == "verify":
            return request
        return _again(image, rounds, "revise", rounds[-1], notes=request.notes)

    def take(rounds: Rounds, request: Request, accept: Accept) -> Round:
        return (own.take if request.kind == "verify" else again)(rounds, request, accept)

    return replace(own, ask=ask, take=take, accept=any_answer)


def voting(pipeline: Pipeline, image: Image) -> Parts:
    """Describe afresh, drawn at a temperature, and keep what most descriptions say."""
    drawn = samples(image)

    def ask(rounds: Rounds) -> Request | None:
        return drawn[len(rounds) - 1]

    def keep(rounds: Rounds) -> Round:
        scene = vote([turn.scene for turn in rounds if turn.readable], pipeline.ontology)
        verdict = pipeline.check(scene)
        return Round(index=len(rounds), kind="vote", prompt="", reply="", scene=scene, verdict=verdict, usage=Usage())

    return _free_loop(pipeline, image, ask, SAMPLES, keep)


def samples(image: Image) -> tuple[Request, ...]:
    """Return the descriptions that are drawn for the vote, as requests."""
    return tuple(
        Request(image=image, kind="describe", round=n, temperature=TEMPERATURE, sample=n) for n in range(1, SAMPLES)
    )


def chained(pipeline: Pipeline, image: Image) -> Parts:
    """Describe again with the first scene graph in the prompt."""
    return _free_loop(pipeline, image, lambda rounds: _again(image, rounds, "revise", rounds[0]), 2)


def criticized(pipeline: Pipeline, image: Image) -> Parts:
    """The model names the faults of its description, describes again with these, and decides which is better."""

    def ask(rounds: Rounds) -> Request | None:
        match len(rounds):
            case 1:
                return _again(image, rounds, "critique", rounds[0])
            case 2:
                if not rounds[1].notes:
                    return None
                return _again(image, rounds, "revise", rounds[0], notes=rounds[1].notes)
            case _:
                return _again(image, rounds, "decide", rounds[0], rounds[2]) if rounds[2].readable else None

    return _free_loop(pipeline, image, ask, 4)


def looked_at_again(pipeline: Pipeline, image: Image) -> Parts:
    """Every claim is looked at again, and withdrawn where the model does not find it in the image.

    By a question of yes or no about each, both ways, as theirs asks; counts follow what is listed. A model that has not
    learnt such questions has the claims put to it in corrective ones, a few at a time.
    """
    turns = getattr(pipeline.model, "turns", None)
    return _supported(pipeline, image) if turns is None or "verify" in turns else _held_on_to(pipeline, image)


def _supported(pipeline: Pipeline, image: Image) -> Parts:
    def ask(rounds: Rounds) -> Request | None:
        scene = rounds[-1].scene
        every = doubt(image, scene, {claim.id: 0.0 for claim in scene.claims()}, 1.0, len(rounds))
        if every is None:
            return None
        # Theirs asks about every claim, whatever its words are worth: no belief is on record.
        return every.model_copy(update={"claims": tuple(c.model_copy(update={"belief": None}) for c in every.claims)})

    def take(rounds: Rounds, request: Request, _accept: Accept) -> Round:
        scene = rounds[-1].scene
        claims = [claim for claim in scene.claims() if claim.id in {asked.claim for asked in request.claims}]
        seen, said = glances(pipeline.model, image, [(claim, scene.entities) for claim in claims], request.round)
        problems = tuple(line for one in seen if isinstance(one, ReplyError) for line in one.problems)
        shares = {c.id: one.share for c, one in zip(claims, seen, strict=True) if isinstance(one, Glance)}
        unsupported = {claim: share for claim, share in shares.items() if share < 0.5}
        settled = settle(scene, request, unsupported, lambda left: (0, 0, len([*left.claims()])), pipeline.ontology)
        return Round(
            index=request.round,
            kind="verify",
            prompt="\n\n".join(reply.prompt for reply in said),
            reply="\n".join(reply.text for reply in said),
            scene=settled.scene,
            verdict=pipeline.check(settled.scene),
            usage=sum((reply.usage for reply in said), Usage()),
            problems=problems,
            asked=request.claims,
            changed=settled.recounted,
            withdrawn=settled.withdrawn,
        )

    own = pipeline.parts(image)
    return replace(
        own,
        ask=ask,
        take=take,
        stop=lambda rounds: "rounds_exhausted" if len(rounds) > 1 else None,
        keep=lambda rounds: rounds[-1],
        repair=False,
    )


def _held_on_to(pipeline: Pipeline, image: Image) -> Parts:
    def ask(rounds: Rounds) -> Request | None:
        asked = {claim.claim for turn in rounds for claim in turn.asked}
        scene = rounds[-1].scene
        left = [claim for claim in scene.claims() if claim.id not in asked and not isinstance(claim, Count)]
        if not left:
            return None
        findings = tuple(_doubt(claim, pipeline.ontology) for claim in left[:CLAIMS_AT_ONCE])
        settings = pipeline.settings.correction.model_copy(update={"findings_per_request": 20})
        doubted = Verdict(consistent=False, findings=findings)
        request = correct(image, scene, doubted, pipeline.ontology, settings, round=len(rounds))
        if request is None:
            return None
        claims = tuple(c.model_copy(update={"answers": ("keep", "withdraw"), "notes": ()}) for c in request.claims)
        return request.model_copy(update={"notes": (CHECK_AGAIN,), "claims": claims})

    own = pipeline.parts(image)
    return replace(
        own, ask=ask, accept=any_answer, stop=lambda _rounds: None, keep=lambda rounds: rounds[-1], repair=False
    )


def _free_loop(
    pipeline: Pipeline,
    image: Image,
    ask: Callable[[Rounds], Request | None],
    turns: int,
    keep: Callable[[Rounds], Round] = lambda rounds: rounds[-1],
) -> Parts:
    """Return a loop that goes on for so many rounds, takes every answer, and repairs nothing."""
    return replace(
        pipeline.parts(image),
        ask=ask,
        take=_taking(pipeline),
        accept=any_answer,
        stop=lambda rounds: "rounds_exhausted" if len(rounds) >= turns else None,
        keep=keep,
        repair=False,
    )


def _again(image: Image, rounds: Rounds, kind: Again, *drafts: Round, notes: tuple[str, ...] = ()) -> Request:
    scenes = tuple(turn.scene for turn in drafts)
    return Request(image=image, kind=kind, round=len(rounds), drafts=scenes, notes=notes)


def _taking(pipeline: Pipeline) -> Callable[[Rounds, Request, Accept], Round]:
    """Return what takes the answer of any of these turns: a scene, faults, or which of two scenes is better."""

    def take(rounds: Rounds, request: Request, _accept: Accept) -> Round:
        last = rounds[-1]
        if request.kind == "critique":
            faults = pipeline.dialogue.exchange(request, parse_critique)
            if isinstance(faults, Unreadable):
                return faults.after(last, request)
            return _round(request, faults, last.scene, last.verdict, notes=faults.parsed)
        if request.kind == "decide":
            better = pipeline.dialogue.exchange(request, parse_decision)
            if isinstance(better, Unreadable):
                return better.after(last, request)
            chosen = (rounds[0], last)[better.parsed]
            return _round(request, better, chosen.scene, chosen.verdict)
        described = pipeline.dialogue.exchange(request, lambda reply: parse_scene(reply, request.image))
        if isinstance(described, Unreadable):
            return described.after(last, request)
        scene = described.parsed.scene
        found = _round(request, described, scene, pipeline.check(scene), notes=request.notes)
        return found.model_copy(update={"problems": described.parsed.problems})

    return take


def _round(request: Request, said: Exchange[T], scene: Scene, verdict: Verdict, notes: tuple[str, ...] = ()) -> Round:
    return Round(
        index=request.round,
        kind=request.kind,
        prompt=said.reply.prompt,
        reply=said.reply.text,
        scene=scene,
        verdict=verdict,
        usage=said.usage,
        temperature=request.temperature,
        seed=request.seed,
        failures=said.failures,
        notes=notes,
    )


def _doubt(claim: Claim, ontology: Ontology) -> Finding:
    """Return a finding that names a claim, so that it is asked about; its message is not shown."""
    if isinstance(claim, (Relation, PartState)):
        return accusation(claim, ontology)
    return Finding(
        rule=MADE_UP, name="made up", severity="violation", focus=claim.id, claims=(claim.id,), message=CHECK_AGAIN
    )
