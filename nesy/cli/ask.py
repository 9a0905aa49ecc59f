"""`nesy ask`: an image and a question in, a checked answer out."""

from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.album_commands import asked_together, is_album, listed_answer, told_of_album
from nesy.cli.clip_questions import asked_of_clip, clip_of, listed_of_clip, told_of_clip
from nesy.cli.console import notice, result
from nesy.cli.input_files import chosen_list, holds_run
from nesy.cli.model_options import (
    AdapterOption,
    AttentionOption,
    DeviceOption,
    DtypeOption,
    ModelOption,
    ProfileOption,
    QuantizeOption,
    TimeoutOption,
    perception,
)
from nesy.cli.near_records import near
from nesy.cli.parse import LanguageOption
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
from nesy.cli.video import EveryOption, VideoOption, are_clips, refuse_unfit
from nesy.errors import InputError
from nesy.settings import LANGUAGES, CorrectionSettings

if TYPE_CHECKING:
    from nesy.analysis import Analysis
    from nesy.answering import Answered
    from nesy.pipeline import Pipeline
    from nesy.video.timeline import Timeline
    from nesy.video.video_analysis import VideoAnalysis


class AnswerFormat(StrEnum):
    """How `ask` prints an answer."""

    TEXT = "text"
    JSON = "json"


def ask(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE... QUESTION",
            help="A picture file, a clip, or an analysis (.json, .jsonl, or - for standard input), and what to ask "
            "of it; with --together several pictures, or an album.",
            show_default=False,
        ),
    ],
    model: ModelOption = None,
    profile: ProfileOption = None,
    device: DeviceOption = None,
    dtype: DtypeOption = None,
    attention: AttentionOption = None,
    quantize: QuantizeOption = None,
    adapter: AdapterOption = None,
    timeout: TimeoutOption = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=10,
            metavar="N",
            help="Further looks, at the scene and at the answer alike.",
            show_default=str(CorrectionSettings().rounds),
        ),
    ] = None,
    rules: RulesOption = None,
    off: OffOption = None,
    only: OnlyOption = False,
    witness: WitnessOption = None,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    language: LanguageOption = None,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Print the bare model's answer; nothing is described or checked.")
    ] = False,
    of: Annotated[
        str | None,
        typer.Option("--image", metavar="NAME", help="Which picture, where an analysis file holds several."),
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="Ask of 2 to 12 pictures: in which, how many in all, what differs.")
    ] = False,
    video: VideoOption = False,
    every: EveryOption = None,
    form: Annotated[AnswerFormat, typer.Option("--format")] = AnswerFormat.TEXT,
) -> None:
    """Answer a question about an image or a clip; the answer is checked, and asked for again where it cannot be true.

    An analysis, or a timeline, is asked for what it lists, without a model. With --model its picture or clip is looked
    for beside the file, in the folder above and in the working folder (the same file, by its sum), and the model looks
    at it again.
    """
    from nesy.analysis import Analysis

    *paths, question = words
    images = [Path(path) for path in paths]
    if not images:
        raise InputError(f"{question}: no QUESTION; `nesy ask IMAGE... QUESTION` takes both")
    if len(images) > 1 and not together:
        raise InputError(f"{len(images)} pictures and a question: --together asks of all of them at once")
    image, analysis = images[0], None
    listed: VideoAnalysis | Timeline | None = None
    if len(images) == 1 and is_album(image):
        raise typer.Exit(told_of_album(listed_answer(image, question, language or LANGUAGES[0]), form.value))
    if (not together and (image.suffix.lower() in (".json", ".jsonl") or holds_run(image))) or str(image) == "-":
        record = chosen_list(image, of)
        if isinstance(record, Analysis):
            analysis = record
        else:
            listed = record
    if listed is not None and model is None:
        raise typer.Exit(told_of_clip(listed_of_clip(listed, question, language or LANGUAGES[0]), form.value))
    if analysis is not None:
        found = None if model is None else _picture_of(analysis, image)
        if found is None:
            if model is not None:
                notice(f"{analysis.image.name}: not found beside {image}; answered from the list of the analysis")
            raise typer.Exit(_told(_listed(analysis, question, language or LANGUAGES[0]), form))
        image = found
    elif of is not None and listed is None:
        raise InputError(f"--image {of}: chooses an analysis of a file, and {image} is taken for a picture")
    from nesy.image import Image
    from nesy.language.question_parser import read_question
    from nesy.pipeline import Pipeline

    settings = effective(
        config,
        set_,
        ontology=ontology,
        rules=rules,
        off=off,
        only=only,
        correction__rounds=rounds,
        language__code=language,
        witness=witness,
        video__every_s=every,
        **perception(model, None, profile, device, dtype, attention, quantize, adapter, timeout),
    )
    clips = listed is not None or are_clips(images, forced=video)
    refuse_unfit(clips=clips, together=together, video=video, every=every)
    pipeline = Pipeline(model, settings)
    if together:
        if no_check or of is not None:
            raise InputError(f"--{'no-check' if no_check else 'image'}: belongs to a question about one picture")
        raise typer.Exit(told_of_album(asked_together(pipeline, images, question), form.value))
    if clips:
        raise typer.Exit(_of_clip(pipeline, image, question, listed, form, checked=not no_check))
    # A question that cannot be asked is told before a model is loaded.
    read_question(question, pipeline.ontology, settings.language.code)
    picture = Image.open(image)
    if not no_check:
        _ = pipeline.rules  # a broken rule file likewise
    raise typer.Exit(_told(pipeline.ask(picture, question, checked=not no_check, analysis=analysis), form))


def _of_clip(
    pipeline: "Pipeline",
    path: Path,
    question: str,
    listed: "VideoAnalysis | Timeline | None",
    form: AnswerFormat,
    *,
    checked: bool,
) -> int:
    """Ask a clip, or the clip of a record; return the exit code."""
    clip = path if listed is None else clip_of(listed, path, pipeline)
    if clip is None:
        assert listed is not None, "a clip that was named is there, or is told to be missing"
        notice(f"{listed.name}: not found beside {path}; answered from the list of the analysis")
        language = pipeline.settings.language.code
        return told_of_clip(listed_of_clip(listed, question, language), form.value)
    return told_of_clip(asked_of_clip(pipeline, clip, question, checked=checked, analysis=listed), form.value)


def _listed(analysis: "Analysis", question: str, language: str) -> "Answered":
    """Answer a question from what an analysis lists; InputError for one that no list can answer."""
    from nesy.answering.listed_answer import answered_by_list
    from nesy.language.question_parser import read_question

    return answered_by_list(read_question(question, analysis.known, language), analysis, analysis.known)


def _picture_of(analysis: "Analysis", file: Path) -> Path | None:
    """Return the picture of an analysis where it lies near its file, and is the same."""
    name = Path(analysis.image.name).name
    for folder in near(file):
        path = folder / name
        if path.is_file() and analysis.image.sha256 in (None, sha256(path.read_bytes()).hexdigest()):
            return path
    return None


def _told(answered: "Answered", form: AnswerFormat) -> int:
    """Print an answer; return the exit code."""
    if form is AnswerFormat.JSON:
        result(answered.to_json(indent=2))
    else:
        from nesy.rendering.answer_account import answer_account

        result(answer_account(answered))
    if answered.why_unknown:
        notice(f"{answered.image.name}: {answered.why_unknown}")
    return 0 if answered.consistent and not answered.why_unknown else 1
