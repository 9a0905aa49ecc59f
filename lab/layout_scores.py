"""Chances of the layout and what is annotated -> AUROC, calibration error, and how often the right person is named."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from lab.layout_data import Floats, Pairs
from lab.layout_model import Design, cross_validated
from lab.logistic import auroc, calibration_error
from nesy.scene import Entity, term
from nesy.witness.layout import layout_chances, verbs

LEAST = 20
"""Verbs of HICO-DET with fewer pairs that do it, or that do not, are left out."""


def action_figures(pairs: Pairs, action: str, scores: tuple[Floats, Floats, Floats]) -> dict[str, Any]:
    """Return how well the scores of `cross_validated` tell the pairs that do an action from the others."""
    seen = pairs.seen_with(action)
    plain, stretched, alone = (one[seen] for one in scores)
    true = pairs.done[action][seen].tolist()
    asked, right, by_chance = _right_person(pairs, action, scores[0])
    return {
        "action": action,
        "verbs": [verb for verb, told in verbs().items() if action in told.actions],
        "pairs": len(true),
        "true": sum(true),
        "categories": len(set(pairs.categories[seen].tolist())),
        "auroc_of_category": round(auroc(alone.tolist(), true), 4),
        "auroc": round(auroc(plain.tolist(), true), 4),
        "auroc_stretched": round(auroc(stretched.tolist(), true), 4),
        "ece": round(calibration_error(_chances(plain), true), 4),
        "ece_stretched": round(calibration_error(_chances(stretched), true), 4),
        "things_of_one": asked,
        "right_person": right,
        "right_by_chance": round(by_chance, 1),
    }


def _chances(scores: Floats) -> list[float]:
    found: list[float] = np.exp(-np.logaddexp(0.0, -scores)).tolist()
    return found


def _right_person(pairs: Pairs, action: str, scores: Floats) -> tuple[int, int, float]:
    """Count the things with which one of several people does it: how often that one has the highest score."""
    groups = defaultdict(list)
    for row in np.flatnonzero(pairs.seen_with(action)).tolist():
        groups[int(pairs.images[row]), str(pairs.categories[row]), tuple(pairs.objects[row])].append(row)
    asked, right, by_chance = 0, 0, 0.0
    for rows in groups.values():
        if len(rows) > 1 and pairs.done[action][rows].sum() == 1:
            asked += 1
            right += bool(pairs.done[action][rows[int(np.argmax(scores[rows]))]])
            by_chance += 1 / len(rows)
    return asked, right, by_chance


def hicodet_figures(pairs: Pairs) -> list[dict[str, Any]]:
    """Return for every verb: the AUROC of a fit on other pictures of HICO-DET, and of what was fitted on V-COCO."""
    design, rows = Design.of(pairs), []
    people, things = _entities(pairs)
    for verb, done in pairs.done.items():
        seen = pairs.seen_with(verb)
        if min(done.sum(), (seen & ~done).sum()) < LEAST:
            continue
        plain, _, alone = cross_validated(design, verb)
        row: dict[str, Any] = {
            "verb": verb,
            "pairs": int(seen.sum()),
            "true": int(done.sum()),
            "auroc_of_category": round(auroc(alone[seen].tolist(), done[seen].tolist()), 4),
            "auroc": round(auroc(plain[seen].tolist(), done[seen].tolist()), 4),
        }
        asked = np.flatnonzero(seen).tolist()
        chances = layout_chances([(people[n], verb, things[n]) for n in asked])
        known = [(chance, bool(done[n])) for n, chance in zip(asked, chances, strict=True) if chance is not None]
        if 0 < sum(true for _, true in known) < len(known):
            row["of_table"] = {
                "pairs": len(known),
                "true": sum(true for _, true in known),
                "auroc": round(auroc([chance for chance, _ in known], [true for _, true in known]), 4),
            }
        rows.append(row)
    return rows


def _entities(pairs: Pairs) -> tuple[list[Entity], list[Entity]]:
    def box(sides: Floats) -> tuple[float, float, float, float]:
        left, top, right, bottom = np.clip(sides, 0.0, 1.0).tolist()
        return left, top, right, bottom

    people = [Entity(id="person_1", category="person", box=box(sides)) for sides in pairs.people]
    things = zip(pairs.objects, pairs.categories.tolist(), strict=True)
    return people, [Entity(id="thing_1", category=category, box=box(sides)) for sides, category in things]


def photograph_figures(path: Path) -> dict[str, Any]:
    """Return how well the shipped table tells true relations of photographs from false ones, by the true boxes."""
    told: list[tuple[tuple[Entity, str, Entity], bool]] = []
    without_box = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        entities = {
            e["id"]: Entity(id=e["id"], category=e["category"], box=e["box"])
            for e in row["entities"]
            if not e.get("uncertain")
        }
        for statements, true in ((row["relations"], True), (row["false"], False)):
            for one in statements:
                if one.get("uncertain") or "predicate" not in one:
                    continue
                ends = entities.get(one["subject"]), entities.get(one["object"])
                if ends[0] is None or ends[1] is None:
                    without_box += 1
                else:
                    told.append(((ends[0], one["predicate"], ends[1]), true))
    chances = layout_chances([pair for pair, _ in told])
    known = [(c, true, pair[1]) for (pair, true), c in zip(told, chances, strict=True) if c is not None]
    verbs_of = Counter((term(verb), true) for _, true, verb in known)
    return {
        "statements": len(told),
        "without_box": without_box,
        "known": len(known),
        "true": sum(true for _, true, _ in known),
        "auroc": round(auroc([c for c, _, _ in known], [true for _, true, _ in known]), 4),
        "true_of_verb": {verb: n for (verb, true), n in sorted(verbs_of.items()) if true},
        "false_of_verb": {verb: n for (verb, true), n in sorted(verbs_of.items()) if not true},
        "mean_of_true": round(float(np.mean([c for c, true, _ in known if true])), 3),
        "mean_of_false": round(float(np.mean([c for c, true, _ in known if not true])), 3),
    }
