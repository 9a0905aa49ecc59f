"""Seeded errors: one thing is changed, the same seed changes the same, and each kind is found."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.checking import Rules
from nesy.cli import main
from nesy.errors import InputError
from nesy.experiments.datasets import data_folder
from nesy.experiments.datasets.vsr import Caption, CaptionPair
from nesy.experiments.rules.alarms import Selection
from nesy.experiments.rules.caption_pairs import ANTONYMS, measure_captions, opposite_words
from nesy.experiments.rules.contradictions import contradicts, excluded, expected_states, incapable
from nesy.experiments.rules.displacement import contradicted, moved
from nesy.experiments.rules.recall import measure_recall, revealing, seed_errors
from nesy.experiments.rules.seeded_errors import KINDS, seeded
from nesy.ontology import Ontology
from nesy.scene import Entity, Scene
from tests.any_scenes import scenes as any_scenes

WORDS = ["person", "bicycle", "horse", "cup", "dining table", "kite", "unicycle", "bike"]
PREDICATES = ["ride", "hold", "on", "left of", "inside", "contains", "near", "hug", "sit_on", "no_interaction", "odd"]


@st.composite
def likely_scenes(draw: st.DrawFn) -> Scene:
    """Return a scene of words that most kinds apply to."""
    unit = st.integers(0, 50).map(lambda share: share / 100)
    size = st.integers(5, 50).map(lambda share: share / 100)

    def entity(number: int) -> dict[str, Any]:
        left, top = draw(unit), draw(unit)
        box = (left, top, round(left + draw(size), 2), round(top + draw(size), 2))
        return {"id": f"e{number}", "category": draw(st.sampled_from(WORDS)), "box": draw(st.sampled_from([box, None]))}

    entities = [entity(number) for number in range(draw(st.integers(1, 4)))]
    some = st.sampled_from([one["id"] for one in entities])
    relations = [
        {"subject": draw(some), "predicate": draw(st.sampled_from(PREDICATES)), "object": draw(some)}
        for _ in range(draw(st.integers(0, 4)))
    ]
    return Scene.model_validate({"entities": entities, "relations": relations})


@pytest.mark.parametrize("kind", KINDS)
@given(scene=st.one_of(likely_scenes(), any_scenes()), seed=st.integers(0, 99))
def test_exactly_one_thing_is_changed(kind: str, scene: Scene, seed: int) -> None:
    error = seeded(kind, scene, Ontology.default(), str(seed))
    assert error == seeded(kind, scene, Ontology.default(), str(seed))
    if error is None:
        return
    Scene.from_json(error.scene.to_json())  # still a valid scene
    given_claims = {claim.id: claim for claim in scene.claims()}
    before = {claim.id: claim for claim in error.base.claims()}
    after = {claim.id: claim for claim in error.scene.claims()}
    assert given_claims.items() <= before.items(), "the base holds the scene as it was"
    assert before.keys() <= after.keys()
    changed = {name for name, claim in after.items() if before.get(name) != claim}
    assert len(changed) == 1 and changed & error.names
    assert error.names <= after.keys()


def scene_of(predicate: str, target: str, subject: str = "person", boxes: bool = True) -> Scene:
    return Scene.model_validate(
        {
            "entities": [
                {"id": "a", "category": subject, "box": [0.2, 0.1, 0.4, 0.4] if boxes else None},
                {"id": "b", "category": target, "box": [0.25, 0.45, 0.35, 0.6] if boxes else None},
            ],
            "relations": [{"id": "r1", "subject": "a", "predicate": predicate, "object": "b"}],
        }
    )


@pytest.mark.parametrize(
    ("kind", "scene"),
    [
        ("swap", scene_of("ride", "bicycle")),
        ("swap", scene_of("above", "cup", subject="cup")),
        ("opposite", scene_of("on", "dining table", subject="cup")),
        ("category", scene_of("ride", "bicycle")),
        ("part", scene_of("ride", "horse")),
        ("no_interaction", scene_of("hold", "cup")),
        ("count", scene_of("hold", "cup")),
        ("box", scene_of("above", "cup", subject="cup")),
        ("box", scene_of("ride", "bicycle")),
    ],
)
def test_every_kind_is_found_on_a_plain_scene(kind: str, scene: Scene) -> None:
    error = seeded(kind, scene, Ontology.default(), "1")
    assert error is not None
    assert revealing(error, Rules.load()), error.told


@pytest.mark.parametrize(
    ("kind", "scene"),
    [
        ("swap", scene_of("near", "cup", subject="cup")),
        ("swap", scene_of("above", "cup", subject="cup", boxes=False)),
        ("opposite", scene_of("odd", "cup")),
        ("category", scene_of("near", "cup")),
        ("part", scene_of("odd", "cup")),
        ("no_interaction", scene_of("above", "cup")),
        ("count", Scene(entities=())),
        ("box", scene_of("near", "cup")),
        ("box", scene_of("ride", "bicycle", boxes=False)),
    ],
)
def test_where_a_kind_does_not_apply_nothing_is_made(kind: str, scene: Scene) -> None:
    assert seeded(kind, scene, Ontology.default(), "1") is None
    assert seed_errors(kind, [scene, scene], limit=5, seed="1") == ([], 2)


def test_a_finding_counts_only_when_it_is_new_and_names_what_was_changed() -> None:
    twice = scene_of("ride", "bicycle").model_copy(update={"counts": ()})
    error = seeded("count", twice, Ontology.default(), "1")
    assert error is not None
    rules = Rules.load()
    assert {finding.claims for finding in revealing(error, rules)} == {tuple(error.names)}
    assert revealing(replace(error, base=error.scene), rules) == ()
    assert revealing(replace(error, names=frozenset({"elsewhere"})), rules) == ()


@pytest.mark.parametrize("claim", ["left", "right", "above", "below", "inside", "contact"])
@given(data=st.data())
def test_a_moved_box_contradicts_the_claim_and_keeps_its_size(claim: str, data: st.DataObject) -> None:
    unit, size = st.integers(0, 60).map(lambda n: n / 100), st.integers(1, 40).map(lambda n: n / 100)

    def entity(name: str) -> Entity:
        left, top = data.draw(unit), data.draw(unit)
        return Entity(id=name, category="cup", box=(left, top, left + data.draw(size), top + data.draw(size)))

    a, b = entity("a"), entity("b")
    assert a.box is not None and b.box is not None
    one = moved(claim, a, b)
    if contradicted(claim, a.box, b.box):
        assert one is None
    if one is None:
        return
    old = {"a": a, "b": b}[one.id]
    assert one.box is not None and old.box is not None
    assert one.box[2] - one.box[0] == pytest.approx(old.box[2] - old.box[0], abs=1e-5)
    assert one.box[3] - one.box[1] == pytest.approx(old.box[3] - old.box[1], abs=1e-5)
    assert contradicted(claim, one.box, b.box) if one.id == "a" else contradicted(claim, a.box, one.box)


def test_what_is_wrong_is_read_from_the_ontology() -> None:
    ontology = Ontology.default()
    assert "under" in excluded("on", ontology) and not excluded("unicycle", ontology)
    assert "cup" in incapable("ride", True, ontology) and "horse" not in incapable("ride", True, ontology)
    assert contradicts("left_of", "right_of", False, ontology)
    assert contradicts("left_of", "left_of", True, ontology)
    assert not contradicts("left_of", "right_of", True, ontology)
    assert not contradicts("left_of", "on", False, ontology)
    assert all(states for states in expected_states(ontology).values())


@pytest.mark.parametrize(
    ("first", "second", "turned", "opposite"),
    [
        ("left of", "at the right side of", False, True),
        ("left of", "at the right side of", True, False),
        ("left of", "left of", True, True),
        ("left of", "left of", False, False),
        ("near", "far from", True, True),
        ("facing", "facing away from", False, True),
        ("facing", "facing away from", True, False),
        ("on", "behind", False, False),
    ],
)
def test_opposites_in_plain_english(first: str, second: str, turned: bool, opposite: bool) -> None:
    nouns = ("bed", "cat") if turned else ("cat", "bed")
    pair = CaptionPair(
        Caption("a.jpg", "cat", first, "bed", true=True), Caption("a.jpg", nouns[0], second, nouns[1], true=False)
    )
    assert opposite_words(pair) is opposite


def test_the_two_sides_of_an_antonym_share_no_word() -> None:
    assert len(ANTONYMS) == 9
    for one, other, side in ANTONYMS:
        assert one and other and not one & other and side in ("stays", "changes", "unknown")


def test_an_unknown_kind_or_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no kind of error 'typo'; there are: swap, opposite"):
        measure_recall(tmp_path, ["vrd"], kinds=["typo"])
    with pytest.raises(InputError, match="no data set 'typo'"):
        measure_recall(tmp_path, ["typo"])


def real() -> Path:
    try:
        return data_folder()
    except InputError as error:
        pytest.skip(f"the data sets are not here: {error}")


def test_real_graphs_give_the_same_figures_twice(capsys: pytest.CaptureFixture[str]) -> None:
    folder = real()
    first = measure_recall(folder, ["vrd"], kinds=["count", "box"], limit=10)
    assert first == measure_recall(folder, ["vrd"], kinds=["count", "box"], limit=10)
    assert [(kind.kind, kind.seeded) for kind in first.kinds] == [("count", 10), ("box", 10)]
    assert first.kinds[0].found == 10
    assert (
        main(["rules", "recall", "--data", str(folder), "--dataset", "hicodet", "--kind", "count", "--limit", "5"]) == 0
    )
    shown = capsys.readouterr().out
    assert "hicodet" in shown and "100.0%" in shown


def test_caption_pairs_are_measured() -> None:
    found = measure_captions(real(), Selection(), limit=60)
    assert found.false_all.pairs + found.true_all.pairs == 60
    assert found.false_opposite_words.pairs <= found.false_all.pairs
    assert found.true_all.flagged <= found.true_all.pairs
