"""Arms ask a model once for what they share, in one batch for what they ask first, and in any number of processes."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from lab.arm_comparison import run_in_processes
from nesy.experiments.arms.arms import ARMS, arm
from nesy.experiments.arms.experiment import image_of, run_arms
from nesy.experiments.arms.perceiver import Perceiver, Rates
from nesy.experiments.arms.reply_cache import Remembering
from nesy.experiments.arms.traces import Traces
from nesy.experiments.scoring.folder import read_truths
from nesy.image import Image
from nesy.pipeline import Pipeline
from nesy.synthetic import write_split
from nesy.turns import Reply, Request

IMAGES = 4
RATES = Rates(relation_error=0.5, sycophancy=0.3, format_error=0.1)
NAMES = (*ARMS, "full+unguarded", "full+no-repair", "rule-off:CountMismatch", "vote+repair")


class Alone(Perceiver):
    """Writes down what it is asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__({image_of(truth): truth for truth in read_truths(folder)}, RATES, seed=4)
        self.asked: list[Request] = []

    def reply(self, request: Request) -> Reply:
        self.asked.append(request)
        return super().reply(request)


class Together(Alone):
    """Answers many at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.batches: list[list[str]] = []

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        self.batches.append([request.kind for request in requests])
        return [self.reply(request) for request in requests]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sharing") / "drawn"
    write_split(place, IMAGES, seed=31)
    return place


def lines(place: Path, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (place / name).read_text(encoding="utf-8").splitlines()]


def test_what_arms_share_is_asked_once_and_every_trace_stays_the_same(folder: Path, tmp_path: Path) -> None:
    alone, together = Alone(folder), Together(folder)
    for model, place in ((alone, tmp_path / "alone"), (together, tmp_path / "together")):
        run_arms(folder, Traces(place), Pipeline(model), [arm(name) for name in NAMES])
    for name in ("round0.jsonl", "arms.jsonl", "scenes.jsonl"):
        assert lines(tmp_path / "together", name) == lines(tmp_path / "alone", name)
    assert len(together.asked) == len(set(together.asked)), "the same was asked twice"
    assert set(together.asked) == set(alone.asked), "something was asked that no arm needs"
    assert len(together.asked) < 0.8 * len(alone.asked)
    openings = [batch for batch in together.batches if batch.count("describe") > 1]
    assert len(openings) == IMAGES, "the samples of a vote are one batch, with whatever else is asked first"
    assert all(batch.count("describe") == 2 and len(set(batch)) > 2 for batch in openings)


def test_answers_about_one_image_are_kept_and_those_about_others_are_not(folder: Path) -> None:
    model = Together(folder)
    first, second = (Image.open(folder / "images" / image_of(truth)) for truth in read_truths(folder)[:2])
    kept = Remembering(model)
    one, other = (Request(image=image, kind="describe") for image in (first, second))
    again = one.model_copy(update={"sample": 1, "temperature": 0.7})
    assert [reply.text for reply in kept.replies([one, again, one])] == [model.reply(r).text for r in (one, again, one)]
    assert kept.reply(again) == kept.reply(again)
    assert model.batches == [["describe", "describe"]]
    kept.reply(other)
    kept.reply(one)
    assert model.batches[1:] == [["describe"], ["describe"]]
    assert kept.replies([]) == []
    assert (kept.info, kept.turns) == (model.info, model.turns)


def test_a_model_that_answers_one_at_a_time_is_asked_every_time(folder: Path, tmp_path: Path) -> None:
    model = Alone(folder)
    run_arms(folder, Traces(tmp_path), Pipeline(model), [arm("full"), arm("full+unguarded")])
    assert len(model.asked) > len(set(model.asked))


def test_two_processes_write_what_one_writes_and_go_on_after_a_kill(folder: Path, tmp_path: Path) -> None:
    arms = [arm("none"), arm("full"), arm("false-accusation+unguarded")]
    model = Perceiver({image_of(truth): truth for truth in read_truths(folder)}, RATES, seed=4)
    pipeline = Pipeline(model)
    whole, shared = Traces(tmp_path / "whole"), Traces(tmp_path / "shared")
    run_arms(folder, whole, pipeline, arms)
    run_arms(folder, shared, pipeline, arms, limit=1)
    cut = (tmp_path / "shared" / "arms.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "shared" / "arms.jsonl").write_text("".join(cut[:-1]) + cut[-1][:40], encoding="utf-8")
    run_in_processes(folder, shared, pipeline, arms, model, jobs=2)
    assert list(shared.firsts()) == list(whole.firsts())
    assert any(len(trace.rounds) > 1 for trace in whole.traces().values())
    for key, trace in whole.traces().items():
        other = shared.traces()[key]
        assert [turn.reply for turn in other.rounds] == [turn.reply for turn in trace.rounds]
        assert (other.stop_reason, other.kept_round, other.consistent) == (
            trace.stop_reason,
            trace.kept_round,
            trace.consistent,
        )
    assert list(shared.traces()) == list(whole.traces())


def test_what_is_asked_first_needs_no_answer(folder: Path) -> None:
    pipeline, accused = Pipeline(Alone(folder)), []
    for truth in read_truths(folder):
        image = Image.open(folder / "images" / image_of(truth))
        first = pipeline.describe(image)
        assert arm("none").opening(pipeline, image, first) == ()
        assert {request.sample for request in arm("vote").opening(pipeline, image, first)} == {1, 2}
        accused += arm("false-accusation").opening(pipeline, image, first)
    assert accused
    assert {request.kind for request in accused} == {"correct"}
