"""Hundreds of drawn scenes: the compiled rules, the store and pySHACL find the same, to the last word.

Of golden cases `tests/checking/test_compiled.py` says so; `python -m lab.differential` compares as many as one likes.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from lab.differential import any_scene, compare, compared, scenes_of
from nesy.checking import Rules, check
from nesy.experiments.mutation.mutation import golden_cases, golden_folder
from nesy.scene import Scene

PARTS, ON_STORE, WHOLE = 240, 120, 8


def drawn(count: int, seed: int = 0) -> Iterator[tuple[str, Scene]]:
    """Yield so many scenes of every kind but golden cases, which come first."""
    folder = golden_folder()
    assert folder is not None
    golden = len(golden_cases(folder))
    return islice(scenes_of(golden + count, seed), golden, None)


def test_the_engines_agree_on_hundreds_of_scenes() -> None:
    """Each scene with a part of the rules and without inferences, in turn: pySHACL is slow."""
    counted, fired = Counter[str](), Counter[str]()
    for tally in compare(drawn(PARTS), slices=21, processes=1):
        assert not tally.differences
        counted += tally.scenes
        fired += tally.fired
    assert counted.total() == PARTS and len(counted) == 3 and min(counted.values()) >= PARTS // 3
    assert len(fired) > 20  # on its golden scenes, every rule is compared in test_compiled.py


def test_the_engines_agree_on_all_rules_and_inferences() -> None:
    few = islice(drawn(PARTS), 20, None, PARTS // WHOLE)
    tallies = list(compare(few, processes=1))
    assert not [difference for tally in tallies for difference in tally.differences]
    assert sum(tally.scenes.total() for tally in tallies) >= WHOLE - 1


def test_the_store_agrees_on_all_rules_and_inferences() -> None:
    tallies = list(compare(drawn(ON_STORE, seed=1), engines=["store"], processes=1))
    assert not [difference for tally in tallies for difference in tally.differences]
    assert sum(tally.scenes.total() for tally in tallies) == ON_STORE
    assert len(set().union(*(tally.fired for tally in tallies))) > 45


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
