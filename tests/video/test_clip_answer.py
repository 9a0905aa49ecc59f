"""Questions about a clip: what the timeline lists, and what it says of a model's answers."""

import json

import pytest

from nesy.errors import InputError, ModelError
from nesy.models.replay import ReplayModel, record
from nesy.models.scripted import ScriptedModel
from nesy.ontology import Ontology
from nesy.pipeline import Pipeline
from nesy.settings import CorrectionSettings, Settings
from nesy.turns import Request
from nesy.video.clip import Clip, Frame
from nesy.video.clip_answer import ClipAnswer, answered_by_timeline
from nesy.video.clip_asking import ask_video, evenly
from nesy.video.clip_question import read_clip_question
from nesy.video.timeline import Timeline
from tests.models.test_local_model import picture
from tests.video.clips import scene, timeline

ONTOLOGY = Ontology.default()
SIT, RIDE = ("person_1", "sit_on", "bench_1"), ("person_1", "ride", "horse_1")
STORY = timeline([scene(horse_1=None), scene(SIT), scene(SIT), scene(), scene(RIDE), scene(RIDE), scene(RIDE), scene()])
"""4 s: a bench is sat on from 0.5 s to 1.5 s, a horse that appears at 0.5 s is ridden from 2 s to 3.5 s."""


def clip(frames: int = 8) -> Clip:
    shown = [Frame(n, n, n * 0.5, picture(16, 12, seed=n)) for n in range(frames)]
    return Clip("clip.gif", frames * 0.5, tuple(shown), frames)


def said(*answers: str) -> ScriptedModel:
    return ScriptedModel([json.dumps({"answer": answer, "because": []}) for answer in answers])


def asked(question: str, *answers: str, rounds: int = 1) -> ClipAnswer:
    settings = Settings(correction=CorrectionSettings(rounds=rounds))
    return ask_video(clip(), question, pipeline=Pipeline(said(*answers), settings), analysis=STORY)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When does person_1 ride the horse?", "from 2 s to 3.5 s"),
        ("When does the man start riding the horse?", "at 2 s"),
        ("When does the man stop riding the horse?", "at 3.5 s"),
        ("When does the horse appear?", "at 0.5 s"),
        ("When does the horse leave?", "not before the clip ends"),
        ("When is there a dog?", "never"),
        ("How long does the man ride the horse?", "1.5 s"),
        ("How often does the man sit on the bench?", "1"),
        ("What does the man do first?", "sit on bench"),
        ("What does the man do last?", "ride horse"),
        ("What happens first?", "sit on bench"),
        ("What does the man do after sitting on the bench?", "ride horse"),
        ("What does the man do before he rides the horse?", "sit on bench"),
        ("What does the man do after reading a book?", "not listed"),
        ("What does the man do while he rides the horse?", "nothing"),
        ("Does the man sit on the bench before he rides the horse?", "yes"),
        ("Does the man ride the horse before he sits on the bench?", "no"),
        ("Does the man ride the horse after sitting on the bench?", "yes"),
        ("What is the man doing at 2.7 s?", "ride horse"),
        ("What is the man doing at 4 s?", "not listed"),
        ("How many horses are there at the beginning?", "0"),
        ("How many horses are there?", "1"),
        ("Is there a horse all the time?", "no"),
        ("Is there a bench throughout the clip?", "yes"),
        ("Does the man ever sit on the bench?", "yes"),
        ("Who rides the horse?", "person"),
    ],
)
def test_a_timeline_answers_without_a_model(question, answer):
    found = answered_by_timeline(read_clip_question(question, ONTOLOGY), STORY, ONTOLOGY)
    assert (found.answer, found.listed, found.consistent, found.turns) == (answer, answer, True, ())
    assert found.checked == (answer != "not listed")
    known = {one.id for one in (*STORY.tracks, *STORY.relations, *STORY.part_states)}
    assert all(set(claim.support) <= known for claim in found.claims)
    assert ClipAnswer.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("question", "told"),
    [("Why?", "no list can answer"), ("What is the man doing at 9 s?", "the clip lasts 4 s")],
)
def test_what_a_timeline_cannot_answer(question, told):
    with pytest.raises(InputError, match=told):
        answered_by_timeline(read_clip_question(question, ONTOLOGY), STORY, ONTOLOGY)


def test_a_timeline_without_frames_answers_or_says_why():
    empty = Timeline(name="nothing", duration_s=0.0, frames=())
    for question in ("When does the man ride?", "Is there a dog?", "What happens first?", "How many dogs are there?"):
        answered_by_timeline(read_clip_question(question, ONTOLOGY), empty, ONTOLOGY)
    with pytest.raises(InputError, match="no frames"):
        answered_by_timeline(read_clip_question("Is there a dog at 0 s?", ONTOLOGY), empty, ONTOLOGY)


@pytest.mark.parametrize(
    ("question", "answer", "rule"),
    [
        ("When does the man ride the horse?", "from 2 to 3.5 seconds", None),
        ("When does the man ride the horse?", "at 2 s", None),
        ("When does the man ride the horse?", "at the end", None),  # between two frames nothing is seen
        ("When does the man ride the horse?", "at 0.5 s", "OtherTime"),
        ("When does the man ride the horse?", "never", "Denied"),
        ("When does the man ride the dog?", "at 2 s", "AbsentThing"),
        ("When does the man stop riding the horse?", "at 3.5 s", None),
        ("When does the man stop riding the horse?", "at 1 s", "OtherTime"),
        ("How long does the man ride the horse?", "2 seconds", None),
        ("How long does the man ride the horse?", "4 seconds", "OtherTime"),
        ("How often does the man sit on the bench?", "once, 1 time", None),
        ("How often does the man sit on the bench?", "3 times", "OtherNumber"),
        ("What does the man do first?", "he sits on the bench", None),
        ("What does the man do first?", "he rides the horse", "OtherOrder"),
        ("What does the man do after sitting on the bench?", "ride the horse", None),
        ("What does the man do last?", "sit on the bench", "OtherOrder"),
        ("Does the man sit on the bench before he rides the horse?", "yes", None),
        ("Does the man sit on the bench before he rides the horse?", "no", "OtherOrder"),
        ("Does the man ride the horse before he sits on the bench?", "Yes, he does", "OtherOrder"),
        ("Is there a bench throughout the clip?", "yes", None),
        ("Is there a dog?", "yes", "AbsentThing"),
        ("Is there a horse?", "no", "Denied"),
        ("How many people are there?", "1", None),
        ("How many people are there?", "3", "OtherNumber"),
        ("What is the man doing at 1 s?", "sitting on a bench", None),
        ("What is the man riding?", "a bicycle", "AbsentThing"),
    ],
)
def test_an_answer_is_held_against_the_timeline(question, answer, rule):
    found = asked(question, answer, rounds=0)
    assert [one.rule.rpartition("#")[2] for one in found.findings if one.severity == "violation"] == [rule] * bool(rule)
    assert found.consistent == (rule is None)
    if rule is None:
        assert found.checked and found.claims


def test_what_speaks_against_an_answer_goes_back_to_the_model():
    model = said("he rides the horse", "he sits on the bench")
    found = ask_video(clip(), "What does the man do first?", pipeline=Pipeline(model), analysis=STORY)
    assert (found.answer, found.consistent, found.kept_turn, found.stop_reason) == (
        "he sits on the bench", True, 1, "consistent",
    )  # fmt: skip
    first, again = model.requests
    assert first.moments == again.moments == tuple(n * 0.5 for n in range(8)) and again.round == 1
    assert len(first.pictures) == 8 and {thing.id for thing in first.entities} == {"person_1", "horse_1", "bench_1"}
    assert "sit on bench (from 0.5 s to 1.5 s)" in again.notes[0]
    stays = asked("What does the man do first?", "he rides the horse", "he rides the horse")
    assert not stays.consistent and stays.stop_reason == "unchanged"


def test_a_relation_that_breaks_a_rule_in_every_frame_is_objected_to():
    found = asked("Is the bench riding the horse?", "yes", rounds=0)
    assert not found.consistent and "rules#" in found.findings[-1].rule
    free = asked("Does the man touch the horse?", "yes", rounds=0)
    assert free.consistent and [one.severity for one in free.findings] == ["warning"]


def test_a_number_between_those_at_once_and_those_over_time_is_no_contradiction():
    halves = timeline([scene(), scene(), scene(person_1=None), scene(person_1=None), scene(person_1=None), scene()])
    assert len([one for one in halves.tracks if one.category == "person"]) == 2
    for number, consistent in (("1", True), ("2", True), ("3", False), ("0", False)):
        pipeline = Pipeline(said(number), Settings(correction=CorrectionSettings(rounds=0)))
        found = ask_video(clip(6), "How many people are there?", pipeline=pipeline, analysis=halves)
        assert found.consistent is consistent, number


class OnePicture(ScriptedModel):
    most_pictures = 1


def test_a_model_of_one_picture_is_not_asked_and_that_is_told():
    found = ask_video(clip(), "What does the man do first?", OnePicture([]), analysis=STORY)
    assert (found.answer, found.unasked) == ("sit on bench", "scripted takes one picture a turn")
    with pytest.raises(ModelError, match="no list can answer"):
        ask_video(clip(), "Why?", OnePicture([]), analysis=STORY)
    with pytest.raises(ModelError, match="takes one picture a turn"):
        ask_video(clip(), "Is there a dog?", OnePicture([]), checked=False)


class Few(ScriptedModel):
    most_frames = 3


def test_a_model_of_few_frames_is_shown_so_many_of_them():
    model = Few(['{"answer":"a horse"}'])
    found = ask_video(clip(), "What is the man riding?", model, checked=False)
    assert found.shown_s == model.requests[0].moments == (0.0, 2.0, 3.5) and not found.checked and found.consistent
    assert [frame.index for frame in evenly(clip(8).frames, 32)] == list(range(8))
    long = clip(40)
    assert len(ask_video(long, "What is it?", said("x"), checked=False).shown_s) == 32
    assert [evenly(long.frames, 32)[place].index for place in (0, -1)] == [0, 39]


def test_a_clip_is_analyzed_first_and_a_dialogue_is_played_back(tmp_path):
    seen = scene(RIDE).to_json()
    exchanges = []

    def answer(request: Request) -> str:
        return '{"answer":"riding a horse"}' if request.kind == "ask" else seen

    class Recorded(ScriptedModel):
        def reply(self, request):
            reply = super().reply(request)
            exchanges.append((request, reply))
            return reply

    found = ask_video(clip(3), "What is the man doing?", Recorded(answer))
    assert found.answer == "riding a horse" and found.consistent and found.checked
    assert found.usage.calls == len(exchanges) >= 4
    record(tmp_path / "talk.jsonl", exchanges)
    again = ask_video(clip(3), "What is the man doing?", ReplayModel(tmp_path / "talk.jsonl"))
    assert (again.answer, again.claims, again.findings) == (found.answer, found.claims, found.findings)
    assert ClipAnswer.from_json(again.to_json()) == again


def test_an_unreadable_answer_and_a_reason():
    found = asked("When does the man ride the horse?", "when he likes to", rounds=0)
    assert (found.stop_reason, found.checked, found.consistent) == ("unchecked", False, True)
    text = '{"answer":"at 2 s","because":[{"subject":"person_1","predicate":"ride","object":"horse_1"}]}'
    pipeline = Pipeline(ScriptedModel([text]))
    because = ask_video(clip(), "When does the man ride the horse?", pipeline=pipeline, analysis=STORY)
    assert [(claim.id, claim.source) for claim in because.claims] == [("a1", "answer"), ("a2", "because")]
    assert because.claims[1].support == ("r2",) and because.consistent
