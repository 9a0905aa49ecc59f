"""Drawn questions, and a list that lacks some relations -> whom the check accuses: right answers, or wrong ones.

`python -m lab.open_lists` asks about relations of drawn scenes and writes `results/unlisted.json`. Nothing is
perceived: the list is the true scene, less a share of its relations, and every question is answered once rightly and
once wrongly. A violation goes back to the model; a warning does so with `correction.ask="warning"` alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rich.console import Console

from nesy.answering.comparison import ANSWERS
from nesy.answering.question_loop import judged
from nesy.checking import Rules, check
from nesy.experiments.commit import commit
from nesy.ontology import Ontology
from nesy.perception.reply import SpokenAnswer
from nesy.scene import Scene
from nesy.synthetic import draw
from nesy.synthetic.question_set import Asked, questions
from nesy.synthetic.referring_expressions import Asker
from nesy.verdict import Severity, Verdict

SEED = 2028
"""Neither of training (1, 2) nor of `lab.question_scores`."""
SHARES = (0.0, 0.25, 0.5)
"""Of the relations, that the list lacks; chosen by hand."""
RESULTS = Path("results/unlisted.json")


@dataclass(frozen=True)
class Judged:
    """One answer, right or wrong, and the gravest that is said against it; None for nothing."""

    kind: str
    right: bool
    against: Severity | None


def lacking(scene: Scene, share: float, rng: Random) -> Scene:
    """Return a scene without a share of its relations, each drawn by itself, nor the part states that go with them."""
    gone = [r for r in scene.relations if rng.random() < share]
    pairs = {(r.subject, r.object) for r in gone}
    return scene.model_copy(
        update={
            "relations": tuple(r for r in scene.relations if r not in gone),
            "part_states": tuple(p for p in scene.part_states if (p.entity, p.object) not in pairs),
        }
    )


def wrong_answer(asked: Asked, scene: Scene, rng: Random) -> str | None:
    """Return a wrong answer that names nothing but what is there; None where there is none."""
    if asked.question.kind == "yes_no":
        return "no" if asked.answer == "yes" else "yes"
    asker = Asker(scene, rng)
    others = sorted({asker.person_in(entity.id) for entity in scene.entities} - set(asked.accepted))
    return rng.choice(others) if others else None


def about_relations(n: int, seed: int = SEED) -> Iterator[tuple[Asked, Scene, Random]]:
    """Yield `n` questions about relations, each with its true scene and what else is drawn by."""
    index = 0
    while n > 0:
        scene, rng = draw(seed, index).scene, Random(f"nesy unlisted {seed} {index}")
        index += 1
        asked = questions(scene, rng)
        if asked.question.kind in ("yes_no", "which") and asked.question.predicate:
            n -= 1
            yield asked, scene, rng


def judge_all(
    asked: Sequence[tuple[Asked, Scene, Random]], share: float, check_scene: Callable[[Scene], Verdict]
) -> list[Judged]:
    """Judge the right and a wrong answer to each question against a list that lacks a share of the relations."""
    ontology = Ontology.default()
    found = []
    for one, scene, rng in asked:
        shown = lacking(scene, share, rng)
        for right, answer in ((True, one.answer), (False, wrong_answer(one, scene, rng))):
            if answer is None:
                continue
            said = judged(one.question, SpokenAnswer(answer), shown, check_scene, ontology).findings
            # A rule's warning is of what is unusual, not of what is missing from the list.
            grades = {f.severity for f in said if f.severity == "violation" or f.rule.startswith(ANSWERS)}
            gravest: tuple[Severity, ...] = ("violation", "warning")
            found.append(Judged(one.question.kind, right, next((g for g in gravest if g in grades), None)))
    return found


def counts(outcomes: Sequence[Judged]) -> dict[str, int]:
    """Return how many answers, right and wrong, are accused (a violation), and how many doubted as not listed alone."""
    rows: dict[str, int] = {}
    for right, name in ((True, "right"), (False, "wrong")):
        those = [one for one in outcomes if one.right is right]
        rows[name] = len(those)
        rows[f"{name}_accused"] = sum(one.against == "violation" for one in those)
        rows[f"{name}_doubted"] = sum(one.against == "warning" for one in those)
    return rows


def measure(n: int, seed: int = SEED) -> dict[str, dict[str, dict[str, int]]]:
    """Return the counts by share of relations left out, and by kind of question."""
    rules = Rules.load()
    found = {}
    for share in SHARES:
        outcomes = judge_all(list(about_relations(n, seed)), share, lambda scene: check(scene, rules))
        kinds = {kind: [one for one in outcomes if one.kind == kind] for kind in ("yes_no", "which")}
        found[f"{share:g}"] = {"all": counts(outcomes)} | {kind: counts(those) for kind, those in kinds.items()}
    return found


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.open_lists", description=__doc__)
    parser.add_argument("--n", type=int, default=500, help="questions")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    found = {
        "command": f"python -m lab.open_lists --n {arguments.n} --seed {arguments.seed}",
        "commit": commit(),
        "questions": arguments.n,
        "left_out": measure(arguments.n, arguments.seed),
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    Console().print_json(data=found)


if __name__ == "__main__":
    main()
