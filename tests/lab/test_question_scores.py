"""Questions about drawings: exact answers, turns that teach them, and the measure of a model that is asked."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from lab.open_lists import about_relations, counts, judge_all, lacking
from lab.question_scores import Outcome, ask_all, plain, report, summary, text
from lab.training.embedded_tokenizer import build
from lab.training.question_turns import TURNS, notes_on, question_turns, spoilt, wrong
from nesy import assets
from nesy.answering.claims import statements
from nesy.answering.comparison import compare
from nesy.checking import Rules, check
from nesy.image import Image
from nesy.models.scripted import ScriptedModel
from nesy.ontology import Ontology
from nesy.perception.reply import SpokenAnswer, parse_answer
from nesy.perception.reply_format import write_scene
from nesy.pipeline import Pipeline
from nesy.settings import CorrectionSettings, Settings
from nesy.synthetic import draw
from nesy.synthetic.question_set import every_kind, questions
from nesy.turns import Reply, Request, Usage

ONTOLOGY = Ontology.default()


@given(st.integers(0, 100_000), st.sampled_from(["ordinary", "hard", "counter"]))
@settings(max_examples=150)
def test_the_exact_answer_is_what_the_true_scene_bears_out(index: int, split: str) -> None:
    """Two programs that know nothing of each other agree: the makers of questions, and the check of answers."""
    scene = draw(5, index, split).scene
    asked = questions(scene, Random(index))
    assert asked.answer in asked.accepted
    for answer in asked.accepted:
        stated = statements(asked.question, SpokenAnswer(answer, asked.because), scene, ONTOLOGY)
        assert stated, asked.question
        assert not compare(answer, stated, scene, ONTOLOGY).findings, (asked.question, answer)
    ids = {e.id for e in scene.entities}
    assert all({subject, target} <= ids for subject, _, target in asked.because)


def test_a_wrong_answer_is_mostly_noticed_in_the_true_scene() -> None:
    noticed = []
    for index in range(250):
        scene, rng = draw(6, index).scene, Random(index)
        asked = questions(scene, rng)
        answer = wrong(asked, rng)
        assert plain(answer) not in {plain(one) for one in asked.accepted}
        noticed.append(bool(notes_on(asked, answer, scene, ONTOLOGY)))
    assert sum(noticed) / len(noticed) > 0.9


def test_yes_and_no_are_as_often_right() -> None:
    answers = [questions(draw(8, i).scene, Random(i)).answer for i in range(800)]
    yes, no = answers.count("yes"), answers.count("no")
    assert 0.35 < yes / (yes + no) < 0.65


def test_every_kind_of_question_is_asked() -> None:
    kinds = {asked.question.kind for i in range(20) for asked in every_kind(draw(9, i).scene, Random(i))}
    assert kinds == {"yes_no", "which", "doing", "where", "how_many", "attribute"}


def test_the_same_drawing_and_seed_ask_the_same() -> None:
    scene = draw(5, 1).scene
    assert questions(scene, Random(4)) == questions(scene, Random(4))


def test_a_question_turn_is_the_pipelines_and_teaches_what_is_true() -> None:
    noted = 0
    for index in range(120):
        drawing = draw(5, index)
        image = Image.from_pixels(drawing.image)
        (prompt, answer), *more = turns = question_turns(drawing, image, Random(index), ONTOLOGY)
        assert len(turns) == TURNS
        for words, said in more:  # each is a whole turn, and says nothing of things that it does not show
            assert sum(line.startswith("Question: ") for line in words.splitlines()) == 1
            things = {line.split(" [")[0] for line in words.splitlines() if " [" in line}
            assert parse_answer(Reply(text=said), things).problems == ()
        noted += "\nNote: " in prompt
        asked = questions(drawing.scene, Random(index))
        shown = {line.split(" [")[0] for line in prompt.splitlines() if " [" in line}
        spoken = parse_answer(Reply(text=answer), shown)
        assert (spoken.answer, spoken.problems) == (asked.answer, ())
        assert f"Question: {asked.question.text}" in prompt.splitlines()
    assert 15 < noted < 60


def test_a_spoilt_scene_is_still_a_scene() -> None:
    for index in range(60):
        scene = spoilt(draw(5, index).scene, Random(index))
        assert type(scene).model_validate_json(scene.to_json()) == scene


def test_tokens_keep_their_numbers_as_words_are_added() -> None:
    shipped = PreTrainedTokenizerFast.from_pretrained(assets.embedded_model()).get_vocab()
    ours = build().get_vocab()
    assert {token: ours.get(token) for token in shipped} == shipped


class Oracle:
    """Describes pictures as they are, and answers questions as told."""

    def __init__(self, seed: int, *answers: str) -> None:
        drawings = [draw(seed, i, split) for split in ("ordinary", "hard") for i in range(20)]
        self._scenes = {Image.from_pixels(d.image).sha256: d.scene for d in drawings}
        self._answers = answers

    def reply(self, request: Request) -> Reply:
        if request.kind == "describe":
            return Reply(text=write_scene(self._scenes[request.image.sha256]), usage=Usage(calls=1))
        return Reply(text=json.dumps({"answer": self._answers[min(request.round, len(self._answers) - 1)]}))


def test_the_measure_counts_every_question_once() -> None:
    warned = Settings(correction=CorrectionSettings(ask="warning"))
    outcomes = list(ask_all(Pipeline(Oracle(16, "yes", "no"), warned), 12, seed=16))
    assert len(outcomes) == 12 and {o.split for o in outcomes} == {"ordinary", "hard"}
    data = report(Pipeline(Oracle(16, "yes", "no")), outcomes)
    assert data["all"]["questions"] == 12 == sum(part["questions"] for part in data["kinds"].values())
    assert data["all"]["accuracy_before"] == pytest.approx(sum(o.right("yes") for o in outcomes) / 12, abs=1e-4)
    mended = [o for o in outcomes if o.asked.answer == "no"]
    assert mended and data["all"]["wrong_to_right"] == len(mended)  # the true scene speaks against every false yes
    assert data["all"]["right_to_wrong"] == 0
    assert data["all"]["extra_calls"] >= len(mended)
    assert "false premise" in text(data)


def test_a_list_that_lacks_relations_lacks_nothing_else() -> None:
    scene = draw(5, 1).scene
    assert lacking(scene, 0.0, Random(1)) == scene
    bare = lacking(scene, 1.0, Random(1))
    assert scene.relations and not bare.relations and bare.entities == scene.entities
    assert {(p.entity, p.object) for p in bare.part_states}.isdisjoint((r.subject, r.object) for r in scene.relations)


def test_a_right_answer_is_accused_less_than_doubted_where_the_list_lacks_relations() -> None:
    """What is missing from the list is unknown: of right answers to yes/no questions none is accused for it."""
    asked = list(about_relations(30))
    rules = Rules.load()
    whole = counts(judge_all(asked, 0.0, lambda scene: check(scene, rules)))
    assert (whole["right"], whole["right_accused"], whole["right_doubted"]) == (30, 0, 0)
    assert whole["wrong_accused"] + whole["wrong_doubted"] >= 0.8 * whole["wrong"]
    outcomes = judge_all(asked, 1.0, lambda scene: check(scene, rules))
    yes_no = counts([one for one in outcomes if one.kind == "yes_no"])
    assert yes_no["right_doubted"] and not yes_no["right_accused"]


def test_an_unreadable_model_is_wrong_throughout() -> None:
    outcomes = list(ask_all(Pipeline(ScriptedModel(lambda _: "?")), 4, seed=1))
    row = summary(outcomes)
    assert (row["questions"], row["unreadable"], row["accuracy_after"]) == (4, 4, 0.0)
    assert all(isinstance(o, Outcome) and not o.right("") for o in outcomes)


def test_answers_are_compared_without_articles_and_points() -> None:
    assert plain("The person, in RED!") == plain("person in red")
