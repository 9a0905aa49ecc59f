"""What a model says of a drawn picture -> correction turns that ask as the pipeline does, and answers that are true."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.training import own_mistakes
from lab.training.correction_turns import read_turns
from lab.training.own_mistakes import named_as, own_turn, write_own_turns
from nesy.checking import Rules
from nesy.ontology import Ontology
from nesy.perception.reply_format import write_scene
from nesy.scene import Scene
from nesy.synthetic import draw
from nesy.turns import ModelInfo, Reply, Request


class Says:
    """Describes every picture by one scene."""

    info = ModelInfo(id="says")

    def __init__(self, scene: Scene | None) -> None:
        self.scene = scene
        self.requests: list[Request] = []

    def reply(self, request: Request) -> Reply:
        self.requests.append(request)
        return Reply(text="no JSON" if self.scene is None else write_scene(self.scene))


def _renumbered(scene: Scene, turn: int) -> Scene:
    """Return the scene with entities numbered and ordered another way."""
    new = {e.id: f"{e.category}_{number + turn}" for number, e in enumerate(reversed(scene.entities), 1)}
    return Scene(
        entities=tuple(e.model_copy(update={"id": new[e.id]}) for e in reversed(scene.entities)),
        part_states=tuple(
            p.model_copy(update={"entity": new[p.entity], "object": p.object and new[p.object]})
            for p in scene.part_states
        ),
        relations=tuple(
            r.model_copy(update={"subject": new[r.subject], "object": new[r.object]}) for r in scene.relations
        ),
        counts=scene.counts,
    )


@given(st.integers(0, 400), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_the_truth_in_other_ids_is_what_was_said_in_them(index: int, turn: int) -> None:
    truth = draw(4, index).scene
    said = _renumbered(truth, turn)
    again = named_as(truth, said)
    assert {(e.id, e.box) for e in again.entities} == {(e.id, e.box) for e in said.entities}
    assert set(again.relations) == set(said.relations) and set(again.part_states) == set(said.part_states)


def test_what_was_not_said_takes_no_id_of_it() -> None:
    truth = next(s for i in range(50) if len((s := draw(4, i).scene).entities) > 2)
    said = truth.without(frozenset({truth.entities[0].id}))
    again = named_as(truth, said)
    assert again.entities[0].id not in {e.id for e in said.entities}


def test_a_wrong_relation_is_asked_about_and_not_kept() -> None:
    index, truth, ride = next(
        (i, scene, r)
        for i in range(400)
        for scene in (draw(4, i).scene,)
        for r in scene.relations
        if r.predicate == "ride" and scene.entity(r.object).category == "motorcycle"
    )
    wrong = ride.model_copy(update={"subject": ride.object, "object": ride.subject})
    said = truth.model_copy(update={"relations": tuple(wrong if r is ride else r for r in truth.relations)})
    model = Says(said)
    turn = own_turn(model, 4, index, Rules.load(), Ontology.default())
    assert turn is not None and (turn.seed, turn.index) == (4, index)
    assert model.requests[0].temperature == 1.0
    number = next(line for line in turn.prompt.splitlines() if f"{wrong.subject} ride {wrong.object}" in line)
    assert json.loads(turn.answer)[number.split(".")[0]] == "swap"


def test_a_true_claim_that_is_accused_is_to_be_kept(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(own_mistakes, "ACCUSED", 1.0)
    index = next(i for i in range(50) if draw(4, i).scene.relations)
    turn = own_turn(Says(draw(4, index).scene), 4, index, Rules.load(), Ontology.default())
    assert turn is not None
    assert set(json.loads(turn.answer).values()) == {"keep"}


def test_a_description_without_a_fault_and_one_that_cannot_be_read_give_no_turn(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(own_mistakes, "ACCUSED", 0.0)
    write_own_turns(tmp_path / "own.jsonl", Says(draw(4, 0).scene), 1, 4)
    assert read_turns(tmp_path / "own.jsonl") == []
    assert own_turn(Says(None), 4, 0, Rules.load(), Ontology.default()) is None
