"""Drawn scenes with seeded errors -> which claims the repair gives up, how long it takes; results/repair.json.

`python -m lab.repair_scores` measures it with the confidences and, beside it, without them; as the repair is by
default, and with inventions: what claims come to say although nobody said it.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import product
from statistics import median

from rich.console import Console

from lab.erroneous_scenes import FALSE, FEW, MANY, TRUE, Spoilt, spoilt_scenes
from lab.progress import watched
from nesy.checking import Rules, check, prepare
from nesy.experiments.commit import ROOT, commit
from nesy.ontology import Ontology
from nesy.repair import Repaired, repair
from nesy.scene import Count, Scene, in_words
from nesy.verdict import Finding, Verdict

COMMAND = "python -m lab.repair_scores"
RESULTS = ROOT / "results" / "repair.json"
SCENES, SEED = 300, 4
RUNS = 5
"""So often each repair is timed."""


@dataclass
class Share:
    """Of the conflicts in which false claims are believed less than the true ones: in how many only those give way."""

    conflicts: int = 0
    right: int = 0

    @property
    def share(self) -> float:
        """In [0, 1]; 0 where there was no conflict."""
        return self.right / self.conflicts if self.conflicts else 0.0


@dataclass
class Agreement:
    """How much of what scenes say is true, and how much of what is true they say."""

    said: int = 0
    true: int = 0
    both: int = 0

    def add(self, said: set[str], true: set[str]) -> None:
        """Count one scene."""
        self.said, self.true, self.both = self.said + len(said), self.true + len(true), self.both + len(said & true)

    def record(self) -> dict[str, float]:
        """Return precision, recall and F1, in [0, 1]."""
        precision, recall, f1 = self.both / self.said, self.both / self.true, 2 * self.both / (self.said + self.true)
        return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


@dataclass
class Measured:
    """The repair of one set of scenes.

    Times in milliseconds of the processor: `own` without the checks, `whole` with all of them, and `one_check` of
    the scene as it was, to compare by; of several runs the fastest, for what else a machine does only adds to them.
    """

    scenes: int = 0
    repaired: int = 0
    consistent: int = 0
    optimal: int = 0
    ties: int = 0
    edits: Counter[str] = field(default_factory=Counter)
    false_claims: int = 0
    false_given_up: int = 0
    true_claims: int = 0
    true_lost: int = 0
    invented: int = 0
    """Edits by which a claim came to say what nobody said."""
    invented_right: int = 0
    """Of these, the ones that say what is true."""
    before: Agreement = field(default_factory=Agreement)
    after: Agreement = field(default_factory=Agreement)
    own: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    one_check: list[float] = field(default_factory=list)
    checks: list[int] = field(default_factory=list)
    weighted: Share = field(default_factory=Share)
    unweighted: Share = field(default_factory=Share)
    by_kind: dict[str, tuple[Share, Share]] = field(default_factory=dict)

    def record(self) -> dict[str, object]:
        """Return what stands in the results file."""
        plain = {k: v for k, v in asdict(self).items() if isinstance(v, int)}
        return {
            **plain,
            "before": self.before.record(),
            "after": self.after.record(),
            "edits": dict(sorted(self.edits.items())),
            "own_ms": _spread(self.own),
            "whole_ms": _spread(self.whole),
            "one_check_ms": _spread(self.one_check),
            "checks": _spread([float(n) for n in self.checks]),
            "false_claim_goes": {"weighted": _shown(self.weighted), "unweighted": _shown(self.unweighted)},
            "by_kind": {
                kind: {"weighted": _shown(with_), "unweighted": _shown(without)}
                for kind, (with_, without) in sorted(self.by_kind.items())
            },
        }


def measure(scenes: Iterable[Spoilt], ontology: Ontology, *, invent: bool = False) -> Measured:
    """Repair every scene with its confidences, timed, and again without them.

    Args:
        scenes: what to mend.
        ontology: what tells right from wrong.
        invent: whether claims may come to say what nobody said.
    """
    found = Measured()
    rules = Rules.load().grave
    for spoilt in scenes:
        found.scenes += 1
        verdict = check(spoilt.scene, rules, ontology)
        if verdict.consistent:
            continue
        once = partial(_once, verdict=verdict, rules=rules, ontology=ontology, invent=invent)
        repaired = _timed(partial(once, spoilt.scene), found)
        found.one_check.append(1000 * min(_checking(spoilt.scene, rules, ontology) for _ in range(RUNS)))
        without, _, _ = once(_unweighted(spoilt.scene))
        found.repaired += 1
        found.consistent += repaired.verdict.consistent
        found.optimal += repaired.optimal
        found.ties += bool(repaired.ties)
        found.edits.update(edit.op for edit in repaired.edits)
        changed = {edit.claim for edit in repaired.edits}
        found.false_claims += len(spoilt.wrong)
        found.false_given_up += len(changed & spoilt.wrong.keys())
        found.true_claims += sum(1 for _ in spoilt.scene.claims()) - len(spoilt.wrong)
        true = _told(spoilt.truth)
        inventions = [edit for edit in repaired.edits if edit.invented]
        found.invented += len(inventions)
        found.invented_right += sum(edit.now is not None and in_words(edit.now) in true for edit in inventions)
        found.before.add(_told(spoilt.scene), true)
        found.after.add(_told(repaired.scene), true)
        found.true_lost += len({edit.claim for edit in repaired.edits if edit.now is None} - spoilt.wrong.keys())
        for finding in verdict.violations:
            _score(finding, spoilt, rules, repaired, found, weighted=True)
            _score(finding, spoilt, rules, without, found, weighted=False)
    return found


def _told(scene: Scene) -> set[str]:
    """Return what a scene says, but for its counts, which follow what is listed."""
    return {in_words(claim) for claim in scene.claims() if not isinstance(claim, Count)}


def _timed(once: Callable[[], tuple[Repaired, float, list[float]]], into: Measured) -> Repaired:
    """Repair as `nesy repair` does, several times; `into` gets the least times."""
    runs = [once() for _ in range(RUNS)]
    into.own.append(1000 * min(whole - sum(checks) for _, whole, checks in runs))
    into.whole.append(1000 * min(whole for _, whole, _ in runs))
    repaired, _, checks = runs[0]
    into.checks.append(len(checks))
    return repaired


def _once(
    scene: Scene, verdict: Verdict, rules: Rules, ontology: Ontology, invent: bool
) -> tuple[Repaired, float, list[float]]:
    """Return the repair, how long it took and how long each check within it did, in seconds."""
    spent: list[float] = []

    def verdict_of(candidate: Scene) -> Verdict:
        start = time.process_time()
        found = check(candidate, rules, ontology)
        spent.append(time.process_time() - start)
        return found

    def violations_of(candidate: Scene) -> tuple[Finding, ...]:
        start = time.process_time()
        found = prepare(candidate, ontology, rules).findings(rules)
        spent.append(time.process_time() - start)
        return found

    start = time.process_time()
    repaired = repair(
        scene, verdict_of, ontology, verdict=verdict, violations_of=violations_of, invent=invent, pack=rules
    )
    return repaired, time.process_time() - start, spent


def _checking(scene: Scene, rules: Rules, ontology: Ontology) -> float:
    start = time.process_time()
    check(scene, rules, ontology)
    return time.process_time() - start


def _score(
    finding: Finding, spoilt: Spoilt, rules: Rules, repaired: Repaired, found: Measured, *, weighted: bool
) -> None:
    """Count a conflict in which false claims stand against true ones that are each believed more."""
    claims = {claim.id: claim for claim in spoilt.scene.claims()}
    ends = rules.reach[finding.rule]
    involved = set(finding.claims)
    involved |= {
        entity
        for claim in finding.claims
        for end in ends or ()
        if isinstance(entity := getattr(claims[claim], end, None), str)
    }
    wrong, right = involved & spoilt.wrong.keys(), involved - spoilt.wrong.keys()
    if not wrong or not right:
        return
    sure = {claim_id: claims[claim_id].confidence or 0.0 for claim_id in involved}
    if max(sure[claim_id] for claim_id in wrong) >= min(sure[claim_id] for claim_id in right):
        return
    changed = {edit.claim for edit in repaired.edits}
    well = bool(changed & wrong) and not changed & right
    both = found.by_kind.setdefault(spoilt.wrong[min(wrong)], (Share(), Share()))
    for share in (found.weighted, both[0]) if weighted else (found.unweighted, both[1]):
        share.conflicts += 1
        share.right += well


def _unweighted(scene: Scene) -> Scene:
    """Return the scene without confidences: every claim of a kind costs the same."""
    update = {
        name: tuple(claim.model_copy(update={"confidence": None}) for claim in getattr(scene, name))
        for name in ("entities", "part_states", "relations", "counts")
    }
    return scene.model_copy(update=update)


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    at = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] if ordered else 0.0
    return {"p50": round(median(ordered), 2) if ordered else 0.0, "p95": round(at, 2)}


def _shown(share: Share) -> dict[str, float]:
    return {"conflicts": share.conflicts, "right": share.right, "share": round(share.share, 4)}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--scenes", type=int, default=SCENES, help="of each of the two sets")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--times-only", action="store_true", help="tell how long it takes, and write nothing")
    arguments = parser.parse_args()
    ontology = Ontology.default()
    sets = {}
    for (name, errors), invent in product((("1 to 4 errors", FEW), ("8 to 14 errors", MANY)), (False, True)):
        name = f"{name}, inventing" if invent else name
        # what is read once is read now
        measure(spoilt_scenes(20, arguments.seed + 1, errors, ontology), ontology, invent=invent)
        scenes = list(spoilt_scenes(arguments.scenes, arguments.seed, errors, ontology))
        sets[name] = measure(watched(scenes, name), ontology, invent=invent).record()
    if arguments.times_only:
        for name, one in sets.items():
            told = ", ".join(f"{key} {one[key]}" for key in ("whole_ms", "own_ms", "one_check_ms"))
            sys.stdout.write(f"repair, {name}: {told}\n")
        return
    record: dict[str, object] = {
        "command": COMMAND,
        "commit": commit(),
        "seed": arguments.seed,
        "runs": RUNS,
        "confidences": {"true": TRUE, "false": FALSE},
        "sets": sets,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    Console(stderr=True, markup=False).print(json.dumps(record, indent=1), highlight=False)


if __name__ == "__main__":
    main()
