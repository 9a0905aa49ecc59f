"""Photographs with truth -> results/claims.json: what claims against a photograph are worth.

`python -m lab.claim_scores` holds the true relations and part states, the statements that are known to be wrong, and
the pairs of captions of the photographs against what the embedded witness sees. Every photograph is judged with numbers
that were fitted on others (three parts, by picture), and once with the shipped numbers, which were fitted on all.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from sklearn.metrics import roc_auc_score

from lab.claim_weights import numbers, vcoco
from lab.photographs import Photograph, photographs
from nesy.experiments.commit import commit
from nesy.experiments.datasets import data_folder
from nesy.geometry import iou
from nesy.grounding.measured import Measured, measured, measured_of
from nesy.grounding.opinion import Opinion
from nesy.grounding.seen_scene import seen_scene
from nesy.grounding.sight import seen_opinions
from nesy.grounding.sightings import PRIOR, SAME_PLACE, Sightings
from nesy.grounding.word_match import Words
from nesy.language.parsing import parse
from nesy.ontology import Ontology
from nesy.scene import Entity, PartState, Relation, Scene
from nesy.witness.roster import load

RESULTS = Path("results/claims.json")
PARTS = 3
ASKED = "asked"


def statements(of: Photograph) -> Iterator[tuple[bool, Scene]]:
    """Yield (whether it is true, a scene that says it and nothing else); ends have their true boxes, if any."""
    for claim in of.true("relations"):
        yield True, _relation(of, claim)
    for claim in of.true("part_states"):
        ends = _ends(of, claim["entity"], claim.get("object"))
        thing = ends[-1].id if claim.get("object") else None
        said = PartState(id=ASKED, entity=ends[0].id, part=claim["part"], state=claim["state"], object=thing)
        yield True, Scene(entities=_once(ends), part_states=(said,))
    for claim in of.row["false"]:
        yield False, _relation(of, claim)


def _relation(of: Photograph, claim: Mapping[str, str]) -> Scene:
    ends = _ends(of, claim["subject"], claim["object"])
    said = Relation(id=ASKED, subject=ends[0].id, predicate=claim["predicate"], object=ends[1].id)
    return Scene(entities=_once(ends), relations=(said,))


def _ends(of: Photograph, *names: str | None) -> list[Entity]:
    """Return entities of the truth with their boxes; a bare category is one of which nothing takes part."""
    known = of.entities
    return [
        Entity(id=name, category=known[name]["category"], box=tuple(known[name]["box"]))
        if name in known
        else Entity(id=f"any_{name}", category=name)
        for name in names
        if name is not None
    ]


def _once(ends: Sequence[Entity]) -> tuple[Entity, ...]:
    return tuple({entity.id: entity for entity in ends}.values())


def judged_statements(given: Sequence[tuple[Photograph, Measured]], words: Words) -> dict[str, Any]:
    """Return how well chances tell true statements from wrong ones, and what the statuses are."""
    true, chances, statuses = [], [], Counter[tuple[bool, str]]()
    for photograph, worth in given:
        for so, scene in statements(photograph):
            sight = Sightings([photograph.seen], words, photograph.image, worth)
            opinion = next(o for claim, _, o in seen_opinions(scene, sight) if claim.id == ASKED)
            true.append(so)
            chances.append(PRIOR if opinion.chance is None else opinion.chance)
            statuses[so, opinion.status] += 1
    wrong = len(true) - sum(true)
    return {
        "true": sum(true),
        "false": wrong,
        "auroc": round(float(roc_auc_score(true, chances)), 3),
        "true_supported": round(statuses[True, "supported"] / sum(true), 3),
        "true_contradicted": round(statuses[True, "contradicted"] / sum(true), 3),
        "false_supported": round(statuses[False, "supported"] / wrong, 3),
        "false_contradicted": round(statuses[False, "contradicted"] / wrong, 3),
    }


def said_alone(given: Sequence[tuple[Photograph, Measured]], words: Words) -> dict[str, Any]:
    """Return how many statements are in the scene that the witness as a model makes of the photograph alone."""
    said, asked, relations = Counter[bool](), Counter[bool](), 0
    for photograph, worth in given:
        scene = seen_scene(Sightings([photograph.seen], words, photograph.image, worth))
        relations += len(scene.relations)
        for so, stated in statements(photograph):
            if not stated.relations:
                continue
            asked[so] += 1
            claim = stated.relations[0]
            one, other = (_meant(stated.entity(end), scene, words) for end in (claim.subject, claim.object))
            said[so] += any(
                found.subject in one and found.object in other and words.entails(found.predicate, claim.predicate)
                for found in scene.relations
            )
    return {
        "relations": relations,
        "true_said": round(said[True] / asked[True], 3),
        "false_said": round(said[False] / asked[False], 3),
    }


def _meant(end: Entity, scene: Scene, words: Words) -> set[str]:
    """Return the things of a scene that are where an end of a statement is, or of its kind if it is nowhere."""
    return {
        entity.id
        for entity in scene.entities
        if words.base(entity.category) == words.base(end.category)
        and (end.box is None or (entity.box is not None and iou(end.box, entity.box) >= SAME_PLACE))
    }


def judged_colours(given: Sequence[tuple[Photograph, Measured]], words: Words) -> dict[str, Any]:
    """Return how often a thing's own colour is contradicted, and any other; what may be called alike is left out."""
    every = sorted({words.attribute(value) for value in words.ontology.dimensions["colour"]})
    found, asked = Counter[bool](), Counter[bool]()
    for photograph, worth in given:
        sight = Sightings([photograph.seen], words, photograph.image, worth)
        for entity in photograph.entities.values():
            own: str | None = (entity.get("attributes") or {}).get("colour")
            if own is None or entity["category"] == "person":
                continue
            for colour in every:
                so = words.attribute(own) == colour
                if so or words.clash(own, colour):
                    asked[so] += 1
                    found[so] += _colour_is_contradicted(entity, colour, sight)
    return {
        "things": asked[True],
        "true_contradicted": round(found[True] / asked[True], 3),
        "false_contradicted": round(found[False] / asked[False], 3),
    }


def _colour_is_contradicted(entity: Mapping[str, Any], colour: str, sight: Sightings) -> bool:
    said = Entity(id=ASKED, category=entity["category"], box=tuple(entity["box"]), attributes=(colour,))
    opinions = seen_opinions(Scene(entities=(said,)), sight)
    return any(o.status == "contradicted" for _, attribute, o in opinions if attribute is not None)


def judged_captions(given: Sequence[tuple[Photograph, Measured]], words: Words) -> dict[str, Any]:
    """Return how often the true caption of a pair fares better than the one with an error."""
    found = Counter[str]()
    for photograph, worth in given:
        sight = Sightings([photograph.seen], words, photograph.image, worth)
        true, wrong = (
            [opinion for *_, opinion in seen_opinions(parse(text), sight)] for text in photograph.row["captions"]
        )
        found[_better(true, wrong)] += 1
        found["true_contradicted"] += _is_contradicted(true)
    return {"pairs": len(given)} | {
        name: round(found[name] / len(given), 3) for name in ("right", "wrong", "tie", "true_contradicted")
    }


def _better(true: Sequence[Opinion], wrong: Sequence[Opinion]) -> str:
    lowest = [min((o.chance for o in said if o.chance is not None), default=PRIOR) for said in (true, wrong)]
    against = [_is_contradicted(said) for said in (true, wrong)]
    if lowest[0] > lowest[1] or against == [False, True]:
        return "right"
    return "wrong" if lowest[0] < lowest[1] or against == [True, False] else "tie"


def _is_contradicted(said: Sequence[Opinion]) -> bool:
    return any(opinion.status == "contradicted" for opinion in said)


def measure(given: Sequence[Photograph], boxes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Measure with numbers of other photographs, and with the shipped ones."""
    words = Words(Ontology.default())
    parts = [
        measured_of(numbers([p for i, p in enumerate(given) if i % PARTS != part], boxes)) for part in range(PARTS)
    ]
    held_out = [(photograph, parts[i % PARTS]) for i, photograph in enumerate(given)]
    shipped = [(photograph, measured()) for photograph in given]
    return {
        name: {
            "statements": judged_statements(pairs, words),
            "alone": said_alone(pairs, words),
            "colours": judged_colours(pairs, words),
            "captions": judged_captions(pairs, words),
        }
        for name, pairs in (("held_out", held_out), ("shipped", shipped))
    }


def claims_text(found: Mapping[str, Any]) -> str:
    """Return the table of the page: of what, judged by numbers of other photographs and by those that are shipped."""
    rows = [
        ("true against false statements, AUROC", "statements", "auroc", ">= 0.90"),
        ("true statements supported", "statements", "true_supported", ""),
        ("true statements contradicted", "statements", "true_contradicted", ""),
        ("false statements supported", "statements", "false_supported", "<= 0.05"),
        ("false statements contradicted", "statements", "false_contradicted", ""),
        ("a thing's own colour contradicted", "colours", "true_contradicted", ""),
        ("another colour of it contradicted", "colours", "false_contradicted", ""),
        ("from the photograph alone: true relations said", "alone", "true_said", ""),
        ("from the photograph alone: false relations said", "alone", "false_said", "<= 0.05"),
        ("pairs of captions the right way round", "captions", "right", ">= 0.65"),
        ("pairs the wrong way round", "captions", "wrong", "<= 0.10"),
        ("pairs that are told alike", "captions", "tie", ""),
        ("true captions with a contradicted claim", "captions", "true_contradicted", "<= 0.05"),
    ]
    table = "\n".join(
        f"| {told} | {found['held_out'][part][key]:.3f} | {found['shipped'][part][key]:.3f} | {goal} |"
        for told, part, key, goal in rows
    )
    told = found["shipped"]
    true, false = told["statements"]["true"], told["statements"]["false"]
    pairs, said = told["captions"]["pairs"], told["alone"]["relations"]
    counted = (
        f"{true} true relations and part states, {false} statements known to be wrong, {pairs} pairs of captions; "
        f"{told['colours']['things']} things with a colour; {said} relations said from the photographs alone."
    )
    heads = "| what | numbers fitted on other photographs | shipped numbers | to reach |\n|---|---|---|---|"
    return f"{counted}\n\n{heads}\n{table}"


def main() -> None:
    """Parse the command line, measure, write and print."""
    parser = argparse.ArgumentParser(prog="python -m lab.claim_scores", description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="the folder of all data sets")
    data = data_folder(parser.parse_args().data)
    scores = measure(photographs(data / "photographs", load()), vcoco(data))
    found = {"command": "python -m lab.claim_scores", "commit": commit()} | scores
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    Console().print_json(data=found)


if __name__ == "__main__":
    main()
