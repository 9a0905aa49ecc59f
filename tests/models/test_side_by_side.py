"""Many pictures at a server side by side: what is in flight, the order it is told in, and that it is as alone."""

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import PIL.Image
import pytest

from nesy.cli.app import main
from nesy.errors import InputError, NesyError
from nesy.image import Image
from nesy.models.openai_server import ServerModel
from nesy.models.scripted import ScriptedModel
from nesy.models.side_by_side import in_order
from nesy.perception.calibration import Calibration, Own
from nesy.perception.reply_format import write_patch, write_scene
from nesy.pipeline import Pipeline
from nesy.scene import Entity, Relation, Scene
from nesy.settings import CheckingSettings, CorrectionSettings, Settings
from nesy.turns import ModelInfo, Reply, Request
from tests.chat_server import Body, ChatServer, picture, said, words
from tests.commands import running
from tests.interrupts import hearing
from tests.rule_texts import rule, write

PHOTOGRAPHS = sorted(Path("examples/photographs").glob("*.jpg"))
CUP = write_scene(Scene(entities=(Entity(id="cup_1", category="cup", box=(0.1, 0.1, 0.5, 0.5)),)))
PERSON = Entity(id="person_1", category="person", box=(0.1, 0.1, 0.6, 0.9))
HORSE = Entity(id="horse_1", category="horse", box=(0.3, 0.3, 0.9, 0.9))
DISPUTED = write_scene(
    Scene(
        entities=(PERSON, HORSE),
        relations=(
            Relation(id="r1", subject="person_1", predicate="on", object="horse_1"),
            Relation(id="r2", subject="horse_1", predicate="on", object="person_1"),
        ),
    )
)


def pictures(folder: Path, number: int) -> list[Path]:
    paths = [folder / f"{n:02}.png" for n in range(number)]
    for n, path in enumerate(paths):
        PIL.Image.new("RGB", (20 + n, 16), (n * 9, 0, 0)).save(path)
    return paths


def timeless(text: str) -> str:
    return re.sub(r'"seconds": ?[\d.e-]+', '"seconds":0', text)


# --- in order ---


def test_results_come_in_order_and_items_are_read_as_they_are_taken() -> None:
    read: list[int] = []

    def items() -> Iterator[int]:
        for n in range(1000):
            read.append(n)
            yield n

    later = threading.Event()

    def work(n: int) -> int:
        if n == 0:
            later.wait()  # the first is the last to be done
        if n == 5:
            later.set()
        return n * n

    results = in_order(work, items(), 3)
    assert [next(results) for _ in range(20)] == [n * n for n in range(20)]
    results.close()  # type: ignore[attr-defined]
    assert len(read) < 50
    assert list(in_order(work, [], 3)) == []


def test_what_the_work_raises_is_raised_at_its_place() -> None:
    def work(n: int) -> int:
        if n == 2:
            raise KeyError(n)
        return n

    results = in_order(work, range(9), 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(KeyError):
        next(results)


# --- requests in flight ---


@pytest.mark.parametrize("concurrency", [4, 8])
def test_so_many_pictures_are_in_flight_and_no_more(tmp_path: Path, concurrency: int) -> None:
    paths = pictures(tmp_path, 16)
    with ChatServer(lambda _: CUP, together=concurrency) as server:  # none is answered until so many are there
        found = list(Pipeline(server.spec).analyze_many(paths, concurrency=concurrency))
    assert [one.image.name for one in found if not isinstance(one, NesyError)] == [path.name for path in paths]
    assert (server.most, len(server.bodies)) == (concurrency, 16)
    assert server.connections <= concurrency  # kept, and used again


def test_one_at_a_time_where_nothing_else_is_said(tmp_path: Path) -> None:
    with ChatServer(lambda _: CUP) as server:
        assert len(list(Pipeline(server.spec).analyze_many(pictures(tmp_path, 3)))) == 3
    assert (server.most, server.connections) == (1, 1)


def disputes(body: Body) -> str | Body:
    """Answer as a model that sees a person on a horse on the person, and by a look that the horse is on nobody."""
    asked = words(body)
    if "entities" in asked:
        return DISPUTED
    if "statement" not in asked:
        return write_patch({1: "keep", 2: "withdraw"})
    right = "horse_1 on" not in asked.split("A statement")[1].splitlines()[0]
    yes = right != ("Is the statement wrong?" in asked)
    likely = picture(body)[19] / 1000  # its width
    top = [{"token": "yes", "logprob": -0.2 if yes else -3.0 - likely}, {"token": "no", "logprob": -3.0 - likely}]
    if not yes:
        top[1]["logprob"] = -0.2
    text = "yes" if yes else "no"
    row = {"token": text, "logprob": -0.2, "top_logprobs": [*top, {"token": "The", "logprob": -1.9}]}
    return said(text, logprobs={"content": [row]})


def calibrated(server: ChatServer, folder: Path, **more: object) -> Settings:
    """Return settings by which the server's looks weigh."""
    info = Pipeline(server.spec).model_info
    own = {kind: Own(bias=0.0, words=1.0, auroc=0.8) for kind in ("entity", "relation")}
    fitted = Calibration(model=info, a=-1.0, b=0.0, auroc=0.9, statements=100, own=own)
    path = folder / "calibration.json"
    path.write_text(fitted.model_dump_json(by_alias=True))
    return Settings(correction=CorrectionSettings(calibration=str(path)), **more)  # type: ignore[arg-type]


def test_looks_that_do_not_need_each_other_are_sent_at_once(tmp_path: Path) -> None:
    heard: list[int] = []
    enough = threading.Event()

    def answer(body: Body) -> str | Body:
        if "Is the statement" in words(body):
            heard.append(1)
            if len(heard) >= 3:
                enough.set()
            enough.wait()  # a look is answered when three are there
        return disputes(body)

    with ChatServer(answer) as server:
        settings = calibrated(server, tmp_path)
        (analysis,) = Pipeline(server.spec, settings).analyze_many(pictures(tmp_path, 1), concurrency=3)
    assert not isinstance(analysis, NesyError)
    assert server.most == 3
    assert [relation.id for relation in analysis.scene.relations] == ["r1"]
    looks = [one for turn in analysis.rounds for one in turn.evidence]
    assert {round(one.true, 2) for one in looks} >= {0.94, 0.06}  # among yes and no, not among all tokens


def test_what_comes_out_side_by_side_is_byte_for_byte_what_comes_out_alone(tmp_path: Path) -> None:
    # A rule that no loop is made of runs on pySHACL.
    rules = write(tmp_path, rule("sh:closed true", target="sh:targetClass nesy:Person ;"))
    with ChatServer(disputes) as server:
        settings = calibrated(server, tmp_path, witness="embedded", checking=CheckingSettings(rules=(str(rules),)))
        given = [*PHOTOGRAPHS[:2], *pictures(tmp_path, 2)]
        alone = [Pipeline(server.spec, settings).analyze(path) for path in given]
        beside = list(Pipeline(server.spec, settings).analyze_many(given, concurrency=4))
    assert all("R" in {found.rule.rpartition("#")[2] for found in one.verdict.findings} for one in alone)
    assert all(len(one.rounds) > 1 and one.observations for one in alone)
    for one, other in zip(alone, beside, strict=True):
        assert not isinstance(other, NesyError)
        assert timeless(other.to_json(indent=2)) == timeless(one.to_json(indent=2))
        assert other.to_rdf("turtle") == one.to_rdf("turtle")


def test_a_picture_that_must_wait_holds_up_no_other(tmp_path: Path) -> None:
    paths = pictures(tmp_path, 8)
    first = paths[0].read_bytes()[16:24]  # its width and height
    refused, others = threading.Event(), threading.Event()
    answered: list[int] = []

    def answer(body: Body) -> str | tuple[int, Body, dict[str, str]]:
        if picture(body)[16:24] == first and not refused.is_set():
            refused.set()
            return 429, {}, {"Retry-After": "7"}
        answered.append(1)
        if len(answered) == len(paths) - 1:
            others.set()
        return CUP

    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        others.wait()  # as long as it takes until all others are answered

    with ChatServer(answer) as server:
        found = list(Pipeline(ServerModel(server.spec, sleep=sleep)).analyze_many(paths, concurrency=2))
    assert [one.image.name for one in found if not isinstance(one, NesyError)] == [path.name for path in paths]
    assert pauses == [7.0]


# --- who may be asked so ---


@pytest.mark.parametrize("model", [None, "embedded", "witness", "replay:x.jsonl", "llava-hf/some-model"])
def test_a_model_of_this_machine_is_refused_before_it_is_loaded(model: str | None) -> None:
    with pytest.raises(InputError, match=r"a concurrency of 2 is for a server \(http://HOST/v1#NAME\)"):
        Pipeline(model).analyze_many([], concurrency=2)


def test_a_model_of_ones_own_says_that_it_takes_threads() -> None:
    class Own:
        info = ModelInfo(id="own")
        takes_threads = True

        def reply(self, request: Request) -> Reply:
            return Reply(text=CUP)

    image = Image.from_pixels(PIL.Image.new("RGB", (8, 8)))
    assert [type(one).__name__ for one in Pipeline(Own()).analyze_many([image] * 3, 2)] == ["Analysis"] * 3
    with pytest.raises(InputError, match="does not say that it is one"):
        Pipeline(ScriptedModel([CUP])).analyze_many([image], 2)
    with pytest.raises(InputError, match="from 1 to 256 is expected, got 0"):
        Pipeline(Own()).analyze_many([image], 0)


# --- the command ---


def test_the_command_tells_in_order_what_some_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = pictures(tmp_path, 6)
    paths[2].write_bytes(b"no picture")
    odd = paths[4].read_bytes()[16:24]  # its width and height

    def answer(body: Body) -> str | tuple[int, Body]:
        return (400, {"error": "too odd"}) if picture(body)[16:24] == odd else CUP

    with ChatServer(answer) as server:
        given = ["analyze", *map(str, paths), "--model", server.spec, "--format", "json"]
        codes, outs, errs = [], [], []
        for more in ([], ["--concurrency", "4", "--timeout", "60"]):
            codes.append(main([*given, *more]))
            told = capsys.readouterr()
            outs.append([json.loads(line)["image"]["name"] for line in told.out.splitlines()])
            errs.append([line for line in told.err.splitlines() if line.startswith("error")])
    assert codes == [3, 3]
    assert outs[0] == outs[1] == ["00.png", "01.png", "03.png", "05.png"]
    assert errs[0] == errs[1] and ["02.png: not an image" in errs[0][0], "HTTP 400" in errs[0][1]] == [True, True]


def test_the_command_refuses_what_cannot_be_done_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = pictures(tmp_path, 1)
    assert main(["analyze", str(path), "--model", "embedded", "--concurrency", "2"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["analyze", str(path), "--model", "http://h/v1#m", "--concurrency", "0"]) == 2


def test_an_interrupt_waits_for_no_server(tmp_path: Path) -> None:
    paths = pictures(tmp_path, 8)
    shut = threading.Event()
    with ChatServer(lambda _: (shut.wait(), CUP)[1]) as server:  # nothing is ever answered
        given = ("-m", "nesy", "analyze", *map(str, paths), "--model", server.spec, "--concurrency", "4")
        pipe = subprocess.PIPE
        with running(*given, stdout=pipe, stderr=pipe, preexec_fn=hearing) as process:
            server.wait_for(4)
            process.send_signal(signal.SIGINT)
            out, told = process.communicate()
            shut.set()
    assert (process.returncode, out, told.decode()) == (130, b"", "")
    assert server.most == 4
