"""`nesy analyze` and `nesy perceive`: images in, analyses or scenes out; of clips `nesy.cli.video` tells."""

import io
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli import engine_options as engines
from nesy.cli.album_commands import album_files, analyzed_together, finish, store_album
from nesy.cli.batch import (
    BatchOptions,
    RecordsOption,
    ResumeOption,
    RetryOption,
    ShardOption,
    analyze_data_set,
    holds_timeline,
    is_batch,
)
from nesy.cli.console import fail, folder_for, notice, progress, result, write_all
from nesy.cli.model_options import (
    AdapterOption,
    AttentionOption,
    ConcurrencyOption,
    DescribeOption,
    DeviceOption,
    DtypeOption,
    ModelOption,
    ProfileOption,
    QuantizeOption,
    TimeoutOption,
    perception,
)
from nesy.cli.out_option import ForceOption, unclaimed
from nesy.cli.result_names import names_apart
from nesy.cli.settings_options import (
    ConfigOption,
    OffOption,
    OnlyOption,
    OntologyOption,
    RulesOption,
    SetOption,
    WitnessOption,
    effective,
)
from nesy.cli.video import EveryOption, VideoOption, analyze_clips, are_clips, refuse_unfit
from nesy.errors import InputError, ModelError, ReplyError
from nesy.settings import CorrectionSettings

if TYPE_CHECKING:
    from rich.text import Text

    from nesy.analysis import Analysis
    from nesy.graph.store import Store
    from nesy.image import Image
    from nesy.pipeline import Pipeline

_PATIENCE_S = 30.0
"""How long to wait for another process to let go of the store; a query or an addition takes far less."""


class AnalysisFormat(StrEnum):
    """How `analyze` prints an analysis; turtle holds the final scene, trig every round with its provenance."""

    TEXT = "text"
    JSON = "json"
    TURTLE = "turtle"
    TRIG = "trig"


def analyze(
    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE...",
            help="Picture files, or clips; or a data set: a folder, a pattern, a list or a tar file.",
            show_default=False,
        ),
    ],
    model: ModelOption = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=10,
            metavar="N",
            help="Corrective rounds after the first description.",
            show_default=str(CorrectionSettings().rounds),
        ),
    ] = None,
    describe: DescribeOption = None,
    profile: ProfileOption = None,
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    attention: AttentionOption = None,
    quantize: QuantizeOption = None,
    adapter: AdapterOption = None,
    timeout: TimeoutOption = None,
    concurrency: ConcurrencyOption = 1,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    marks: Annotated[
        bool, typer.Option("--marks", help="Send a second picture with a question: the image with numbered boxes.")
    ] = False,
    witness: WitnessOption = None,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    together: Annotated[
        bool,
        typer.Option("--together", help="Show 2 to 12 pictures at once too, and tell which things are the same."),
    ] = False,
    form: Annotated[AnalysisFormat, typer.Option("--format", help="Several images: one JSON a line.")] = (
        AnalysisFormat.TEXT
    ),
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write NAME.analysis.json, .ttl, .trig and an annotated .png per image; of a data set, a run.",
        ),
    ] = None,
    force: ForceOption = False,
    resume: ResumeOption = False,
    retry_errors: RetryOption = False,
    shard: ShardOption = None,
    records: RecordsOption = None,
    engine: engines.EngineOption = engines.Engine.LOCAL,
    ray_address: engines.RayAddressOption = None,
    workers: engines.WorkersOption = None,
    worker_cpus: engines.WorkerCpusOption = None,
    worker_gpus: engines.WorkerGpusOption = None,
    video: VideoOption = False,
    every: EveryOption = None,
    store: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also add every analysis to this store, for `nesy query`; made if missing."),
    ] = None,
) -> None:
    """Describe images, check, have the model look again, and repair what remains.

    A folder, a quoted pattern, a list (.txt, .jsonl) or a tar file is a data set: --out is then a run, and what is
    printed is its summary.
    """
    from nesy.models.side_by_side import refuse_threads
    from nesy.pipeline import Pipeline
    from nesy.turns import misfit_of

    refuse_threads(model, concurrency)
    settings = effective(
        config,
        set_,
        ontology=ontology,
        rules=rules,
        off=off,
        only=only,
        correction__rounds=rounds,
        correction__marks=marks or None,
        witness=witness,
        video__every_s=every,
        **perception(model, describe, profile, device, dtype, attention, quantize, adapter, timeout),
    )
    cluster = engines.cluster_of(engine, ray_address, workers, worker_cpus, worker_gpus)
    batch = BatchOptions(resume, retry_errors, shard, records, force, concurrency, cluster)
    data_set = is_batch(images, batch, video=video, together=together)
    clips = not data_set and are_clips(images, forced=video or holds_timeline(images[0]))
    refuse_unfit(
        clips=clips, together=together, video=video, every=every, concurrency=concurrency, force=force, out=out
    )
    if data_set:
        pipeline = Pipeline(model, settings)

        def ready() -> None:
            _load_rules(pipeline)
            if cluster is None:
                _load_model(pipeline, named=model is not None)

        raise typer.Exit(analyze_data_set(images, pipeline, batch, form.value, out, store, ready))
    if together:
        pipeline = Pipeline(model, settings)
        raise typer.Exit(_together(pipeline, images, form, out, store, force=force, named=model is not None))
    if clips:
        if store is not None:
            raise InputError("--store: holds analyses of pictures; --format trig writes what is claimed of a clip")
        pipeline = Pipeline(model, settings)
        _load_rules(pipeline)
        folder = None if out is None else folder_for(out)
        names = names_apart(images)
        raise typer.Exit(
            analyze_clips(images, pipeline, form.value, folder, names, force=force, concurrency=concurrency)
        )
    stems = [None] * len(images) if out is None else _stems(images, folder_for(out), force=force)
    if store is not None:
        _try_store(store)
    pipeline = Pipeline(model, settings)
    if concurrency == 1 or not settings.knows_what_is_shipped:  # else it is loaded while a server is waited for
        _load_rules(pipeline)
    worst, told = 0, set[str]()
    seen = pipeline.map(partial(_analyzed, named=model is not None), images, concurrency)
    for path, stem in progress(list(zip(images, stems, strict=True)), "Analyzing"):
        found = next(seen)
        if isinstance(found, InputError):
            worst = max(worst, fail(str(found), 2))
            continue
        if isinstance(found, (ModelError, ReplyError)):
            worst = max(worst, fail(f"{path}: {found}", 3))
            continue
        image, analysis = found
        if out is not None and stem is not None:
            write_all(out, _files(stem, image, analysis))
        if store is not None:
            worst = max(worst, _add(analysis, store))
        if form is AnalysisFormat.TEXT and path is not images[0]:
            result("")  # an empty line between two accounts
        result(_shown(analysis, form, several=len(images) > 1))
        for line in getattr(pipeline.model, "told", ()):
            if line not in told:
                told.add(line)
                notice(line)
        if why := misfit_of(pipeline.model, image) or analysis.verdict.why_unknown:
            notice(f"{path}: {why}")
        worst = max(worst, 0 if analysis.consistent else 1)
    raise typer.Exit(worst)


def _together(
    pipeline: "Pipeline",
    images: list[Path],
    form: AnalysisFormat,
    out: Path | None,
    store: Path | None,
    *,
    force: bool,
    named: bool,
) -> int:
    """Analyze pictures together and return the exit code; what is wrong with one of them ends the command."""
    from nesy.image import Image
    from nesy.loop.together import rules_together, together

    pictures = together([Image.open(path) for path in images])
    stems: list[str | None] = []
    if out is not None:
        stems = _stems([*images, Path("together")], folder_for(out), force=force, endings=(*_ENDINGS, ".album.json"))
    if store is not None:
        _try_store(store)
    _load_rules(pipeline)
    _ = rules_together(pipeline.settings, pipeline.ontology)
    _load_model(pipeline, named=named)
    album = analyzed_together(pipeline, pictures)
    files: dict[str, bytes] = {}
    for stem, picture, analysis in zip(stems, pictures, album.pictures, strict=False):
        files |= _files(str(stem), picture, analysis)
    if stems:
        files |= album_files(str(stems[-1]), pictures, album)
    worst = finish(album, form.value, out, files)
    if store is not None:
        worst = max(worst, _added(lambda into: store_album(album, into), "the album", store))
    return worst


def perceive(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture file.", show_default=False)],
    model: ModelOption = None,
    describe: DescribeOption = None,
    profile: ProfileOption = None,
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    attention: AttentionOption = None,
    quantize: QuantizeOption = None,
    adapter: AdapterOption = None,
    timeout: TimeoutOption = None,
    witness: WitnessOption = None,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Print what the model sees at first sight, as a scene (JSON); nothing is checked."""
    from nesy.image import Image
    from nesy.pipeline import Pipeline
    from nesy.turns import misfit_of

    asked = perception(model, describe, profile, device, dtype, attention, quantize, adapter, timeout)
    settings = effective(config, set_, ontology=ontology, witness=witness, **asked)
    pipeline = Pipeline(model, settings)
    _ = pipeline.ontology
    picture = Image.open(image)
    seen = pipeline.dialogue_about(picture).perceive(picture).parsed
    if misfit := misfit_of(pipeline.model, picture):
        notice(f"{image}: {misfit}")
    for problem in seen.problems:
        notice(f"note: {problem}")
    result(seen.scene.to_json(indent=2))


def _analyzed(
    pipeline: "Pipeline", path: Path, *, named: bool
) -> "tuple[Image, Analysis] | InputError | ModelError | ReplyError":
    """Return a picture and its analysis, or why there is none; a model that cannot be loaded is an error of all."""
    from nesy.image import Image

    try:
        image = Image.open(path)
    except InputError as error:
        return error
    _load_model(pipeline, named=named)
    try:
        return image, pipeline.analyze(image)
    except (ModelError, ReplyError) as error:
        return error


def _load_rules(pipeline: "Pipeline") -> None:
    """Load ontology and rules now: a broken file is told before a model is loaded."""
    _ = pipeline.ontology
    if not len(pipeline.rules):
        notice("no rule is loaded; every scene is consistent")


def _load_model(pipeline: "Pipeline", *, named: bool) -> None:
    """Load the model now: one that cannot be loaded ends the command, while one failed reply does not."""
    loaded = "model" in vars(pipeline)
    _ = pipeline.model, pipeline.witnesses
    if not (named or loaded):
        from nesy.models.registry import chosen_model

        notice(chosen_model(pipeline.settings.perception))


def _try_store(path: Path) -> None:
    """Open the store now, and make it where it is missing: one that cannot be used is told before a model is loaded."""
    from nesy.graph.store import Store

    Store(path, wait_s=_PATIENCE_S).close()


def _add(analysis: "Analysis", path: Path) -> int:
    return _added(lambda store: store.add(analysis), analysis.image.name, path)


def _added(add: "Callable[[Store], object]", name: str, path: Path) -> int:
    """Add to the store, open for that moment alone so that others can use it meanwhile; the exit code."""
    from nesy.graph.store import Store

    try:
        with Store(path, wait_s=_PATIENCE_S) as store:
            add(store)
    except InputError as error:
        return fail(f"{name}: not in the store; {error}", 2)
    return 0


_ENDINGS = (".analysis.json", ".ttl", ".trig", ".png")


def _stems(images: list[Path], out: Path, *, force: bool, endings: Sequence[str] = _ENDINGS) -> "list[str | None]":
    """Return the name that each image's results get in `out`, all different.

    Raises:
        InputError: a result would overwrite one of the images; or an earlier result, and `force` is False.
    """
    stems = names_apart(images)
    sources = {image.resolve() for image in images}
    for stem in stems:
        if (out / f"{stem}.png").resolve() in sources:
            raise InputError(f"--out {out}: {stem}.png would overwrite the image itself; choose another folder")
    unclaimed((out / f"{stem}{ending}" for stem in stems for ending in endings), force=force)
    return [*stems]


def _shown(analysis: "Analysis", form: AnalysisFormat, *, several: bool) -> "str | Text":
    if form is AnalysisFormat.JSON:
        return analysis.to_json(indent=None if several else 2)
    if form is AnalysisFormat.TURTLE:
        return analysis.to_rdf("turtle")
    if form is AnalysisFormat.TRIG:
        return analysis.to_rdf("trig")
    from nesy.rendering.account import account

    return account(analysis)


def _files(stem: str, image: "Image", analysis: "Analysis") -> dict[str, bytes]:
    """Return what `--out` holds of one image: every file's name and bytes."""
    from nesy.rendering.picture import annotated

    drawn = io.BytesIO()
    annotated(image, analysis).save(drawn, "PNG")
    return {
        f"{stem}.analysis.json": analysis.to_json(indent=2).encode() + b"\n",
        f"{stem}.ttl": analysis.to_rdf("turtle").encode(),
        f"{stem}.trig": analysis.to_rdf("trig").encode(),
        f"{stem}.png": drawn.getvalue(),
    }
