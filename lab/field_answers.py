"""Answers of published models, beside the labels of their benchmarks -> the field's figures, and what was published.

Each set is written as two files and measured by `nesy score ANSWERS LABELS --metrics NAME`, as a user would. Published
figures are of the whole set, ours of the rows at hand; where both are of the same answers, that is said.
"""

import contextlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nesy.cli import main as nesy
from nesy.errors import InputError

Rows = list[tuple[dict[str, Any], dict[str, Any]]]
_POPE_13B = {"random": 0.871, "adversarial": 0.845}
_POPE_7B = {"random": 0.873, "adversarial": 0.842}
"""F1 by LLaVA-1.5's table, of another run of the model over all questions (Liu et al., CVPR 2024)."""
_LLAVA = "LLaVA-1.5's table, all questions"
_AMBER = "AMBER's table, all 1004 pictures"
_STORED = "stored with the same captions"


@dataclass(frozen=True)
class AnswerSet:
    """Answers with labels, the metric that is taken of them, and figures that others had."""

    name: str
    metric: str
    rows: Rows
    published: Mapping[str, float] = field(default_factory=dict)
    """Name of a figure -> its value, a share."""
    where: str = ""
    """Whose, and of what."""


def answer_sets(data: Path) -> Iterator[AnswerSet]:
    """Yield what there is of answers in the folder of all data sets.

    Raises:
        InputError: a file is not there.
    """
    pope = _read(data / "pope" / "llava15_answers.jsonl")
    for model, known in (("llava15_7b", _POPE_7B), ("llava15_13b", _POPE_13B)):
        for setting, f1 in known.items():
            told = [row for row in pope if row["setting"] == setting and row[model] is not None]
            rows = [({"text": row[model]}, {"label": row["label"]}) for row in told]
            yield AnswerSet(f"{_named(model)}, {setting}", "pope", rows, {"F1": f1}, _LLAVA)
    lists = {row["amber_id"]: row for row in _read(data / "amber" / "generative.jsonl")}
    told = _read(data / "amber" / "llava15_7b_captions.jsonl")
    yield AnswerSet(
        _named("llava15_7b"),
        "amber",
        [(row, lists[row["amber_id"]]) for row in told],
        {"CHAIR": 0.078, "Cover": 0.51, "Hal": 0.364, "Cog": 0.042},
        _AMBER,
    )
    chair = _read(data / "chair300" / "chair300.jsonl")
    rows = [({"caption": row["text"]}, {"truth": row["gt_words"]}) for row in chair]
    yield AnswerSet("chair300", "chair-captions", rows, _stored(chair), _STORED)
    true = {row["coco_id"]: row["gt_words"] for row in chair}
    by_model: dict[str, Rows] = {}
    for row in _read(data / "pope_captions" / "captions.jsonl"):
        if row["coco_id"] in true:
            for model, text in row["brief"].items():
                by_model.setdefault(model, []).append(({"caption": text}, {"truth": true[row["coco_id"]]}))
    for model, rows in sorted(by_model.items()):
        yield AnswerSet(f"POPE's captions of {model}", "chair-captions", rows)


def answers(data: Path) -> list[dict[str, Any]]:
    """Measure every set by the command.

    Raises:
        InputError: a file is not there.
    """
    found = []
    for one in answer_sets(data):
        table = by_command(one)
        told = [{**row, "published": one.published.get(row["name"])} for row in table["rows"]]
        found.append({"set": one.name, "where": one.where, "rows": told})
    return found


def by_command(one: AnswerSet) -> dict[str, Any]:
    """Return the table that `nesy score` prints of a set.

    Raises:
        InputError: the command refuses it.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("answers.jsonl", "labels.jsonl")]
        for at, file in enumerate(files):
            file.write_text("".join(json.dumps(pair[at]) + "\n" for pair in one.rows), encoding="utf-8")
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = nesy(["score", *map(str, files), "--metrics", one.metric, "--format", "json"])
    if code:
        raise InputError(f"{one.name}: {err.getvalue().strip()}")
    table: dict[str, Any] = json.loads(out.getvalue())
    return table


def answers_text(found: Iterable[Mapping[str, Any]]) -> str:
    """Return the figures as Markdown: of every set those that were published, or else its first two."""
    lines = ["| answers of | metric | measure | ours | answers | published | where |", "|---" * 7 + "|"]
    for one in found:
        known = [row for row in one["rows"] if row["published"] is not None]
        for row in known or one["rows"][:2]:
            published = "—" if row["published"] is None else f"{row['published']:.4f}"
            where = one["where"] if row["published"] is not None else "—"
            lines.append(
                f"| {one['set']} | {row['metric']} | {row['name']} | {row['value']:.4f} | {row['images']} | "
                f"{published} | {where} |"
            )
    return "\n".join(lines)


def _stored(chair: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return CHAIR by the lists of words that another evaluation stored with the captions."""
    named = [(row["generated_words"], set(row["gt_words"])) for row in chair]
    wrong = [sum(word not in true for word in said) for said, true in named]
    there = sum(len(true) for _, true in named)
    return {
        "CHAIRi": sum(wrong) / sum(len(said) for said, _ in named),
        "CHAIRs": sum(map(bool, wrong)) / len(wrong),
        "recall": sum(len(true & set(said)) for said, true in named) / there,
    }


def _named(model: str) -> str:
    return model.replace("llava15_", "LLaVA-1.5 ").upper().replace("LLAVA", "LLaVA")


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise InputError(f"{path}: not there; --sets names the folder of the data sets")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
