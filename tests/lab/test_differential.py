"""2,000 scenes and more: the compiled rules, the store and pySHACL find the same, to the last word."""

from collections import Counter
from itertools import islice

import pytest

from lab.differential import any_scene, compare, compared, scenes_of
from nesy.checking import Rules, check
from nesy.scene import Scene

SCENES, WHOLE = 2100, 24


def test_the_engines_agree_on_thousands_of_scenes() -> None:
    """Each scene with a part of the rules and without inferences, in turn: pySHACL is slow."""
    counted, fired = Counter[str](), Counter[str]()
    for tally in compare(scenes_of(SCENES), slices=21):
        assert not tally.differences
        counted += tally.scenes
        fired += tally.fired
    assert counted.total() == SCENES and len(counted) == 4 and min(counted.values()) > 300
    assert len(fired) > 30  # on its golden scenes, every rule is compared in test_compiled.py


def test_the_engines_agree_on_all_rules_and_inferences() -> None:
    few = islice(scenes_of(SCENES), 20, None, SCENES // WHOLE)
    tallies = list(compare(few, processes=1))
    assert not [difference for tally in tallies for difference in tally.differences]
    assert sum(tally.scenes.total() for tally in tallies) >= WHOLE - 1


def test_the_store_agrees_on_all_rules_and_inferences() -> None:
    some = islice(scenes_of(1850, seed=1), 850, None)
    tallies = list(compare(some, engines=["store"], processes=1))
    assert not [difference for tally in tallies for difference in tally.differences]
    assert sum(tally.scenes.total() for tally in tallies) == 1000
    assert len(set().union(*(tally.fired for tally in tallies))) > 60


def test_a_difference_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene.model_validate(
        {
            "entities": [{"id": "a", "category": "cup"}],
            "relations": [{"subject": "a", "predicate": "on", "object": "a"}],
        }
    )
    assert not compared([(0, "one", scene)], 1, ["store"]).differences
    monkeypatch.setattr("lab.oxigraph_engine.OxigraphData.results", lambda *_: iter(()))
    (difference,) = compared([(0, "one", scene)], 1, ["store"]).differences
    assert difference.engine == "store" and difference.lacking == ()
    assert difference.further == check(scene).findings and Scene.from_json(difference.scene) == scene


def test_any_scene_is_drawn_again_and_reaches_most_rules() -> None:
    assert any_scene("0 1") == any_scene("0 1") != any_scene("0 2")
    fired = {finding.rule for number in range(600) for finding in check(any_scene(f"0 {number}")).findings}
    assert len(fired) > len(Rules.load()) / 2
