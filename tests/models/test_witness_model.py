"""`--model witness`: a scene from observations alone, claims kept or withdrawn by them, questions answered by them."""

from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nesy
from nesy.errors import InputError, ModelError
from nesy.image import Image
from nesy.models.claim_words import claim_of
from nesy.models.registry import load_model
from nesy.models.witness_model import WitnessModel
from nesy.ontology import Ontology
from nesy.perception.reply import parse_patch, parse_scene, parse_verified
from nesy.scene import Count, Entity, PartState, Relation, Scene, in_words
from nesy.settings import CorrectionSettings, PerceptionSettings, PromptSettings, Settings
from nesy.turns import NumberedClaim, Request
from tests.eyes import Eyes

PHOTOGRAPHS = Path(__file__).parents[3] / "shared" / "data" / "photographs" / "images"
PICTURE = Image.from_pixels(PIL.Image.new("RGB", (640, 480), "grey"), name="grey.png")
JOINTS = {
    "nose": (0.33, 0.26, 0.9),
    "left_shoulder": (0.38, 0.35, 0.9),
    "right_shoulder": (0.28, 0.35, 0.9),
    "left_elbow": (0.42, 0.45, 0.9),
    "right_elbow": (0.26, 0.45, 0.9),
    "left_wrist": (0.46, 0.46, 0.9),
    "right_wrist": (0.26, 0.55, 0.9),
    "left_hip": (0.36, 0.58, 0.9),
    "right_hip": (0.30, 0.58, 0.9),
    "left_knee": (0.36, 0.72, 0.9),
    "right_knee": (0.30, 0.72, 0.9),
    "left_ankle": (0.36, 0.88, 0.9),
    "right_ankle": (0.30, 0.88, 0.9),
}
PLAYER = (0.22, 0.2, 0.44, 0.92)
RACKET = (0.44, 0.40, 0.60, 0.50)
AWAY = (0.85, 0.40, 0.98, 0.50)


def player(racket: tuple[float, ...] = RACKET) -> Eyes:
    someone = {"box": PLAYER, "score": 0.8, "keypoints": JOINTS, "witness": "told"}
    return Eyes(("person", PLAYER, 0.9), ("tennis_racket", racket, 0.9), people=[someone])


def described(eyes: Eyes) -> Scene:
    reply = WitnessModel([eyes]).reply(Request(image=PICTURE, kind="describe"))
    read = parse_scene(reply, PICTURE)
    assert read.problems == ()
    return read.scene


def said(scene: Scene) -> set[str]:
    return {in_words(claim) for claim in (*scene.relations, *scene.part_states)}


class TestDescription:
    def test_who_has_the_racket_in_hand_holds_it(self) -> None:
        scene = described(player())
        assert {"person_1 hold tennis_racket_1", "person_1 hand hold tennis_racket_1"} <= said(scene)
        assert [(entity.id, entity.box) for entity in scene.entities] == [
            ("person_1", PLAYER),
            ("tennis_racket_1", RACKET),
        ]

    def test_who_is_far_from_it_does_not(self) -> None:
        assert said(described(player(AWAY))) == {"person_1 left_of tennis_racket_1"}

    def test_of_two_people_the_nearer_holds_it(self) -> None:
        someone = {"box": PLAYER, "score": 0.8, "keypoints": JOINTS, "witness": "told"}
        other = ("person", (0.62, 0.2, 0.84, 0.92), 0.9)
        eyes = Eyes(("person", PLAYER, 0.9), other, ("tennis_racket", RACKET, 0.9), people=[someone])
        holders = [r.subject for r in described(eyes).relations if r.predicate == "hold"]
        assert holders == ["person_1"]

    def test_confidences_are_chances_and_no_claim_is_surer_than_its_ends(self) -> None:
        scene = described(player())
        sure = {entity.id: entity.confidence or 0.0 for entity in scene.entities}
        for relation in scene.relations:
            assert 0.5 <= (relation.confidence or 0.0) <= min(sure[relation.subject], sure[relation.object]) + 1e-4

    def test_a_score_that_is_too_low_names_nothing(self) -> None:
        assert described(Eyes(("cup", (0.1, 0.2, 0.3, 0.4), 0.15))).entities == ()

    def test_nothing_seen_is_an_empty_consistent_scene(self) -> None:
        analysis = nesy.Pipeline(WitnessModel([Eyes()])).analyze(PICTURE)
        assert (list(analysis.scene.claims()), analysis.consistent) == ([], True)

    def test_things_of_a_kind_are_counted_as_they_are_listed(self) -> None:
        scene = described(Eyes(*(("cup", (x, 0.4, x + 0.1, 0.6), 0.95) for x in (0.1, 0.4, 0.7))))
        assert [(count.category, count.value) for count in scene.counts] == [("cup", 3)]
        assert nesy.Pipeline(WitnessModel([Eyes()])).check(scene).consistent

    def test_a_cup_lies_on_the_table_and_a_dog_behind_it_does_not(self) -> None:
        table = ("dining_table", (0.1, 0.5, 0.9, 0.98), 0.95)
        cup, dog = ("cup", (0.4, 0.45, 0.5, 0.62), 0.95), ("dog", (0.55, 0.2, 0.75, 0.62), 0.95)
        assert said(described(Eyes(table, cup, dog))) >= {"cup_1 on dining_table_1"}
        assert "dog_1 on dining_table_1" not in said(described(Eyes(table, cup, dog)))

    def test_one_box_has_one_name(self) -> None:
        box = (0.1, 0.2, 0.5, 0.8)
        assert [e.category for e in described(Eyes(("cow", box, 0.6), ("horse", box, 0.9))).entities] == ["horse"]

    def test_a_skeleton_in_a_persons_box_is_that_person(self) -> None:
        part = {"box": (0.26, 0.24, 0.36, 0.5), "score": 0.8, "keypoints": {}, "witness": "told"}
        assert len(described(Eyes(("person", PLAYER, 0.9), people=[part])).entities) == 1

    def test_text_is_on_what_bears_it_or_by_itself(self) -> None:
        def line(text: str, box: tuple[float, ...]) -> dict[str, Any]:
            return {"text": text, "box": box, "score": 0.98, "witness": "told"}

        texts = [line("STOP", (0.42, 0.15, 0.5, 0.2)), line('a "b"', (0.1, 0.8, 0.3, 0.85))]
        scene = described(Eyes(("stop_sign", (0.4, 0.1, 0.52, 0.3), 0.9), texts=texts))
        assert [(e.category, e.attributes) for e in scene.entities] == [
            ("stop_sign", ('says "STOP"',)),
            ("text", ("says \"a 'b'\"",)),
        ]

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["person", "cup", "chair", "dining_table", "bicycle", "tennis_racket", "dog"]),
                st.tuples(*[st.integers(0, 8)] * 2, *[st.integers(1, 8)] * 2),
                st.floats(0.3, 1.0),
            ),
            max_size=8,
        )
    )
    def test_no_rule_is_broken_by_what_it_says(self, things: list[tuple[str, tuple[int, ...], float]]) -> None:
        boxes = [
            (kind, (x / 10, y / 10, min(1.0, (x + w) / 10), min(1.0, (y + h) / 10)), score)
            for kind, (x, y, w, h), score in things
        ]
        scene = described(Eyes(*boxes))
        assert CHECKS.violations(scene) == ()


CHECKS = nesy.Pipeline(WitnessModel([Eyes()]))
SOMEONE = Entity(id="person_1", category="person", box=PLAYER)
THING = Entity(id="tennis_racket_1", category="tennis racket", box=RACKET)


def corrected(eyes: Eyes, text: str, *answers: str, entities: tuple[Entity, ...] = (SOMEONE, THING)) -> str:
    asked = NumberedClaim(number=1, claim="r1", text=text, answers=("keep", "withdraw", *answers))
    request = Request(image=PICTURE, kind="correct", round=1, entities=entities, claims=(asked,), notes=("?",))
    return parse_patch(WitnessModel([eyes]).reply(request), request.claims).answers[1]


def verified(eyes: Eyes, text: str, *, negated: bool = False) -> float:
    request = Request(image=PICTURE, kind="verify", entities=(SOMEONE, THING), question=text, negated=negated)
    return parse_verified(WitnessModel([eyes]).reply(request))


class TestClaims:
    def test_what_is_seen_is_kept_and_what_is_not_withdrawn(self) -> None:
        assert corrected(player(), "person_1 hold tennis_racket_1") == "keep"
        gone = THING.model_copy(update={"box": AWAY})
        assert corrected(player(AWAY), "person_1 hold tennis_racket_1", entities=(SOMEONE, gone)) == "withdraw"

    def test_what_nobody_can_tell_is_kept(self) -> None:
        assert corrected(player(), "person_1 admire tennis_racket_1", "swap") == "keep"
        assert corrected(player(), "no claim at all") == "keep"

    def test_a_count_becomes_what_is_seen(self) -> None:
        eyes = Eyes(*(("cup", (x, 0.4, x + 0.1, 0.6), 0.97) for x in (0.1, 0.4)))
        assert corrected(eyes, "1 cup", "2", entities=()) == "2"

    def test_verifying_gives_the_chance_both_ways(self) -> None:
        true, wrong = (verified(player(), "person_1 hold tennis_racket_1", negated=no) for no in (False, True))
        assert true > 0.7 and abs(true + wrong - 1) < 1e-3
        assert verified(player(), "person_1 admire tennis_racket_1") == 0.5

    @pytest.mark.parametrize(
        "claim",
        [
            Entity(id="person_1", category="fire fighter"),
            PartState(id="asked", entity="person_1", part="left hand", state="hold", object="tennis_racket_1"),
            PartState(id="asked", entity="person_1", part="arm", state="raise"),
            Relation(id="asked", subject="person_1", predicate="sit_on", object="tennis_racket_1"),
            Relation(id="asked", subject="person_1", predicate="left of", object="tennis_racket_1"),
            Count(id="asked", category="dining table", value=3),
        ],
    )
    def test_words_give_the_claim_back(self, claim: nesy.scene.Claim) -> None:
        entities = (Entity(id="person_1", category="person"), THING)
        assert claim_of(in_words(claim), entities, Ontology.default()) == claim


class TestTurns:
    @pytest.mark.parametrize(
        ("question", "answer"),
        [
            ("What is the person holding?", "the tennis racket"),
            ("Who holds the racket?", "the person"),
            ("Is the person holding a tennis racket?", "yes"),
            ("How many people are there?", "1"),
            ("What is the weather like?", "I cannot tell"),
            ("Is the person holding a unicorn?", "I cannot tell"),
        ],
    )
    def test_questions_are_answered_by_what_is_seen(self, question: str, answer: str) -> None:
        answered = nesy.Pipeline(WitnessModel([player()])).ask(PICTURE, question)
        assert (answered.answer, answered.consistent) == (answer, True)

    def test_in_the_dark_there_may_be_anybody(self) -> None:
        dark = Image.from_pixels(PIL.Image.new("RGB", (400, 300)), name="dark.png")
        for question in ("How many people?", "Is a man riding a horse?", "Is the cup left of the spoon?"):
            assert nesy.Pipeline(WitnessModel([Eyes()])).ask(dark, question).answer == "I cannot tell", question

    def test_what_is_rarely_missed_is_not_there(self) -> None:
        pipeline = nesy.Pipeline(WitnessModel([player()]))
        assert pipeline.ask(PICTURE, "How many elephants are there?").answer == "0"
        assert pipeline.ask(PICTURE, "Is the person riding an elephant?").answer == "no"

    def test_what_is_written_is_read(self) -> None:
        texts = [{"text": "STOP", "box": (0.4, 0.1, 0.5, 0.2), "score": 0.98, "witness": "told"}]
        assert nesy.Pipeline(WitnessModel([Eyes(texts=texts)])).ask(PICTURE, "What does the sign say?").answer == "STOP"

    def test_a_picture_is_looked_at_once(self) -> None:
        eyes = player()
        nesy.Pipeline(WitnessModel([eyes])).ask(PICTURE, "What is the person holding?")
        assert eyes.looks == 1

    def test_other_turns_are_refused(self) -> None:
        with pytest.raises(ModelError, match="not critique"):
            WitnessModel([Eyes()]).reply(Request(image=PICTURE, kind="critique"))

    @pytest.mark.parametrize(
        "settings",
        [
            Settings(correction=CorrectionSettings(marks=True)),
            Settings(perception=PerceptionSettings(describe="prose")),
            Settings(prompts=PromptSettings(verify="Look. {statement}: {whether}?")),
        ],
    )
    def test_what_it_cannot_do_is_said_before_it_looks(self, settings: Settings) -> None:
        with pytest.raises(ModelError):
            nesy.Pipeline(WitnessModel([Eyes()]), settings).analyze(PICTURE)


@pytest.mark.skipif(not PHOTOGRAPHS.is_dir(), reason="../shared/data/photographs is not here")
def test_a_photograph_is_described_by_the_shipped_networks() -> None:
    analysis = nesy.analyze(PHOTOGRAPHS / "vg_2384012.jpg", model="witness")
    assert analysis.consistent and "person_1 ride motorcycle_1" in said(analysis.scene)
    assert not {"push", "wash"} & {relation.predicate for relation in analysis.scene.relations}


class TestNames:
    def test_the_name_loads_it_and_other_witnesses_too(self) -> None:
        assert nesy.turns.info_of(load_model("witness")).id == "witness:embedded"
        assert nesy.turns.info_of(load_model("witness:embedded")).weights_sha256

    def test_a_witness_that_is_not_there_is_the_users_mistake(self) -> None:
        with pytest.raises(InputError, match="no witness 'nobody'"):
            load_model("witness:nobody")
