"""`nesy dataset` and `nesy rules alarms`: ground-truth graphs, and what the rules make of them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import notice, progress, result, table
from nesy.cli.inventory import FormatOption, ListFormat, rules
from nesy.cli.out_option import ForceOption, OutFileOption, deliver, writable
from nesy.cli.settings_options import (
    ConfigOption,
    OffOption,
    OnlyOption,
    OntologyOption,
    RulesOption,
    SetOption,
    effective,
)

if TYPE_CHECKING:
    from nesy.experiments.rules.alarms import AlarmReport, SetAlarms
    from nesy.experiments.rules.recall import RecallReport

DataOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The folder of the data sets.", show_default="NESY_DATA, else ../shared/data"),
]
DatasetOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="vrd, hicodet, vcoco or vsr; may be repeated.", show_default="all"),
]
LimitOption = Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N graphs of each set.")]


def dataset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="vrd, hicodet, vcoco or vsr.", show_default=False)],
    data: DataOption = None,
    limit: LimitOption = None,
    out: OutFileOption = None,
    force: ForceOption = False,
) -> None:
    """Print the ground truth of a data set as scenes, one a line."""
    writable(out, force=force)
    from nesy.experiments.datasets import data_folder, graphs

    found = list(graphs(name, data_folder(data), limit))
    deliver("\n".join(gold.scene.to_json() for gold in found), out)
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
    off: OffOption = None,
    only: OnlyOption = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Only this rule; may be repeated.", show_default="all")
    ] = None,
    examples: Annotated[
        str | None, typer.Option(metavar="RULE", help="Print what this rule found, up to 10 a set.")
    ] = None,
    form: FormatOption = ListFormat.TEXT,
    out: OutFileOption = None,
    force: ForceOption = False,
) -> None:
    """Count how often each rule fires on ground truth, where nothing should be wrong."""
    writable(out, force=force)
    from nesy.experiments import Selection, measure_alarms
    from nesy.experiments.datasets import DATASETS, data_folder
    from nesy.experiments.rules.alarms import EXAMPLES

    settings = effective(config, set_, ontology=ontology, rules=rules, off=off, only=only)
    chosen = Selection.of(settings, tuple([examples] if examples else rule or ()))
    report = measure_alarms(
        data_folder(data),
        tuple(dataset or DATASETS),
        chosen,
        limit,
        examples=EXAMPLES if examples else 0,
        watch=partial(progress, what="Checking"),
    )
    if out is not None or form is ListFormat.JSON:
        deliver(report.model_dump_json(indent=2), out)
    else:
        _tell(report)


@rules.command("recall")
def recall(
    data: DataOption = None,
    dataset: DatasetOption = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="swap, opposite, category, part, no_interaction, count or box; may be repeated.",
            show_default="all",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="So many graphs of each set and kind.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same errors.")] = 2026,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    examples: Annotated[
        str | None, typer.Option(metavar="KIND", help="Print errors of this kind that were missed, up to 10 a set.")
    ] = None,
    form: FormatOption = ListFormat.TEXT,
    out: OutFileOption = None,
    force: ForceOption = False,
) -> None:
    """Seed errors into ground truth, one a graph, and count those that the rules find."""
    writable(out, force=force)
    from nesy.experiments import Selection, measure_recall
    from nesy.experiments.datasets import DATASETS, data_folder
    from nesy.experiments.rules.recall import EXAMPLES

    settings = effective(config, set_, ontology=ontology, rules=rules, off=off, only=only)
    report = measure_recall(
        data_folder(data),
        tuple(dataset or DATASETS),
        (examples,) if examples else tuple(kind or ()),
        Selection.of(settings),
        limit,
        seed,
        examples=EXAMPLES if examples else 0,
        watch=partial(progress, what="Checking"),
    )
    if out is not None or form is ListFormat.JSON:
        deliver(report.model_dump_json(indent=2), out)
    else:
        _tell_recall(report)


def _tell_recall(report: "RecallReport") -> None:
    rows = [
        (k.dataset, k.kind, str(k.skipped), str(k.seeded), str(k.found), str(k.violations), _rate(k.found, k.seeded))
        for k in report.kinds
    ]
    totals = (str(report.seeded), str(report.found), str(report.violations), _rate(report.found, report.seeded))
    rows.append(("all", "all", str(sum(k.skipped for k in report.kinds)), *totals))
    result(table(("set", "error", "not applicable", "seeded", "found", "at violation", "recall"), rows))
    result(f"target {report.target:.0%}: {'reached' if report.passes else 'NOT REACHED'}; seed {report.seed}")
    if report.captions is not None:
        result("")
        told = {name.replace("_", " "): getattr(report.captions, name) for name in type(report.captions).model_fields}
        lines = [
            (name, str(s.pairs), str(s.flagged), str(s.violations), _rate(s.flagged, s.pairs))
            for name, s in told.items()
        ]
        result(table(("vsr: a true caption beside", "pairs", "flagged", "at violation", "rate"), lines))
    missed = [(m.dataset, m.image, m.told) for k in report.kinds for m in k.missed]
    if missed:
        result("")
        result(table(("set", "image", "missed"), missed))


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _tell(report: "AlarmReport") -> None:
    for one in report.sets:
        result(_headline(one, report))
        told = [rule for rule in one.rules if rule.reached]
        rows = [
            (
                rule.rule.rsplit("#", 1)[-1],
                rule.severity,
                str(rule.reached),
                str(rule.fired),
                str(rule.findings),
                f"{rule.rate:.2%}",
                "" if rule.severity != "violation" else "ok" if rule.passes else "TOO MANY",
            )
            for rule in sorted(told, key=lambda rule: (rule.severity != "violation", -rule.fired, rule.rule))
        ]
        result(table(("rule", "severity", "reached", "graphs", "findings", "rate", "limit"), rows))
        if len(told) < len(one.rules):
            result(f"{len(one.rules) - len(told)} more rules are reached by no graph of this set")
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
