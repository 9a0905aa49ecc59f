"""`nesy judge`: a model gives marks to two answers to the same questions; and which biases the marks have."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import growing, notice, result
from nesy.cli.evaluate import ReportFormat
from nesy.cli.input_files import read_scenes
from nesy.cli.metrics_option import told_of
from nesy.cli.model_options import (
    AdapterOption,
    AttentionOption,
    ConcurrencyOption,
    DeviceOption,
    DtypeOption,
    ModelOption,
    ProfileOption,
    QuantizeOption,
    TimeoutOption,
    perception,
)
from nesy.cli.out_option import ForceOption
from nesy.cli.settings_options import ConfigOption, SetOption, WitnessOption, effective
from nesy.errors import InputError, ModelError

if TYPE_CHECKING:
    from nesy.pipeline import Pipeline
    from nesy.scene import Scene


def judge(
    answers: Annotated[
        Path,
        typer.Argument(
            metavar="ANSWERS",
            help="Rows of question, answers (two, by name), and image or context; or of question and answer, with "
            "CANDIDATE.",
            show_default=False,
        ),
    ],
    candidate: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CANDIDATE]", help="Other answers to the same questions; then ANSWERS are the reference."
        ),
    ] = None,
    model: ModelOption = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep every reply there (JSON Lines).", show_default=False),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the replies that --out holds.")] = False,
    force: ForceOption = False,
    reference: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which of the two named answers is the reference.", show_default="the first"),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the pictures are.", show_default="beside ANSWERS"),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="True scenes, or analyses, of the pictures: by these claims are supported.",
            show_default=False,
        ),
    ] = None,
    witness: WitnessOption = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N pairs.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    form: Annotated[ReportFormat, typer.Option("--format", help="A table, or JSON.")] = ReportFormat.TEXT,
    profile: ProfileOption = None,
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    attention: AttentionOption = None,
    quantize: QuantizeOption = None,
    adapter: AdapterOption = None,
    timeout: TimeoutOption = None,
    concurrency: ConcurrencyOption = 1,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Have a model judge two answers to each question, in both orders, on helpfulness, relevance, accuracy and detail.

    Marks are 1 to 10; the relative score is 100 for the reference. Beside it stand what coming first and what being
    longer is worth, and how often the judge agrees with the check of the claims that the answers make.
    """
    from nesy.experiments.judging.answer_pairs import read_pairs, read_two
    from nesy.experiments.judging.checked_answers import check_answers
    from nesy.experiments.judging.judge_report import report_on
    from nesy.experiments.judging.judgements import JudgementFile, PairJudgement
    from nesy.experiments.judging.judging import judge_pairs
    from nesy.pipeline import Pipeline

    if candidate is not None and reference is not None:
        raise InputError("--reference names one of the answers of one file; of two files the first is the reference")
    if out is None and (resume or force):
        raise InputError("--resume and --force belong to --out FILE")
    asked = perception(model, profile=profile, device=device, dtype=dtype, attention=attention, quantize=quantize,
                       adapter=adapter, timeout=timeout)  # fmt: skip
    settings = effective(config, set_, witness=witness, **asked)
    found = read_pairs(answers, reference, images) if candidate is None else read_two(answers, candidate, images)
    told_of(found.alone, "in one file alone, left out")
    if limit is not None:
        found = type(found)(found.pairs[:limit], found.names, found.alone)
    trusted = None if evidence is None else _by_picture(evidence)
    file = None if out is None else JudgementFile(out)
    done: tuple[PairJudgement, ...] = () if file is None else file.begin(resume=resume, force=force)
    pipeline = Pipeline(model, settings)
    _must_judge(pipeline)
    given = list(done)
    with growing("judging", 2 * len(found.pairs)) as advance:
        for one in judge_pairs(found.pairs, pipeline, done, concurrency):
            given.append(one)
            if file is not None:
                file.add(one)
            if one.problem:
                notice(f"{one.id}, {one.order}: {one.problem}")
            advance(1)
    checked = check_answers(found.pairs, trusted, settings.witness)
    report = report_on(found, given, checked, pipeline.model_info.id, seed)
    result(report.to_json(indent=2) if form is ReportFormat.JSON else report.to_text())


def _must_judge(pipeline: "Pipeline") -> None:
    """Refuse a model that has learnt turns of its own, judging not among them, before anything is asked."""
    turns = getattr(pipeline.model, "turns", None)
    if turns is not None and "judge" not in turns:
        raise ModelError(
            f"{pipeline.model_info.id} has learnt to {', '.join(turns)}, not to judge",
            "name another model with --model",
        )


def _by_picture(path: Path) -> "dict[str, Scene]":
    found = {}
    for text in read_scenes(path).scenes:
        scene = text.scene()
        if scene.image is None:
            raise InputError(f"{text.source}: names no picture (image.name); evidence is found by it")
        found[Path(scene.image.name).name] = scene
    return found
