"""A caption and one that differs in one element -> whether the graphs differ, and which of them others bear out.

SugarCrepe (Hsieh et al., NeurIPS 2023): captions of COCO by people, each with a false one that is as fluent. The other
captions of the image are the evidence. `python -m nesy.experiments.faithfulness.hard_negatives` writes
`results/hard_negatives.json`.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console

from nesy.experiments.commit import ROOT, commit
from nesy.experiments.datasets import data_folder
from nesy.experiments.scoring.caption_graph import told_graph
from nesy.grounding import ground
from nesy.interchange.json_rows import reading, rows
from nesy.language.parsing import parse_many
from nesy.scene import Scene

RESULTS = ROOT / "results" / "hard_negatives.json"


@dataclass(frozen=True)
class Pair:
    """A caption, the false one, and what others wrote of the same image."""

    kind: str
    """What was changed, and how: `swap_obj`."""
    caption: str
    negative: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What came of a pair."""

    kind: str
    differs: bool
    """Whether the graphs of the two texts differ."""
    contradicted: tuple[bool, bool]
    """Whether the others contradict any claim of the caption, of the false one."""
    unsupported: tuple[int, int]
    """How many claims of each the others do not bear out."""


def load_pairs(folder: Path) -> list[Pair]:
    """Return the pairs of SugarCrepe that have other captions, in the order of the file.

    Args:
        folder: of all data sets.

    Raises:
        InputError: a file cannot be used.
    """
    captions: dict[str, list[str]] = {}
    for place, row in rows(folder / "coco_captions" / "captions_val2017.jsonl"):
        with reading(place):
            captions[row["coco_id"]] = row["captions"]
    found = []
    for place, row in rows(folder / "sugarcrepe" / "sugarcrepe.jsonl"):
        with reading(place):
            itself = _same(row["caption"])
            others = tuple(one for one in captions.get(row["coco_id"], ()) if _same(one) != itself)
            if others:
                found.append(Pair(row["type"], row["caption"], row["negative_caption"], others))
    return found


def _same(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .")


def tell(pairs: Sequence[Pair]) -> list[Told]:
    """Parse every text, and hold both captions of each pair against the others."""
    parsed = parse_many(text for pair in pairs for text in (pair.caption, pair.negative, *pair.others))
    found = []
    for pair in pairs:
        caption, negative, *evidence = islice(parsed, 2 + len(pair.others))
        differs = told_graph(caption, pair.caption) != told_graph(negative, pair.negative)
        (c1, u1), (c2, u2) = (_judged(scene, evidence) for scene in (caption, negative))
        found.append(Told(pair.kind, differs, (c1, c2), (u1, u2)))
    return found


def _judged(scene: Scene, evidence: Sequence[Scene]) -> tuple[bool, int]:
    statuses = [judgement.status for judgement in ground(scene, evidence)]
    return "contradicted" in statuses, sum(status != "supported" for status in statuses)


def summary(found: Sequence[Told]) -> dict[str, float]:
    """Return shares in [0, 1]; of `preferred`, pairs whose texts are borne out equally well count one half."""
    total = max(1, len(found))
    better = [1.0 if a < b else 0.5 if a == b else 0.0 for a, b in (one.unsupported for one in found)]
    return {
        "pairs": len(found),
        "graphs_differ": round(sum(one.differs for one in found) / total, 4),
        "caption_contradicted": round(sum(one.contradicted[0] for one in found) / total, 4),
        "negative_contradicted": round(sum(one.contradicted[1] for one in found) / total, 4),
        "preferred": round(sum(better) / total, 4),
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m nesy.experiments.faithfulness.hard_negatives", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of the data sets")
    parser.add_argument("--most", type=int, default=1000, help="pairs of each kind, the first of the file")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    kinds: dict[str, list[Pair]] = defaultdict(list)
    for pair in load_pairs(data_folder(arguments.data)):
        kinds[pair.kind].append(pair)
    told = tell([pair for pairs in kinds.values() for pair in pairs[: arguments.most]])
    found: dict[str, Any] = {
        "command": f"python -m nesy.experiments.faithfulness.hard_negatives --most {arguments.most}",
        "commit": commit(),
        "all": summary(told),
        "kinds": {kind: summary([one for one in told if one.kind == kind]) for kind in sorted(kinds)},
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    Console().print_json(data=found)


if __name__ == "__main__":
    main()
