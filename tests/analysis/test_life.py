"""A claim's life: every event is told, once and in order, and it ends as the analysis ends."""

import json
from itertools import pairwise

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from nesy import cli
from nesy.analysis import Analysis, Edit, Evidence
from nesy.analysis.events import (
    Answered,
    Asked,
    Changed,
    Ended,
    Event,
    LeftOut,
    Objected,
    Repaired,
    Said,
    SetBack,
    Withdrawn,
)
from nesy.analysis.life import claim_ids, lives
from nesy.errors import InputError
from nesy.image import Image
from nesy.perception.reply_format import write_patch, write_scene
from nesy.pipeline import Pipeline
from nesy.scene import Scene, in_words
from nesy.settings import CorrectionSettings, Settings
from tests.analysis.test_analysis import example
from tests.loop_scenes import ScriptedModel, scenes

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (64, 48), "white"), name="white.png")


def told(analysis: Analysis, claim: str) -> list[type]:
    return [type(event) for event in analysis.explain(claim).events]


def test_a_claim_that_the_model_withdraws():
    life = example().explain("r2")
    assert [type(event) for event in life.events] == [Said, Objected, Asked, Answered, Withdrawn, Ended]
    assert life.changed
    assert str(life).splitlines() == [
        "r2",
        '  Round 0: the model said "horse_1 ride person_1", confidence 30%.',
        '  Round 0: the rule "rule" (violation) objected: r1 and r2 cannot hold together.',
        "  Round 1: the model was asked about it, as claim 1: keep, withdraw?",
        '  Round 1: the model answered "withdraw"; that was taken.',
        "  Round 1: it was withdrawn: asked.",
        "  In the end it is not in the scene.",
    ]


def test_what_was_looked_at_alone_is_told_between_question_and_answer():
    analysis = example()
    looked = Evidence(claim="r2", answer="keep", statement="horse_1 ride person_1", true=0.2, wrong=0.9, chance=0.04)
    elsewhere = looked.model_copy(update={"claim": "r1", "statement": "person_1 ride horse_1"})
    rounds = list(analysis.rounds)
    rounds[1] = rounds[1].model_copy(update={"evidence": (looked, elsewhere)})
    told = str(analysis.model_copy(update={"rounds": tuple(rounds)}).explain("r2")).splitlines()
    sentence = '  Round 1: looked at alone, "horse_1 ride person_1" is true with a chance of 4%.'
    assert [line for line in told if "looked at" in line] == [sentence]
    assert "asked about it" in told[told.index(sentence) - 1] and "answered" in told[told.index(sentence) + 1]


def test_a_claim_that_the_repair_withdraws_is_told_with_its_price():
    analysis = example()
    assert told(analysis, "r3") == [Said, Objected, Objected, Repaired, Ended]
    first, again = [event for event in analysis.explain("r3").events if isinstance(event, Objected)]
    assert (first.again, again.again) == (False, True)
    assert "Repair: it was withdrawn, at a cost of 0.00 nats: p1 and r3." in str(analysis.explain("r3"))


def test_a_claim_that_nobody_objects_to():
    life = example().explain("n1")
    assert [type(event) for event in life.events] == [Said, Ended]
    assert not life.changed
    assert life.sentences == (
        'Round 0: the model said "1 person".',
        "No rule ever objected to it.",
        'In the end it stands as "1 person".',
    )


def test_an_entity_names_the_claims_about_it_that_did_not_stay():
    life = example().explain("person_1")
    assert life.sentences[0] == ('Round 0: the model said "person_1 is a person, réd <b> at [0.10 0.20 0.40 0.90]".')
    assert life.sentences[-1].endswith("Claims about it that did not stay as they were said: r2, r3.")


def test_an_answer_that_was_not_taken_says_why():
    turn = (
        example().rounds[1].model_copy(update={"withdrawn": (), "refused": ("r2",), "scene": example().rounds[0].scene})
    )
    analysis = example().model_copy(
        update={"rounds": (example().rounds[0], turn), "scene": turn.scene, "withdrawn": (), "edits": ()}
    )
    life = analysis.explain("r2")
    assert 'the model answered "withdraw"; not taken, as the scene would be no better by it.' in str(life)
    assert isinstance(life.events[-1], Ended) and life.events[-1].words == "horse_1 ride person_1"
    assert not life.changed


def test_a_round_that_was_not_kept_is_told_and_set_back():
    analysis = example().model_copy(update={"kept_round": 0, "scene": example().rounds[0].scene, "edits": ()})
    assert told(analysis, "r2") == [Said, Objected, Asked, Answered, Withdrawn, SetBack, Ended]
    assert 'the scene of that round was taken, where it is "horse_1 ride person_1"' in str(analysis.explain("r2"))


def test_an_unreadable_round_is_no_answer():
    first = example().rounds[0]
    turn = (
        example()
        .rounds[1]
        .model_copy(
            update={"readable": False, "answers": (), "withdrawn": (), "scene": first.scene, "verdict": first.verdict}
        )
    )
    analysis = example().model_copy(update={"rounds": (first, turn), "scene": first.scene, "edits": ()})
    assert told(analysis, "r2") == [Said, Objected, Asked, Answered, Objected, Ended]
    assert "Round 1: no reply could be read." in str(analysis.explain("r2"))


def test_a_claim_that_a_new_description_says_otherwise_or_not_at_all():
    first = example().rounds[0]
    relations = [r.model_copy(update={"predicate": "hold"}) if r.id == "r1" else r for r in first.scene.relations]
    anew = first.scene.model_copy(update={"relations": tuple(relations[:2]), "counts": ()})
    turn = first.model_copy(update={"index": 1, "kind": "revise", "scene": anew})
    analysis = example().model_copy(update={"rounds": (first, turn), "scene": anew, "edits": (), "withdrawn": ()})
    assert Changed in told(analysis, "r1")
    assert 'another description has "person_1 hold horse_1" in its place, confidence 80%.' in str(
        analysis.explain("r1")
    )
    assert told(analysis, "n1") == [Said, LeftOut, Ended]


@pytest.mark.parametrize("claim", ["r9", "R1", "", "person", "r 1", "\n"])
def test_an_unknown_id_is_one_line_that_names_what_is_near(claim):
    with pytest.raises(InputError) as caught:
        example().explain(claim)
    assert repr(claim) in str(caught.value) and "near: " in str(caught.value) and "\n" not in str(caught.value)


def test_an_analysis_without_a_claim_says_so():
    nothing = Scene(entities=())
    turn = example().rounds[0].model_copy(update={"scene": nothing})
    empty = example().model_copy(update={"rounds": (turn,), "kept_round": 0, "scene": nothing, "edits": ()})
    with pytest.raises(InputError, match="which has none"):
        empty.explain("r1")


def test_events_are_frozen_and_come_back_from_json():
    life = example().explain("r2")
    with pytest.raises(ValidationError):
        life.events[0].round = 3
    data = json.loads(life.to_json())
    assert (data["schema"], data["claim"]) == ("nesy.life/1", "r2")
    assert tuple(TypeAdapter(Event).validate_python(event) for event in data["events"]) == life.events


@given(
    st.data(),
    scenes(),
    st.lists(st.sampled_from(("keep", "withdraw", "swap", "ride", "hold", "1", "sit on")), min_size=12, max_size=12),
)
def test_every_life_begins_as_the_claim_was_said_and_ends_as_it_stands(data, scene, answers):
    """Whatever a model says: no event without its round, the parts join, and only what moved has moved."""
    patch = write_patch(dict(enumerate(answers, start=1)))
    model = ScriptedModel(write_scene(scene), patch)
    taking = data.draw(st.sampled_from(("lowering", "any")))
    settings = Settings(correction=CorrectionSettings(rounds=2, ask="warning", accept=taking, findings_per_request=20))
    analysis = Pipeline(model, settings).analyze(IMAGE)
    final = {claim.id: claim for claim in analysis.scene.claims()}
    first = {claim.id: claim for claim in analysis.rounds[0].scene.claims()}
    assert set(claim_ids(analysis)) >= first.keys() | final.keys()
    for claim in claim_ids(analysis):
        life = analysis.explain(claim)
        assert isinstance(life.events[0], Said) and isinstance(life.events[-1], Ended)
        assert (life.events[-1].words is not None) == (claim in final)
        assert life.events[0].words.startswith(in_words(first[claim]))
        rounds = [event.round for event in life.events if hasattr(event, "round")]
        assert rounds == sorted(rounds)
        asked = sum(claim in {a.claim for a in turn.asked} for turn in analysis.rounds)
        assert sum(isinstance(event, Asked) for event in life.events) == asked
        objections = sum(claim in f.claims for turn in analysis.rounds for f in turn.verdict.findings)
        assert sum(isinstance(event, Objected) for event in life.events) == objections
        steps = [event for event in life.events if isinstance(event, (Said, Changed, Withdrawn))]
        for before, after in pairwise(steps):
            assert after.was == (before.words if isinstance(before, Said) else before.now)
        if claim in first and claim in final and first[claim] == final[claim]:
            assert life.events[0].words == life.events[-1].words
        else:
            assert life.changed
        assert all(line.strip() and "\n" not in line for line in life.sentences)
    assert {life.claim for life in lives(analysis)} >= {gone.claim for gone in analysis.withdrawn}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.json").write_text(example().to_json(indent=2), encoding="utf-8")
    other = example().model_copy(update={"image": example().image.model_copy(update={"name": "other.png"})})
    (tmp_path / "two.json").write_text(f"{example().to_json()}\n{other.to_json()}\n", encoding="utf-8")
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")

    def command(words):
        code = cli.main(["explain", *words.split()])
        return (code, *capsys.readouterr())

    return command


def test_the_command_tells_a_life(run):
    code, out, err = run("one.json r2")
    assert (code, out, err) == (0, f"{example().explain('r2')}\n", "")
    code, out, _ = run("one.json r2 --format json")
    assert code == 0
    assert json.loads(out) == json.loads(example().explain("r2").to_json())


def test_the_command_lists_what_changed(run):
    code, out, _ = run("one.json")
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()] == ["r2", "r3"]
    assert [one["claim"] for one in json.loads(run("one.json --format json")[1])] == ["r2", "r3"]


def test_the_command_wants_one_of_several_analyses(run):
    assert run("two.json r2 --image other.png")[0] == 0
    assert run("two.json r2") == (
        2, "", "error: two.json: holds several analyses; name one with --image: ride.png, other.png\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("one.json r99", "error: no claim 'r99' in the analysis of ride.png; near: "),
        ("one.json --image x.png", "error: --image x.png: one.json holds no analysis of it; it has ride.png"),
        ("none.json", "error: none.json: no such file"),
        ("bad.json", "error: bad.json: "),
    ],
)
def test_the_command_refuses_in_one_line(run, words, problem):
    code, out, err = run(words)
    assert (code, out) == (2, "")
    assert err.startswith(problem) and err.count("\n") == 1


def test_the_rule_behind_an_edit_is_named():
    rule = "https://example.org/rule"
    edit = example().edits[0].model_copy(update={"rule": rule})
    life = example().model_copy(update={"edits": (edit,)}).explain("r3")
    (repaired,) = [event for event in life.events if isinstance(event, Repaired)]
    assert repaired.rule == rule
    assert Edit.model_validate_json(edit.model_dump_json(exclude={"rule"})).rule is None, "older records have none"
