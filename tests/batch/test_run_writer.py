"""One writer, whole lines, an index made again of the pieces wherever it was cut; nothing lost, nothing twice."""

import json
import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nesy.batch import run_writer
from nesy.batch.line_file import LineFile
from nesy.batch.run_folder import entries, failures
from nesy.batch.run_lines import Failure, Same
from nesy.batch.run_reader import Run
from nesy.batch.run_writer import RunWriter
from nesy.errors import InputError, ModelError
from tests.commands import running
from tests.runs import analyzed, card, in_pieces


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_writer, "PIECE_ROWS", 3)


def filled(run: Path, many: int = 8, records: str = "jsonl", resume: bool = False, first: int = 0) -> None:
    """Write a run with so many analyses, one picture the same as another and one that failed."""
    with RunWriter(run, card(records=records), resume=resume) as writer:
        for number in range(first, many):
            writer.add(analyzed(f"{number}.png", number))
            if number == 1:
                writer.add(Same("copy.png", f"{number:064x}"))
        if not resume:
            writer.add(Failure.of("bad.png", "f" * 64, InputError("bad.png: damaged")))


# --- what stands in the folder ---


def test_analyses_stand_in_pieces_of_a_bounded_size_and_the_index_knows_where(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    pieces = sorted((tmp_path / "run" / "analyses").iterdir())
    assert [len(piece.read_bytes().splitlines()) for piece in pieces] == [3, 3, 2]
    index = [json.loads(line) for line in (tmp_path / "run" / "index.jsonl").read_bytes().splitlines()]
    assert [one["name"] for one in index] == ["0.png", "1.png", "copy.png", *(f"{n}.png" for n in range(2, 8))]
    for one in index:
        data = (tmp_path / "run" / "analyses" / f"{one['piece']}.jsonl").read_bytes()
        line = data[one["offset"] :].partition(b"\n")[0]
        assert line == data.splitlines()[one["row"]]
        assert json.loads(line)["image"]["sha256"] == one["sha256"]
    assert index[2]["same_as"] == "1.png" and "same_as" not in index[1]
    assert [one.error for one in failures(tmp_path / "run")] == ["bad.png: damaged"]


def test_a_piece_ends_by_its_bytes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_writer, "PIECE_BYTES", 10)
    filled(tmp_path / "run", 3)
    assert len([*(tmp_path / "run" / "analyses").iterdir()]) == 3


def test_a_run_that_goes_on_fills_the_last_piece(tmp_path: Path) -> None:
    filled(tmp_path / "run", 4)
    filled(tmp_path / "run", 8, resume=True, first=4)
    filled(tmp_path / "whole", 8)
    assert in_pieces(tmp_path / "run") == in_pieces(tmp_path / "whole")
    assert [*entries(tmp_path / "run")] == [*entries(tmp_path / "whole")]


def test_it_knows_what_is_on_record(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    with RunWriter(tmp_path / "run", card(), resume=True) as writer:
        assert len(writer) == 9 and writer.same() == 1 and writer.tally["consistent"] == 9
        assert writer.has_analysis("1.png", f"{1:064x}") and writer.has_analysis("copy.png", f"{1:064x}")
        assert not writer.has_analysis("1.png", f"{2:064x}") and not writer.has_analysis("1.png", None)
        assert writer.knows(f"{7:064x}") and not writer.knows(f"{8:064x}")
        assert writer.has_failed("bad.png", "f" * 64) and not writer.has_failed("bad.png", None)


def test_of_two_analyses_of_one_name_the_later_counts(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    with RunWriter(tmp_path / "run", card(), resume=True) as writer:
        writer.add(analyzed("1.png", 100))
        assert len(writer) == 9 and writer.tally["consistent"] == 9
    run = Run(tmp_path / "run")
    assert len(run) == 9 and run["1.png"].image.sha256 == f"{100:064x}"
    assert run["copy.png"].image.sha256 == f"{1:064x}"


def test_a_failure_that_is_answered_is_struck(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    with RunWriter(tmp_path / "run", card(), resume=True) as writer:
        writer.add(Failure.of("other.png", None, ModelError("no answer")))
        writer.add(analyzed("bad.png", 50))
    assert [one.name for one in failures(tmp_path / "run")] == ["other.png"]
    assert [one.name for one in Run(tmp_path / "run").failures()] == ["other.png"]


def test_a_failure_told_again_stands_once(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    with RunWriter(tmp_path / "run", card(), resume=True) as writer:
        for why in ("first", "second", "second"):
            writer.add(Failure.of("bad.png", "f" * 64, ModelError(why)))
    assert [(one.kind, one.error) for one in failures(tmp_path / "run")] == [("ModelError", "second")]


# --- who may write, and where ---


def test_a_run_is_not_begun_twice_and_goes_on_only_as_it_was(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    before = (tmp_path / "run" / "index.jsonl").read_bytes()
    with pytest.raises(InputError, match="holds a run already; --resume goes on with it"):
        RunWriter(tmp_path / "run", card())
    old = card()
    changed = {
        "another model (model.id: 'scripted' there, 'other' now)": {
            "model": old.model.model_copy(update={"id": "other"})
        },
        "another setting (settings.correction.rounds: 2 there, 5 now)": {
            "settings": old.settings.model_copy(
                update={"correction": old.settings.correction.model_copy(update={"rounds": 5})}
            )
        },
        "other rules (r there, R now)": {"rules_sha256": "R"},
        "another ontology (o there, O now)": {"ontology_sha256": "O"},
        "another shard (none there, 1/2 now)": {"shard": "1/2"},
        "other pieces (jsonl there, parquet now)": {"records": "parquet"},
        "another calibration (none there, k now)": {"calibration": "k"},
    }
    for told, update in changed.items():
        with pytest.raises(InputError) as refused:
            RunWriter(tmp_path / "run", old.model_copy(update=update), resume=True)
        assert f"holds a run with {told}; take another folder" in str(refused.value)
    assert (tmp_path / "run" / "index.jsonl").read_bytes() == before


def test_more_sources_another_version_and_more_patience_go_on(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    patient = card().settings.perception.model_copy(update={"timeout_s": 5.0})
    more = {
        "sources": ("more",),
        "versions": ("1",),
        "settings": card().settings.model_copy(update={"perception": patient}),
    }
    with RunWriter(tmp_path / "run", card().model_copy(update=more), resume=True) as writer:
        assert writer.card.sources == ("set", "more") and writer.card.versions == ("0", "1")


def test_force_removes_what_a_run_has_written_and_nothing_else(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    (tmp_path / "run" / "mine.txt").write_text("x")
    with RunWriter(tmp_path / "run", card(), force=True) as writer:
        assert len(writer) == 0 and not writer.failed
    assert (tmp_path / "run" / "mine.txt").exists() and in_pieces(tmp_path / "run") == []


@pytest.mark.parametrize("force", [False, True])
def test_what_is_another_folder_stays_as_it_is(tmp_path: Path, force: bool) -> None:
    (tmp_path / "run.json").write_text('{"schema": "nesy.run/1"}')
    (tmp_path / "arms.jsonl").write_text("x")
    with pytest.raises(InputError, match=r"holds traces of `nesy evaluate --arms`|holds a run already"):
        RunWriter(tmp_path, card(), resume=not force, force=force)
    assert (tmp_path / "arms.jsonl").exists() and not (tmp_path / "analyses").exists()


def test_pieces_without_a_card_are_nobodys(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    (tmp_path / "run" / "run.json").unlink()
    with pytest.raises(InputError, match=r"holds pieces of a run and no run\.json"):
        RunWriter(tmp_path / "run", card())


@pytest.mark.parametrize("where", ["file/run", "/proc/run", "/dev/full"])
def test_where_nothing_can_be_written_it_is_told(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"):
        RunWriter(tmp_path / where, card())


def test_a_writer_is_alone_and_one_that_is_killed_leaves_no_lock(tmp_path: Path) -> None:
    code = """
import sys
from nesy.batch.run_writer import RunWriter
from tests.runs import analyzed, card
writer = RunWriter(sys.argv[1], card())
writer.add(analyzed("a.png", 1))
print("open", flush=True)
sys.stdin.read()
"""
    pipe = subprocess.PIPE
    with running("-c", code, str(tmp_path / "run"), stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None and process.stdout.readline() == b"open\n"
        with pytest.raises(InputError, match="another process is writing this run"):
            RunWriter(tmp_path / "run", card(), resume=True)
        assert len(Run(tmp_path / "run")) == 1  # it can be read meanwhile
        process.send_signal(signal.SIGKILL)
    with RunWriter(tmp_path / "run", card(), resume=True) as writer:
        assert len(writer) == 1


# --- what is cut ---


def state(run: Path) -> tuple[dict[str, str | None], list[str]]:
    """Return the sum of every picture that a run tells of, and the failures."""
    opened = Run(run)
    return {one.image.name: one.image.sha256 for one in opened}, [one.name for one in opened.failures()]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_files_that_are_cut_anywhere_are_read_as_far_as_they_are_whole_and_mended(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    run = tmp_path_factory.mktemp("cut") / "run"
    filled(run)
    names = ["index.jsonl", "errors.jsonl", "analyses/part-00002.jsonl", "analyses/part-00001.jsonl"]
    for name in data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1)):
        path = run / name
        path.write_bytes(path.read_bytes()[: data.draw(st.integers(0, path.stat().st_size))])
    if data.draw(st.booleans()):
        (run / "index.jsonl").unlink()
    here = in_pieces_whole(run)
    found, _ = state(run)
    assert {name for name in found if name != "copy.png"} == set(here)
    assert [*Run(run).names()] == [one.name for one in Run(run).entries()]
    with RunWriter(run, card(), resume=True) as writer:
        assert set(found) == set(writer._known)
        for number in range(8):
            if not writer.has_analysis(f"{number}.png", f"{number:064x}"):
                writer.add(analyzed(f"{number}.png", number))
        if not writer.has_analysis("copy.png", f"{1:064x}"):
            writer.add(Same("copy.png", f"{1:064x}"))
        writer.add(Failure.of("bad.png", "f" * 64, InputError("bad.png: damaged")))
    assert Counter(in_pieces(run)) == Counter(f"{number}.png" for number in range(8))
    assert state(run) == ({**{f"{n}.png": f"{n:064x}" for n in range(8)}, "copy.png": f"{1:064x}"}, ["bad.png"])
    lines = (run / "index.jsonl").read_bytes().splitlines()
    assert len(lines) == 9 and {json.loads(line)["name"] for line in lines} == set(state(run)[0])


def in_pieces_whole(run: Path) -> list[str]:
    names = []
    for piece in sorted(run.glob("analyses/*.jsonl")):
        whole = piece.read_bytes()[: piece.read_bytes().rfind(b"\n") + 1]
        names += [json.loads(line)["image"]["name"] for line in whole.splitlines()]
    return names


def test_an_index_that_says_something_else_is_made_again(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    index = tmp_path / "run" / "index.jsonl"
    right = index.read_bytes()
    lines = right.splitlines(keepends=True)
    for wrong in (b"", b"\n".join([b"{}"] * 3) + b"\n", b"".join(lines[:2] + lines[3:4] + lines[5:]), right + lines[0]):
        index.write_bytes(wrong)
        assert len(Run(tmp_path / "run")) >= 8
        with RunWriter(tmp_path / "run", card(), resume=True) as writer:
            assert len(writer) >= 8
        assert Counter(json.loads(line)["row"] for line in index.read_bytes().splitlines())[2] == 2


def test_a_line_of_a_piece_that_is_no_analysis_is_told(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    piece = tmp_path / "run" / "analyses" / "part-00002.jsonl"
    piece.write_bytes(b"broken\n" + piece.read_bytes())
    for opens in (lambda: len(Run(tmp_path / "run")), lambda: RunWriter(tmp_path / "run", card(), resume=True)):
        with pytest.raises(InputError, match=r"part-00002\.jsonl, line 1: is no analysis"):
            opens()


def test_a_piece_that_is_gone_is_done_again(tmp_path: Path) -> None:
    filled(tmp_path / "run")
    (tmp_path / "run" / "analyses" / "part-00000.jsonl").unlink()
    assert sorted(Run(tmp_path / "run").names()) == [f"{number}.png" for number in range(3, 8)]
    with RunWriter(tmp_path / "run", card(), resume=True) as writer:
        assert not writer.has_analysis("1.png", f"{1:064x}")


# --- a full disk, an interruption ---


def test_a_line_that_cannot_be_written_whole_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path / "run", 4)
    write = os.write
    for failing in (OSError(28, "No space left on device"), KeyboardInterrupt()):
        with RunWriter(tmp_path / "run", card(), resume=True) as writer:
            with monkeypatch.context() as patch:

                def half(file: int, data: memoryview, failing: BaseException = failing) -> int:
                    if len(data) < 400:
                        raise failing
                    return write(file, data[:300])

                patch.setattr(os, "write", half)
                with pytest.raises((InputError, KeyboardInterrupt)) as refused:
                    writer.add(analyzed("new.png", 77))
            if isinstance(failing, OSError):
                assert str(refused.value).endswith("part-00001.jsonl: cannot be written (No space left on device)")
        assert in_pieces(tmp_path / "run") == [f"{number}.png" for number in range(4)]
    filled(tmp_path / "run", 5, resume=True, first=4)
    assert in_pieces(tmp_path / "run") == [f"{number}.png" for number in range(5)]


def test_a_device_that_is_full_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be written \(No space left on device\)"):
        LineFile(Path("/dev/full")).append(b"x\n")


def test_all_is_on_the_disk_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    now = 0.0
    with RunWriter(tmp_path / "run", card(), clock=lambda: now) as writer:
        before = len(synced)
        writer.add(analyzed("a.png", 1))
        assert len(synced) == before
        now = 1.5
        writer.add(analyzed("b.png", 2))
        assert len(synced) == before + 3
