"""`nesy dataset` and `nesy rules alarms`: ground-truth graphs, and what the rules make of them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import notice, progress, result, table, write_all
from nesy.cli.inventory import FormatOption, ListFormat, rules
from nesy.cli.scenes import RulesOption
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.evaluation.alarms import AlarmReport, SetAlarms

DataOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The folder of the data sets.", show_default="NESY_DATA, else ../shared/data"),
]
DatasetOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="vrd, hicodet, vcoco or vsr; may be repeated.", show_default="all"),
]
LimitOption = Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N graphs of each set.")]
OutOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the result there instead.")]


def dataset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="vrd, hicodet, vcoco or vsr.", show_default=False)],
    data: DataOption = None,
    limit: LimitOption = None,
    out: OutOption = None,
) -> None:
    """Print the ground truth of a data set as scenes, one a line."""
    from nesy.evaluation.datasets import data_folder, graphs

    found = list(graphs(name, data_folder(data), limit))
    _deliver("\n".join(gold.scene.to_json() for gold in found), out)
    notice(
        f"{len(found)} graphs; {sum(gold.merged for gold in found)} boxes merged into another's entity, "
        f"{sum(gold.repeated for gold in found)} repeated relations dropped"
    )


@rules.command("alarms")
def alarms(
    data: DataOption = None,
    dataset: DatasetOption = None,
    limit: LimitOption = None,
    rules: RulesOption = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Only this rule; may be repeated.", show_default="all")
    ] = None,
    examples: Annotated[
        str | None, typer.Option(metavar="RULE", help="Print what this rule found, up to 10 a set.")
    ] = None,
    form: FormatOption = ListFormat.TEXT,
    out: OutOption = None,
) -> None:
    """Count how often each rule fires on ground truth, where nothing should be wrong."""
    from nesy.evaluation.alarms import EXAMPLES, Selection, measure_alarms
    from nesy.evaluation.datasets import DATASETS, data_folder

    chosen = Selection(tuple(map(str, rules or ())), tuple([examples] if examples else rule or ()))
    report = measure_alarms(
        data_folder(data),
        tuple(dataset or DATASETS),
        chosen,
        limit,
        examples=EXAMPLES if examples else 0,
        watch=partial(progress, what="Checking"),
    )
    if form is ListFormat.JSON or out is not None:
        _deliver(report.model_dump_json(indent=2), out)
    if form is ListFormat.TEXT:
        _tell(report)


def _tell(report: "AlarmReport") -> None:
    for one in report.sets:
        result(_headline(one, report))
        rows = [
            (
                rule.rule.rsplit("#", 1)[-1],
                rule.severity,
                str(rule.fired),
                str(rule.findings),
                f"{rule.rate:.2%}",
                "" if rule.severity != "violation" else "ok" if rule.passes else "TOO MANY",
            )
            for rule in sorted(one.rules, key=lambda rule: (rule.severity != "violation", -rule.fired, rule.rule))
        ]
        result(table(("rule", "severity", "graphs", "findings", "rate", "limit"), rows))
        result("")
    if report.examples:
        result(table(("image", "finding"), [(e.image, e.message) for e in report.examples]))


def _headline(one: "SetAlarms", report: "AlarmReport") -> str:
    told = ", ".join(f"{count} with {severity}" for severity, count in one.flagged.items())
    return (
        f"{one.dataset}: {one.graphs} graphs ({one.empty} without a relation; {one.merged} boxes merged, "
        f"{one.repeated} repeats dropped); {told}; violations {one.rate:.2%}, limit {report.graph_limit:.0%}: "
        f"{'ok' if one.passes else 'TOO MANY'}"
    )


def _deliver(text: str, out: Path | None) -> None:
    """Print a result, or write it to a file whole."""
    if out is None:
        result(text)
        return
    if not out.parent.is_dir():
        raise InputError(f"--out {out}: the folder does not exist")
    write_all(out.parent, {out.name: (text + "\n").encode()})
