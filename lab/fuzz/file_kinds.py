"""Scenes and analyses of files, spoilt as JSON and as bytes: `nesy check`, `nesy repair`, `nesy explain`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from lab.fuzz.case import LostError, Make, Tally
from lab.fuzz.mutations import as_json, bent, encoded, spoilt
from lab.fuzz.scratch import scratch_file
from lab.fuzz.seeds import ROOT
from nesy.analysis import Analysis
from nesy.analysis.life import claim_ids, lives
from nesy.checking import Rules, check
from nesy.cli.check import error_record
from nesy.cli.input_files import read_scenes
from nesy.errors import InputError
from nesy.image import Image
from nesy.models.scripted import ScriptedModel
from nesy.perception.reply_format import write_scene
from nesy.pipeline import Pipeline
from nesy.repair import repair
from nesy.scene import Relation, Scene
from nesy.synthetic import draw

LISTS = ("entities", "part_states", "relations", "counts")


def open_scenes() -> Make:
    """Return what makes files of scenes: one (.json), or one a line (.jsonl)."""
    seeds = list(_scenes())
    rules = Rules.load()

    def make(chance: Random) -> "_SceneFile":
        many = chance.random() < 0.3
        texts = [_one(chance, seeds) for _ in range(chance.randrange(1, 5) if many else 1)]
        text = "\n".join(one.replace("\n", " ") for one in texts) if many else texts[0]
        return _SceneFile(encoded(text, chance), ".jsonl" if many else chance.choice((".json", ".json", "")), rules)

    return make


def _one(chance: Random, seeds: list[Any]) -> str:
    value = chance.choice(seeds)
    text = as_json(bent(value, chance) if chance.random() < 0.8 else value, chance)
    return spoilt(text, chance) if chance.random() < 0.3 else text


def _scenes() -> Iterator[Any]:
    golden = sorted((ROOT / "tests/rules").glob("*/*_?.json"))
    yield from (json.loads(path.read_text("utf-8")) for path in golden)
    yield from (json.loads(draw(1, number).scene.to_json()) for number in range(40))


@dataclass(frozen=True)
class _SceneFile:
    data: bytes
    suffix: str
    rules: Rules

    def run(self) -> Tally:
        """Read, check and repair; a line that is none is told, and all of its claims with it."""
        tally = Tally()
        found = read_scenes(scratch_file(self.data, self.suffix))
        for text in found.scenes:
            try:
                scene = text.scene()
            except InputError as error:
                if not found.many:
                    raise
                json.loads(error_record(text, error))
                continue
            tally += _counted(text.text, scene)
            check(scene, self.rules).to_json()
            repaired = repair(scene, self.rules.grave)
            withdrawn = {edit.claim for edit in repaired.edits}
            gone = {claim.id for claim in scene.claims()} - {claim.id for claim in repaired.scene.claims()} - withdrawn
            if gone:
                raise LostError(f"the repair has lost {sorted(gone)[:5]} without an edit")
        return tally


def _counted(text: bytes, scene: Scene) -> Tally:
    value = json.loads(text)
    written, read = sum(len(value.get(name) or ()) for name in LISTS), len(list(scene.claims()))
    if written != read:
        raise LostError(f"{written} claims written, {read} read")
    return Tally(written, read)


def open_analyses() -> Make:
    """Return what makes files of analyses, as `nesy analyze --format json` prints them."""
    seeds = [json.loads(_analysis(number).to_json()) for number in range(12)]

    def make(chance: Random) -> "_AnalysisFile":
        text = as_json(bent(chance.choice(seeds), chance), chance)
        text = spoilt(text, chance) if chance.random() < 0.3 else text
        return _AnalysisFile(encoded(text, chance), as_graph=chance.random() < 0.2)

    return make


def _analysis(number: int) -> Analysis:
    """Return an analysis in which a false relation is said, asked about, and kept or withdrawn."""
    scene = draw(2, number).scene
    first, last = scene.entities[0].id, scene.entities[-1].id
    wrong = [
        Relation(id=f"x{n}", subject=a, predicate="ride", object=b)
        for n, (a, b) in enumerate(((first, first), (last, first)))
    ]
    said = scene.model_copy(update={"relations": (*scene.relations, *wrong)})
    replies = [write_scene(said), *('{"1":"keep","2":"withdraw"}',) * 40]
    return Pipeline(ScriptedModel(replies)).analyze(Image.from_pixels(draw(2, number).image))


@dataclass(frozen=True)
class _AnalysisFile:
    data: bytes
    as_graph: bool

    def run(self) -> Tally:
        """Read, tell the life of every claim that any round makes, and write it again."""
        analysis = Analysis.from_json(self.data)
        ids = claim_ids(analysis)
        for one in ids:
            life = analysis.explain(one)
            str(life), life.to_json()
        [str(one) for one in lives(analysis)]
        if Analysis.from_json(analysis.to_json()) != analysis:
            raise LostError("an analysis that is written and read again is another one")
        if self.as_graph:
            analysis.to_rdf("nquads")
        return Tally(len(ids), len(ids))
