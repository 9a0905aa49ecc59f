"""`nesy explain`: an analysis and a claim in, the claim's life out; without a claim, the claims that changed."""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.album_commands import is_album, read_album
from nesy.cli.console import result
from nesy.cli.input_files import chosen_record


class LifeFormat(StrEnum):
    """How `explain` prints a life."""

    TEXT = "text"
    JSON = "json"


def explain(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="ANALYSIS",
            help="What `nesy analyze --format json` printed, one analysis or one a line; - for standard input.",
            show_default=False,
        ),
    ],
    claim: Annotated[
        str | None,
        typer.Argument(metavar="CLAIM", help="Id of a claim or an entity: r3, person_1.", show_default=False),
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which picture, where the file holds several.", show_default=False),
    ] = None,
    form: Annotated[LifeFormat, typer.Option("--format")] = LifeFormat.TEXT,
) -> None:
    """Tell a claim's life: said, objected to, asked, answered, changed. Without CLAIM: what did not stay as said."""
    from nesy.analysis import Analysis
    from nesy.analysis.life import Life, lives
    from nesy.video.timed_life import TimedLife, lives_over_time, timed_life

    album = read_album(file) if image is None and is_album(file) else None
    if album is not None and claim is not None:
        told = album.explain(claim)
        result(told.to_json(indent=2) if form is LifeFormat.JSON else str(told))
        return
    analysis = chosen_record(file, image) if album is None else album.together
    if claim is not None:
        found = analysis.explain(claim) if isinstance(analysis, Analysis) else timed_life(analysis, claim)
        result(found.to_json(indent=2) if form is LifeFormat.JSON else str(found))
        return
    changed: Sequence[Life | TimedLife] = (
        lives(analysis) if isinstance(analysis, Analysis) else lives_over_time(analysis)
    )
    if form is LifeFormat.JSON:
        result(json.dumps([json.loads(one.to_json()) for one in changed], indent=2, ensure_ascii=False))
    elif changed:
        result("\n".join(f"{one.claim}: {one.sentences[0]} {one.sentences[-1]}" for one in changed))
    else:
        result("every claim stayed as it was said")
