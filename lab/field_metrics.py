"""The field's measures of the embedded model and of the witness, each beside a second evaluation of the same scenes.

`python -m lab.field_metrics` draws fresh drawings and looks at the photographs with truth, measures, holds each figure
against `lab.field_evaluators`, takes answers of published models (`lab.field_answers`), and writes
`results/field_metrics.json`; `--only` does one part, and the others stay.

Drawings: the embedded model, first description and end of the loop. Photographs: what the witness tells of the
categories that a row lists in full; a thing that the annotator was not sure of, and what is told at its place, count
neither way.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.field_answers import answers, answers_text
from lab.field_evaluators import (
    box_ap_by_file,
    graph_recall_by_arrays,
    hallucinated,
    interaction_ap_by_arrays,
    mean_ap,
    named_wrongly,
    role_ap_by_arrays,
    spice_by_sets,
)
from lab.witness_scores import Looked, Row, looked_at, matched
from nesy.errors import InputError
from nesy.experiments.commit import commit
from nesy.experiments.datasets.truths import Truths
from nesy.experiments.scoring.evaluation import outcomes_of
from nesy.experiments.scoring.field.folder_measures import pair_of
from nesy.experiments.scoring.field.graph_recall import GraphImage
from nesy.experiments.scoring.field.interaction_ap import of_people, rare_classes
from nesy.experiments.scoring.field.role_ap import people_in, roles_of
from nesy.experiments.scoring.field.scene_measures import Known, measured
from nesy.experiments.scoring.field.triplets import PicturePair, ranked
from nesy.loop.looks import calibration_of
from nesy.ontology import Ontology
from nesy.pipeline import Pipeline
from nesy.scene import Entity, ImageInfo, Scene
from nesy.synthetic import write_split

RESULTS = Path("results/field_metrics.json")
SEED = 73_001
"""Of drawings that nothing was trained, fitted or measured with before."""
DRAWN = {"ordinary": 100, "hard": 100}
OF_DRAWINGS = ("sgdet", "hico", "vcoco", "coco", "chair", "spice", "tri-he")
OF_PHOTOGRAPHS = ("coco", "chair")
_CUTS = (20, 50, 100)
_SAME = 1e-6
"""By so much two evaluations of one thing may differ."""

Figures = dict[tuple[str, str], float]


def drawings(counts: Mapping[str, int] = DRAWN, model: str = "embedded") -> dict[str, Any]:
    """Measure the embedded model on drawings of each kind."""
    found = {}
    pipeline = Pipeline(model)
    for split, number in counts.items():
        with tempfile.TemporaryDirectory() as work:
            write_split(Path(work), number, SEED, split)
            outcomes = outcomes_of(Truths(work), pipeline)
        calibration, _ = calibration_of(pipeline.model, pipeline.model_info, pipeline.settings.correction)
        for when in ("before", "after"):
            pairs = [pair_of(one, getattr(one, when), calibration) for one in outcomes]
            found[f"{split}, {when} the loop"] = beside_others(pairs, OF_DRAWINGS)
    return found


def photographs(folder: Path) -> dict[str, Any]:
    """Measure what the embedded witness tells of photographs.

    Raises:
        InputError: the folder of the photographs is not there.
    """
    if not (folder / "truth.jsonl").is_file():
        raise InputError(f"{folder}: no truth.jsonl; --data names the folder of the photographs")
    return {"embedded witness": beside_others(witnessed(looked_at(folder)), OF_PHOTOGRAPHS)}


def witnessed(looked: Looked) -> list[PicturePair]:
    """Return what was told and what is true, of the categories that each row lists in full."""
    pairs = []
    for truth, _, seen in looked:
        told, true = matched(Row(truth, seen.things))
        about = ImageInfo(name=truth["file"])
        things = [one.thing for one in told if one.right is not None]
        pairs.append(
            PicturePair(
                Scene(
                    image=about,
                    entities=tuple(
                        Entity(id=f"t{n}", category=one.category, box=one.box, confidence=one.score)
                        for n, one in enumerate(things)
                    ),
                ),
                Scene(
                    image=about,
                    entities=tuple(
                        Entity(id=f"t{n}", category=one["category"], box=tuple(one["box"]))
                        for n, (one, _) in enumerate(true)
                    ),
                ),
            )
        )
    return pairs


def beside_others(pairs: Sequence[PicturePair], metrics: Sequence[str]) -> dict[str, Any]:
    """Measure, and measure again by other code.

    Raises:
        AssertionError: the two differ; tells where.
    """
    ontology = Ontology.default()
    table = measured(pairs, metrics, Known(ontology))
    others = _others(pairs, metrics, ontology)
    rows = []
    for row in table.rows:
        other = others.get((row.metric, row.name))
        if other is not None:
            assert row.value is not None and abs(row.value - other) <= _SAME, f"{row.metric} {row.name}: {row} {other}"
        rows.append(row.model_dump() | {"other": other})
    return {"told": table.told, "ranked_by": table.ranked_by, "rows": rows}


def _others(pairs: Sequence[PicturePair], metrics: Sequence[str], ontology: Ontology) -> Figures:
    found: Figures = {}
    graphs = [GraphImage(ranked(p.predicted, ontology, p.chances), ranked(p.true, ontology)) for p in pairs]
    people = [GraphImage(of_people(one.predicted, ontology), of_people(one.true, ontology)) for one in graphs]
    if "sgdet" in metrics:
        for cut in _CUTS:
            for constrained, before in ((True, ""), (False, "ng")):
                recalls = graph_recall_by_arrays(graphs, cut, constrained, frozenset())
                found |= {("sgdet", f"{before}{name}@{cut}"): recalls[name] for name in ("R", "mR", "F1")}
    if "hico" in metrics:
        rare = rare_classes(ontology)
        for known, after in ((False, ""), (True, ", known object")):
            by_class = interaction_ap_by_arrays(people, known)
            kinds = {"full": by_class, "rare": {}, "non-rare": {}}
            for name, value in by_class.items():
                kinds["rare" if name in rare else "non-rare"][name] = value
            found |= {("hico", f"mAP {kind}{after}"): mean_ap(of) for kind, of in kinds.items() if of}
    if "vcoco" in metrics:
        roles = [roles_of(image, people_in(pair.true, ontology)) for image, pair in zip(people, pairs, strict=True)]
        found |= {("vcoco", f"role AP, scenario {n}"): role_ap_by_arrays(roles, n) for n in (1, 2)}
    if "coco" in metrics:
        found |= {("coco", name): value for name, value in box_ap_by_file(pairs).items()}
    if "chair" in metrics:
        found |= {("chair", name): value for name, value in named_wrongly(pairs, ontology).items()}
    if "spice" in metrics:
        found["spice", "SPICE"] = spice_by_sets(pairs, ontology)
    if "tri-he" in metrics:
        found |= {("tri-he", name): value for name, value in hallucinated(pairs, ontology).items()}
    return found


def field_text(record: Mapping[str, Any]) -> str:
    """Return what results/field_metrics.json holds as Markdown, a section a part."""
    parts = []
    for name, (title, _) in PARTS.items():
        if name not in record:
            parts.append(f"### {title}\n\nNot measured yet: `python -m lab.field_metrics --only {name}`.")
            continue
        parts.append(f"### {title}\n\n{answers_text(record[name]) if name == 'answers' else _table(record[name])}")
    return "\n\n".join(parts)


def _table(measured_on: Mapping[str, Any]) -> str:
    first = next(iter(measured_on.values()))
    names = [(row["metric"], row["name"]) for row in first["rows"]]
    lines = ["| metric | measure | " + " | ".join(measured_on) + " | a second evaluation |"]
    lines.append("|---" * (3 + len(measured_on)) + "|")
    for at, (metric, name) in enumerate(names):
        rows = [one["rows"][at] for one in measured_on.values()]
        cells = ["none" if row["value"] is None else f"{row['value']:.4f}" for row in rows]
        same = all(row["other"] is not None or row["value"] is None for row in rows) and any(
            row["other"] for row in rows
        )
        lines.append(f"| {metric} | {name} | " + " | ".join(cells) + f" | {'the same' if same else '—'} |")
    counts = [
        f"{name}: {one['told']}" + (f"; ranked by {one['ranked_by']}" if one["ranked_by"] else "")
        for name, one in measured_on.items()
    ]
    return "\n".join([*lines, "", *(f"* {line}." for line in counts)])


PARTS: Mapping[str, tuple[str, Callable[[argparse.Namespace], Any]]] = {
    "drawings": ("The embedded model on drawings", lambda _: drawings()),
    "photographs": ("The embedded witness on photographs", lambda options: photographs(options.data)),
    "answers": ("Answers of published models", lambda options: answers(options.sets)),
}
"""Part of the result file -> its title, and what measures it."""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.field_metrics", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/photographs"), help="truth.jsonl and images/")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="measure these; the others stay")
    parser.add_argument("--sets", type=Path, default=Path("../shared/data"), help="pope/, amber/, chair300/ ...")
    options = parser.parse_args()
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    measured_now = {name: PARTS[name][1](options) for name in options.only or PARTS}
    record = {**before, **measured_now, "seed": SEED, "command": "python -m lab.field_metrics", "commit": commit()}
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
