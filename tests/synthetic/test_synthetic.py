"""The drawn world: exact truth, the same again from the same seed, words of the ontology, true scenes consistent."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy import InputError, Ontology, Scene, check
from nesy.scene import term
from nesy.synthetic import SIZE_PX, SPLITS, draw, write_split
from nesy.synthetic.drawing import Drawing

indices = st.integers(0, 10_000)
splits = st.sampled_from(SPLITS)


@settings(deadline=None, max_examples=40)
@given(indices, splits)
def test_the_same_triple_draws_the_same_picture(index: int, split: str) -> None:
    first, second = draw(3, index, split), draw(3, index, split)
    assert first.scene == second.scene
    assert first.image.tobytes() == second.image.tobytes()


@settings(deadline=None, max_examples=60)
@given(indices, splits)
def test_entities_go_from_left_to_right_and_have_real_boxes(index: int, split: str) -> None:
    scene = draw(5, index, split).scene
    lefts = [round(e.box[0], 2) for e in scene.entities if e.box]
    assert len(lefts) == len(scene.entities) > 0
    assert lefts == sorted(lefts)
    for entity in scene.entities:
        assert entity.box is not None
        assert entity.box[0] < entity.box[2]
        assert entity.box[1] < entity.box[3]
        assert len(entity.attributes) == 1


def test_a_box_is_exactly_where_the_paint_is() -> None:
    """A thing alone: outside its box the picture is background, which has one colour a row."""
    found = 0
    for index in range(400):
        drawing = draw(7, index)
        if len(drawing.scene.entities) != 1:
            continue
        found += 1
        box = drawing.scene.entities[0].box
        assert box is not None
        pixels = np.asarray(drawing.image).astype(int)
        painted = (np.abs(pixels - pixels[:, :1]).sum(-1) > 0).nonzero()
        seen = np.array([painted[1].min(), painted[0].min(), painted[1].max() + 1, painted[0].max() + 1]) / SIZE_PX
        assert np.abs(seen - np.array(box)).max() <= 3 / SIZE_PX
    assert found >= 10


def test_the_world_is_as_rich_as_promised() -> None:
    scenes = [draw(1, index).scene for index in range(600)]
    categories = {e.category for s in scenes for e in s.entities}
    interactions = {
        (r.predicate, s.entity(r.object).category)
        for s in scenes
        for r in s.relations
        if s.entity(r.subject).category == "person"
    }
    assert len(categories) >= 12
    assert len(interactions) >= 15
    assert len({(p.part, p.state) for s in scenes for p in s.part_states}) >= 8


def test_the_drawn_world_speaks_the_words_of_the_ontology() -> None:
    ontology = Ontology.default()
    for split in SPLITS:
        for index in range(150):
            scene = draw(2, index, split).scene
            assert {e.category for e in scene.entities} <= ontology.categories
            for relation in scene.relations:
                assert relation.predicate in ontology.verbs | ontology.spatial
            for state in scene.part_states:
                assert term(state.state) in ontology.part_states[state.part]


@pytest.mark.parametrize("split", SPLITS)
def test_what_is_true_is_consistent(split: str) -> None:
    broken = [
        (index, finding.message) for index in range(25) for finding in check(draw(11, index, split).scene).violations
    ]
    assert broken == []


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(InputError, match=r"'easy'.*ordinary"):
        draw(1, 1, "easy")


def test_write_split_writes_pictures_and_scenes(tmp_path: Path) -> None:
    counts = write_split(tmp_path, 4, seed=9, split="hard")
    lines = (tmp_path / "scenes.jsonl").read_text(encoding="utf-8").splitlines()
    scenes = [Scene.from_json(line) for line in lines]
    assert counts["images"] == len(scenes) == 4
    assert counts["entities"] == sum(len(s.entities) for s in scenes)
    for scene in scenes:
        assert scene.image is not None
        assert (tmp_path / "images" / scene.image.name).is_file()
    assert json.loads((tmp_path / "split.json").read_text(encoding="utf-8"))["split"] == "hard"


def test_a_split_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw_one(seed: int, index: int, split: str) -> Drawing:
        if index:
            raise OSError(28, "No space left on device")
        return draw(seed, index, split)

    monkeypatch.setattr("nesy.synthetic.drawing.draw", draw_one)
    with pytest.raises(InputError, match="No space left on device"):
        write_split(tmp_path / "out", 3, seed=1)
    assert list((tmp_path / "out").iterdir()) == []
