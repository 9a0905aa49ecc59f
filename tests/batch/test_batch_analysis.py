"""A data set into a run: what is analyzed, what is not again, what fails; alone, in shares, side by side, resumed."""

import json
import pickle
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from nesy.batch import DataSet, Run, RunWriter, analyze, run_writer
from nesy.batch.batch_analysis import Walk, outcome_of
from nesy.batch.run_card import card_of
from nesy.errors import InputError, ModelError
from nesy.models.scripted import ScriptedModel
from nesy.pipeline import Pipeline
from nesy.settings import CheckingSettings, CorrectionSettings, Settings
from nesy.turns import ModelInfo, Reply, Request
from tests.runs import CUP, cups, in_pieces, tar, write

BROKEN = (
    '{"entities":[{"id":"cup_1","category":"cup"}],'
    '"relations":[{"id":"r1","subject":"cup_1","predicate":"on","object":"cup_1"}]}'
)


class Sides:
    """A model that may be asked side by side; it says what a function of the picture's name says."""

    takes_threads = True
    info = ModelInfo(id="sides")

    def __init__(self, say: Any = lambda _name: CUP) -> None:
        self._say, self.asked, self._lock = say, Counter[str](), threading.Lock()

    def reply(self, request: Request) -> Reply:
        with self._lock:
            self.asked[request.image.name] += 1
        return Reply(text=self._say(request.image.name), prompt="?")


def told(run: Path) -> dict[str, tuple[str | None, bool]]:
    return {one.name: (one.sha256, one.consistent) for one in Run(run).entries()}


def test_every_picture_is_on_record_once_analyzed_or_failed(tmp_path: Path) -> None:
    write(tmp_path / "set", {"a.png": 1, "sub/b.png": 2, "bad.png": b"no", "empty.png": b"", "notes.txt": b"x"})
    summary = analyze(tmp_path / "set", tmp_path / "run", cups())
    run = Run(tmp_path / "run")
    assert {one.image.name for one in run} == {"a.png", "sub/b.png"}
    assert {one.name: one.kind for one in run.failures()} == {"bad.png": "InputError", "empty.png": "InputError"}
    assert (summary.images, summary.consistent, summary.failed, summary.unreadable) == (4, 2, 2, 2)
    assert summary.exit_code == 2 and summary.now == 4
    card = json.loads((tmp_path / "run" / "run.json").read_text())
    assert card["pictures"] == 4 and card["sources"] == [str(tmp_path / "set")]


def test_pictures_of_the_same_bytes_are_analyzed_once_and_each_has_its_analysis(tmp_path: Path) -> None:
    write(tmp_path / "set", {"a.png": 1, "b.png": 2, "c.png": 1, "d/a.png": 1})
    model = Sides()
    summary = analyze(tmp_path / "set", tmp_path / "run", Pipeline(model))
    assert model.asked == {"a.png": 1, "b.png": 1} and in_pieces(tmp_path / "run") == ["a.png", "b.png"]
    run = Run(tmp_path / "run")
    assert [one.image.name for one in run] == ["a.png", "b.png", "c.png", "d/a.png"]
    assert run["c.png"].scene.entities == run["a.png"].scene.entities
    assert summary.same == 2 and summary.images == 4


@pytest.mark.parametrize("concurrency", [1, 4])
def test_of_the_same_bytes_whose_first_fails_the_others_fail_with_it(tmp_path: Path, concurrency: int) -> None:
    """However far is read ahead, each by its own name, and the model is asked once."""
    write(tmp_path / "set", {"a.png": b"no picture", "b.png": b"no picture", "c.png": 3, "d.png": 3})

    def say(name: str) -> str:
        raise ModelError(f"no answer about {name}")

    model = Sides(say)
    analyze(tmp_path / "set", tmp_path / "run", Pipeline(model), concurrency=concurrency)
    failed = [(one.name, one.error) for one in Run(tmp_path / "run").failures()]
    assert [name for name, _ in failed] == ["a.png", "b.png", "c.png", "d.png"]
    assert [error.partition(":")[0] for _, error in failed[:2]] == ["a.png", "b.png"]
    assert [error for _, error in failed[2:]] == ["no answer about c.png"] * 2
    assert model.asked == {"c.png": 1}


def test_very_many_the_same_of_which_the_model_fails_do_not_stop_a_batch(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {f"{number:02d}.png": 1 for number in range(30)} | {"z.png": 2})

    def say(request: Request) -> str:
        if request.image.name != "z.png":
            raise ModelError("no answer")
        return CUP

    summary = analyze(source, tmp_path / "run", Pipeline(ScriptedModel(say)))
    assert (summary.failed, summary.consistent) == (30, 1)


def test_bytes_that_came_under_a_name_that_was_taken_are_analyzed_under_another(tmp_path: Path) -> None:
    path = tar(tmp_path / "s.tar", [("a.png", 1), ("a.png", 2), ("c.png", 2)])
    for concurrency in (1, 4):
        run = tmp_path / f"run{concurrency}"
        analyze(path, run, Pipeline(Sides()), concurrency=concurrency)
        assert [*Run(run).names()] == ["s/a.png", "s/c.png"]
        assert ["#" in one.name for one in Run(run).failures()] == [True]


def test_two_pictures_of_one_name_with_other_bytes(tmp_path: Path) -> None:
    path = tar(tmp_path / "s.tar", [("a.png", 1), ("a.png", 2), ("a.png", 1)])
    for _ in range(2):
        summary = analyze(path, tmp_path / "run", cups(), resume=True)
        run = Run(tmp_path / "run")
        assert [one.image.name for one in run] == ["s/a.png"]
        (failure,) = run.failures()
        assert failure.name.startswith("s/a.png#") and "came before it, with other bytes" in failure.error
        assert summary.images == 2
    assert summary.now == 0


def test_a_list_that_names_a_picture_twice_has_it_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": 1, "list.txt": b"a.png\na.png\n./a.png\nmissing.png\nmissing.png\n"})
    summary = analyze(tmp_path / "list.txt", tmp_path / "run", cups())
    assert (summary.images, summary.now, summary.same, summary.failed) == (2, 2, 0, 1)


# --- going on ---


def test_what_is_on_record_is_not_done_again_and_what_is_new_is(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {"a.png": 1, "b.png": 2, "bad.png": b"no"})
    analyze(source, tmp_path / "run", cups())
    write(source, {"b.png": 5, "c.png": 3, "moved.png": 1})
    model = ScriptedModel(lambda _request: CUP)
    summary = analyze(source, tmp_path / "run", Pipeline(model), resume=True)
    assert [request.image.name for request in model.requests] == ["b.png", "c.png"]
    assert summary.now == 3 and summary.images == 5
    assert set(told(tmp_path / "run")) == {"a.png", "b.png", "c.png", "moved.png"}


def test_a_run_of_other_rules_or_settings_does_not_go_on(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {"a.png": 1})
    rules = tmp_path / "own.ttl"
    shape = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    turtle = shape.partition('```turtle title="')[2].partition("\n")[2].partition("```")[0]
    rules.write_text(turtle)
    own = Settings(checking=CheckingSettings(rules=(str(rules),)))
    analyze(source, tmp_path / "run", cups(settings=own))
    analyze(source, tmp_path / "run", cups(settings=own), resume=True)
    rules.write_text(turtle + "\n# changed\n")
    with pytest.raises(InputError, match="holds a run with other rules"):
        analyze(source, tmp_path / "run", cups(settings=own), resume=True)
    with pytest.raises(InputError, match=r"settings\.checking\.rules"):
        analyze(source, tmp_path / "run", cups(), resume=True)


def test_failures_are_tried_again_when_that_is_asked_for(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {"a.png": 1, "b.png": 2, "gone.png": b"no"})
    calls: list[str] = []
    failing = {"b.png"}

    def say(request: Request) -> str:
        calls.append(request.image.name)
        if request.image.name in failing:
            raise ModelError("the server has gone")
        return CUP

    pipeline = Pipeline(ScriptedModel(say))
    assert analyze(source, tmp_path / "run", pipeline).exit_code == 3
    assert analyze(source, tmp_path / "run", pipeline, resume=True).now == 0 and calls == ["a.png", "b.png"]
    again = analyze(source, tmp_path / "run", pipeline, resume=True, retry_errors=True)
    assert calls == ["a.png", "b.png", "b.png"] and again.failed == 2
    failing.clear()
    (source / "gone.png").unlink()
    done = analyze(source, tmp_path / "run", pipeline, resume=True, retry_errors=True)
    assert done.exit_code == 0 and done.failed == 0 and not (tmp_path / "run" / "errors.jsonl").read_bytes()
    assert len((tmp_path / "run" / "index.jsonl").read_bytes().splitlines()) == 2


def test_a_picture_that_appears_is_analyzed_without_being_tried_again(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": 1, "list.txt": b"a.png\nb.png"})
    assert analyze(tmp_path / "list.txt", tmp_path / "run", cups()).unreadable == 1
    write(tmp_path, {"b.png": 2})
    assert analyze(tmp_path / "list.txt", tmp_path / "run", cups(), resume=True).exit_code == 0


def test_what_stops_a_batch_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {f"{number}.png": number for number in range(6)})
    stops = ["3.png"]

    def say(request: Request) -> str:
        if request.image.name in stops:
            raise KeyboardInterrupt
        return CUP

    with pytest.raises(KeyboardInterrupt):
        analyze(source, tmp_path / "run", Pipeline(ScriptedModel(say)))
    assert in_pieces(tmp_path / "run") == ["0.png", "1.png", "2.png"]
    stops.clear()
    assert analyze(source, tmp_path / "run", Pipeline(ScriptedModel(say)), resume=True).now == 3
    assert in_pieces(tmp_path / "run") == [f"{number}.png" for number in range(6)]


def test_a_model_that_is_gone_stops_a_batch_and_one_that_fails_now_and_then_does_not(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {f"{number:02}.png": number for number in range(60)})
    gone = {f"{number:02}.png" for number in range(60) if number >= 25 or number % 2}

    def say(request: Request) -> str:
        if request.image.name in gone:
            raise ModelError("the server cannot be reached")
        return CUP

    pipeline = Pipeline(ScriptedModel(say))
    with pytest.raises(ModelError, match=r"20 pictures in a row.*--resume --retry-errors goes on"):
        analyze(source, tmp_path / "run", pipeline)
    run = Run(tmp_path / "run")
    assert len(run) == 13 and len([*run.failures()]) == 12 + 20
    gone.clear()
    summary = analyze(source, tmp_path / "run", pipeline, resume=True, retry_errors=True)
    assert (summary.images, summary.failed, summary.now) == (60, 0, 47)


# --- shares, side by side, pieces ---


@pytest.mark.parametrize("of", [1, 3])
def test_shares_put_together_are_the_whole(tmp_path: Path, of: int) -> None:
    source = write(tmp_path / "set", {f"{number:02d}.png": number % 9 for number in range(12)} | {"bad.png": b"no"})
    analyze(source, tmp_path / "whole", cups())
    for number in range(1, of + 1):
        analyze(source, tmp_path / "parts" / str(number), cups(), shard=f"{number}/{of}")
    assert told(tmp_path / "parts") == told(tmp_path / "whole")
    assert [one.name for one in Run(tmp_path / "parts").failures()] == ["bad.png"]
    alone = Run(*(tmp_path / "parts" / str(number) for number in range(1, of + 1)))
    assert len(alone) == 12 and alone["00.png"].image.name == "00.png"
    with pytest.raises(InputError, match=r"holds a run with another shard|holds a run already"):
        analyze(source, tmp_path / "parts" / "1", cups(), shard="1/7", resume=True)


def test_side_by_side_the_run_is_the_same(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {f"{number:02d}.png": number % 17 for number in range(20)} | {"05.png": b"no"})
    say = {name: BROKEN if name == "03.png" else CUP for name in (f"{number:02d}.png" for number in range(20))}
    for concurrency in (1, 4):
        model = Sides(say.__getitem__)
        settings = Settings(correction=CorrectionSettings(rounds=0))
        run = tmp_path / f"run{concurrency}"
        summary = analyze(source, run, Pipeline(model, settings), concurrency=concurrency)
        assert set(model.asked.values()) == {1}
        assert summary.repaired == summary.withdrawn == 1 and summary.same == 3
    pieces = [(tmp_path / run / "analyses" / "part-00000.jsonl").read_bytes() for run in ("run1", "run4")]
    assert pieces[0] == pieces[1]
    assert (tmp_path / "run1" / "index.jsonl").read_bytes() == (tmp_path / "run4" / "index.jsonl").read_bytes()


def test_a_model_that_takes_one_at_a_time_is_not_asked_side_by_side(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {"a.png": 1})
    with pytest.raises(InputError, match="a concurrency of 2"):
        analyze(source, tmp_path / "run", cups(), concurrency=2)
    assert not (tmp_path / "run").exists()


def test_pieces_as_parquet_hold_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import parquet

    monkeypatch.setattr(run_writer, "PIECE_ROWS", 4)
    source = write(tmp_path / "set", {f"{number}.png": number % 7 for number in range(9)})
    analyze(source, tmp_path / "lines", cups())
    analyze(source, tmp_path / "packed", cups(), records="parquet")
    pieces = sorted((tmp_path / "packed" / "analyses").iterdir())
    assert [piece.name for piece in pieces] == ["part-00000.parquet", "part-00001.parquet"]
    table = parquet.read_table(pieces[0])
    assert table.column("name").to_pylist() == ["0.png", "1.png", "2.png", "3.png"]
    assert table.column("claims").to_pylist() == [1] * 4
    assert json.loads(table.column("scene")[0].as_py())["entities"][0]["id"] == "cup_1"
    assert [*Run(tmp_path / "packed")] == [*Run(tmp_path / "lines")]
    assert Run(tmp_path / "packed")["8.png"] == Run(tmp_path / "lines")["8.png"]
    write(source, {"new.png": 50})
    analyze(source, tmp_path / "packed", cups(), records="parquet", resume=True)
    assert Run(tmp_path / "packed")["new.png"].image.name == "new.png"


def test_what_is_gone_through_is_told(tmp_path: Path) -> None:
    source = write(tmp_path / "set", {"a.png": 1, "b.png": 1, "c.png": b"no"})
    seen: list[tuple[int, int | None]] = []
    for resume in (False, True):
        analyze(source, tmp_path / "run", cups(), resume=resume, watch=lambda *far: seen.append(far))
    assert seen == [(1, 3), (2, 3), (3, 3)] * 2
    seen.clear()
    analyze(tar(tmp_path / "s.tar", [("a.png", 1)]), tmp_path / "tar", cups(), watch=lambda *far: seen.append(far))
    assert seen == [(1, None)]


def test_no_more_is_read_ahead_than_is_under_way(tmp_path: Path) -> None:
    """A thousand pictures are not held: when the first is put on record, a few are read."""
    source = write(tmp_path / "set", {f"{number:03d}.png": number for number in range(60)})
    read: list[int] = []

    def watch(done: int, _total: int | None) -> None:
        read.append(len(model.asked) - done)

    model = Sides()
    analyze(source, tmp_path / "run", Pipeline(model), concurrency=2, watch=watch)
    assert max(read) <= 8


def test_a_tar_file_that_breaks_off_is_a_failure_beside_what_is_whole(tmp_path: Path) -> None:
    whole = tar(tmp_path / "whole.tar", [("a.png", 1), ("b.png", 2)]).read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: 1024 + 530])
    tar(tmp_path / "next.tar", [("c.png", 3)])
    summary = analyze([tmp_path / "cut.tar", tmp_path / "next.tar"], tmp_path / "run", cups())
    run = Run(tmp_path / "run")
    assert set(run.names()) == {"cut/a.png", "next/c.png"} and summary.exit_code == 2
    assert [one.name for one in run.failures()] == ["cut/b.png", "cut.tar"]


def test_workers_may_end_in_any_order(tmp_path: Path) -> None:
    """As on several machines: the second of two alike is done before the first."""
    source = write(tmp_path / "set", {"a.png": 1, "b.png": 2, "c.png": 1, "x.png": b"no", "y.png": b"no"})
    pipeline = cups()
    with RunWriter(tmp_path / "run", card_of(pipeline, (str(source),), None, "jsonl")) as writer:
        walk = Walk(DataSet(source), None, writer, False, lambda _done: None)
        for outcome in reversed([outcome_of(pipeline, pickle.loads(pickle.dumps(item))) for item in walk.todo()]):
            walk.done(outcome)
        assert walk.now == 5
    analyze(source, tmp_path / "whole", pipeline)
    assert told(tmp_path / "run") == told(tmp_path / "whole") and len(told(tmp_path / "run")) == 3
    assert sorted(one.name for one in Run(tmp_path / "run").failures()) == ["x.png", "y.png"]
    assert in_pieces(tmp_path / "run") == ["b.png", "a.png"]
