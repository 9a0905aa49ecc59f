"""A model and drawn pictures -> correction turns about what the model itself says, and false accusations of it.

The model describes pictures by a draw at temperature 1, so that it errs as it does when it is unsure; what the rules
object to is asked about as the pipeline would. Where they object to nothing a claim of it that is true may be accused,
which is to be kept.
"""

import json
from dataclasses import asdict
from pathlib import Path
from random import Random

from lab.training.batches import Turn
from lab.training.correction_turns import right_answer
from nesy.checking import Rules, check
from nesy.errors import ReplyError
from nesy.geometry import iou
from nesy.image import Image
from nesy.loop.correction import correct
from nesy.ontology import Ontology
from nesy.perception.prompt import render
from nesy.perception.reply import parse_scene
from nesy.perception.reply_format import write_patch
from nesy.scene import PartState, Relation, Scene
from nesy.settings import CorrectionSettings
from nesy.synthetic import draw
from nesy.synthetic.accusations import accusation
from nesy.turns import Request, VisionLanguageModel
from nesy.verdict import Verdict

ACCUSED = 0.12
"""The share of descriptions without a finding of which a true claim is accused."""
_SAME_THING = 0.4
"""The least overlap of boxes, as intersection over union, by which an entity is taken for the one that is drawn."""


def named_as(truth: Scene, said: Scene) -> Scene:
    """Return the truth in the ids of what was said: entities are the same where their boxes overlap most.

    Pairs of one category go first. What was not said keeps an id of its own, which `said` does not use.
    """
    pairs = [
        (mine.category == theirs.category, iou(mine.box, theirs.box), mine.id, theirs.id)
        for mine in said.entities
        for theirs in truth.entities
        if mine.box is not None and theirs.box is not None
    ]
    called: dict[str, str] = {}
    for _, overlap, mine, theirs in sorted(pairs, reverse=True):
        if overlap >= _SAME_THING and theirs not in called and mine not in called.values():
            called[theirs] = mine
    called = {e.id: called.get(e.id, f"unsaid_{number}") for number, e in enumerate(truth.entities)}
    return Scene(
        entities=tuple(e.model_copy(update={"id": called[e.id]}) for e in truth.entities),
        part_states=tuple(
            p.model_copy(update={"entity": called[p.entity], "object": None if p.object is None else called[p.object]})
            for p in truth.part_states
        ),
        relations=tuple(
            r.model_copy(update={"subject": called[r.subject], "object": called[r.object]}) for r in truth.relations
        ),
        counts=truth.counts,
    )


def own_turn(model: VisionLanguageModel, seed: int, index: int, rules: Rules, ontology: Ontology) -> Turn | None:
    """Let the model describe a picture and ask about it; None where there is nothing to ask."""
    drawing = draw(seed, index)
    image = Image.from_pixels(drawing.image)
    try:
        reply = model.reply(Request(image=image, kind="describe", temperature=1.0, sample=index))
        said = parse_scene(reply, image).scene
    except ReplyError:
        return None
    truth = named_as(drawing.scene, said)
    verdict = check(said, rules, ontology)
    if verdict.consistent:
        rng = Random(f"nesy accused {seed} {index}")
        said_so: list[Relation | PartState] = [*said.relations, *said.part_states]
        claims = [claim for claim in said_so if _true(claim, truth)]
        if not claims or rng.random() > ACCUSED:
            return None
        verdict = Verdict(consistent=False, findings=(accusation(rng.choice(claims), ontology),))
    request = correct(image, said, verdict, ontology, CorrectionSettings(), round=1)
    if request is None:
        return None
    answers = {c.number: right_answer(c, said, truth) for c in request.claims}
    return Turn(seed, index, render(request, "compact"), write_patch(answers))


def _true(claim: Relation | PartState, truth: Scene) -> bool:
    same = {"id": "", "confidence": None}
    facts = [c.model_copy(update=same) for c in (*truth.relations, *truth.part_states)]
    return claim.model_copy(update=same) in facts


def write_own_turns(path: Path, model: VisionLanguageModel, pictures: int, seed: int) -> None:
    """Write the turns about the model's descriptions of `pictures` drawn pictures to `path` (JSON lines)."""
    rules, ontology = Rules.load(), Ontology.default()
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as lines:
        for index in range(pictures):
            if (turn := own_turn(model, seed, index, rules, ontology)) is not None:
                lines.write(json.dumps(asdict(turn), ensure_ascii=False) + "\n")
                lines.flush()
    unfinished.replace(path)
