"""Identities across drawn pairs: right and wrong ones before the rules, after the question, and after the repair.

The pictures are drawn from one world, so which thing is which is known. The model is a script: it describes both
pictures as they are, takes things for others with a given chance, is surer of what is right, and when it is asked again
mends most of its mistakes and gives up some right ones. `python -m lab.identity` writes `results/identity.json`.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from nesy.analysis import Album
from nesy.experiments.commit import commit
from nesy.image import Image
from nesy.perception.reply_format import NEW, write_scene
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.settings import Settings
from nesy.synthetic.pairs import DrawnPair, draw_pair
from nesy.turns import ModelInfo, Reply, Request, Token, Usage

KEEPS_RIGHT, MENDS = 0.9, 0.6
"""Asked about it, the script keeps what is right, and withdraws what is wrong, with these chances."""
ERRORS = (0.1, 0.2, 0.4)
_OUT = Path(__file__).parents[1] / "results" / "identity.json"


class MistakenModel:
    """Describes drawn pairs exactly, and takes things for others with a chance of `errors`."""

    def __init__(self, pair: DrawnPair, errors: float, rng: Random) -> None:
        self.info = ModelInfo(id=f"script with {errors:.0%} errors")
        self._scenes = {f"{number}.png": one.scene for number, one in enumerate(pair.drawings, start=1)}
        self._truth = {f"p2_{later}": f"p1_{first}" for later, first in pair.same.items()}
        self._errors, self._rng = errors, rng

    def reply(self, request: Request) -> Reply:
        """Answer one request."""
        if request.kind == "describe":
            return Reply(text=write_scene(self._scenes[request.image.name]), usage=Usage(calls=1))
        if request.kind == "identify":
            return self._identified(request)
        answers = {str(one.number): self._again(one.text) for one in request.claims}
        return Reply(text=json.dumps(answers), usage=Usage(calls=1))

    def _identified(self, request: Request) -> Reply:
        tokens: list[Token] = []
        for place, entity in enumerate(request.entities):
            right = self._truth.get(entity.id, NEW)
            alike = [one.id for one in request.known if one.category == entity.category]
            others = [one for one in (*alike, *alike, *(one.id for one in request.known), NEW) if one != right]
            said = self._rng.choice(others) if self._rng.random() < self._errors else right
            sure = self._rng.betavariate(5, 1.5) if said == right else self._rng.betavariate(2, 2)
            tokens += [
                Token(text=f'{"," if place else "{"}"{entity.id}":"', probability=1.0),
                Token(text=said, probability=sure),
                Token(text='"', probability=1.0),
            ]
        tokens.append(Token(text="}", probability=1.0))
        return Reply(text="".join(one.text for one in tokens), tokens=tuple(tokens), usage=Usage(calls=1))

    def _again(self, claim: str) -> str:
        later, _, first = claim.split(" ", 1)[0], "", claim.rsplit(" ", 1)[1]
        right = self._truth.get(later) == first
        return "keep" if self._rng.random() < (KEEPS_RIGHT if right else 1 - MENDS) else "withdraw"


def measure(n: int, seed: int, errors: float) -> dict[str, Any]:
    """Return precision, recall and F1 of the identities of `n` pairs before and after, and what was lost."""
    found: dict[str, Counter[str]] = {stage: Counter() for stage in ("first", "asked", "mended")}
    broken = consistent = asked = 0
    for index in range(n):
        pair = draw_pair(seed, index)
        model = MistakenModel(pair, errors, Random(f"{seed} {index} {errors}"))
        images = [Image.from_pixels(one.image, f"{k}.png") for k, one in enumerate(pair.drawings, start=1)]
        album = Pipeline(model, Settings()).analyze_together(images)
        truth = {(f"p2_{later}", f"p1_{first}") for later, first in pair.same.items()}
        for stage, scene in zip(found, _stages(album), strict=True):
            said = {(one.subject, one.object) for one in scene.relations}
            found[stage].update(right=len(said & truth), said=len(said), true=len(truth))
        broken += not album.together.rounds[0].verdict.consistent
        asked += len(album.together.rounds) > 1
        consistent += album.together.consistent
    lost = found["first"]["right"] - found["mended"]["right"]
    return {
        "errors": errors,
        "pairs": n,
        "pairs_that_break_a_rule": broken,
        "pairs_asked_about": asked,
        "consistent_in_the_end": consistent,
        **{stage: _scores(counts) for stage, counts in found.items()},
        "right_identities_lost": round(lost / max(1, found["first"]["right"]), 4),
    }


def _stages(album: Album) -> tuple[Scene, Scene, Scene]:
    """Return what is claimed across the pictures at first, after the question, and after the repair."""
    rounds = album.together.rounds
    return rounds[0].scene, rounds[-1].scene, album.together.scene


def _scores(counts: Counter[str]) -> dict[str, float]:
    precision, recall = counts["right"] / max(1, counts["said"]), counts["right"] / max(1, counts["true"])
    f1 = 2 * precision * recall / (precision + recall) if counts["right"] else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what was measured as Markdown, a row for each share of mistakes."""
    lines = [
        "| mistaken | F1 at first | asked again | mended | right ones lost | consistent |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        f1 = " | ".join(f"{row[stage]['f1']:.3f}" for stage in ("first", "asked", "mended"))
        lines.append(
            f"| {row['errors']:.0%} | {f1} | {row['right_identities_lost']:.1%} | "
            f"{row['consistent_in_the_end']} of {row['pairs']} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2026, help="other than those that it was built with")
    parser.add_argument("--out", type=Path, default=_OUT)
    asked = parser.parse_args(arguments)
    rows = [measure(asked.n, asked.seed, errors) for errors in ERRORS]
    sys.stdout.write(table(rows) + "\n")
    told = {"seed": asked.seed, "commit": commit(), "keeps_right": KEEPS_RIGHT, "mends": MENDS, "rows": rows}
    asked.out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
