"""An analysis -> all that a page shows of it, told in words and laid out, as plain values of JSON.

A page works nothing out by itself: it draws, and it shows or hides. So a page that is a file and one that a server
sends live show the same. Its stages are the rounds, and where the result is not the last round's scene, the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nesy.analysis.history import History
from nesy.analysis.life import Life, every_life
from nesy.analysis.rounds import Edit, Round, Withdrawal
from nesy.observations import Observations
from nesy.rendering.account import usage_words
from nesy.rendering.claim_cells import claim_content
from nesy.rendering.palette import category_colours
from nesy.rendering.plain import printable
from nesy.rendering.report.case_view import cases, weight
from nesy.rendering.report.claim_graph import claim_graph
from nesy.rendering.report.drawn_part import MOST_DRAWN, in_part, undrawn
from nesy.rendering.report.ink import hexadecimal
from nesy.rendering.report.overlay import overlays
from nesy.rendering.skeleton import BONES, LEAST_JOINT
from nesy.scene import Claim, Entity, Scene, in_words, term
from nesy.verdict import Finding, Verdict

_TITLES = {
    "describe": "the model describes the picture",
    "identify": "the model says what it has seen before",
    "verify": "a look at what the model is not sure of",
    "correct": "the model looks again",
    "revise": "the model describes it anew",
    "critique": "the model criticizes itself",
    "decide": "the model decides",
    "vote": "the vote",
}
_KINDS = {"Entity": "thing", "PartState": "body part", "Relation": "relation", "Count": "count"}
_NO_SIZE = (800, 600)
"""Of the sheet that boxes are drawn on where neither picture nor record tells a size."""


def record_view(analysis: History, size_px: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return what a page shows of an analysis; every text is printable, so that nothing in it is obeyed.

    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> described = '''{"entities": [{"id": "cup_1"}],
    ...     "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}'''
    >>> model = ScriptedModel([described, '{"1": "withdraw"}'])
    >>> shown = record_view(nesy.Pipeline(model).analyze("examples/images/tea.png"))
    >>> [stage["title"] for stage in shown["stages"]], [case["outcome"] for case in shown["cases"]]
    (['Round 0: the model describes the picture', 'Round 1: the model looks again'], ['withdrawn'])

    Args:
        analysis: of one picture.
        size_px: width and height of the picture, where they are known from elsewhere; else those on record.
    """
    image, verdict = analysis.image, analysis.verdict
    size = size_px or ((image.width_px, image.height_px) if image.width_px and image.height_px else _NO_SIZE)
    scenes = _scenes(analysis)
    colours = category_colours(term(entity.category) for scene in scenes for entity in scene.entities)
    drawn: list[list[dict[str, Any]]] = []
    stages = [_stage(analysis, number, scenes, size, colours, drawn) for number in range(len(scenes))]
    lives = tuple(every_life(analysis))
    told: dict[str, Any] = _printable(
        {
            "name": image.name,
            "size": list(size),
            "status": verdict.status,
            "why_unknown": verdict.why_unknown,
            "stop_reason": analysis.stop_reason.replace("_", " "),
            "model": analysis.model.id,
            "usage": usage_words(analysis.usage),
            "stages": stages,
            "overlays": drawn,
            "claims": _claims(lives, scenes),
            "cases": cases(lives),
            "undrawn": undrawn(scenes),
            "graph": claim_graph([in_part(scene) for scene in scenes], colours),
            "witness": None if analysis.observations is None else _witness(analysis.observations),
            "colours": {category: hexadecimal(colour) for category, colour in colours.items()},
        }
    )
    return told


def card(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a list of many pictures says of one, and what it is found and ordered by.

    Args:
        view: of the analysis, as `record_view` gives it.
    """
    said = [claim for claim in view["claims"] if claim["says"][-1] is not None]
    changed, doubted = weight(view["cases"])
    told: dict[str, str] = {}
    for stage in view["stages"]:
        told |= {finding["rule"]: finding["name"] for finding in stage["findings"]}
    return {
        "name": view["name"],
        "status": view["status"],
        "claims": len(said),
        "categories": sorted({claim["category"] for claim in view["claims"] if claim["category"]}),
        "rules": [list(pair) for pair in told.items()],
        "corrected": any(case["by"] == "model" for case in view["cases"]),
        "repaired": any(case["by"] == "repair" for case in view["cases"]),
        "changed": changed,
        "doubted": doubted,
        "line": next((_headline(case) for case in view["cases"]), ""),
    }


def _headline(case: Mapping[str, Any]) -> str:
    words = case["claims"][0][1]
    return f"stays, objected to: {words}" if case["outcome"] == "stands" else f"{case['outcome']}: {words}"


def _scenes(analysis: History) -> list[Scene]:
    """Return the scene of every stage."""
    scenes = [turn.scene for turn in analysis.rounds]
    return scenes if analysis.scene == scenes[-1] and not analysis.edits else [*scenes, analysis.scene]


def _stage(
    analysis: History,
    number: int,
    scenes: Sequence[Scene],
    size: tuple[int, int],
    colours: Mapping[str, tuple[int, int, int]],
    drawn: list[list[dict[str, Any]]],
) -> dict[str, Any]:
    gone = _gone(scenes, number)
    drawing = overlays(in_part(scenes[number]), gone[:MOST_DRAWN], size, colours)
    if drawing not in drawn:
        drawn.append(drawing)
    shown = {"overlay": drawn.index(drawing), "gone": [claim.id for claim in gone]}
    if number == len(analysis.rounds):
        return _end(analysis) | shown
    turn = analysis.rounds[number]
    last = number == len(scenes) - 1
    return _round(turn, analysis.verdict if last else turn.verdict) | shown


def _round(turn: Round, verdict: Verdict) -> dict[str, Any]:
    answers = {answer.number: answer for answer in turn.answers}
    return {
        "title": f"Round {turn.index}: {_TITLES[turn.kind]}",
        "short": f"round {turn.index}",
        "prompt": turn.prompt,
        "reply": turn.reply,
        "usage": usage_words(turn.usage),
        "findings": [_finding(one) for one in verdict.findings],
        "more": _more(verdict),
        "asked": [
            {
                "claim": asked.claim,
                "text": asked.text,
                "answer": None if asked.number not in answers else answers[asked.number].answer,
                "sure": None if asked.number not in answers else answers[asked.number].confidence,
                "refused": asked.claim in turn.refused,
            }
            for asked in turn.asked
        ],
        "looks": [
            {"claim": one.claim, "text": one.statement, "chance": one.chance, "alone": one.true is not None}
            for one in turn.evidence
        ],
        "notes": [*turn.problems, *([turn.no_evidence] if turn.no_evidence else [])],
        "failures": [
            {"prompt": one.prompt, "reply": one.reply, "problems": list(one.problems)} for one in turn.failures
        ],
        "located": None if turn.located is None else {"prompt": turn.located.prompt, "reply": turn.located.reply},
        "dropped": [_withdrawal(one) for one in turn.withdrawn],
        "edits": [],
    }


def _end(analysis: History) -> dict[str, Any]:
    kept = analysis.kept_round != len(analysis.rounds) - 1
    how = [f"the scene of round {analysis.kept_round} is kept"] * kept + ["repaired"] * bool(analysis.edits)
    return {
        "title": f"The end: {', '.join(how) or 'the result'}",
        "short": "the end",
        "prompt": "",
        "reply": "",
        "usage": "",
        "findings": [_finding(one) for one in analysis.verdict.findings],
        "more": _more(analysis.verdict),
        "asked": [],
        "looks": [],
        "notes": [],
        "failures": [],
        "located": None,
        "dropped": [],
        "edits": [_edit(one) for one in analysis.edits],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "claims": list(finding.claims),
        "message": finding.message,
    }


def _more(verdict: Verdict) -> list[str]:
    """Say what a verdict holds beside its findings."""
    told = [f"{rest.number} more of the rule {rest.rule}" for rest in verdict.more]
    told += [f"not decided: {one.rule}: {one.reason}" for one in verdict.undecided]
    if verdict.unknown_labels:
        told.append(f"not in the vocabulary, so no rule judges it: {', '.join(verdict.unknown_labels)}")
    return told


def _withdrawal(gone: Withdrawal) -> dict[str, Any]:
    return {"claim": gone.claim, "was": in_words(gone.was), "reason": gone.reason}


def _edit(edit: Edit) -> dict[str, Any]:
    attribute = "" if edit.attribute is None else f'"{edit.attribute}" of '
    return {
        "claim": edit.claim,
        "was": attribute + in_words(edit.was),
        "now": None if edit.now is None or attribute else in_words(edit.now),
        "reason": edit.reason,
        "cost": edit.cost,
        "invented": edit.invented,
    }


def _claims(lives: Sequence[Life], scenes: Sequence[Scene]) -> list[dict[str, Any]]:
    said = [{claim.id: claim for claim in scene.claims()} for scene in scenes]
    return [_claim(told, [scene.get(told.claim) for scene in said]) for told in lives]


def _claim(told: Life, said: Sequence[Claim | None]) -> dict[str, Any]:
    any_said = next(one for one in said if one is not None)
    return {
        "id": told.claim,
        "kind": _KINDS[type(any_said).__name__],
        "category": any_said.category if isinstance(any_said, Entity) else "",
        "colour": term(any_said.category) if isinstance(any_said, Entity) else "",
        "ends": list(_ends(any_said)),
        "says": [None if one is None else claim_content(one) for one in said],
        "sure": [None if one is None else one.confidence for one in said],
        "life": list(told.sentences),
        "changed": told.changed,
    }


def _ends(claim: Claim) -> Iterator[str]:
    """Yield the ids of the things that a claim is about."""
    if isinstance(claim, Entity):
        yield claim.id
    for field in ("subject", "entity", "object"):
        named = getattr(claim, field, None)
        if named is not None:
            yield named


def _gone(scenes: Sequence[Scene], number: int) -> list[Claim]:
    """Return the claims of earlier stages that this one does not hold, as they were last."""
    last = {claim.id: claim for scene in scenes[:number] for claim in scene.claims()}
    here = {claim.id for claim in scenes[number].claims()}
    return [claim for name, claim in last.items() if name not in here]


def _witness(seen: Observations) -> dict[str, Any]:
    return {
        "who": [witness.name for witness in seen.witnesses],
        "things": [{"what": one.category, "box": list(one.box), "score": one.score} for one in seen.things],
        "people": [
            {"box": list(one.box), "score": one.score, "bones": _bones(one.keypoints.named(LEAST_JOINT))}
            for one in seen.people
        ],
        "texts": [{"what": one.text, "box": list(one.box), "score": one.score} for one in seen.texts],
        "glimpses": [{"what": one.category, "box": list(one.box), "score": one.score} for one in seen.glimpses],
    }


def _bones(joints: Mapping[str, tuple[float, float, float]]) -> dict[str, Any]:
    """Return the joints that were seen and the lines between them, in shares of the picture."""
    places = {name: [round(x, 4), round(y, 4)] for name, (x, y, _) in joints.items()}
    return {
        "joints": list(places.values()),
        "lines": [places[a] + places[b] for a, b in BONES if a in places and b in places],
    }


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {printable(key): _printable(held) for key, held in value.items()}
    return [_printable(held) for held in value] if isinstance(value, list) else value
