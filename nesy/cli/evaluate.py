"""`nesy evaluate`: a model, or a run, measured on pictures of which it is known what they show."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from nesy.cli.batch import counting
from nesy.cli.console import folder_for, notice, progress, refuse_folder, result, write_all
from nesy.cli.metrics_option import MetricsOption, TrainingOption, known_of, scene_metrics
from nesy.cli.model_options import ModelOption
from nesy.cli.settings_options import ConfigOption, OntologyOption, SetOption, effective
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.experiments import Report
    from nesy.experiments.arms.arms import Arm
    from nesy.experiments.datasets.truths import Truths
    from nesy.experiments.scoring.field.folder_measures import Measured
    from nesy.pipeline import Pipeline


class RunOptions(TypedDict):
    """Where the pictures are, and where the run goes."""

    images: Path | None
    out: Path | None
    resume: bool


class Breakdown(StrEnum):
    """By what `evaluate` breaks its report down."""

    PREDICATE = "predicate"
    CATEGORY = "category"
    RULE = "rule"


class ReportFormat(StrEnum):
    """How `evaluate` prints its report."""

    TEXT = "text"
    JSON = "json"


def evaluate(
    truth: Annotated[
        Path | None,
        typer.Argument(
            metavar="TRUTH",
            help="What is known of the pictures: a folder with scenes.jsonl, or the annotations of a data set.",
            show_default=False,
        ),
    ] = None,
    model: ModelOption = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Which data set: coco, vcoco, hicodet, vrd, psg ...", show_default="told by the files"
        ),
    ] = None,
    images: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the pictures are.", show_default="beside TRUTH")
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this part of the data set: test ...", show_default="all")
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", help="Score what `nesy analyze --out RUN` wrote, without a model.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the first N pictures that are there.")
    ] = None,
    by: Annotated[
        Breakdown | None, typer.Option(help="Break the report down, by the words of the truth or by rule.")
    ] = None,
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
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep the run of analyses, or the traces of the arms, there.",
            show_default="of arms runs/NAME",
        ),
    ] = None,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run that --runs holds.")] = False,
    only: Annotated[
        str | None, typer.Option(metavar="ID", help="Of arms: only the picture of this name.", show_default=False)
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Score the traces of arms again, without a model.", show_default=False),
    ] = None,
    crate: Annotated[
        bool,
        typer.Option(
            "--crate",
            help="Of --arms or --replay: write ro-crate-metadata.json beside the traces (RO-Crate, Process Run).",
        ),
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
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Of --arms or --replay: write figures there, as SVG and PNG; needs nesy[plot].",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure a model, or a run, on pictures of which it is known what they show: before and after the loop.

    Of data sets COCO, V-COCO, HICO-DET, VRD, PSG, VG150, Visual Genome, Open Images and Action Genome are read as they
    are published; what they do not list may be there all the same, and is not counted as wrong. With --arms loop is
    compared with loop. The pictures are analyzed into a run; `nesy analyze --out RUN` makes it on several machines.
    """
    settings = effective(config, set_, ontology=ontology)
    if crate and replay is None and arms is None:
        raise InputError(
            "--crate describes the traces of loops that were compared: --arms none,full makes them, and --replay DIR "
            "names those that are there"
        )
    wanted = None if arms is None else _arms(arms)
    if plot is not None:
        _try_plot(plot, of_arms=replay is not None or arms is not None)
    if not crate and (agent is not None or licence is not None):
        raise InputError("--agent and --license belong to --crate")
    if metrics is not None and (replay is not None or arms is not None):
        raise InputError("--metrics measures one loop, before and after; it takes no --arms or --replay")
    if training is not None and metrics is None:
        raise InputError("--training belongs to --metrics: it is for zR@K")
    if replay is not None:
        if truth is not None or arms is not None or runs is not None:
            raise InputError("--replay DIR: scores what is there; it takes no folder of pictures, --arms or --runs")
        _refuse_beside("replay DIR", run=run, model=model, dataset=dataset, images=images, split=split, limit=limit,
                       by=by, resume=resume, only=only, config=config, set=set_, ontology=ontology)  # fmt: skip
        _report(replay, form, plot)
        if crate:
            _packed(replay, None, agent, licence)
        return
    if truth is None:
        raise InputError(
            "TRUTH is missing: a folder with scenes.jsonl and its images, or the annotations of a data set; "
            "or --replay DIR"
        )
    if by is not None and (metrics is not None or arms is not None):
        raise InputError("--by breaks the report of one loop down; it takes no --metrics or --arms")
    from nesy.experiments.datasets.truths import Truths
    from nesy.pipeline import Pipeline

    truths = Truths(truth, dataset, split)
    if run is not None:
        _refuse_beside("run RUN", model=model, images=images, runs=runs, resume=resume, arms=arms, only=only)
        if metrics is not None:
            found = _run_as_the_field(run, truths, limit, metrics, training, settings.correction.calibration)
            raise typer.Exit(_told_as_the_field(found, form))
        raise typer.Exit(_told(_of_run(run, truths, limit, by), form))
    if wanted is None:
        if only is not None:
            raise InputError("--only belongs to --arms")
        if resume and runs is None:
            raise InputError("--resume goes on with the run in --runs DIR; name it")
        pipeline = Pipeline(model, settings)
        options = RunOptions(images=images, out=runs, resume=resume)
        if metrics is not None:
            raise typer.Exit(
                _told_as_the_field(_as_the_field(truths, pipeline, limit, metrics, training, options), form)
            )
        from nesy.experiments import evaluate as measure

        with counting() as watch:
            report = measure(truths, pipeline, limit, **options, by=None if by is None else by.value, watch=watch)
        raise typer.Exit(_told(report, form))
    began = None if resume else datetime.now().astimezone()
    where = runs or Path("runs") / truths.name
    _run_arms(truths, Pipeline(model, settings), wanted, where, images, limit=limit, only=only, resume=resume)
    _report(where, form, plot)
    if crate:
        _packed(where, began, agent, licence)


def _refuse_beside(what: str, **given: object) -> None:
    """Refuse what asks for a model, or for part of the pictures, where a run is scored as it is."""
    wrong = next((name for name, value in given.items() if value), None)
    if wrong is not None:
        raise InputError(f"--{what} scores what is there; it takes no --{wrong}")


def _of_run(run: Path, truths: "Truths", limit: int | None, by: Breakdown | None) -> "Report":
    from nesy.experiments import evaluate_run

    return evaluate_run(run, truths, limit, by=None if by is None else by.value)


def _told(report: "Report", form: ReportFormat) -> int:
    """Print a report and return the exit code: 2 or 3 where a picture could not be read, or the model failed for it."""
    result(report.to_json(indent=2) if form is ReportFormat.JSON else report.to_text())
    return _failed(report.failures)


def _told_as_the_field(found: "Measured", form: ReportFormat) -> int:
    """Print a table of the field's measures and return the exit code."""
    result(found.table.to_json(indent=2) if form is ReportFormat.JSON else found.table.to_text())
    return _failed(found.failures)


def _failed(failures: Mapping[str, int]) -> int:
    """Tell what could not be measured and return the exit code; a reply that was no scene is measured, as empty."""
    gone = {kind: count for kind, count in failures.items() if kind != "ReplyError"}
    for kind, count in gone.items():
        what = "could not be read" if kind == "InputError" else "the model failed for"
        notice(f"error: {count} pictures that {what} are not measured")
    return 3 if "ModelError" in gone else 2 if gone else 0


def _arms(arms: str) -> "list[Arm]":
    """Return the loops that are named.

    Raises:
        InputError: there is none of a name, or no name.
    """
    from nesy.experiments import ARMS, arm

    names = list(ARMS) if arms == "all" else [name.strip() for name in arms.split(",") if name.strip()]
    if not names:
        raise InputError(f"--arms {arms!r}: no arm in it")
    return [arm(name) for name in dict.fromkeys(names)]


def _run_arms(
    truths: "Truths",
    pipeline: "Pipeline",
    wanted: "list[Arm]",
    runs: Path,
    images: Path | None,
    *,
    limit: int | None,
    only: str | None,
    resume: bool,
) -> None:
    """Compare loops on a folder of scenes, or on a data set by way of a folder of links."""
    from nesy.experiments import Traces, run_arms
    from nesy.experiments.arms.linked_folder import linked

    watch = partial(progress, what="evaluating")
    with tempfile.TemporaryDirectory(prefix="nesy-") as made:
        plain = truths.path.name == "scenes.jsonl" and images is None
        folder = truths.beside if plain else linked(truths, images, limit, Path(made))
        if not truths.dataset.complete:
            notice(f"{truths.dataset.name} lists {truths.dataset.lists}; precision and F1 are lower bounds")
        run_arms(folder, Traces(runs), pipeline, wanted, limit=limit, only=only, resume=resume, watch=watch)


def _packed(runs: Path, began: datetime | None, agent: str | None, licence: str | None) -> None:
    """Write the crate of a run; when it began is not known of one that is scored again or was gone on with."""
    from nesy.experiments import write_crate

    ended = None if began is None else datetime.now().astimezone()
    notice(f"{write_crate(runs, began=began, ended=ended, agent=agent, licence=licence)}: written")


def _as_the_field(
    truths: "Truths",
    pipeline: "Pipeline",
    limit: int | None,
    metrics: str,
    training: Path | None,
    options: "RunOptions",
) -> "Measured":
    """Run the model and take the field's measures."""
    from nesy.experiments.scoring.field.folder_measures import measure_data_set

    names = scene_metrics(metrics, given=False)
    known = known_of(training, pipeline.ontology)
    with counting() as watch:
        return measure_data_set(truths, pipeline, names, known, limit, **options, watch=watch)


def _run_as_the_field(
    run: Path, truths: "Truths", limit: int | None, metrics: str, training: Path | None, calibration: str | None
) -> "Measured":
    """Take the field's measures of a run."""
    from nesy.batch import read_run
    from nesy.experiments.scoring.field.folder_measures import measure_run
    from nesy.ontology import Ontology

    held = read_run(run)
    known = known_of(training, Ontology.with_own(*held.cards[0].settings.ontology))
    return measure_run(held, truths, scene_metrics(metrics, given=False), known, limit, calibration=calibration)


def _try_plot(folder: Path, *, of_arms: bool) -> None:
    """Make sure, before any work is done, that figures can be drawn and written."""
    if not of_arms:
        raise InputError("--plot draws what arms come to; it belongs to --arms or --replay")
    from nesy.scene.matplotlib_figure import figure

    figure(1, 1)
    refuse_folder(folder, "--plot")


def _report(runs: Path, form: ReportFormat, plot: Path | None) -> None:
    """Score the traces of a folder, write the report beside them, draw the figures that are wanted, and print it."""
    from nesy.experiments import report_of, text_table
    from nesy.experiments.arms.table import PARQUET_NEEDS, write_report

    report, made = report_of(runs)
    if write_report(runs, report, made) is None:
        notice(f"{runs}: images.parquet is not written; it needs pyarrow ({PARQUET_NEEDS})")
    if plot is not None:
        from nesy.experiments import Traces
        from nesy.experiments.arms.arm_figures import arm_figures

        files = arm_figures(Traces(runs), made)
        write_all(folder_for(plot, "--plot"), files)
        notice(f"{plot}: {', '.join(files)}")
    result(report.model_dump_json(indent=2) if form is ReportFormat.JSON else text_table(report))
