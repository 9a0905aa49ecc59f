"""Stateless stages on a cluster: what is checked and parsed there is what is checked and parsed here."""

import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from nesy.checking import check_many
from nesy.cli import main
from nesy.distributed import Cluster, checked, in_chunks, parsed
from nesy.distributed.luggage import packed
from nesy.distributed.side_stages import _filled, _parsed
from nesy.distributed.stage_chunks import _Chunks
from nesy.errors import InputError
from nesy.language.parsing import parse
from nesy.pipeline import Pipeline
from nesy.scene import Relation, Scene
from nesy.settings import CheckingSettings, Settings
from nesy.synthetic import draw
from tests.rule_texts import rule, write

pytestmark = [
    pytest.mark.usefixtures("_cluster"),
    pytest.mark.filterwarnings("ignore"),  # Ray Data warns of what it does itself
]
TWO = Cluster(workers=2)


def scenes(many: int) -> list[Scene]:
    drawn = [draw(11, index).scene for index in range(many)]
    wrong = [Relation(id="r99", subject=one.entities[0].id, predicate="on", object=one.entities[0].id) for one in drawn]
    return [
        one.model_copy(update={"relations": (*one.relations, bad)}) if index % 3 == 0 else one
        for index, (one, bad) in enumerate(zip(drawn, wrong, strict=True))
    ]


def dies_once(_pipeline: Pipeline, items: Sequence[tuple[str, int]]) -> list[int]:
    """End this process the first time that it comes to the item 7."""
    for folder, number in items:
        if number == 7 and not (died := Path(folder, "died")).exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return [number * number for _, number in items]


def refuses(_pipeline: Pipeline, items: Sequence[int]) -> int:
    if 3 in items:
        raise InputError("a three")
    return sum(items)


def test_files_are_checked_there_as_here_to_the_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nesy.distributed.stage_chunks.CHUNK", 5)  # so that there are several
    lines = [one.to_json() for one in scenes(12)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("\n".join([*lines[:8], "no scene", ""]))
    (tmp_path / "in" / "b.jsonl").write_text("\n\n".join(lines[8:]))
    own = write(tmp_path, rule("sh:nodeKind sh:Literal"))
    told = []
    for command in ("in", "in/*.jsonl --engine ray --workers 2", f"file://{tmp_path}/in --engine ray"):
        assert main(["check", *command.split(), "--rules", str(own)]) == 2
        told.append(capfd.readouterr())
    assert told[0].out.count("\n") == 13 and '"schema":"nesy.error/1"' in told[0].out.replace('": "', '":"')
    assert told[1] == told[0]
    assert told[2].out.replace(f"file://{tmp_path}/", "") == told[0].out


def test_a_task_that_dies_is_done_again_and_results_come_in_order(tmp_path: Path) -> None:
    items = [(str(tmp_path), number) for number in range(20)]
    found = list(in_chunks(dies_once, items, Pipeline("embedded"), cluster=TWO, size=3))
    assert [one for chunk in found for one in chunk] == [number * number for number in range(20)]
    assert (tmp_path / "died").exists()


def test_chunks_grow_until_each_takes_a_second_and_never_beyond_a_bound() -> None:
    chunks = _Chunks(iter(range(100_000)), 10, clock=lambda: 0.0)
    assert len(chunks.cut()) == 10
    sizes = []
    for many, seconds in ((10, 0.1), (100, 0.5), (200, 0.0), (200, 400.0)):
        chunks.learn(many, seconds)
        sizes.append(len(chunks.cut()))
    assert sizes == [100, 200, 200, 10]


def test_a_chunk_whose_items_come_slowly_is_not_waited_for() -> None:
    now = iter(range(1_000))
    chunks = _Chunks(iter(range(100)), 3, clock=lambda: float(next(now)))
    chunks.learn(100, 0.1)
    assert chunks.cut() == [0, 1, 2, 3] and chunks.cut() == [4, 5, 6, 7]


def test_what_a_chunk_raises_is_raised_at_its_place() -> None:
    found = in_chunks(refuses, range(8), Pipeline("embedded"), cluster=TWO, size=2)
    assert next(found) == 1
    with pytest.raises(InputError, match="a three"):
        next(found)


def test_the_stages_of_a_ray_dataset(tmp_path: Path) -> None:
    import ray

    own = Settings(checking=CheckingSettings(rules=(str(write(tmp_path, rule("sh:nodeKind sh:Literal"))),)))
    given = scenes(4)
    rows = ray.data.from_items([{"number": n, "scene": one.to_json()} for n, one in enumerate(given)])
    bad = ray.data.from_items([{"number": 4, "scene": "no scene"}])
    found = sorted(checked(rows.union(bad), own).take_all(), key=lambda row: row["number"])
    pipeline = Pipeline("embedded", own)
    there = [json.loads(row["verdict"])["findings"] for row in found[:4]]
    here = [json.loads(one.to_json())["findings"] for one in check_many(given, pipeline.rules, processes=1)]
    assert there == here and any(here)
    assert found[4]["verdict"] == "" and "Invalid JSON" in found[4]["error"]
    texts = ray.data.from_items([{"text": "A man rides a horse."}])
    with pytest.raises(InputError, match="no column words; there are: text"):
        parsed(texts, text="words")


def test_the_parser_as_a_stage_in_the_process_of_a_task() -> None:
    import pandas

    rows = pandas.DataFrame({"text": ["A man rides a horse.", " "]})
    found = _filled(rows, packed(Pipeline("embedded")), _parsed, "text", "scene")
    assert list(found["scene"]) == [parse("A man rides a horse.").to_json(), ""]
    assert found["error"][0] == "" and found["error"][1]
