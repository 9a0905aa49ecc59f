"""Where no word of a scene is known, nothing is concluded: the verdict is neither consistent nor inconsistent."""

import json

import pytest
from pydantic import ValidationError

from nesy.checking import check
from nesy.scene import Count, Entity, PartState, Relation, Scene
from nesy.verdict import Verdict

KNOWN = Scene(entities=[Entity(id="cup_1", category="cup")])
NONSENSE = Scene(
    entities=[Entity(id="a_1", category="couchcouchcouch", attributes=("red",)), Entity(id="b_1", category="blork")],
    part_states=[PartState(id="p1", entity="a_1", part="wurst", state="withdrawwithdraw")],
    relations=[Relation(id="r1", subject="a_1", predicate="withdrawwithdraw", object="b_1")],
    counts=[Count(id="n1", category="couchcouchcouch", value=1)],
)


@pytest.mark.parametrize(
    "scene",
    [
        NONSENSE,
        Scene(entities=NONSENSE.entities),
        Scene(entities=NONSENSE.entities, relations=NONSENSE.relations),
        Scene(entities=(), counts=[Count(id="n1", category="couchcouchcouch", value=0)]),
        Scene(entities=[Entity(id="x_1", category="\u6c99\u53d1")]),
    ],
)
def test_where_no_word_is_known_nothing_is_concluded(scene: Scene) -> None:
    verdict = check(scene)
    assert (verdict.status, verdict.violations) == ("unknown", ())
    assert "no word" in verdict.why_unknown
    record = json.loads(verdict.to_json())
    assert (record["status"], record["why_unknown"]) == ("unknown", verdict.why_unknown)
    assert Verdict.model_validate_json(verdict.to_json()) == verdict


@pytest.mark.parametrize(
    "scene",
    [
        Scene(entities=()),  # nothing is claimed, so nothing can be wrong
        KNOWN,
        Scene(entities=[*NONSENSE.entities, *KNOWN.entities]),
        Scene(entities=NONSENSE.entities, relations=[Relation(id="r1", subject="a_1", predicate="on", object="b_1")]),
    ],
)
def test_one_known_word_or_no_claim_is_judged_as_ever(scene: Scene) -> None:
    verdict = check(scene)
    assert (verdict.status, verdict.consistent, verdict.why_unknown) == ("consistent", True, "")
    assert "why_unknown" not in json.loads(verdict.to_json())


def test_a_violation_is_one_even_where_no_word_is_known() -> None:
    on_itself = Relation(id="r1", subject="a_1", predicate="withdrawwithdraw", object="a_1")
    verdict = check(Scene(entities=NONSENSE.entities, relations=[on_itself]))
    assert (verdict.status, verdict.consistent) == ("inconsistent", False)
    assert verdict.doubted("for a reason") is verdict


def test_a_verdict_of_before_has_the_status_that_it_says() -> None:
    for consistent, status in ((True, "consistent"), (False, "inconsistent")):
        old = Verdict.model_validate({"schema": "nesy.verdict/1", "consistent": consistent, "findings": []})
        assert old.status == status
    with pytest.raises(ValidationError):
        Verdict.model_validate({"schema": "nesy.verdict/1", "findings": []})
