"""`nesy synth`: drawn scenes with exact ground truth."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.console import folder_for, result
from nesy.cli.out_option import ForceOption, unclaimed
from nesy.errors import InputError


class Split(StrEnum):
    """What kind of scenes are drawn; only ordinary ones are ever trained on."""

    ORDINARY = "ordinary"
    HARD = "hard"
    SHIFTED = "shifted"
    COUNTER = "counter"


def synth(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where images/ and scenes.jsonl go.", show_default=False)],
    n: Annotated[int, typer.Option("--n", min=1, max=1_000_000, help="How many scenes.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same scenes.")] = 0,
    split: Annotated[Split, typer.Option(help="Which kind of scenes.")] = Split.ORDINARY,
    video: Annotated[
        bool, typer.Option("--video", help="Draw clips: a folder each, with frames, clip.gif and truth.json.")
    ] = False,
    frames: Annotated[
        int | None, typer.Option(metavar="N", help="Frames of a clip, 8 to 32, half a second apart.", show_default="16")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Draw scenes with exact ground truth: images/*.png and scenes.jsonl; with --video, clips."""
    if video:
        from nesy.video.drawn_clip import clip_name, write_clips

        if split is not Split.ORDINARY:
            raise InputError(f"--split {split.value}: clips are drawn of ordinary scenes alone")
        unclaimed([out / clip_name(seed, index) for index in range(n)], force=force)
        told = write_clips(folder_for(out), n, seed, 16 if frames is None else frames)
        result("\n".join(f"{number:>8}  {what.replace('_', ' ')}" for what, number in told.items()))
        return
    if frames is not None:
        raise InputError("--frames belongs to --video")
    from nesy.synthetic import write_split

    unclaimed([out / "scenes.jsonl", out / "images"], force=force)
    counts = write_split(folder_for(out), n, seed, split.value)
    result("\n".join(f"{number:>8}  {what.replace('_', ' ')}" for what, number in counts.items()))
