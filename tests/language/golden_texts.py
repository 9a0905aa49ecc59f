"""Texts with the scenes that a reader sees in them, and a scene as they write it."""

import json
from dataclasses import dataclass
from pathlib import Path

from nesy.scene import Scene

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Golden:
    """A text and its claims in short: `dog_1 (brown) ?0.5`, `man_1 ride horse_1`, `dog 3`."""

    about: str
    text: str
    claims: frozenset[str]


def golden() -> list[Golden]:
    """Read every text, in the order of the file."""
    rows = [json.loads(line) for line in (FOLDER / "golden.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        Golden(row["about"], row["text"], frozenset([*row["entities"], *row["relations"], *row["counts"]]))
        for row in rows
    ]


def in_short(scene: Scene) -> frozenset[str]:
    """Write the claims of a scene as the golden texts do; attributes in the order of the text."""

    def sure(claim: object) -> str:
        confidence = getattr(claim, "confidence", None)
        return "" if confidence is None else f" ?{confidence:g}"

    entities = [e.id + (f" ({', '.join(e.attributes)})" if e.attributes else "") + sure(e) for e in scene.entities]
    relations = [f"{r.subject} {r.predicate} {r.object}{sure(r)}" for r in scene.relations]
    return frozenset([*entities, *relations, *(f"{c.category} {c.value}" for c in scene.counts)])
