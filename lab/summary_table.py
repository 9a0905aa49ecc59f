"""The result files -> the one table of the README: what was measured, on what, and what came out."""

from collections.abc import Mapping
from statistics import mean
from typing import Any


def summary_table(found: Mapping[str, Any], folder: str) -> str:
    """Return twelve rows of Markdown, each with a link to the page that tells the whole.

    Args:
        found: name of a file of results/ -> what it holds.
        folder: of the pages, as a link from where the table stands.
    """
    rows = [
        *_described(found["embedded"]["reports"]),
        _compared(found["arms"]["reports"]["hard"]),
        _asked(found["asking"]["all"]),
        *_rules(found["rules"]),
        _repaired(found["repair"]["sets"]),
        _objects(found["witness"]["objects"]["embedded"]),
        _statements(found["claims"]["held_out"]["statements"]),
        _layout(found["layout"]),
        _seen_loop(found["seen_loop"]),
    ]
    lines = ["| what | measured on | result | more |", "|---|---|---|---|"]
    lines += [f"| {what} | {where} | {result} | [{page}]({folder}{page}.md) |" for what, where, result, page in rows]
    return "\n".join(lines)


def _described(reports: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    hard, every = reports["hard"], list(reports.values())
    before, after = hard["before"], hard["after"]
    lost, right = (sum(one[key] for one in every) for key in ("right_claims_lost", "right_claims_before"))
    wrong, left = (sum(one[key] for one in every) for key in ("wrong_claims_before", "wrong_claims_after"))
    drawings = sum(one["images"] for one in every)
    return [
        (
            "relation F1, before the loop → after",
            f"{hard['images']} `hard` drawings",
            f"{before['f1']['relations']:.3f} → {after['f1']['relations']:.3f}",
            "description",
        ),
        (
            "consistent scenes, before → after",
            f"{hard['images']} `hard` drawings",
            f"{before['consistent']:.1%} → {after['consistent']:.1%}{_unfit(hard)}",
            "description",
        ),
        (
            "wrong claims, before → after; right claims lost",
            f"{drawings:,} drawings of four kinds",
            f"{wrong:,} → {left:,}; {lost:,} of {right:,}",
            "description",
        ),
    ]


def _unfit(report: Mapping[str, Any]) -> str:
    many = report["stop_reasons"].get("unfit_picture")
    return f"; of {many} the verdict is unknown" if many else ""


def _compared(report: Mapping[str, Any]) -> tuple[str, str, str, str]:
    values = {one["arm"]: one["scores"]["f1"]["relations"]["value"] for one in report["arms"]}
    told = " / ".join(f"{values[name]:.3f}" for name in ("full", "placebo", "vote"))
    what = "relation F1: the loop / the same question without a finding / a vote of three samples"
    return what, f"{report['images']} `hard` drawings", told, "loop"


def _asked(counts: Mapping[str, Any]) -> tuple[str, str, str, str]:
    told = f"{counts['accuracy_before']:.1%} → {counts['accuracy_after']:.1%}"
    return "right answers, before the check → after", f"{counts['questions']} questions", told, "questions"


def _rules(rules: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    recall, sets = rules["recall"], rules["alarms"]["sets"]
    graphs, flagged = sum(one["graphs"] for one in sets), sum(one["flagged"]["violation"] for one in sets)
    public = "VRD, HICO-DET, V-COCO and VSR"
    return [
        (
            "seeded errors that a rule finds",
            f"{recall['seeded']:,} graphs of {public}",
            f"{recall['recall']:.1%}",
            "rules",
        ),
        (
            "true graphs that a rule calls impossible",
            f"{graphs:,} graphs of {public}",
            f"{flagged / graphs:.2%}",
            "rules",
        ),
    ]


def _repaired(sets: Mapping[str, Any]) -> tuple[str, str, str, str]:
    (name, one), *_ = sets.items()
    share = one["false_claim_goes"]["weighted"]
    where = f"{share['conflicts']} conflicts in drawings with {name}"
    return "the repair gives up the false claim", where, f"{share['share']:.1%}", "repair"


def _objects(counts: Mapping[str, Any]) -> tuple[str, str, str, str]:
    told = f"{counts['precision']:.3f} / {counts['recall']:.3f}"
    what = "objects that the embedded witness names, precision / recall"
    return what, f"{counts['photographs']} photographs", told, "witness"


def _statements(found: Mapping[str, Any]) -> tuple[str, str, str, str]:
    what = "true statements told from wrong ones by that witness, AUROC; share of the wrong ones supported"
    where = f"{found['true'] + found['false']} statements on them"
    return what, where, f"{found['auroc']:.3f}; {found['false_supported']:.3f}", "claims"


def _layout(found: Mapping[str, Any]) -> tuple[str, str, str, str]:
    rows = found["actions"]
    what = f"who does what, told from two boxes: mean AUROC of {len(rows)} actions"
    return what, f"{found['pictures']:,} pictures of V-COCO", f"{mean(row['auroc'] for row in rows):.3f}", "layout"


def _seen_loop(found: Mapping[str, Any]) -> tuple[str, str, str, str]:
    arms = found["models"]["never looks"]["arms"]
    one, two = (
        "{:.3f} → {:.3f} ({:.3f})".format(*(arms[arm]["f1"][kind]["value"] for arm in _SEEN))
        for kind in ("objects", "relations")
    )
    what = "a scripted model in the loop, object and relation F1: without a witness → with it (with another picture's)"
    return what, f"{found['photographs']} photographs, {len(found['seeds'])} seeds", f"{one}; {two}", "seen_loop"


_SEEN = ("looks", "witness", "shuffled-witness")
