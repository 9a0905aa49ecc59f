"""Scene and verdict -> the next question: only what the rules object to, and only the claims it touches."""

from collections.abc import Mapping, Sequence

from nesy.image import Image
from nesy.loop.marks import with_marks
from nesy.loop.options import answers_for, question_of
from nesy.ontology import Ontology
from nesy.ontology.alternatives import listed
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene
from nesy.settings import CorrectionSettings
from nesy.turns import NumberedClaim, Request
from nesy.verdict import Finding, Severity, Verdict, named

_RANK: Mapping[Severity, int] = {"violation": 0, "warning": 1, "info": 2}


def correct(
    image: Image, scene: Scene, verdict: Verdict, ontology: Ontology, settings: CorrectionSettings, round: int
) -> Request | None:
    """Turn a verdict into a question about the claims in conflict, or None when there is nothing to ask.

    Asks about at most `settings.findings_per_request` findings of those that are asked about (`to_ask`),
    gravest first. Findings that share a claim are asked about together. Pure and deterministic.
    """
    claims = {claim.id: claim for claim in scene.claims()}
    askable = [f for f in to_ask(verdict, settings) if any(claim in claims for claim in f.claims)]
    chosen = _choose(askable, settings.findings_per_request)
    if not chosen:
        return None
    touched = {claim for finding in chosen for claim in finding.claims}
    disputed = [claim for claim in scene.claims() if claim.id in touched]
    request = Request(
        image=image,
        kind="correct",
        round=round,
        notes=tuple(dict.fromkeys(finding.message for finding in chosen)),
        entities=_entities_of(disputed, scene, ontology),
        claims=tuple(
            NumberedClaim(
                number=number,
                claim=claim.id,
                text=question_of(claim, chosen),
                answers=answers_for(claim, scene, chosen, ontology),
                notes=tuple(dict.fromkeys(finding.message for finding in chosen if claim.id in finding.claims)),
            )
            for number, claim in enumerate(disputed, start=1)
        ),
    )
    return with_marks(request) if settings.marks else request


def to_ask(verdict: Verdict, settings: CorrectionSettings) -> tuple[Finding, ...]:
    """Return the findings grave enough to ask about, gravest first, else in the verdict's order."""
    return tuple(sorted(grave_enough(verdict.findings, settings), key=lambda finding: _RANK[finding.severity]))


def grave_enough(findings: Sequence[Finding], settings: CorrectionSettings) -> list[Finding]:
    """Return the findings that the model is asked about, in their order.

    Those as grave as `settings.ask`, or more, and those of the rules that `settings.ask_also` names.
    """
    return [finding for finding in findings if _is_asked(finding.rule, finding.severity, settings)]


def number_to_ask(verdict: Verdict, settings: CorrectionSettings) -> int:
    """Return how many findings there are that the model is asked about, told one by one or not."""
    untold = sum(rest.number for rest in verdict.more if _is_asked(rest.rule, rest.severity, settings))
    return len(grave_enough(verdict.findings, settings)) + untold


def _is_asked(rule: str, severity: Severity, settings: CorrectionSettings) -> bool:
    return _RANK[severity] <= _RANK[settings.ask] or named(rule, settings.ask_also)


def conflicts(findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """Group findings that share claims, directly or through others; groups and members keep their order."""
    groups: list[tuple[set[str], list[int]]] = []
    for index, finding in enumerate(findings):
        joined = set(finding.claims), [index]
        apart = []
        for group in groups:
            if group[0] & joined[0]:
                joined = group[0] | joined[0], group[1] + joined[1]
            else:
                apart.append(group)
        groups = [*apart, joined]
    ordered = sorted(sorted(members) for _, members in groups)
    return tuple(tuple(findings[index] for index in members) for members in ordered)


def _choose(findings: Sequence[Finding], most: int) -> list[Finding]:
    """Take whole conflicts while they fit; only a first conflict that is too large by itself is cut."""
    chosen: list[Finding] = []
    for group in conflicts(findings):
        if not chosen:
            chosen += group[:most]
        elif len(chosen) + len(group) <= most:
            chosen += group
    return chosen


def _entities_of(disputed: Sequence[Claim], scene: Scene, ontology: Ontology) -> tuple[Entity, ...]:
    named: set[str] = set()
    for claim in disputed:
        match claim:
            case Entity():
                named.add(claim.id)
            case PartState():
                named |= {claim.entity, claim.object} - {None} if claim.object else {claim.entity}
            case Relation():
                named |= {claim.subject, claim.object}
            case Count():
                named |= {entity.id for entity in listed(scene, claim.category, ontology)}
    return tuple(entity for entity in scene.entities if entity.id in named)
