"""Rounds so far -> what is asked in place of the loop's own question: no finding, a wrong one, a random one, a raw one.

Each differs from the loop's own question in one thing. What is random is drawn by the image's checksum, so that it is
the same in every run.
"""

from collections.abc import Callable
from random import Random

from nesy.graph.shacl_report import verdict_turtle
from nesy.image import Image
from nesy.loop.correction import correct
from nesy.loop.run import Parts, Rounds
from nesy.pipeline import Pipeline
from nesy.scene import PartState, Relation, Scene
from nesy.synthetic.accusations import accusation
from nesy.turns import Request
from nesy.verdict import Verdict

CHECK_AGAIN = "Please check again."

Ask = Callable[[Rounds], Request | None]


def noting(parts: Parts, notes: Callable[[Rounds, Request], tuple[str, ...]]) -> Ask:
    """Return what asks about the same claims as the loop, with other notes."""

    def ask(rounds: Rounds) -> Request | None:
        request = parts.ask(rounds)
        if request is None or request.kind != "correct":
            return request
        claims = tuple(claim.model_copy(update={"notes": ()}) for claim in request.claims)
        return request.model_copy(update={"notes": notes(rounds, request), "claims": claims})

    return ask


def check_again(_rounds: Rounds, _request: Request) -> tuple[str, ...]:
    """Return the note of the placebo: it asks to look again and says nothing else."""
    return (CHECK_AGAIN,)


def raw_report(rounds: Rounds, request: Request) -> tuple[str, ...]:
    """Return the validation report in Turtle, as SHACL has it, of the findings that are asked about."""
    asked = tuple(finding for finding in rounds[-1].verdict.findings if finding.message in request.notes)
    return (verdict_turtle(Verdict(consistent=False, findings=asked)),)


def at_random(pipeline: Pipeline, image: Image, parts: Parts) -> Ask:
    """Return what asks as often and about as many claims as the loop, but accuses claims drawn at random."""

    def ask(rounds: Rounds) -> Request | None:
        request, scene = parts.ask(rounds), rounds[-1].scene
        if request is not None and request.kind != "correct":
            return request
        claims: list[Relation | PartState] = [*scene.relations, *scene.part_states]
        if request is None or not claims:
            return None
        chance = Random(f"nesy random feedback {image.sha256} {len(rounds)}")
        drawn = chance.sample(claims, min(len(claims), max(1, len(request.claims))))
        accused = tuple(accusation(claim, pipeline.ontology) for claim in drawn)
        settings = pipeline.settings.correction.model_copy(update={"findings_per_request": 20})
        made_up = Verdict(consistent=False, findings=accused)
        return correct(image, scene, made_up, pipeline.ontology, settings, round=len(rounds))

    return ask


def falsely(pipeline: Pipeline, image: Image) -> Ask:
    """Return what accuses, once, one relation or part state that no finding names; drawn from all such claims."""

    def ask(rounds: Rounds) -> Request | None:
        if len(rounds) > 1:
            return None
        claims = unnamed(rounds[-1].scene, rounds[-1].verdict)
        if not claims:
            return None
        claim = Random(f"nesy false accusation {image.sha256}").choice(claims)
        made_up = Verdict(consistent=False, findings=(accusation(claim, pipeline.ontology),))
        settings = pipeline.settings.correction
        return correct(image, rounds[-1].scene, made_up, pipeline.ontology, settings, round=len(rounds))

    return ask


def unnamed(scene: Scene, verdict: Verdict) -> list[Relation | PartState]:
    """Return the relations and part states that no finding names, whatever its severity."""
    named = {claim for finding in verdict.findings for claim in finding.claims}
    claims: list[Relation | PartState] = [*scene.relations, *scene.part_states]
    return [claim for claim in claims if claim.id not in named]
