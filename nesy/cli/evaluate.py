"""`nesy evaluate`: a model, or a run, measured on pictures of which it is known what they show."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import notice, progress, result
from nesy.cli.metrics_option import MetricsOption, TrainingOption, known_of, scene_metrics
from nesy.cli.model_options import ModelOption
from nesy.cli.settings_options import ConfigOption, OntologyOption, SetOption, effective
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.pipeline import Pipeline


class ReportFormat(StrEnum):
    """How `evaluate` prints its report."""

    TEXT = "text"
    JSON = "json"


def evaluate(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Holds scenes.jsonl and its images.", show_default=False)
    ] = None,
    model: ModelOption = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N scenes.")] = None,
    form: Annotated[ReportFormat, typer.Option("--format", help="A table, or JSON.")] = ReportFormat.TEXT,
    arms: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...",
            help="Compare loops over one round 0: full, none, repair-only, placebo ...; `all` for every one.",
            show_default=False,
        ),
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the traces of the arms go.", show_default="runs/NAME")
    ] = None,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run that --runs holds.")] = False,
    only: Annotated[
        str | None, typer.Option(metavar="ID", help="Only the picture of this name.", show_default=False)
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Score the traces of a run again, without a model.", show_default=False),
    ] = None,
    crate: Annotated[
        bool, typer.Option("--crate", help="Write ro-crate-metadata.json beside the traces (RO-Crate, Process Run).")
    ] = False,
    agent: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who ran it, for --crate: a name, or 'NAME <ORCID>'.", show_default=False),
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            "--license", metavar="ID|URL", help="Of the crate's files: of SPDX, or an address.", show_default=False
        ),
    ] = None,
    metrics: MetricsOption = None,
    training: TrainingOption = None,
) -> None:
    """Measure a model on a folder of images with known scenes: before and after the loop, or loop against loop."""
    settings = effective(config, set_, ontology=ontology)
    if crate and replay is None and arms is None:
        raise InputError("--crate tells of the files of a run; it belongs to --arms or --replay")
    if not crate and (agent is not None or licence is not None):
        raise InputError("--agent and --license belong to --crate")
    if metrics is not None and (replay is not None or arms is not None):
        raise InputError("--metrics measures one loop, before and after; it takes no --arms or --replay")
    if training is not None and metrics is None:
        raise InputError("--training belongs to --metrics: it is for zR@K")
    if replay is not None:
        if folder is not None or arms is not None or runs is not None:
            raise InputError("--replay DIR: scores what is there; it takes no folder of pictures, --arms or --runs")
        _report(replay, form)
        if crate:
            _packed(replay, None, agent, licence)
        return
    if folder is None:
        raise InputError("DIR is missing: a folder with scenes.jsonl and its images, or --replay DIR")
    from nesy.pipeline import Pipeline

    if arms is None:
        if runs is not None or resume or only is not None:
            raise InputError("--runs, --resume and --only belong to --arms")
        if metrics is not None:
            result(_as_the_field(folder, Pipeline(model, settings), limit, form, metrics, training))
            return
        from nesy.experiments import evaluate as measure

        report = measure(folder, Pipeline(model, settings), limit, watch=partial(progress, what="evaluating"))
        result(report.to_json(indent=2) if form is ReportFormat.JSON else report.to_text())
        return
    from nesy.experiments import ARMS, Traces, arm, run_arms

    names = list(ARMS) if arms == "all" else [name.strip() for name in arms.split(",") if name.strip()]
    if not names:
        raise InputError(f"--arms {arms!r}: no arm in it")
    runs = runs or Path("runs") / folder.resolve().name
    watch = partial(progress, what="evaluating")
    began = None if resume else datetime.now().astimezone()
    wanted = [arm(name) for name in dict.fromkeys(names)]
    run_arms(
        folder, Traces(runs), Pipeline(model, settings), wanted, limit=limit, only=only, resume=resume, watch=watch
    )
    _report(runs, form)
    if crate:
        _packed(runs, began, agent, licence)


def _packed(runs: Path, began: datetime | None, agent: str | None, licence: str | None) -> None:
    """Write the crate of a run; when it began is not known of one that is scored again or was gone on with."""
    from nesy.experiments import write_crate

    ended = None if began is None else datetime.now().astimezone()
    notice(f"{write_crate(runs, began=began, ended=ended, agent=agent, licence=licence)}: written")


def _as_the_field(
    folder: Path, pipeline: "Pipeline", limit: int | None, form: ReportFormat, metrics: str, training: Path | None
) -> str:
    """Run the model and return the table of the field's measures."""
    from nesy.experiments.scoring.field.folder_measures import measure_folder

    names = scene_metrics(metrics, given=False)
    known = known_of(training, pipeline.ontology)
    table = measure_folder(folder, pipeline, names, known, limit, watch=partial(progress, what="evaluating"))
    return table.to_json(indent=2) if form is ReportFormat.JSON else table.to_text()


def _report(runs: Path, form: ReportFormat) -> None:
    """Score the traces of a folder, write the report beside them and print it."""
    from nesy.experiments import report_of, text_table
    from nesy.experiments.arms.table import PARQUET_NEEDS, write_report

    report, made = report_of(runs)
    if write_report(runs, report, made) is None:
        notice(f"{runs}: images.parquet is not written; it needs pyarrow ({PARQUET_NEEDS})")
    result(report.model_dump_json(indent=2) if form is ReportFormat.JSON else text_table(report))
