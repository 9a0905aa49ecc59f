"""Scenes with errors -> whether clingo, with rules of its own, finds the same least cost; results/repair_check.json.

`python -m lab.repair_check` compares them on scenes of every kind; exit code 1 tells a difference.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from lab.dense_scenes import tangled_scenes
from lab.erroneous_scenes import FEW, spoilt_scenes
from lab.progress import watched
from lab.repair_program import KEEP, facts, knowledge, rules_text
from nesy.checking import Rules, check, prepare
from nesy.errors import InputError
from nesy.experiments.commit import ROOT, commit
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.ontology import Ontology
from nesy.repair import Repaired, repair
from nesy.repair.choices import Choices
from nesy.repair.meant import Meant
from nesy.scene import Scene

COMMAND = "python -m lab.repair_check"
RESULTS = ROOT / "results" / "repair_check.json"
SCENES, SEED = 200, 11


@dataclass(frozen=True)
class Agreement:
    """How often both found the same least cost."""

    compared: int
    """Scenes with a violation."""
    equal: int
    solutions: int
    """Scenes where clingo's own solution leaves no violation by the checker."""
    different: tuple[str, ...]
    """Of each difference: the scene, and what either found."""


def compare(scenes: Iterable[Scene], ontology: Ontology | None = None, *, invent: bool = False) -> Agreement:
    """Repair every scene that needs it by both, and compare.

    Args:
        scenes: what to mend.
        ontology: the shipped one if None.
        invent: whether claims may come to say what nobody said.

    Raises:
        InputError: clingo is not installed.
    """
    ontology = Ontology.default() if ontology is None else ontology
    compared = equal = solutions = 0
    different: list[str] = []
    for scene in scenes:
        repaired = mended(scene, ontology, invent=invent)
        if not repaired.edits:
            continue
        compared += 1
        choices = Choices(scene, ontology, meant=Meant(scene, ontology, invent=invent))
        least, decisions = least_cost(choices)
        ours = round(repaired.cost * 1000)
        proved = repaired.optimal or _may_be_mended_by_more(scene, ontology)
        equal += ours == least and proved
        left = check(choices.applied(decisions), Rules.load().grave, ontology)
        solutions += not left.violations
        if ours != least or not proved or left.violations:
            found = [(edit.claim, edit.op) for edit in repaired.edits]
            broken = sorted({finding.rule.rsplit("#", 1)[-1] for finding in left.violations})
            different.append(f"{ours} {found} against {least} {dict(decisions)} {broken}: {scene.to_json()}")
    return Agreement(compared, equal, solutions, tuple(different))


def _may_be_mended_by_more(scene: Scene, ontology: Ontology) -> bool:
    """Tell whether PlacedApart is broken: a claim of a third thing may mend it, so no least cost is proved."""
    return any(one.rule.endswith("#PlacedApart") for one in check(scene, Rules.load().grave, ontology).findings)


def mended(scene: Scene, ontology: Ontology, *, invent: bool = False) -> Repaired:
    """Repair a scene by the shipped rules."""
    rules = Rules.load().grave
    return repair(
        scene,
        lambda candidate: check(candidate, rules, ontology),
        ontology,
        violations_of=lambda candidate: prepare(candidate, ontology, rules).findings(rules),
        reach=rules.reach,
        invent=invent,
    )


def least_cost(choices: Choices) -> tuple[int, dict[str, str]]:
    """Return the least cost at which clingo meets all rules, and one set of decisions of that cost.

    Raises:
        InputError: clingo is not installed.
    """
    try:
        import clingo
    except ModuleNotFoundError as error:
        raise InputError("clingo is not installed; `pip install clingo` installs it") from error
    control = clingo.Control(["--opt-mode=opt"], logger=lambda *_: None)
    control.add("base", [], "\n".join((rules_text(), knowledge(choices.ontology), facts(choices))))
    control.ground([("base", [])])
    best: tuple[int, dict[str, str]] = (0, {})

    def keep(model: "clingo.Model") -> None:
        nonlocal best
        made = [symbol.arguments for symbol in model.symbols(atoms=True) if symbol.match("made", 2)]
        decisions = {claim.string: choice.string for claim, choice in made if choice.string != KEEP}
        best = (model.cost[0] if model.cost else 0), decisions

    if not control.solve(on_model=keep).satisfiable:
        raise AssertionError("to withdraw everything meets all rules")
    return best


def with_confidences(scenes: Sequence[Scene], seed: int) -> tuple[Scene, ...]:
    """Return the scenes with confidences drawn from 0.2 to 1, and three of ten claims without one."""
    chance = Random(f"nesy confidences {seed}")
    return tuple(
        scene.model_copy(
            update={
                name: tuple(
                    claim.model_copy(
                        update={"confidence": None if chance.random() < 0.3 else round(chance.uniform(0.2, 1), 3)}
                    )
                    for claim in getattr(scene, name)
                )
                for name in ("entities", "part_states", "relations", "counts")
            }
        )
        for scene in scenes
    )


def every_kind(count: int, seed: int, ontology: Ontology) -> dict[str, tuple[Scene, ...]]:
    """Return so many scenes of each kind: drawn with changes, drawn with seeded errors, and random tangles."""
    return {
        "drawn, with odd claims": with_confidences(sampled_scenes(count, seed), seed),
        "drawn, with 1 to 4 errors": tuple(spoilt.scene for spoilt in spoilt_scenes(count, seed, FEW, ontology)),
        "tangled": tangled_scenes(count, seed),
    }


def main() -> None:
    """Compare, tell and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--scenes", type=int, default=SCENES, help="of each kind")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    sets: dict[str, dict[str, int]] = {}
    agreed = True
    kinds = every_kind(arguments.scenes, arguments.seed, Ontology.default())
    for (name, scenes), invent in product(kinds.items(), (False, True)):
        name = f"{name}, inventing" if invent else name
        found = compare(watched(scenes, name), invent=invent)
        for line in found.different:
            sys.stdout.write(line + "\n")
        sys.stdout.write(f"{name}: {found.equal} of {found.compared} repairs cost what clingo found to be the least\n")
        told = {"compared": found.compared, "equal": found.equal, "solutions": found.solutions}
        sets[name] = {"scenes": len(scenes), **told}
        agreed &= 0 < found.compared == found.equal == found.solutions
    record = {"command": COMMAND, "commit": commit(), "seed": arguments.seed, "sets": sets}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if agreed else 1)


if __name__ == "__main__":
    main()
