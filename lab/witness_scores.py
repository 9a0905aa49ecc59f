"""The shipped witnesses on photographs with truth -> results/witness.json, and the page docs/results/witness.md.

`python -m lab.witness_scores --data FOLDER` looks at every photograph of `truth.jsonl` once and counts. Each measure is
one entry of `MEASURES`, a part of the result file and a section of the page.

Objects: of each category that a row lists in full (`exhaustive`), what the witness tells goes to the true boxes one by
one, the surest first, each to the free box of its category that it overlaps most, from intersection over union 0.5 on.
What lies on a box that the annotator was not sure of counts neither way. What is told of a category that is in neither
list of the row, and so absent as far as one sees, is counted apart.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from lab.progress import watched
from nesy.experiments.commit import commit
from nesy.geometry import Box, area, iou
from nesy.grounding.read_text import CLEAR, READ, alike
from nesy.image import Image
from nesy.observations import Observations, Thing
from nesy.witness.detector import CATEGORIES, candidates
from nesy.witness.embedded import NAME, EmbeddedWitness
from nesy.witness.ocr import TextReader
from nesy.witness.overlap import without_overlap
from nesy.witness.text_lines import letters

RESULTS = Path("results/witness.json")
SAME = 0.5
"""Intersection over union from which two boxes show one thing."""
SIZES = (("under 2 % of the picture", 0.0, 0.02), ("2 to 10 %", 0.02, 0.1), ("over 10 %", 0.1, 2.0))
_RAW_SCORE, _RAW_OVERLAP = 0.35, 0.5
"""Of the raw network: the score from which a box is told, and the overlap from which the surer of two stays."""


@dataclass(frozen=True)
class Row:
    """A photograph with its truth, and what was seen in it."""

    truth: Mapping[str, Any]
    things: tuple[Thing, ...]


@dataclass(frozen=True)
class Told:
    """One thing told, judged."""

    thing: Thing
    right: bool | None
    """None: it counts neither way."""


def matched(row: Row) -> tuple[list[Told], list[tuple[Mapping[str, Any], bool]]]:
    """Return what was told of categories that the row lists in full, and for its sure things whether they are found."""
    told: list[Told] = []
    true: list[tuple[Mapping[str, Any], bool]] = []
    for category in sorted(row.truth["exhaustive"]):
        things = [e for e in row.truth["entities"] if e["category"] == category and e.get("box")]
        sure, unsure = ([e for e in things if bool(e.get("uncertain")) is wanted] for wanted in (False, True))
        found: set[int] = set()
        for thing in sorted((t for t in row.things if t.category == category), key=lambda t: -t.score):
            overlaps = [(iou(thing.box, e["box"]), -at) for at, e in enumerate(sure) if at not in found]
            most, at = max(overlaps, default=(0.0, 0))
            if most >= SAME:
                found.add(-at)
                told.append(Told(thing, right=True))
            else:
                ignored = any(iou(thing.box, e["box"]) >= SAME for e in unsure)
                told.append(Told(thing, right=None if ignored else False))
        true += [(e, at in found) for at, e in enumerate(sure)]
    return told, true


def counts(rows: Sequence[Row]) -> dict[str, Any]:
    """Return how many things are right, wrong and there, by size too, and how many are of absent categories."""
    pairs = [matched(row) for row in rows]
    told = [one for some, _ in pairs for one in some]
    true = [one for _, some in pairs for one in some]
    absent = sum(
        thing.category not in row.truth["exhaustive"] and thing.category not in row.truth["open"]
        for row in rows
        for thing in row.things
    )
    by_size = {
        name: {
            "things": sum(least <= area(_box(e)) < most for e, _ in true),
            "found": sum(least <= area(_box(e)) < most and found for e, found in true),
            "right": sum(least <= area(one.thing.box) < most for one in told if one.right is True),
            "wrong": sum(least <= area(one.thing.box) < most for one in told if one.right is False),
        }
        for name, least, most in SIZES
    }
    right, wrong = (sum(one.right is wanted for one in told) for wanted in (True, False))
    return {
        "photographs": len(rows),
        "things": len(true),
        "right": right,
        "wrong": wrong,
        "precision": right / max(1, right + wrong),
        "recall": right / max(1, len(true)),
        "of_absent_categories": absent,
        "precision_with_absent": right / max(1, right + wrong + absent),
        "by_size": by_size,
    }


def _box(entity: Mapping[str, Any]) -> Box:
    left, top, right, bottom = entity["box"]
    return left, top, right, bottom


def objects(looked: Sequence[tuple[Mapping[str, Any], Image, Observations]]) -> dict[str, Any]:
    """Measure what the embedded witness tells, and what its detector alone would; on all, and on the halves by row."""
    witness = EmbeddedWitness()
    rows = [Row(truth, seen.things) for truth, _, seen in looked]
    raw = [Row(truth, raw_things(witness, image)) for truth, image, _ in looked]
    return {
        "raw network": counts(raw),
        "embedded": counts(rows),
        "embedded, even rows": counts(rows[::2]),
        "embedded, odd rows": counts(rows[1::2]),
    }


def raw_things(witness: EmbeddedWitness, image: Image) -> tuple[Thing, ...]:
    """Return what the detector tells in one look, as its authors read it: category by category."""
    found = candidates(witness.detector, image.pixels)
    things = []
    for category, name in enumerate(CATEGORIES):
        sure = np.flatnonzero(found.scores[:, category] >= _RAW_SCORE)
        scores = found.scores[sure, category]
        for place in without_overlap(found.boxes[sure], scores, _RAW_OVERLAP):
            left, top, right, bottom = np.clip(found.boxes[sure][place], 0, 1).tolist()
            things.append(
                Thing(category=name, box=(left, top, right, bottom), score=float(scores[place]), witness=NAME)
            )
    return tuple(things)


def objects_text(found: Mapping[str, Any]) -> str:
    """Return the section on objects as Markdown."""
    lines = [
        "### Objects",
        "",
        "| what looks | photographs | things | right | wrong | precision | recall | of absent ones | with those |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {c['photographs']} | {c['things']} | {c['right']} | {c['wrong']} | {c['precision']:.3f} | "
        f"{c['recall']:.3f} | {c['of_absent_categories']} | {c['precision_with_absent']:.3f} |"
        for name, c in found.items()
    ]
    lines += [
        "",
        "| `embedded`, things that cover | there are | found | told right | told wrong |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {c['things']} | {c['found']} | {c['right']} | {c['wrong']} |"
        for name, c in found["embedded"]["by_size"].items()
    ]
    return "\n".join(lines)


def texts(looked: "Looked") -> dict[str, Any]:
    """Measure which strings of the rows the reader finds, and how much it reads that no row has.

    A string is found where all its letters and digits stand one after the other in what is read, case apart; nearly,
    where a line, or two on end, has all but a fifth of them. A line that is read is in the row where its letters are in
    one of the row's strings, or one of these in the line. Rows list what the annotator could read, not all there is.
    """
    reader = TextReader()
    rows = []
    for row, image, _ in watched(looked, "Reading"):
        lines = reader.observe(image).texts
        read = [letters(line.text) for line in lines]
        pairs = [*read, *map("".join, pairwise(read))]
        strings = [letters(text) for text in row["text"]]
        found = [string in "".join(read) for string in strings]
        near = [
            sure or any(alike(string, one) >= READ for one in pairs)
            for string, sure in zip(strings, found, strict=True)
        ]
        other = [
            line for line, said in zip(lines, read, strict=True) if not any(s in said or said in s for s in strings)
        ]
        rows.append(
            {
                "file": row["file"],
                "strings": len(strings),
                "found": sum(found),
                "nearly": sum(near),
                "missed": [text for text, sure in zip(row["text"], found, strict=True) if not sure],
                "lines": len(lines),
                "clear": sum(line.score >= CLEAR for line in lines),
                "others": len(other),
                "clear_others": [line.text for line in other if line.score >= CLEAR],
            }
        )
    return {"rows": rows} | {name: _of_texts(some) for name, some in _halves(rows).items()}


def _halves(rows: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[Mapping[str, Any]]]:
    return {"all": rows, "even rows": rows[::2], "odd rows": rows[1::2]}


def _of_texts(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sums over rows with text, and over those without."""
    written, bare = ([row for row in rows if bool(row["strings"]) is wanted] for wanted in (True, False))
    names = ("strings", "found", "nearly", "lines", "clear", "others")
    sums = {name: sum(row[name] for row in written) for name in names}
    return {
        "photographs": len(written),
        **sums,
        "clear_others": sum(len(row["clear_others"]) for row in written),
        "bare": {
            "photographs": len(bare),
            "lines": sum(row["lines"] for row in bare),
            "clear": sum(row["clear"] for row in bare),
        },
    }


def texts_text(found: Mapping[str, Any]) -> str:
    """Return the section on text as Markdown."""
    parts = {name: found[name] for name in ("all", "even rows", "odd rows")}
    out = [
        "### Text",
        "",
        "| rows with text | photographs | strings | found | share | nearly | lines | in no row | clear | in no row |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, c in parts.items():
        found_share, near_share = (c[which] / max(1, c["strings"]) for which in ("found", "nearly"))
        out.append(
            f"| {name} | {c['photographs']} | {c['strings']} | {c['found']} | {found_share:.0%} | {near_share:.0%} | "
            f"{c['lines']} | {c['others']} | {c['clear']} | {c['clear_others']} |"
        )
    out += ["", "| rows without text | photographs | lines | clear |", "|---|---|---|---|"]
    out += [
        f"| {name} | {c['bare']['photographs']} | {c['bare']['lines']} | {c['bare']['clear']} |"
        for name, c in parts.items()
    ]
    return "\n".join(out)


Looked = Sequence[tuple[Mapping[str, Any], Image, Observations]]
MEASURES: dict[str, tuple[Callable[[Looked], dict[str, Any]], Callable[[Mapping[str, Any]], str]]] = {
    "objects": (objects, objects_text),
    "texts": (texts, texts_text),
}
"""Part of results/witness.json -> what measures it, and what tells it as a section of the page."""


def witness_text(record: Mapping[str, Any]) -> str:
    """Return what results/witness.json holds as Markdown, a section a measure."""
    return "\n\n".join(tell(record[name]) for name, (_, tell) in MEASURES.items() if name in record)


def looked_at(folder: Path) -> Looked:
    """Return every row of `truth.jsonl` with its photograph and what the embedded witness sees in it."""
    rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    witness = EmbeddedWitness()
    pictures = [(row, Image.open(folder / "images" / row["file"])) for row in watched(rows, "Opening")]
    return [(row, image, witness.observe(image)) for row, image in watched(pictures, "Looking")]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.witness_scores", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/photographs"), help="truth.jsonl and images/")
    parser.add_argument("--only", choices=sorted(MEASURES), action="append", help="measure these; the others stay")
    options = parser.parse_args()
    looked = looked_at(options.data)
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    measured = {name: MEASURES[name][0](looked) for name in options.only or MEASURES}
    record = {**before, **measured, "command": "python -m lab.witness_scores", "commit": commit()}
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
