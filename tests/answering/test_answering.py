"""Answers to questions: what they claim, what speaks against them, and when the model is asked again."""

import json
from typing import Any

import PIL.Image
import pytest
import rdflib

from nesy.analysis import Analysis
from nesy.answering import Answered
from nesy.answering.question_loop import judged
from nesy.checking import Rules, check
from nesy.errors import InputError, ModelError, ReplyError
from nesy.image import Image
from nesy.language.question_parser import read_question
from nesy.models.openai_server import ServerModel
from nesy.models.replay import ReplayModel, record
from nesy.ontology import Ontology
from nesy.perception.grammar import reply_schema
from nesy.perception.prompt import render
from nesy.perception.reply import SpokenAnswer, parse_answer
from nesy.pipeline import Pipeline
from nesy.rendering.answer_account import answer_account
from nesy.scene import Scene
from nesy.settings import CorrectionSettings, PerceptionSettings, Settings
from nesy.turns import Reply, Request
from tests.loop_scenes import ScriptedModel

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (64, 48), "white"), name="ride.png")
SEEN = {
    "entities": [
        {"id": "person_1", "box": [0.10, 0.10, 0.30, 0.80], "attributes": ["red"]},
        {"id": "horse_1", "box": [0.05, 0.40, 0.40, 0.95], "attributes": ["brown"]},
        {"id": "person_2", "box": [0.60, 0.20, 0.75, 0.90], "attributes": ["blue"]},
        {"id": "cup_1", "box": [0.72, 0.40, 0.78, 0.50], "attributes": []},
    ],
    "part_states": [
        {"entity": "person_1", "part": "hip", "state": "sit on", "object": "horse_1"},
        {"entity": "person_2", "part": "hand", "state": "hold", "object": "cup_1"},
    ],
    "relations": [
        {"subject": "person_1", "predicate": "ride", "object": "horse_1"},
        {"subject": "person_2", "predicate": "drink_with", "object": "cup_1"},
    ],
    "counts": [{"category": "person", "value": 2}],
}
DESCRIBED = json.dumps(SEEN)
ONTOLOGY = Ontology.default()


def scene() -> Scene:
    rows = {**SEEN, "entities": [{**e, "category": str(e["id"]).rpartition("_")[0]} for e in SEEN["entities"]]}  # type: ignore[dict-item, index]
    return Scene.model_validate(rows)


def said(answer: str, *because: tuple[str, str, str]) -> str:
    rows = [{"subject": s, "predicate": p, "object": o} for s, p, o in because]
    return json.dumps({"answer": answer, "because": rows})


def judge(question: str, answer: str, *because: tuple[str, str, str]) -> tuple[list[str], list[str]]:
    """The answer's claims in words, and the last parts of what speaks against them."""
    spoken = SpokenAnswer(answer, because)
    found = judged(read_question(question, ONTOLOGY), spoken, scene(), lambda s: check(s, Rules.load()), ONTOLOGY)
    grave = [f.rule.rpartition("#")[2] for f in found.findings if f.severity == "violation"]
    return [claim.text for claim in found.claims], grave


def asked(question: str, *replies: str, **settings: Any) -> tuple[Answered, ScriptedModel]:
    model = ScriptedModel(DESCRIBED, *replies)
    return Pipeline(model, Settings(**settings)).ask(IMAGE, question), model


class TestWhatAnAnswerClaims:
    @pytest.mark.parametrize(
        ("question", "answer", "claims", "against"),
        [
            # what fills the hole, by concept: a man is a person, a bike a bicycle
            ("What is the man riding?", "a horse", ["person_1 ride horse_1"], []),
            ("What is the man riding?", "The man is riding a brown horse.", ["person_1 ride horse_1"], []),
            ("What is the man riding?", "horse_1", ["person_1 ride horse_1"], []),
            ("What is the man in red riding?", "horse", ["person_1 ride horse_1"], []),
            ("What is the man in blue riding?", "horse", ["person_2 ride horse_1"], []),  # not listed, but it may be
            ("What is the man in blue riding?", "nothing", ["not: blue man ride thing"], []),
            ("What is the man in red riding?", "nothing", ["not: red man ride thing"], ["Denied"]),
            ("What is the man riding?", "a bike", ["person_1 ride bike"], ["AbsentThing"]),
            ("What is the man riding?", "a blorf", ["person_1 ride blorf"], ["AbsentThing"]),
            ("Who is riding the horse?", "the person in red", ["person_1 ride horse_1"], []),
            ("Who is riding the horse?", "the person in blue", ["person_2 ride horse_1"], ["NotListed"]),
            ("Who is riding the horse?", "nobody", ["not: person ride horse"], ["Denied"]),
            ("Who is riding the zebra?", "nobody", ["not: person ride zebra"], []),
            ("What is in the hand of the man in blue?", "a cup", ["person_2 hold cup_1"], []),
            ("Which animal is the man riding?", "horse", ["person_1 ride horse_1"], []),
            # yes and no
            ("Is there a horse?", "yes", ["there is horse_1"], []),
            ("Is there a dog?", "Yes, there is.", ["there is dog"], ["AbsentThing"]),
            ("Is there a dog?", "no", ["not: there is dog"], []),
            ("Is there an animal?", "no", ["not: there is animal"], ["Denied"]),
            ("Is there a brown horse?", "yes", ["there is horse_1"], []),
            ("Is there a white horse?", "yes", ["there is white horse"], ["AbsentThing"]),
            ("Is anyone riding a horse?", "yes", ["person_1 ride horse_1"], []),
            ("Is anyone riding a horse?", "no", ["not: person ride horse"], ["Denied"]),
            ("Is the man in blue riding the horse?", "yes", ["person_2 ride horse_1"], []),
            ("Is the man in blue riding the horse?", "no", ["not: blue man ride horse"], []),
            ("Is the person riding the horse?", "no", ["not: person ride horse"], []),  # the other one does not
            ("Is the man on the horse?", "yes", ["person_1 on horse_1"], []),
            ("Is the horse brown?", "no", ["not: horse_1 is brown"], ["Denied"]),
            ("Is the horse white?", "yes", ["horse_1 is white"], ["OtherValue"]),
            ("Is the cup white?", "yes", ["cup_1 is white"], []),  # no colour of the cup is listed
            # numbers
            ("How many people are there?", "2", ["2 person"], []),
            ("How many people are there?", "There are two people.", ["2 person"], []),
            ("How many people are there?", "three", ["3 person"], ["OtherNumber"]),
            ("How many dogs are there?", "none", ["0 dog"], []),
            ("How many people are riding a horse?", "1", ["1 person that ride"], []),
            ("How many people are riding a horse?", "2", ["2 person that ride"], ["OtherNumber"]),
            # colours, places, doings
            ("What colour is the horse?", "brown", ["horse_1 is brown"], []),
            ("What colour is the horse?", "It is black.", ["horse_1 is black"], ["OtherValue"]),
            ("Where is the man in red?", "on the horse", ["person_1 on horse_1"], []),
            ("Where is the cup?", "on the table", ["cup_1 on table"], ["AbsentThing"]),
            ("What is the man in red doing?", "riding a horse", ["person_1 ride horse_1"], []),
            ("What is the man in blue doing?", "riding a horse", ["person_2 ride horse_1"], []),
            # sides are read off the boxes
            ("What is left of the cup?", "the horse", ["horse_1 left_of cup_1"], []),
            ("Is the cup to the right of the horse?", "yes", ["cup_1 to_the_right_of horse_1"], []),
            ("Is the cup to the right of the horse?", "no", ["not: cup to_the_right_of horse"], ["Denied"]),
            (
                "Is the horse to the right of the cup?",
                "yes",
                ["horse_1 to_the_right_of cup_1"],
                ["SidewaysAgainstBoxes"],
            ),
            ("Is the cup to the left of the horse?", "yes", ["cup_1 to_the_left_of horse_1"], []),  # the horse's left
            # what no list can bear out passes
            ("What does the sign say?", "STOP", ['sign says "STOP"'], []),
            ("What does the sign say?", "I cannot tell.", [], []),
            ("Does the sign say STOP?", "no", ['not: sign says "STOP"'], []),
            ("Why is the man smiling?", "He likes horses.", [], []),
            ("Is the man riding a horse?", "It depends.", [], []),
            ("How many people are there?", "a few", [], []),
            ("What is the man in red doing?", "sleeping", [], []),
        ],
    )
    def test_an_answer(self, question: str, answer: str, claims: list[str], against: list[str]) -> None:
        assert judge(question, answer) == (claims, against)

    def test_reasons_choose_the_entities_and_are_claims_too(self) -> None:
        claims, against = judge("What is the man riding?", "a horse", ("person_2", "ride", "horse_1"))
        assert claims == ["person_1 ride horse_1", "person_2 ride horse_1"]
        assert "TwoAgentsOneObject" not in against  # a reason that is not listed alone is no violation
        claims, _ = judge("What is the man riding?", "a horse", ("person_1", "ride", "horse_1"))
        assert claims == ["person_1 ride horse_1"]  # said once

    def test_a_reason_that_breaks_a_rule_speaks_against_the_answer(self) -> None:
        _, against = judge("Is there a horse?", "yes", ("horse_1", "ride", "person_1"))
        assert against

    def test_what_is_not_listed_is_unknown_and_what_the_list_excludes_cannot_be(self) -> None:
        _, against = judge("Is the horse riding the man in red?", "yes")
        assert "InteractionBothWays" in against
        spoken = SpokenAnswer("yes", (("person_2", "kick", "cup_1"),))
        question = read_question("Is the man in blue riding the horse?", ONTOLOGY)
        found = judged(question, spoken, scene(), lambda s: check(s, Rules.load()), ONTOLOGY).findings
        grades = {f.rule.rpartition("#")[2]: f.severity for f in found}
        assert (grades["NotListed"], grades["ReasonNotListed"]) == ("warning", "info")

    def test_on_a_thing_there_is_room_for_another(self) -> None:
        claims, against = judge("What is on the horse?", "the cup")  # the boxes lie apart, and a rule says so
        assert (claims, against) == (["cup_1 on horse_1"], ["PlacedApart"])

    def test_every_sentence_names_both_sides(self) -> None:
        found = judged(
            read_question("Is the man in blue riding the horse?", ONTOLOGY),
            SpokenAnswer("yes"),
            scene(),
            lambda s: check(s, Rules.load()),
            ONTOLOGY,
        )
        assert found.findings[0].message == ("The answer says person_2 ride horse_1; listed is: person_1 ride horse_1.")
        assert found.findings[0].claims == ("a1", "r1")


class TestTheLoop:
    def test_an_answer_that_agrees_is_asked_for_once(self) -> None:
        answered, model = asked("What is the man riding?", said("a horse", ("person_1", "ride", "horse_1")))
        assert (answered.answer, answered.consistent, answered.stop_reason) == ("a horse", True, "consistent")
        assert answered.checked and len(answered.turns) == 1 and len(model.requests) == 2
        assert answered.claims[0].support == ("r1",)
        assert [r.kind for r in model.requests] == ["describe", "ask"]
        assert model.requests[1].entities == answered.analysis.scene.entities  # type: ignore[union-attr]

    def test_a_contradiction_goes_back_and_a_better_answer_is_taken(self) -> None:
        answered, model = asked("What is the man riding?", said("a bike"), said("a horse"))
        assert (answered.answer, answered.stop_reason, answered.kept_turn) == ("a horse", "consistent", 1)
        assert answered.consistent and [turn.answer for turn in answered.turns] == ["a bike", "a horse"]
        assert model.requests[2].notes == ("The answer names a bike, but no bike is listed.",)
        assert model.requests[2].round == 1
        assert answered.usage == answered.analysis.usage + answered.turns[0].usage + answered.turns[1].usage  # type: ignore[union-attr]

    def test_a_relation_that_is_not_listed_is_asked_about_where_warnings_are(self) -> None:
        asks = ("Is the man in blue riding the horse?", said("yes"), said("no"))
        answered, model = asked(*asks)
        assert (answered.answer, answered.consistent, len(model.requests)) == ("yes", True, 2)
        assert {f.severity for f in answered.findings} == {"warning", "info"}  # rules find it unusual besides
        warned = CorrectionSettings(ask="warning")
        answered, model = asked(*asks, correction=warned)
        assert (answered.answer, answered.stop_reason, answered.kept_turn) == ("no", "consistent", 1)
        assert "The answer says person_2 ride horse_1; listed is: person_1 ride horse_1." in model.requests[-1].notes
        answered, _ = asked(*asks[:2], correction=warned)
        assert (answered.answer, answered.stop_reason, answered.consistent) == ("yes", "unchanged", True)

    def test_a_model_that_insists_keeps_its_answer_and_is_told_to_disagree(self) -> None:
        answered, model = asked("What is the man riding?", said("a bike"))
        assert (answered.answer, answered.consistent, answered.stop_reason) == ("a bike", False, "unchanged")
        assert len(answered.turns) == 2 and len(model.requests) == 3
        assert answered.findings and "inconsistent" in answer_account(answered).plain

    def test_a_change_that_is_no_better_is_not_taken(self) -> None:
        answered, _ = asked("What is the man riding?", said("a bike"), said("a cow"), said("a zebra"))
        assert (answered.answer, answered.stop_reason, answered.kept_turn) == ("a bike", "rounds_exhausted", 0)
        assert len(answered.turns) == 3

    def test_coming_back_to_an_answer_ends_it(self) -> None:
        answered, _ = asked("What is the man riding?", said("a bike"), said("a cow"), said("A bike."))
        assert answered.stop_reason == "cycle"

    def test_no_rounds_means_one_answer(self) -> None:
        settings = CorrectionSettings(rounds=0)
        answered, _ = asked("What is the man riding?", said("a bike"), correction=settings)
        assert (answered.stop_reason, answered.consistent) == ("rounds_exhausted", False)

    def test_what_cannot_be_checked_passes(self) -> None:
        answered, model = asked("What does the sign say?", said("STOP"))
        assert (answered.answer, answered.stop_reason) == ("STOP", "unchecked")
        assert answered.consistent and not answered.checked and len(model.requests) == 2

    def test_a_malformed_reply_is_asked_for_again(self) -> None:
        answered, model = asked("Is there a horse?", "I see one!", "```json\n{'answer': 'Yes', 'because': [],}\n```")
        assert answered.answer == "Yes" and answered.turns[0].failures[0].reply == "I see one!"
        assert "no answer in the reply" in model.requests[2].complaint

    def test_no_readable_answer_at_all_is_an_error(self) -> None:
        with pytest.raises(ReplyError, match="scripted gave no readable answer in 2 tries"):
            asked("Is there a horse?", "I'm sorry, I can't help with that.")

    @pytest.mark.parametrize(
        ("question", "reply", "answer", "claims"),
        [
            (
                "What is the man riding?",
                "The man is riding a horse.",
                "The man is riding a horse.",
                ["person_1 ride horse_1"],
            ),
            ("Is there a horse?", "Yes, there is a brown horse.", "Yes, there is a brown horse.", ["there is horse_1"]),
            ("Is there a dog?", "**No.**", "No.", ["not: there is dog"]),
            ("How many people are there?", "Answer: two", "two", ["2 person"]),
            ("Is there a horse?", "Sure! Yes. I hope this helps!", "Yes.", ["there is horse_1"]),
            ("What does the sign say?", "<think>Hm.</think>It says STOP.", "It says STOP.", ['sign says "STOP"']),
        ],
    )
    def test_words_in_place_of_the_form_are_read_and_told(
        self, question: str, reply: str, answer: str, claims: list[str]
    ) -> None:
        answered, model = asked(question, reply)
        assert (answered.answer, [claim.text for claim in answered.claims]) == (answer, claims)
        assert any("no JSON" in problem for problem in answered.turns[0].problems)
        assert len(model.requests) == 3 and len(answered.turns[0].failures) == 1

    @pytest.mark.parametrize(
        "reply", ["", "...", "couch " * 30, '{"answer":', "As an AI model, I see nothing.", "no json", "hm", "Well ..."]
    )
    def test_what_answers_nothing_is_an_error(self, reply: str) -> None:
        with pytest.raises(ReplyError, match="no readable answer"):
            asked("Is there a horse?", reply)

    def test_an_unreadable_second_answer_leaves_the_first(self) -> None:
        answered, _ = asked("What is the man riding?", said("a bike"), "??")
        assert (answered.answer, answered.stop_reason, answered.consistent) == ("a bike", "unreadable", False)
        assert not answered.turns[1].readable

    def test_unchecked_is_one_bare_call(self) -> None:
        model = ScriptedModel(said("a bike"))
        answered = Pipeline(model).ask(IMAGE, "What is the man riding?", checked=False)
        assert (answered.answer, answered.stop_reason, answered.checked) == ("a bike", "not_checked", False)
        assert answered.analysis is None and len(model.requests) == 1 and model.requests[0].entities == ()

    def test_several_questions_share_an_analysis(self) -> None:
        model = ScriptedModel(DESCRIBED, said("yes"), said("no"))
        pipeline = Pipeline(model)
        analysis = pipeline.analyze(IMAGE)
        answers = [pipeline.ask(IMAGE, q, analysis=analysis).answer for q in ("Is there a cup?", "Is there a dog?")]
        assert answers == ["yes", "no"] and [r.kind for r in model.requests] == ["describe", "ask", "ask"]

    def test_the_result_is_written_and_read_back(self) -> None:
        answered, _ = asked("What is the man riding?", said("a bike"), said("a horse"))
        data = json.loads(answered.to_json())
        assert data["schema"] == "nesy.answer/1" and data["analysis"]["schema"] == "nesy.analysis/1"
        assert Answered.from_json(answered.to_json()) == answered
        with pytest.raises(InputError, match=r"^answer: model: Field required; question: Field"):
            Answered.from_json('{"image": {"name": "a"}}')


class TestTheTurn:
    def test_the_question_comes_last_so_that_the_rest_is_shared(self) -> None:
        entities = scene().entities
        first = Request(image=IMAGE, kind="ask", question="Is there a dog?", entities=entities)
        again = first.model_copy(update={"notes": ("The answer names a dog, but no dog is listed.",)})
        for style in ("full", "compact"):
            one, two = render(first, style), render(again, style)  # type: ignore[arg-type]
            assert (two.startswith(one) and "may be mistaken" in two) or style == "compact"
            other = render(first.model_copy(update={"question": "What is this?"}), style)  # type: ignore[arg-type]
            assert one.partition("Question:")[0] == other.partition("Question:")[0]

    def test_a_question_stays_on_its_line(self) -> None:
        words = render(Request(image=IMAGE, kind="ask", question="Is\n1. keep\x00 it <image>?"), "compact")
        assert words == "Question: Is 1. keep it <image>?"

    def test_the_schema_knows_the_entities(self) -> None:
        schema = reply_schema(Request(image=IMAGE, kind="ask", question="?", entities=scene().entities))
        reason = schema["properties"]["because"]["items"]["properties"]
        assert reason["subject"]["enum"] == ["person_1", "horse_1", "person_2", "cup_1"]
        bare = reply_schema(Request(image=IMAGE, kind="ask", question="?"))
        assert bare["properties"]["because"]["maxItems"] == 0

    @pytest.mark.parametrize(
        ("text", "answer", "because", "problem"),
        [
            ('{"answer": 3, "because": null}', "3", (), "a list was expected"),
            ('{"answer": true}', "yes", (), ""),
            ('Sure! {"result": {"answer": "a\\nhorse"}}', "a horse", (), ""),
            (said("x" * 500), "x" * 160, (), "500 characters"),
            (said("yes", ("person_1", "Ride", "horse_1")), "yes", (("person_1", "ride", "horse_1"),), ""),
            (said("yes", ("person_1", "ride", "dog_9")), "yes", (), "'dog_9' is no entity that was shown"),
            (said("yes", *[("person_1", f"p{n}", "horse_1") for n in range(9)]), "yes", 4, "9 reasons"),
            ('{"answer":"yes","because":[{"subject":"person_1"},7]}', "yes", (), "because[1]: dropped"),
            ('{"answer":"yes","because":[{"subject":"person_1","predicate":"ri', "yes", (), "ends in the middle"),
            ('{"answer":"yes","why":"x"}', "yes", (), "unknown key 'why'"),
        ],
    )
    def test_a_loose_reply_is_read_and_told(self, text: str, answer: str, because: Any, problem: str) -> None:
        spoken = parse_answer(Reply(text=text), {"person_1", "horse_1"})
        assert spoken.answer == answer
        assert spoken.because == because or len(spoken.because) == because
        assert problem in "; ".join(spoken.problems)

    @pytest.mark.parametrize("text", ["", "yes", "[]", '{"answer":""}', '{"answer":" \n"}', '{"answer":null}', "{{{"])
    def test_no_answer_at_all(self, text: str) -> None:
        with pytest.raises(ReplyError, match="no answer in the reply"):
            parse_answer(Reply(text=text), set())

    def test_a_recording_answers_the_question_that_was_asked(self, tmp_path: Any) -> None:
        model = ScriptedModel("one", "two")
        asks = [Request(image=IMAGE, kind="ask", question=q) for q in ("Is there a cat?", "Is there a dog?")]
        record(tmp_path / "talk.jsonl", [(r, model.reply(r)) for r in asks])
        replay = ReplayModel(tmp_path / "talk.jsonl")
        assert [replay.reply(r).text for r in reversed(asks)] == ["two", "one"]
        with pytest.raises(ModelError, match="kind ask"):
            replay.reply(asks[0])

    def test_a_server_is_asked_under_the_schema(self) -> None:
        from tests.models.test_back_ends import FakeServer, completion

        with FakeServer(completion(said("yes"))) as server:
            request = Request(image=IMAGE, kind="ask", question="Is there a dog?", entities=scene().entities)
            reply = ServerModel(server.spec, PerceptionSettings()).reply(request)
        assert reply.text == said("yes") and "Question: Is there a dog?" in reply.prompt


def analysis() -> Analysis:
    return Pipeline(ScriptedModel(DESCRIBED)).analyze(IMAGE)


def test_relations_are_found_by_concept() -> None:
    done = analysis()
    assert [r.id for r in done.find("man", "riding", "animal")] == ["r1"]
    assert [r.id for r in done.find("person", None, None)] == ["r1", "r2"]
    assert [r.id for r in done.find(None, "on")] == ["r1"]
    assert [r.id for r in done.find("person_2")] == ["r2"]
    assert done.find("dog", None, None) == done.find(None, "kick", None) == ()


def test_the_graph_can_be_asked_in_sparql() -> None:
    rows = analysis().graph.query(
        "PREFIX nesy: <https://w3id.org/nesy/ontology#> "
        "SELECT DISTINCT ?rider WHERE { GRAPH ?g { ?rider nesy:ride ?horse . ?horse a nesy:Horse } }"
    )
    assert [str(row[0]).rpartition("#")[2] for row in rows if isinstance(row, rdflib.query.ResultRow)] == ["person_1"]
