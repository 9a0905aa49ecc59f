"""Reports of arms -> tables for a notebook (pandas): what was run, gain with intervals, what became of the claims."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from nesy.experiments.arms.scores import ArmReport, ArmScores
from nesy.experiments.statistics.resampling import Interval

if TYPE_CHECKING:
    from pandas import DataFrame

Reports = Mapping[str, ArmReport]
"""By split."""


def setup(reports: Reports) -> "DataFrame":
    """Return a row a split: images, round 0, the model and the loop's settings."""
    import pandas as pd

    rows = [
        {
            "split": split,
            "images": report.images,
            "unreadable": report.unreadable,
            "right claims in round 0": max((scores.right_before for scores in report.arms), default=0),
            "model": report.run.model.id,
            "revision": report.run.model.revision or "",
            "weights sha256": (report.run.model.weights_sha256 or "")[:12],
            "corrective rounds": report.run.settings.correction.rounds,
            "seed of intervals and tests": report.run.seed,
        }
        for split, report in reports.items()
    ]
    return pd.DataFrame(rows).set_index("split")


def arms(reports: Reports) -> "DataFrame":
    """Return a row an arm: in what it differs from the loop."""
    import pandas as pd

    about = {scores.arm: scores.about for _, scores in _each(reports)}
    return pd.DataFrame({"about": about.values()}, index=pd.Index(about, name="arm"))


def gain(reports: Reports, kind: str = "relations") -> "DataFrame":
    """Return a row a split and arm: F1, precision and recall with their intervals, the difference in F1 to `none`.

    Args:
        reports: by split.
        kind: of claims, as `metrics.KINDS` has it, or `all`.
    """
    import pandas as pd

    rows = []
    for split, scores in _each(reports):
        apart = scores.against.get("none", {}).get(kind)
        row = {"split": split, "arm": scores.arm}
        row |= {name: _interval(scores.scores[measure][kind]) for measure, name in _MEASURES.items()}
        row["F1 less that of none"] = "" if apart is None else _interval(apart.interval, signed=True)
        row["p"] = "" if apart is None else f"{apart.p:.3f}"
        row["consistent"] = f"{scores.consistent:.0%}"
        row["calls an image"] = f"{scores.usage.calls / scores.images:.2f}"
        rows.append(row)
    return pd.DataFrame(rows).set_index(["split", "arm"])


def harm(reports: Reports) -> "DataFrame":
    """Return a row a split and arm: what became of claims that were right and wrong in round 0, and of those asked."""
    import pandas as pd

    rows = []
    for split, scores in _each(reports):
        moved = scores.transitions["exit"]
        row: dict[str, object] = {"split": split, "arm": scores.arm, "right in round 0": scores.right_before}
        row |= {
            f"right, {what}": _share(moved, f"right -> {move}", scores.right_before) for move, what in _MOVES.items()
        }
        row["wrong, made right"] = moved.get("wrong -> right", 0)
        row["wrong, gone"] = moved.get("wrong -> withdrawn", 0)
        row["changed without a conflict"] = scores.collateral
        row["right when asked"] = scores.asked_right
        row["of these given up"] = scores.flipped
        row["changes not taken"] = scores.refused
        rows.append(row)
    return pd.DataFrame(rows).set_index(["split", "arm"])


_MEASURES = {"f1": "F1", "precision": "precision", "recall": "recall"}
_MOVES = {"wrong": "made wrong", "withdrawn": "gone"}


def _each(reports: Reports) -> Iterator[tuple[str, ArmScores]]:
    return ((split, scores) for split, report in reports.items() for scores in report.arms)


def _interval(found: Interval, *, signed: bool = False) -> str:
    if signed:
        return f"{found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _share(moved: Mapping[str, int], move: str, of: int) -> str:
    return f"{moved.get(move, 0)} ({moved.get(move, 0) / max(1, of):.1%})"
