"""Scores of arms -> a table as plain text or Markdown, and files: report.json, images.parquet."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from nesy.errors import InputError
from nesy.experiments.arms.scores import ALL, ArmReport, ArmScores, Outcome, outcomes, scored
from nesy.experiments.arms.traces import Traces

COLUMNS = (
    "arm",
    "F1",
    "relation F1",
    "Δ to none (p)",
    "relation P",
    "relation R",
    "consistent",
    "wrong→right",
    "wrong→gone",
    "right→wrong",
    "right→gone",
    "collateral",
    "asked right, flipped",
    "refused",
    "edits",
    "calls",
    "tokens",
    "s",
)
"""Of an image on average: calls, tokens and seconds. F1 is of all kinds of claims together."""
PARQUET_NEEDS = "pip install 'nesy[parquet]'"


def report_of(folder: str | Path) -> tuple[ArmReport, list[Outcome]]:
    """Return the scores of the arms that a folder holds the traces of, and what became of each image in each arm.

    >>> report, outcomes = report_of("examples/recorded/hard")
    >>> len(outcomes) == report.images * len(report.arms)
    True

    Raises:
        InputError: the folder holds no run, or a file of it cannot be read.
    """
    traces = Traces(folder)
    made = list(outcomes(traces))
    return scored(traces.card(), made), made


def rows(report: ArmReport) -> list[tuple[str, ...]]:
    """Return the cells of the table, one row an arm; arms that were not run stand at the end, with the reason."""
    told = [_row(scores) for scores in report.arms]
    blank = ("",) * (len(COLUMNS) - 2)
    return told + [(arm, f"not applicable: {why}", *blank) for arm, why in report.run.not_applicable.items()]


def text_table(report: ArmReport) -> str:
    """Return the table as plain text, columns aligned.

    >>> report, _ = report_of("examples/recorded/hard")
    >>> [line.split()[0] for line in text_table(report).splitlines()[2:5]]
    ['arm', 'none', 'repair-only']
    """
    ran = [COLUMNS, *(_row(scores) for scores in report.arms)]
    widths = [max(len(row[place]) for row in ran) for place in range(len(COLUMNS))]
    lines = [
        f"{report.run.folder}: {report.images} images, model {report.run.model.id}, {report.unreadable} unreadable",
        report.matching,
    ]
    if report.unfinished:
        left = "1 picture is" if report.unfinished == 1 else f"{report.unfinished} pictures are"
        lines.append(f"{left} left out: not all arms have done {'it' if report.unfinished == 1 else 'them'}")
    for row in ran:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    lines += [f"{arm.ljust(widths[0])}  not applicable: {why}" for arm, why in report.run.not_applicable.items()]
    return "\n".join(lines)


def markdown_table(report: ArmReport) -> str:
    """Return the table as Markdown."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    told = report.matching[:1].upper() + report.matching[1:] + "."
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows(report)), "", told])


def write_report(folder: Path, report: ArmReport, made: Sequence[Outcome]) -> Path | None:
    """Write report.json and images.parquet beside the traces; return the latter's path, None without pyarrow.

    images.parquet has one row an image and arm; settings, seed and commit stand in run.json beside it.

    Raises:
        InputError: the folder cannot be written to.
    """
    table = folder / "images.parquet"
    try:
        (folder / "report.json").write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
        if importlib.util.find_spec("pyarrow") is None:
            return None
        import pandas

        pandas.DataFrame([outcome.row() for outcome in made]).to_parquet(table, index=False)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from None
    return table


def _row(scores: ArmScores) -> tuple[str, ...]:
    moved = scores.transitions["exit"]
    relation = scores.scores["f1"]["relations"]
    apart = scores.against.get("none")
    usage, images = scores.usage, scores.images

    def share(move: str) -> str:
        return f"{moved.get(move, 0)} ({moved.get(move, 0) / max(1, scores.right_before):.1%})"

    return (
        scores.arm,
        f"{scores.scores['f1'][ALL].value:.3f}",
        f"{relation.value:.3f} [{relation.low:.3f}, {relation.high:.3f}]",
        "" if apart is None else f"{apart['relations'].interval.value:+.3f} ({apart['relations'].p:.3f})",
        f"{scores.scores['precision']['relations'].value:.3f}",
        f"{scores.scores['recall']['relations'].value:.3f}",
        f"{scores.consistent:.1%}",
        str(moved.get("wrong -> right", 0)),
        str(moved.get("wrong -> withdrawn", 0)),
        share("right -> wrong"),
        share("right -> withdrawn"),
        str(scores.collateral),
        f"{scores.asked_right}, {scores.flipped}",
        str(scores.refused),
        str(scores.edits),
        f"{usage.calls / images:.2f}",
        f"{(usage.prompt_tokens - usage.cached_tokens + usage.new_tokens) / images:.0f}",
        f"{usage.seconds / images:.2f}",
    )
