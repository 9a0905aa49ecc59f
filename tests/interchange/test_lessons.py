"""What analyses teach: corrections with their evidence, scenes and sentences, pairs, balanced questions."""

import json
from collections import Counter

import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy import Image, Scene, Settings, parse
from nesy.analysis import Analysis
from nesy.interchange.changed_claims import changed_claims, same
from nesy.interchange.lessons import KINDS, Course, Lesson, lessons
from nesy.interchange.row_origin import origin, reason
from nesy.interchange.spoken_scene import sentences
from nesy.interchange.taught import Wanted, taught
from nesy.ontology import Ontology
from nesy.perception.profile import read_profile
from nesy.perception.reply import parse_scene
from nesy.scene import in_words
from nesy.settings import PromptSettings
from nesy.turns import Reply
from tests import any_scenes, loop_scenes
from tests.corrected import CUP, HORSE, NEAR, ON_ITSELF, PERSON, RIDDEN, analysed, keep
from tests.eyes import Eyes

ONTOLOGY = Ontology.default()
PICTURE = Image.from_pixels(PIL.Image.new("RGB", (64, 48)))


def course(**more: object) -> Course:
    return Course(**{"wanted": Wanted(), "kinds": KINDS[:2], "pairs": True, **more})  # type: ignore[arg-type]


def taught_by(*analyses: Analysis, **more: object) -> tuple[list[Lesson], Counter[str]]:
    left_out: Counter[str] = Counter()
    return list(lessons(analyses, course(**more), left_out)), left_out


def said(text: str) -> list[str]:
    return [in_words(claim) for claim in parse_scene(Reply(text=text), PICTURE).scene.claims()]


# --- corrections ---


def test_a_claim_that_the_model_took_back_or_turned_round_is_one_that_was_asked_again():
    gone, turned = changed_claims(analysed())
    assert (gone.claim, gone.now, set(gone.how)) == ("r2", None, {"withdrawn", "reasked"})
    assert (turned.claim, set(turned.how)) == ("r3", {"reasked"})
    assert turned.was is not None and in_words(turned.was) == "horse_1 ride person_1"
    assert turned.now is not None and in_words(turned.now) == "person_1 ride horse_1"
    assert [one.rsplit("#")[-1] for one in (*gone.rules, *turned.rules)] == ["SelfRelation", "HardlyDone"]


def test_a_claim_that_the_model_kept_and_the_repair_withdrew_is_repaired():
    (gone,) = changed_claims(analysed(answer=keep))
    assert (gone.claim, set(gone.how)) == ("r2", {"withdrawn", "repaired"})


def test_where_nothing_was_corrected_there_is_no_correction():
    assert changed_claims(analysed({"entities": [PERSON, HORSE], "relations": [NEAR]})) == ()


# --- pairs ---


def test_both_sides_of_a_pair_differ_by_what_was_corrected_and_nothing_else():
    (scene, words), _ = taught_by(analysed())
    (turn,), rejected = scene.turns, scene.rejected
    assert rejected is not None
    assert set(said(rejected)) - set(said(turn.said)) == {"cup_1 on cup_1", "horse_1 ride person_1"}
    assert set(said(turn.said)) - set(said(rejected)) == {"person_1 ride horse_1"}
    assert "The person is riding the horse." in words.turns[0].said
    assert words.rejected is not None and "The horse is riding the person." in words.rejected


def test_a_description_is_asked_for_in_the_words_that_the_pipeline_sends():
    analysis = analysed()
    (scene, words), _ = taught_by(analysis)
    assert scene.turns[0].asked == analysis.rounds[0].prompt
    in_sentences = Settings.model_validate({"perception": {"describe": "prose"}})
    prose = analysed(answer=keep, settings=in_sentences)
    assert words.turns[0].asked == prose.rounds[0].prompt


def test_a_template_of_ones_own_and_another_way_to_write_boxes_are_in_the_lesson():
    own = Settings(prompts=PromptSettings(describe="What is here? {format}"))
    analysis = analysed(settings=own)
    (scene, _), _ = taught_by(analysis)
    assert scene.turns[0].asked == analysis.rounds[0].prompt and scene.turns[0].asked.startswith("What is here?")
    (scene, _), _ = taught_by(analysis, profile=read_profile("qwen2-vl"))
    assert '"bbox_2d":[100,100,500,900]' in scene.turns[0].said and "bbox_2d" in scene.turns[0].asked


def test_what_is_still_inconsistent_and_what_was_not_corrected_give_no_pair():
    broken = analysed().model_copy(update={"consistent": False})
    whole = analysed({"entities": [PERSON, HORSE], "relations": [NEAR]})
    assert taught_by(broken, whole) == ([], {"not consistent": 1, "not corrected": 1})


def test_the_same_twice_is_one():
    found, left_out = taught_by(analysed(), analysed())
    assert len(found) == 2 and left_out == {"the same as another": 2}


def test_a_thing_that_is_another_now_is_called_so():
    """A reply tells a category by the id alone."""
    analysis = analysed({"entities": [CUP, PERSON], "relations": [ON_ITSELF]})
    cup = analysis.scene.entity("cup_1")
    bottle = cup.model_copy(update={"category": "wine glass"})
    changed = analysis.scene.model_copy(update={"entities": (bottle, *analysis.scene.entities[1:])})
    (scene, *_), _ = taught_by(analysis.model_copy(update={"scene": changed}))
    assert "wine_glass_1 is a wine_glass" in said(scene.turns[0].said)


# --- filters ---


@pytest.mark.parametrize(
    ("wanted", "claims"),
    [
        (Wanted(rules=("SelfRelation",)), {"r2"}),
        (Wanted(rules=("https://w3id.org/nesy/rules#HardlyDone",)), {"r3"}),
        (Wanted(only=frozenset({"withdrawn"})), {"r2"}),
        (Wanted(only=frozenset({"reasked"})), {"r2", "r3"}),
        (Wanted(only=frozenset({"withdrawn", "repaired"}), rules=("SelfRelation", "HardlyDone")), {"r2"}),
    ],
)
def test_only_the_corrections_that_are_wanted_are_undone(wanted, claims):
    (scene, *_), _ = taught_by(analysed(), wanted=wanted)
    assert set(scene.claims) == claims and scene.rejected is not None
    assert ("cup_1 on cup_1" in said(scene.rejected)) == ("r2" in claims)
    assert ("horse_1 ride person_1" in said(scene.rejected)) == ("r3" in claims)
    assert "person_1 ride horse_1" in said(scene.turns[0].said)


def test_a_filter_that_nothing_meets_leaves_no_lesson():
    assert taught_by(analysed(), wanted=Wanted(only=frozenset({"repaired"})))[1] == {"not corrected": 1}
    assert taught_by(analysed(), wanted=Wanted(rules=("BoxTiny",)), pairs=False)[0] == []


def test_claims_that_are_not_sure_enough_are_in_neither_side():
    analysis = analysed()
    sure = {"person_1": 0.9, "horse_1": 0.9, "cup_1": 0.4, "r3": 0.8}

    def weighed(scene: Scene) -> Scene:
        def with_confidence(claims):
            return tuple(one.model_copy(update={"confidence": sure.get(one.id)}) for one in claims)

        kinds = ("entities", "relations", "part_states", "counts")
        return scene.model_copy(update={kind: with_confidence(getattr(scene, kind)) for kind in kinds})

    first, second = analysis.rounds
    answers = tuple(one.model_copy(update={"confidence": 0.7}) for one in second.answers)
    rounds = (
        first.model_copy(update={"scene": weighed(first.scene)}),
        second.model_copy(update={"scene": weighed(second.scene), "answers": answers}),
    )
    analysis = analysis.model_copy(update={"rounds": rounds, "scene": weighed(analysis.scene)})
    (scene, *_), _ = taught_by(analysis, wanted=Wanted(least=0.6))
    assert said(scene.turns[0].said) == ["person_1 is a person", "horse_1 is a horse", "person_1 ride horse_1"]
    assert scene.claims == ("r3",)  # r2 was of the cup, which is not sure enough
    assert taught_by(analysis, wanted=Wanted(least=0.75))[1] == {"not corrected": 1}
    assert taught_by(analysed(), wanted=Wanted(least=0.1))[1] == {"without a claim of such evidence": 1}


def test_only_what_a_witness_supports_is_taught_and_nothing_is_taken_back_that_it_supports():
    eyes = Eyes(("person", (0.1, 0.1, 0.5, 0.9), 0.95), ("cup", (0.7, 0.7, 0.8, 0.8), 0.95))
    analysis = analysed({"entities": [PERSON, CUP, {"id": "zebra_1"}], "relations": [ON_ITSELF]}, witness=(eyes,))
    found = taught(analysis, Wanted(supported=True))
    assert not isinstance(found, str)
    assert [one.id for one in found.final.entities] == ["person_1", "cup_1"]
    assert taught(analysed(), Wanted(supported=True)) == "without a witness"
    (scene, *_), _ = taught_by(analysis)
    assert "A witness on the claim as first said: " in origin(scene)["told"]


# --- where it comes from ---


def test_a_row_tells_how_its_claims_went():
    analysis = analysed()
    (scene, _), _ = taught_by(analysis)
    told = origin(scene)
    assert told["image_sha256"] == analysis.image.sha256 and told["claims"] == "r2 r3"
    assert told["rules"] == "https://w3id.org/nesy/rules#SelfRelation https://w3id.org/nesy/rules#HardlyDone"
    assert "Round 1: it was withdrawn: cup_1 cannot be related to itself: on." in told["told"]
    assert reason(scene).startswith("cup_1 cannot be related to itself: on. Does horse_1 really ride person_1?")
    assert all(isinstance(value, str) for value in told.values())


# --- questions ---


def test_as_many_questions_have_yes_as_no():
    (asked,), _ = taught_by(analysed(), kinds=("questions",), pairs=False)
    answers = {turn.asked: turn.said for turn in asked.turns}
    assert answers["Is the horse riding the person? Answer yes or no."] == "No"
    assert answers["Is the person riding the horse? Answer yes or no."] == "Yes"
    assert answers["Is the cup on the cup? Answer yes or no."] == "No"
    assert Counter(answers.values()) == {"Yes": 2, "No": 2}


def test_a_claim_is_not_denied_that_another_one_still_says():
    """`ride` entails nothing of `near`, but `sit_next_to` says `next_to`; and near is near both ways."""
    beside = {"subject": "person_1", "predicate": "sit_next_to", "object": "horse_1"}
    analysis = analysed({"entities": [PERSON, HORSE, CUP], "relations": [beside, NEAR, ON_ITSELF]})
    turned = {"subject": "horse_1", "predicate": "near", "object": "person_1"}
    again = {"subject": "person_1", "predicate": "next_to", "object": "horse_1"}
    first = Scene.model_validate(
        {**analysis.rounds[0].scene.model_dump(), "relations": [beside, NEAR, ON_ITSELF, turned, again]}
    )
    rounds = (analysis.rounds[0].model_copy(update={"scene": first}), *analysis.rounds[1:])
    (asked,), _ = taught_by(analysis.model_copy(update={"rounds": rounds}), kinds=("questions",), pairs=False)
    assert [turn.asked for turn in asked.turns if turn.said == "No"] == ["Is the cup on the cup? Answer yes or no."]


def test_of_two_of_a_kind_the_box_tells_which_is_meant():
    other = {"id": "person_2", "box": [0.6, 0.1, 0.9, 0.9]}
    analysis = analysed({"entities": [PERSON, other, HORSE], "relations": [RIDDEN]})
    (asked,), _ = taught_by(analysis, kinds=("questions",), pairs=False)
    assert "Is the person at [0.10,0.10,0.50,0.90] riding the horse? Answer yes or no." in [
        t.asked for t in asked.turns
    ]


def test_where_nothing_tells_two_apart_nothing_is_asked_of_them():
    things = [{"id": "person_1"}, {"id": "person_2"}, {"id": "horse_1"}]
    analysis = analysed({"entities": things, "relations": [RIDDEN]})
    assert taught_by(analysis, kinds=("questions",), pairs=False)[0] == []


# --- hostile words ---


@pytest.mark.parametrize("word", ["<image>", "<|im_end|>", "</s>", "[/INST]", "<Image>"])
def test_words_that_loaders_take_for_a_picture_or_the_end_of_a_turn_are_left_out(word):
    poisoned = {**PERSON, "attributes": [word]}
    found, left_out = taught_by(analysed({"entities": [poisoned, HORSE, CUP], "relations": [ON_ITSELF]}))
    assert found == [] and sum(left_out.values()) == 2


def test_what_turns_a_line_is_not_in_a_row():
    turned = {**PERSON, "attributes": ['say "hi"', "red\u202eder", "\u202e"]}
    (scene, words), _ = taught_by(analysed({"entities": [turned, HORSE, CUP], "relations": [ON_ITSELF]}))
    for text in (scene.turns[0].said, words.turns[0].said):
        assert "\u202e" not in text
    assert json.loads(scene.turns[0].said)["entities"][0]["attributes"] == ['say "hi"', "red der"]


@settings(max_examples=30)
@given(any_scenes.scenes(), any_scenes.scenes())
def test_any_scenes_at_all_give_lessons_that_can_be_read(first, final):
    """Whatever was said first and stands in the end, a pair is two different replies of which each can be read."""
    analysis = analysed({"entities": [PERSON]}, keep)
    rounds = (analysis.rounds[0].model_copy(update={"scene": first}),)
    final = final.model_copy(update={"image": analysis.image})
    found, _ = taught_by(analysis.model_copy(update={"rounds": rounds, "scene": final}), kinds=KINDS[:1])
    for scene in found:
        assert scene.rejected is not None and scene.turns[0].said != scene.rejected
        assert json.loads(scene.turns[0].said)["entities"] and json.loads(scene.rejected) is not None
        assert len(origin(scene)["claims"].split()) == len(scene.claims) > 0


@settings(max_examples=15)
@given(loop_scenes.scenes(), st.integers(0, 3))
def test_undone_corrections_are_the_first_scene_and_questions_are_balanced(scene, choice):
    rows = json.loads(scene.to_json(), parse_float=lambda _: None)
    said = {kind: rows[kind] for kind in ("entities", "relations", "part_states", "counts") if kind in rows}
    for row in said["entities"]:
        row.pop("confidence", None), row.pop("category", None)
    for kind in ("relations", "part_states", "counts"):
        said[kind] = [{k: v for k, v in row.items() if k not in ("id", "confidence")} for row in said[kind]]
    analysis = analysed(said, lambda claim: claim.answers[min(choice, len(claim.answers) - 1)])
    found = taught(analysis, Wanted())
    if isinstance(found, str):
        assert not analysis.consistent or not analysis.scene.entities
        return
    first = {claim.id: claim for claim in analysis.rounds[0].scene.claims()}
    undone = {claim.id: claim for claim in found.first.claims()}
    assert first.keys() == undone.keys() and all(same(first[claim], undone[claim]) for claim in first)
    assert found.final == analysis.scene
    for asked in lessons([analysis], course(kinds=("questions",), pairs=False), Counter()):
        answers = Counter(turn.said for turn in asked.turns)
        assert answers["Yes"] == answers["No"] > 0


# --- sentences ---


def test_sentences_say_what_the_scene_says():
    """What is read from the sentences again are the relations of the scene."""
    scene = Scene.from_json(
        """{"entities": [{"category": "man", "attributes": ["tall"]}, {"category": "horse", "attributes": ["brown"]},
        {"category": "cup"}, {"category": "table"}], "relations": [
        {"subject": "man_1", "predicate": "ride", "object": "horse_1"},
        {"subject": "cup_1", "predicate": "on", "object": "table_1"},
        {"subject": "cup_1", "predicate": "left_of", "object": "horse_1"}]}"""
    )
    read = parse(sentences(scene, ONTOLOGY))
    told = {
        (ONTOLOGY.canonical("category", read.entity(r.subject).category),
         ONTOLOGY.canonical("predicate", r.predicate),
         ONTOLOGY.canonical("category", read.entity(r.object).category))
        for r in read.relations
    }  # fmt: skip
    assert {("man", "ride", "horse"), ("cup", "on", "table")} <= told
    assert ("horse", "brown") in {(e.category, a) for e in read.entities for a in e.attributes}


def test_several_of_a_kind_stand_in_a_row():
    scene = Scene.from_json(
        """{"entities": [{"id": "right", "category": "cup", "box": [0.8, 0, 0.9, 1], "attributes": ["red"]},
        {"id": "left", "category": "cup", "box": [0, 0, 0.1, 1]}, {"id": "knife_1", "category": "knife"}],
        "counts": [{"category": "cup", "value": 2}, {"category": "knife", "value": 4}],
        "part_states": [{"entity": "knife_1", "part": "head", "state": "sit_on", "object": "left"}]}"""
    )
    assert sentences(scene, ONTOLOGY) == (
        "There are two cups and a knife. The second cup from the left is red. The head of the knife is sitting on the "
        "first cup from the left. In all there are four knives."
    )
