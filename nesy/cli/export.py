"""`nesy export`: analyses in; rows that train a model out, as the loaders of others read them."""

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.console import folder_for, notice
from nesy.cli.out_option import STREAM, ForceOption, place_for, unclaimed
from nesy.cli.run_files import read_run
from nesy.errors import InputError


class TrainingName(StrEnum):
    """The formats of `nesy export`."""

    LLAVA = "llava"
    SHAREGPT = "sharegpt"
    DPO = "dpo"
    RANKING = "ranking"


class HowName(StrEnum):
    """What became of claims."""

    WITHDRAWN = "withdrawn"
    REPAIRED = "repaired"
    REASKED = "reasked"


class KindName(StrEnum):
    """What a row teaches."""

    SCENE = "scene"
    WORDS = "words"
    QUESTIONS = "questions"


def export(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            help="Analyses: one (.json), one a line (.jsonl), or a folder of `nesy analyze --out`.",
            show_default=False,
        ),
    ],
    form: Annotated[
        TrainingName,
        typer.Option(
            "--format",
            help="llava: instruction turns; sharegpt: the same for LLaMA-Factory; dpo: preference pairs for TRL; "
            "ranking: pairs for LLaMA-Factory.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Where the rows go: .json (one array) or .jsonl.",
            show_default="standard output, one row a line",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the pictures lie; rows name them below it.", show_default="bare names"),
    ] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy the pictures into images/ beside FILE.")] = False,
    turns: Annotated[
        list[KindName] | None,
        typer.Option(
            metavar="KIND",
            help="scene, words (sentences) or questions (yes or no, not of pairs); may be repeated.",
            show_default="all",
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE.toml",
            help="How the model to be trained writes boxes (`nesy models --profiles`).",
            show_default="as the model of RUN",
        ),
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, metavar="P", help="Leave out claims and corrections that are less sure."),
    ] = None,
    only: Annotated[
        list[HowName] | None,
        typer.Option(
            metavar="HOW",
            help="Only what was withdrawn, repaired or reasked; may be repeated.",
            show_default="all",
        ),
    ] = None,
    supported: Annotated[
        bool, typer.Option("--supported", help="Only claims that the witness of the analysis supports.")
    ] = False,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE", help="Only what a finding of this rule asked for; may be repeated.", show_default="all"
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="So many rows, drawn by --seed.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same rows and questions.")] = 0,
    force: ForceOption = False,
) -> None:
    """Make training data of analyses: what was corrected becomes instruction turns, or pairs of now and before.

    A scene that is still inconsistent teaches nothing, and where nothing was corrected there is no pair. That a scene
    is consistent does not make it true: each row tells in `provenance` how its claims went.
    """
    target = Path(STREAM) if out is None else out
    _refuse_odd(target, form, copy=copy, images=images)
    from nesy.interchange.lessons import KINDS, Course
    from nesy.interchange.picture_paths import PicturePaths
    from nesy.interchange.taught import Wanted
    from nesy.interchange.training_file import COPIES, FORMATS, Destination, write_training
    from nesy.perception.profile import read_profile

    pairs = FORMATS[form.value].pairs
    kinds = tuple(kind for kind in KINDS if (kind in turns if turns else not pairs or kind != "questions"))
    if pairs and "questions" in kinds:
        raise InputError(f"--turns questions: --format {form.value} is of pairs, and no question was answered before")
    unclaimed([target, *([target.parent / COPIES] if copy else [])] if str(target) != STREAM else (), force=force)
    course = Course(
        wanted=Wanted(
            least=min_confidence,
            only=frozenset(one.value for one in only or ()),
            rules=tuple(rules or ()),
            supported=supported,
        ),
        kinds=kinds,
        pairs=pairs,
        profile=None if profile is None else read_profile(profile),
        seed=seed,
    )
    pictures = None if images is None else PicturePaths(images)
    if str(target) != STREAM:
        folder_for(target.parent)
    left_out: Counter[str] = Counter()
    with place_for(target, ".jsonl") as file:
        to = Destination(file, pictures, copied=copy, limit=limit, force=force)
        written = write_training(read_run(run, left_out), form.value, course, to, left_out)
    told = "".join(f"; {number} {why}" for why, number in left_out.items() if number)
    where = "standard output" if str(target) == STREAM else target
    notice(f"{written} {'row' if written == 1 else 'rows'} to {where}{told}")


def _refuse_odd(target: Path, form: TrainingName, *, copy: bool, images: Path | None) -> None:
    """Make sure, before any work is done, that rows can go there."""
    if copy and images is None:
        raise InputError("--copy needs --images DIR, where the pictures lie")
    if str(target) == STREAM:
        if form in (TrainingName.SHAREGPT, TrainingName.RANKING):
            raise InputError(
                f"--format {form.value}: LLaMA-Factory finds rows by an entry beside their file; --out names it"
            )
        if copy:
            raise InputError("--copy: pictures are copied beside the file of rows; --out names it")
        return
    if target.suffix.lower() not in (".json", ".jsonl"):
        raise InputError(f"--out {target}: the ending tells how rows are written; .json or .jsonl would be right")
    if target.is_dir():
        raise InputError(f"--out {target}: a folder has this name")
