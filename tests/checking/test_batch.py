"""Many scenes: in order, over several processes, streamed; what is broken costs only itself."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from nesy.checking import Rules, check, check_many, in_chunks
from nesy.checking.batch import CHUNK
from nesy.cli import main
from nesy.cli.input_files import read_scenes
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.scene import Scene
from tests.commands import running
from tests.interrupts import deaf, hearing

GOOD = '{"entities":[{"id":"cup_1","category":"cup"}]}'
BAD = '{"entities":[{"id":"a","category":"cup"}],"relations":[{"subject":"a","predicate":"on","object":"a"}]}'


def test_many_scenes_get_the_verdicts_that_each_gets() -> None:
    scenes = sampled_scenes(CHUNK + 20, 3)
    rules = Rules.load(off=["UnusualPair"])  # a pack of its own travels to the processes
    assert list(check_many(iter(scenes), rules, processes=2)) == [check(scene, rules) for scene in scenes]
    assert list(check_many(scenes[:3])) == [check(scene) for scene in scenes[:3]]
    assert list(check_many([])) == []


def test_no_more_is_read_than_is_under_way() -> None:
    read = []

    def numbers() -> Iterator[int]:
        for number in range(10_000):
            read.append(number)
            yield number

    results = in_chunks(sum, numbers(), processes=2, size=10)
    assert [next(results), next(results)] == [45, 145]
    assert len(read) <= 10 * (2 * 4 + 2)
    results.close()
    assert list(in_chunks(sum, range(25), processes=2, size=10)) == [45, 145, 110]


def test_broken_lines_of_a_long_file_stand_in_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [GOOD, BAD, "", "{oops"] * 100
    (tmp_path / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert main(["check", str(tmp_path / "many.jsonl")]) == 2
    told = capsys.readouterr()
    records = [json.loads(line) for line in told.out.splitlines()]
    assert [record.get("consistent") for record in records] == [True, False, None] * 100
    assert [record["line"] for record in records if record["schema"] == "nesy.error/1"] == list(range(4, 401, 4))
    assert len(told.err.splitlines()) == 100


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end as POSIX does")
def test_many_lines_are_repaired_in_their_order_and_before_the_last_is_there() -> None:
    """With a pipe that stays open: so many lines as are under way are read, and then the first come out."""
    lines = [BAD, GOOD, "{oops", BAD]
    times = CHUNK // len(lines) * (4 * (os.cpu_count() or 1) + 3)
    pipe = subprocess.PIPE
    with running("-m", "nesy", "repair", "-", stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write("".join(f"{line}\n" for line in lines * times).encode())
        process.stdin.flush()
        records = [json.loads(process.stdout.readline())]
        process.stdin.close()
        records += map(json.loads, process.stdout)
        assert len(process.stderr.read().splitlines()) == times
        assert process.wait() == 2
    edits = [[edit["claim"] for edit in one["edits"]] if "edits" in one else one["line"] for one in records]
    assert edits == [one for n in range(times) for one in (["r1"], [], 4 * n + 3, ["r1"])]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end as POSIX does")
def test_a_reader_that_leaves_ends_all_processes(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(f"{BAD}\n" * 1500, encoding="utf-8")
    command, pipe = ["-m", "nesy", "check", str(tmp_path / "many.jsonl")], subprocess.PIPE
    with running(*command, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None and process.stderr is not None
        assert json.loads(process.stdout.readline())["consistent"] is False
        process.stdout.close()
        # Of all processes: the pipe is closed when the last has ended.
        assert process.stderr.read() == b"error: standard output: nobody reads it any more\n"
        assert process.wait() == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interrupt_ends_all_processes_quietly(tmp_path: Path) -> None:
    """Also where the tests themselves run in the background, deaf to it."""
    (tmp_path / "many.jsonl").write_text(f"{GOOD}\n" * 20_000, encoding="utf-8")
    command, out = ["-m", "nesy", "check", str(tmp_path / "many.jsonl")], tmp_path / "out.jsonl"
    with (
        out.open("wb") as file,
        deaf(),
        running(*command, stdout=file, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=hearing) as process,
    ):
        while out.stat().st_size == 0 and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate()  # till the last of them has closed the pipe
    assert process.returncode == 130 and told == b""
    assert all(json.loads(line)["consistent"] for line in out.read_bytes().splitlines())


def hears_no_interrupt(_: Sequence[int]) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_no_process_hears_an_interrupt_not_even_as_it_starts() -> None:
    """Else one that still imports what it needs prints where it was interrupted."""
    assert list(in_chunks(hears_no_interrupt, range(2), processes=2, size=1)) == [True, True]
    assert not hears_no_interrupt(()), "this process hears none any more"


ODD_LINES = {
    "longer than any scene": b'{"entities":[{"id":"a","category":"' + b"x" * 50_000_000 + b'"}]}',
    "of many levels": b'{"entities":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "no UTF-8": b'{"entities":[{"id":"a","category":"\xff\xfe"}]}',
    "half a letter": b'{"entities":[{"id":"a","category":"\\ud800"}]}',
    "no object": b"null",
    "no JSON": b"\x00",
    "a number out of range": b'{"entities":' + b"1" * 5000 + b"}",
}


def test_an_odd_line_costs_only_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for odd in ODD_LINES.values() for line in (odd, GOOD.encode())]
    (tmp_path / "odd.jsonl").write_bytes(b"\r\n".join([*lines, b"", BAD.encode()]))
    code = main(["check", str(tmp_path / "odd.jsonl")])
    told = capsys.readouterr()
    records = [json.loads(line) for line in told.out.splitlines()]
    assert code == 2 and "Traceback" not in told.err
    assert [record.get("consistent") for record in records] == [None, True] * len(ODD_LINES) + [False]
    assert [record["line"] for record in records if "line" in record] == [1, 3, 5, 7, 9, 11, 13]
    assert max(map(len, told.err.splitlines())) < 300


@pytest.mark.parametrize(
    ("text", "many", "sources"),
    [
        (f"{GOOD}\n", False, ["standard input"]),
        (json.dumps(json.loads(GOOD), indent=1), False, ["standard input"]),
        (f"{GOOD}\n\n{BAD}", True, ["standard input:1", "standard input:3"]),
        (f"\n{GOOD}\n{{oops", True, ["standard input:2", "standard input:3"]),
        (f"{{oops\n{GOOD}", True, ["standard input:1", "standard input:2"]),
        ("{oops\n{again", False, ["standard input"]),
    ],
)
def test_standard_input_tells_by_its_content(
    text: str, many: bool, sources: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    found = read_scenes(Path("-"))
    assert (found.many, [one.source for one in found.scenes]) == (many, sources)


def test_lines_are_read_as_they_come() -> None:
    """A pipe that never ends gives verdicts: the third scene is not waited for."""
    reader, writer = os.pipe()
    os.write(writer, f"{GOOD}\n{BAD}\n".encode())
    with io.TextIOWrapper(os.fdopen(reader, "rb")) as stream, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        scenes = iter(read_scenes(Path("-")).scenes)
        assert [Scene.from_json(next(scenes).text).entities[0].id for _ in range(2)] == ["cup_1", "a"]
        os.close(writer)
        assert list(scenes) == []
