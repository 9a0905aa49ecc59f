"""Correction: the question holds the conflict and no more; only what was asked about can change; when to stop."""

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.analysis import Round
from nesy.image import Image
from nesy.loop.correction import conflicts, correct
from nesy.loop.patch import apply_patch
from nesy.loop.termination import best, fingerprint, stop_reason
from nesy.ontology import Ontology
from nesy.scene import Entity, Relation, Scene, in_words, term
from nesy.settings import CorrectionSettings
from nesy.turns import NumberedClaim, Request, Usage
from tests.loop_scenes import finding, scenes, verdict

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (8, 8)))
RIDE = Scene.model_validate(
    {
        "entities": [
            {"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.5, 0.6], "confidence": 0.9},
            {"id": "horse_1", "category": "horse", "box": [0.1, 0.4, 0.6, 0.9]},
            {"id": "cup_1", "category": "cup", "box": [0.7, 0.4, 0.8, 0.5]},
            {"id": "table_1", "category": "dining table", "box": [0.6, 0.5, 1.0, 0.9]},
        ],
        "part_states": [
            {"id": "p1", "entity": "person_1", "part": "hip", "state": "sit on", "object": "horse_1"},
            {"id": "p2", "entity": "person_1", "part": "hand", "state": "hold", "object": "cup_1"},
        ],
        "relations": [
            {"id": "r1", "subject": "person_1", "predicate": "ride", "object": "horse_1", "confidence": 0.8},
            {"id": "r2", "subject": "cup_1", "predicate": "on", "object": "table_1"},
            {"id": "r3", "subject": "table_1", "predicate": "on", "object": "cup_1"},
            {"id": "r4", "subject": "horse_1", "predicate": "hold", "object": "person_1"},
        ],
        "counts": [{"id": "n1", "category": "person", "value": 3}, {"id": "n2", "category": "cup", "value": 1}],
    }
)


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return Ontology.default()


def ask(ontology, *findings, scene=RIDE, **settings) -> Request | None:
    return correct(IMAGE, scene, verdict(*findings), ontology, CorrectionSettings(**settings), round=1)


def answers(ontology, claim: str, scene=RIDE) -> tuple[str, ...]:
    request = ask(ontology, finding(claim), scene=scene)
    return request.claims[0].answers


# --- the question


def test_the_question_holds_the_conflict_and_nothing_else(ontology):
    request = ask(ontology, finding("r2", "r3", message="Only one can be on the other."))
    assert (request.kind, request.round, request.image) == ("correct", 1, IMAGE)
    assert request.notes == ("Only one can be on the other.",)
    assert [entity.id for entity in request.entities] == ["cup_1", "table_1"]
    assert [(c.number, c.claim, c.text) for c in request.claims] == [
        (1, "r2", "cup_1 on table_1"),
        (2, "r3", "table_1 on cup_1"),
    ]


def test_claims_are_numbered_in_scene_order_in_words(ontology):
    request = ask(ontology, finding("n1", "r1", "p1", "horse_1"))
    assert [(c.number, c.text) for c in request.claims] == [
        (1, "horse_1 is a horse"),
        (2, "person_1 hip sit on horse_1"),
        (3, "person_1 ride horse_1"),
        (4, "3 person"),
    ]


@pytest.mark.parametrize(
    "findings",
    [(), (finding("r1", severity="warning"),), (finding("r1", severity="info"),), (finding(),), (finding("r99"),)],
    ids=["nothing", "only a warning", "only an info", "names no claim", "names none of this scene"],
)
def test_nothing_to_ask(ontology, findings):
    assert ask(ontology, *findings) is None


def test_warnings_are_asked_about_when_wanted_after_violations(ontology):
    warning, violation = finding("r1", severity="warning", message="W."), finding("r2", message="V.")
    assert ask(ontology, warning, violation, ask="warning").notes == ("V.", "W.")
    assert ask(ontology, warning, violation, ask="warning", findings_per_request=1).notes == ("V.",)
    assert ask(ontology, warning, violation).notes == ("V.",)


def test_some_warnings_are_asked_about_by_name():
    rider = finding("r4", rule="https://example.org/rules#HardlyDone", severity="warning", message="A horse?")
    other = finding("r2", severity="warning", message="W.")
    ontology = Ontology.default()
    assert ask(ontology, other, rider).notes == ("A horse?",)
    assert ask(ontology, other, rider, ask_also=()) is None
    assert ask(ontology, other, rider, ask_also=(other.rule,)).notes == ("W.",)


def test_findings_that_share_claims_stay_together(ontology):
    a, b = finding("r1", "r2", message="A."), finding("r3", message="B.")
    c, d = finding("r2", "p1", message="C."), finding("n1", message="D.")
    assert conflicts([a, b, c, d]) == ((a, c), (b,), (d,))
    assert conflicts([a, b, c, finding("r3", "p1", message="E.")]) == ((a, b, c, finding("r3", "p1", message="E.")),)
    assert ask(ontology, a, b, c, d).notes == ("A.", "C.", "B.")
    assert ask(ontology, b, a, c, findings_per_request=2).notes == ("B.",)
    assert ask(ontology, a, b, c, findings_per_request=1).notes == ("A.",)


# --- what may be answered


def test_direction_may_be_swapped_unless_the_other_is_claimed_already(ontology):
    assert answers(ontology, "r2") == ("keep", "withdraw")
    assert "swap" in answers(ontology, "r2", RIDE.without(frozenset({"r3"})))


def test_a_verb_may_be_swapped_only_towards_a_person_who_can(ontology):
    assert "swap" not in answers(ontology, "r1")
    turned = Relation(id="r5", subject="horse_1", predicate="feed", object="person_1")
    scene = RIDE.model_copy(update={"relations": (turned,)})
    assert answers(ontology, "r5", scene) == ("keep", "withdraw", "swap")
    nonsense = scene.model_copy(update={"relations": (turned.model_copy(update={"predicate": "eat"}),)})
    assert answers(ontology, "r5", nonsense) == ("keep", "withdraw")


def test_other_verbs_are_few_and_afforded_by_the_object(ontology):
    offered = answers(ontology, "r1")[2:]
    assert 1 <= len(offered) <= 4
    assert set(offered) <= ontology.affordances("horse")
    assert "ride" not in offered


def test_a_verb_already_claimed_of_the_pair_is_not_offered_again(ontology):
    offered = answers(ontology, "r1")[2:]
    also = Relation(id="r9", subject="person_1", predicate=offered[0], object="horse_1")
    scene = RIDE.model_copy(update={"relations": (*RIDE.relations, also)})
    assert offered[0] not in answers(ontology, "r1", scene)


def test_other_states_belong_to_the_same_part(ontology):
    offered = answers(ontology, "p1")[2:]
    assert 1 <= len(offered) <= 4
    assert {term(state) for state in offered} <= ontology.part_states["hip"]
    assert "sit in" in offered
    assert "sit on" not in offered


def test_a_part_of_a_thing_gets_no_other_state(ontology):
    state = RIDE.part_states[1].model_copy(update={"entity": "table_1"})
    assert answers(ontology, "p2", RIDE.model_copy(update={"part_states": (state,)})) == ("keep", "withdraw")
    assert len(answers(ontology, "p2")) > 2


def test_other_categories_are_siblings_and_only_for_an_entity_in_question(ontology):
    offered = answers(ontology, "horse_1")[2:]
    assert len(offered) == 4
    assert all(ontology.ancestors(kind)[0] == ontology.ancestors("horse")[0] for kind in offered)
    assert all("ride" in ontology.affordances(kind) for kind in offered[:2]), (
        "what is said to be done to it comes first"
    )


def test_counts_offer_what_is_listed_and_the_neighbours(ontology):
    assert answers(ontology, "n1") == ("keep", "withdraw", "1", "2", "4")
    assert answers(ontology, "n2") == ("keep", "withdraw", "0", "2")


def test_labels_outside_the_vocabulary_are_asked_about_without_changes(ontology):
    scene = Scene.model_validate(
        {
            "entities": [{"id": "x_1", "category": '<image> "quoted"'}, {"id": "y_1", "category": "unicycle"}],
            "part_states": [{"id": "p1", "entity": "x_1", "part": "tentacle", "state": "wave"}],
            "relations": [{"id": "r1", "subject": "x_1", "predicate": "juggle", "object": "y_1"}],
        }
    )
    request = ask(ontology, finding("x_1", "p1", "r1"), scene=scene)
    assert [claim.answers for claim in request.claims] == [("keep", "withdraw")] * 3


@given(scenes(), st.data())
def test_every_answer_offered_leads_to_a_valid_scene_and_touches_only_its_claim(scene, data):
    ontology = Ontology.default()
    ids = [claim.id for claim in scene.claims()]
    picked = st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True)
    findings = [finding(*claims) for claims in data.draw(st.lists(picked, min_size=1, max_size=4))]
    request = ask(ontology, *findings, scene=scene, findings_per_request=data.draw(st.integers(1, 4)))
    assert [c.number for c in request.claims] == list(range(1, len(request.claims) + 1))
    before = {claim.id: claim for claim in scene.claims()}
    assert [c.text for c in request.claims] == [in_words(before[c.claim]) for c in request.claims]
    for asked in request.claims:
        assert asked.answers[:2] == ("keep", "withdraw")
        assert len(set(map(term, asked.answers))) == len(asked.answers)
        for answer in asked.answers:
            result = apply_patch(scene, request, {asked.number: answer}, {asked.number: 0.25})
            assert Scene.model_validate_json(result.scene.to_json()) == result.scene
            after = {claim.id: claim for claim in result.scene.claims()}
            differ = {claim for claim in before if after.get(claim) != before[claim]}
            if answer == "keep":
                assert result.scene == scene
            elif answer == "withdraw":
                assert differ == {gone.claim for gone in result.withdrawn}
                assert asked.claim in differ
            else:
                assert differ == {asked.claim} == set(result.changed)
                assert after[asked.claim].confidence == 0.25
                assert fingerprint(result.scene) != fingerprint(scene)


# --- the answer


def numbered(*rows: tuple[str, tuple[str, ...]]) -> Request:
    claims = {claim.id: claim for claim in RIDE.claims()}
    return Request(
        image=IMAGE,
        kind="correct",
        round=2,
        notes=("Look.",),
        claims=tuple(
            NumberedClaim(number=n, claim=claim, text=in_words(claims[claim]), answers=("keep", "withdraw", *more))
            for n, (claim, more) in enumerate(rows, start=1)
        ),
    )


def test_a_patch_changes_what_it_says():
    request = numbered(
        ("horse_1", ("cow",)), ("p1", ("sit in",)), ("r1", ("sit_on",)), ("r2", ("swap",)), ("n1", ("1",))
    )
    given_ = {1: "cow", 2: "sit_in", 3: "sit on", 4: "swap", 5: "1"}
    result = apply_patch(RIDE, request, given_, {1: 0.9, 2: 0.8, 3: 0.7, 4: None})
    after = {claim.id: claim for claim in result.scene.claims()}
    assert after["horse_1"] == Entity(id="horse_1", category="cow", box=(0.1, 0.4, 0.6, 0.9), confidence=0.9)
    assert (after["p1"].state, after["p1"].confidence) == ("sit in", 0.8)
    assert (after["r1"].predicate, after["r1"].confidence) == ("sit_on", 0.7)
    assert (after["n1"].value, after["n1"].confidence) == (1, None)
    assert result.changed == ("horse_1", "p1", "r1", "n1")
    # r2, turned around, says what r3 says already
    assert [(gone.claim, gone.by, gone.round) for gone in result.withdrawn] == [("r2", "model", 2)]
    assert "r3 says already" in result.withdrawn[0].reason
    assert result.ignored == ()


def test_withdrawing_an_entity_withdraws_what_refers_to_it():
    result = apply_patch(RIDE, numbered(("cup_1", ())), {1: "withdraw"}, {})
    assert [(gone.claim, gone.was.id) for gone in result.withdrawn] == [(c, c) for c in ("cup_1", "p2", "r2", "r3")]
    assert result.withdrawn[0].reason == "Look."
    assert result.withdrawn[1].reason == "it refers to cup_1, which was withdrawn"
    assert result.scene == RIDE.without(frozenset({"cup_1"}))


def test_both_turned_around_is_the_same_again():
    result = apply_patch(RIDE, numbered(("r2", ("swap",)), ("r3", ("swap",))), {1: "swap", 2: "swap"}, {})
    assert result.changed == ("r2", "r3")
    assert fingerprint(result.scene) == fingerprint(RIDE)


def test_turning_towards_a_withdrawn_claim_is_no_repetition():
    result = apply_patch(RIDE, numbered(("r2", ("swap",)), ("r3", ())), {1: "swap", 2: "withdraw"}, {})
    assert result.changed == ("r2",)
    assert [gone.claim for gone in result.withdrawn] == ["r3"]


@given(
    st.dictionaries(
        st.integers(0, 6), st.sampled_from(["keep", "withdraw", "swap", "cow", "sit in", "99"]) | st.text()
    ),
    st.dictionaries(st.integers(0, 6), st.none() | st.floats(0, 1)),
)
def test_no_answer_whatsoever_touches_other_claims(given_, sure):
    request = numbered(("p1", ("sit in",)), ("r1", ("sit_on",)), ("r3", ("swap",)), ("n1", ("2",)))
    result = apply_patch(RIDE, request, given_, sure)
    asked = {claim.claim for claim in request.claims}
    before, after = ({c.id: c for c in s.claims() if c.id not in asked} for s in (RIDE, result.scene))
    assert before == after
    assert {c.id for c in result.scene.claims()} <= {c.id for c in RIDE.claims()}
    assert Scene.model_validate_json(result.scene.to_json()) == result.scene
    admissible = {claim.number: {term(answer) for answer in claim.answers} for claim in request.claims}
    assert len(result.ignored) == sum(term(a) not in admissible.get(n, set()) for n, a in given_.items())


# --- stopping


def turn(index: int, scene: Scene, violations: int, warnings: int = 0, readable: bool = True) -> Round:
    found = [finding("r1", message=f"{n}") for n in range(violations)]
    found += [finding("r1", message=f"{n}", severity="warning") for n in range(warnings)]
    return Round(
        index=index,
        kind="correct" if index else "describe",
        prompt="",
        reply="",
        scene=scene,
        verdict=verdict(*found),
        usage=Usage(),
        readable=readable,
    )


LESS, LEAST = RIDE.without(frozenset({"r3"})), RIDE.without(frozenset({"r3", "r2"}))
RENAMED = RIDE.model_copy(update={"relations": tuple(reversed(RIDE.relations))})


@pytest.mark.parametrize(
    ("rows", "settings", "stop", "kept"),
    [
        ([(RIDE, 0)], {}, "consistent", 0),
        ([(RIDE, 0, 1)], {}, "consistent", 0),
        ([(RIDE, 0, 1)], {"ask": "warning"}, None, 0),
        ([(RIDE, 2)], {}, None, 0),
        ([(RIDE, 2)], {"rounds": 0}, "rounds_exhausted", 0),
        ([(RIDE, 2), (LESS, 1)], {}, None, 1),
        ([(RIDE, 2), (LESS, 2)], {}, None, 1),
        ([(RIDE, 2), (LESS, 1)], {"rounds": 1}, "rounds_exhausted", 1),
        ([(RIDE, 2), (LESS, 0)], {}, "consistent", 1),
        ([(RIDE, 2), (RIDE, 2)], {}, "unchanged", 1),
        ([(RIDE, 2), (RENAMED, 2)], {}, "cycle", 1),
        ([(RIDE, 2), (LESS, 2), (RIDE, 2)], {"rounds": 5}, "cycle", 2),
        ([(RIDE, 1), (LESS, 2)], {}, "no_progress", 0),
        ([(RIDE, 3), (LESS, 1), (LEAST, 2)], {"rounds": 5}, "no_progress", 1),
        ([(RIDE, 2), (RIDE, 2, 0, False)], {}, "unreadable", 0),
        ([(RIDE, 2), (LESS, 1), (LESS, 1, 0, False)], {"rounds": 5}, "unreadable", 1),
        ([(RIDE, 0, 1), (LESS, 0, 0)], {"ask": "warning"}, "consistent", 1),
        ([(RIDE, 0, 1), (LESS, 1, 0)], {"ask": "warning"}, "no_progress", 0),
    ],
)
def test_when_to_stop_and_what_to_keep(rows, settings, stop, kept):
    rounds = [turn(index, *row) for index, row in enumerate(rows)]
    assert stop_reason(rounds, CorrectionSettings(**settings)) == stop
    assert best(rounds).index == kept


def test_a_fingerprint_tells_contents_apart_and_nothing_else():
    assert fingerprint(RIDE) == fingerprint(RENAMED)
    surer = RIDE.relations[0].model_copy(update={"confidence": 0.1, "id": "other", "predicate": "Ride"})
    assert fingerprint(RIDE) == fingerprint(RIDE.model_copy(update={"relations": (surer, *RIDE.relations[1:])}))
    turned = surer.model_copy(update={"predicate": "sit_on"})
    assert fingerprint(RIDE) != fingerprint(RIDE.model_copy(update={"relations": (turned, *RIDE.relations[1:])}))
    assert fingerprint(RIDE) != fingerprint(LESS)


def test_what_is_offered_is_in_the_vocabulary(ontology):
    from nesy.ontology import alternatives as offered

    verbs = {verb for row in offered._LIKE_VERBS.items() for verb in (row[0], *row[1])}
    states = {state for row in offered._LIKE_STATES.items() for state in (row[0], *row[1])}
    assert verbs <= ontology.verbs
    assert states <= set().union(*ontology.part_states.values())
    assert all(verb not in others for verb, others in (offered._LIKE_VERBS | offered._LIKE_STATES).items())
