"""The repair against clingo and against scenes whose truth is known; a small number here, more by command."""

import json
import re

import pytest

from lab import repair_check, repair_scores
from lab.dense_scenes import tangled_scenes
from lab.erroneous_scenes import ERRORS, spoilt_scenes
from lab.repair_check import compare, least_cost, mended, with_confidences
from lab.repair_program import facts, rules_text
from lab.repair_tables import repair_text
from nesy.checking import Rules, check
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.ontology import Ontology
from nesy.repair.choices import Choices
from nesy.repair.meant import Meant
from nesy.scene import Entity, Relation, Scene

ONTOLOGY = Ontology.default()


def test_the_second_text_of_the_rules_knows_every_violation() -> None:
    named = set(re.findall(r"^% (\w+)$", rules_text(), re.MULTILINE))
    assert named == {rule.iri.rsplit("#", 1)[-1] for rule in Rules.load().grave}


@pytest.mark.parametrize("invent", [False, True])
def test_clingo_finds_the_same_least_cost(invent: bool) -> None:
    found = compare(with_confidences(sampled_scenes(20, 3), 3), ONTOLOGY, invent=invent)
    assert found.different == ()
    assert found.equal == found.solutions == found.compared >= 12


def test_clingo_finds_the_same_least_cost_where_nothing_has_a_confidence() -> None:
    found = compare(sampled_scenes(10, 4), ONTOLOGY)
    assert found.different == ()
    assert found.equal == found.compared >= 6


def test_clingo_finds_the_same_least_cost_in_tangles() -> None:
    scenes = tangled_scenes(30, 2)
    assert scenes == tangled_scenes(30, 2)
    circles = {len(f.claims) for s in scenes for f in check(s, Rules.load().grave).findings if "Cycle" in f.rule}
    assert circles >= {3, 4}
    found = compare(scenes, ONTOLOGY)
    assert found.different == ()
    assert found.equal == found.solutions == found.compared >= 20


@pytest.mark.parametrize("length", [3, 4, 6])
def test_clingo_knows_circles_of_any_length(length: int) -> None:
    ids = [f"cup_{n}" for n in range(1, length + 1)]
    scene = Scene(
        entities=[Entity(id=name, category="cup") for name in ids],
        relations=[
            Relation(id=f"r{n}", subject=a, predicate="on", object=b, confidence=0.9 - n / 20)
            for n, (a, b) in enumerate(zip(ids, [*ids[1:], ids[0]], strict=True), start=1)
        ],
    )
    (circle,) = check(scene, Rules.load().grave, ONTOLOGY).violations
    assert circle.rule.endswith("#SpatialCycle") and len(circle.claims) == length
    found = compare([scene], ONTOLOGY)
    assert (found.compared, found.equal, found.solutions) == (1, 1, 1)
    row = scene.without(frozenset({f"r{length}"}))
    assert least_cost(Choices(row, ONTOLOGY)) == (0, {})


def test_the_records_say_what_is_claimed() -> None:
    told = json.loads(repair_check.RESULTS.read_text(encoding="utf-8"))
    assert sum(one["compared"] for one in told["sets"].values()) >= 300 and len(told["sets"]) == 6
    assert all(one["compared"] == one["equal"] == one["solutions"] for one in told["sets"].values())
    told = json.loads(repair_scores.RESULTS.read_text(encoding="utf-8"))
    for one in told["sets"].values():
        assert one["repaired"] == one["consistent"] == one["optimal"]
        assert one["false_claim_goes"]["weighted"]["share"] >= 0.9 or not one["invented"]
        assert one["after"]["precision"] > one["before"]["precision"]
        assert repair_text(told, {"sets": {}}).count(f"{one['false_claim_goes']['weighted']['share']:.1%}")


def test_a_difference_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.repair_check.least_cost", lambda choices: (1, {}))
    found = compare(sampled_scenes(4, 3), ONTOLOGY)
    assert found.compared and found.equal == 0 and len(found.different) == found.compared


def test_the_program_says_what_is_claimed_and_what_it_costs() -> None:
    scene = Scene(
        entities=[Entity(id="cup_1", category="cup", confidence=0.9), Entity(id="table_1", category="dining table")],
        relations=[Relation(id="r1", subject="cup_1", predicate="on", object="table_1", confidence=0.5)],
    )
    text = facts(Choices(scene, ONTOLOGY))
    assert "swap" not in text
    inventive = Choices(scene, ONTOLOGY, meant=Meant(scene, ONTOLOGY, invent=True))
    assert 'says("r1","swap","table_1","on","cup_1").' in facts(inventive).splitlines()
    for fact in (
        'says("r1","keep","cup_1","on","table_1").',
        'cost("r1","withdraw",120).',
        'hangs("r1","table_1").',
        'category("table_1","keep","DiningTable").',
    ):
        assert fact in text.splitlines()
    assert least_cost(Choices(scene, ONTOLOGY)) == (0, {})


@pytest.mark.parametrize("errors", [(1, 4), (8, 12)], ids=["few", "many"])
def test_spoilt_scenes_are_true_but_for_the_claims_that_are_said_to_be_wrong(errors: tuple[int, int]) -> None:
    spoilt = list(spoilt_scenes(12, 1, errors, ONTOLOGY))
    assert spoilt == list(spoilt_scenes(12, 1, errors, ONTOLOGY))
    for one in spoilt:
        assert one.wrong.keys() <= {claim.id for claim in one.scene.claims()}
        assert all(claim.confidence is not None for claim in one.scene.claims())
        truth = one.scene.without(frozenset(one.wrong))
        counts = frozenset(count.id for count in truth.counts)  # what an entity of a wrong category leaves uncounted
        assert check(truth.without(counts), Rules.load().grave, ONTOLOGY).consistent
    assert {kind for one in spoilt for kind in one.wrong.values()} <= set(ERRORS)
    assert sum(len(one.wrong) for one in spoilt) >= 12


def test_the_false_claim_goes_where_it_is_believed_less() -> None:
    """Without inventions but for categories: an entity goes with all that is said of it, so that other claims go."""
    scenes = list(spoilt_scenes(40, 2, (1, 4), ONTOLOGY))
    plain, found = (repair_scores.measure(scenes, ONTOLOGY, invent=invent) for invent in (False, True))
    for one in (plain, found):
        assert one.consistent == one.optimal == one.repaired > 30
        assert one.weighted.conflicts == one.unweighted.conflicts > 30
        assert one.after.both / one.after.said > one.before.both / one.before.said
    assert plain.invented == 0 < found.invented_right < found.invented
    others = [share for kind, (share, _) in plain.by_kind.items() if kind != "category"]
    assert sum(one.right for one in others) >= 0.75 * sum(one.conflicts for one in others)
    assert found.weighted.share >= 0.9
    assert found.weighted.share > found.unweighted.share
    record = found.record()
    assert record["repaired"] == found.repaired
    assert 0 < record["own_ms"]["p50"] <= record["own_ms"]["p95"]


def test_the_repair_is_the_same_whether_it_is_checked_fast_or_in_full() -> None:
    from nesy.repair import repair

    for spoilt in spoilt_scenes(5, 5, (1, 4), ONTOLOGY):
        slow = repair(spoilt.scene, lambda scene: check(scene, None, ONTOLOGY), ONTOLOGY)
        fast = mended(spoilt.scene, ONTOLOGY)
        assert slow.edits == fast.edits and slow.scene == fast.scene


@pytest.mark.parametrize("seed", range(3))
def test_a_repaired_scene_is_consistent_by_the_reference_engine(seed: int) -> None:
    (spoilt,) = spoilt_scenes(1, seed, (3, 4), ONTOLOGY)
    assert check(mended(spoilt.scene, ONTOLOGY).scene, Rules.load().grave, ONTOLOGY, "pyshacl").consistent
