"""Ground-truth graphs with one seeded error each + rules -> the share of the errors that is found, per kind and set."""

import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from nesy.checking import Rules, check
from nesy.errors import InputError
from nesy.experiments.datasets import load_dataset
from nesy.experiments.parallel import Watch, spread
from nesy.experiments.rules.alarms import share
from nesy.experiments.rules.caption_pairs import CaptionRecall, measure_captions
from nesy.experiments.rules.seeded_errors import KINDS, Seeded, seeded
from nesy.experiments.rules.selection import Selection
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Finding

SEED = 2026
LIMIT = 300
TARGET = 0.9
"""At least so large a share of all seeded errors is to be found."""
EXAMPLES = 10


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Missed(_Frozen):
    """One seeded error that no rule found."""

    dataset: str
    kind: str
    image: str
    told: str


class KindRecall(_Frozen):
    """What is found of one kind of error in one set."""

    dataset: str
    kind: str
    skipped: int
    """Graphs passed over because the kind does not apply to them."""
    seeded: int
    found: int
    """A finding of any severity that is new and names the changed claim or its entity."""
    violations: int
    """Found at severity violation."""
    recall: float
    """`found` over `seeded`, in [0, 1]; 0 where nothing could be seeded."""
    missed: tuple[Missed, ...] = ()


class RecallReport(_Frozen):
    """Recall on seeded errors of a rule pack, and on pairs of true and false captions."""

    seed: int
    limit: int | None
    target: float = TARGET
    seeded: int
    found: int
    violations: int
    recall: float
    passes: bool
    kinds: tuple[KindRecall, ...]
    captions: CaptionRecall | None = None


def measure_recall(
    folder: str | Path,
    datasets: Sequence[str],
    kinds: Sequence[str] = (),
    selection: Selection | None = None,
    limit: int | None = LIMIT,
    seed: int = SEED,
    examples: int = 0,
    watch: Watch = iter,
) -> RecallReport:
    """Seed errors into the ground truth of each set and count those that the rules find.

    >>> import json, tempfile
    >>> row = {"file": "a.jpg", "relations": [{"subject": "cup", "subject_box": [10, 10, 20, 20],
    ...     "predicate": "on", "object": "table", "object_box": [0, 20, 60, 50]}]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "vrd", "vrd.jsonl")
    ...     file.parent.mkdir()
    ...     _ = file.write_text(json.dumps(row))
    ...     report = measure_recall(folder, ["vrd"], kinds=["swap", "count"])
    >>> [(kind.kind, kind.seeded, kind.found) for kind in report.kinds]
    [('swap', 1, 1), ('count', 1, 1)]

    Args:
        folder: holds the sets.
        datasets: names of `DATASETS`.
        kinds: names of `KINDS`; all of them, and the caption pairs of VSR, if empty.
        selection: which rules; all shipped ones if None.
        limit: so many graphs of each set and kind, drawn by `seed` from those to which the kind applies.
        seed: the same seed draws the same graphs and makes the same errors.
        examples: so many missed errors of each kind and set are kept.
        watch: wraps chunks of work while they are waited for.

    Raises:
        InputError: a set, a kind or a rule is not there, or a file cannot be used.
        KnowledgeError: a rule file cannot be used.
    """
    folder = Path(folder)
    for kind in kinds:
        if kind not in KINDS:
            raise InputError(f"no kind of error {kind!r}; there are: {', '.join(KINDS)}")
    chosen = selection or Selection()
    chosen.rules()  # a broken rule file is told before the graphs are read
    counted = []
    for name in datasets:
        found = list(load_dataset(name, folder))
        for kind in kinds or KINDS:
            errors, skipped = seed_errors(kind, found, limit, f"{seed} {name}", chosen.ontology())
            results = [one for chunk in spread(partial(_findings, selection=chosen), errors, watch) for one in chunk]
            missed = [
                Missed(
                    dataset=name, kind=kind, image=error.base.image.name if error.base.image else "", told=error.told
                )
                for error, result in zip(errors, results, strict=True)
                if not result
            ]
            counted.append(
                KindRecall(
                    dataset=name,
                    kind=kind,
                    skipped=skipped,
                    seeded=len(errors),
                    found=len(errors) - len(missed),
                    violations=sum("violation" in result for result in results),
                    recall=share(len(errors) - len(missed), len(errors)),
                    missed=tuple(missed[:examples]),
                )
            )
    total, hits = sum(k.seeded for k in counted), sum(k.found for k in counted)
    return RecallReport(
        seed=seed,
        limit=limit,
        seeded=total,
        found=hits,
        violations=sum(k.violations for k in counted),
        recall=share(hits, total),
        passes=hits >= TARGET * total,
        kinds=tuple(counted),
        captions=measure_captions(folder, chosen, watch=watch) if "vsr" in datasets and not kinds else None,
    )


def seed_errors(
    kind: str, found: Sequence[Scene], limit: int | None, seed: str, known: Ontology | None = None
) -> tuple[list[Seeded], int]:
    """Return up to `limit` scenes with one error of this kind, and how many scenes it did not apply to on the way."""
    ontology, errors, skipped = known or Ontology.default(), list[Seeded](), 0
    order = list(range(len(found)))
    random.Random(f"{seed} {kind}").shuffle(order)
    for place in order:
        if len(errors) == limit:
            break
        error = seeded(kind, found[place], ontology, f"{seed} {place}")
        if error is None:
            skipped += 1
        else:
            errors.append(error)
    return errors, skipped


def revealing(error: Seeded, rules: Rules, ontology: Ontology | None = None) -> tuple[Finding, ...]:
    """Return the findings that the error brought about and that name the changed claim or its entity."""
    before = {(f.rule, f.claims, f.message) for f in check(error.base, rules, ontology).findings}
    return tuple(
        f
        for f in check(error.scene, rules, ontology).findings
        if (f.rule, f.claims, f.message) not in before and error.names & {f.focus, *f.claims}
    )


def _findings(chunk: Sequence[Seeded], selection: Selection) -> list[frozenset[str]]:
    """Return for each error the severities of the findings that reveal it; none where it is missed."""
    rules, known = selection.rules(), selection.ontology()
    return [frozenset(finding.severity for finding in revealing(error, rules, known)) for error in chunk]
