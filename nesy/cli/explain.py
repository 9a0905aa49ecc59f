"""`nesy explain`: an analysis and a claim in, the claim's life out; without a claim, the claims that changed."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import result
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.analysis import Analysis


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
    from nesy.analysis.life import lives

    analysis = _chosen(_read(file), image, str(file))
    if claim is not None:
        found = analysis.explain(claim)
        result(found.to_json(indent=2) if form is LifeFormat.JSON else str(found))
        return
    changed = lives(analysis)
    if form is LifeFormat.JSON:
        result(json.dumps([json.loads(one.to_json()) for one in changed], indent=2, ensure_ascii=False))
    elif changed:
        result("\n".join(f"{one.claim}: {one.sentences[0]} {one.sentences[-1]}" for one in changed))
    else:
        result("every claim stayed as it was said")


def _read(path: Path) -> "list[Analysis]":
    from nesy.analysis import Analysis

    if str(path) == "-":
        source, data = "standard input", sys.stdin.buffer.read()
    else:
        source = str(path)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    lines = data.splitlines()
    if len(lines) > 1 and lines[0].rstrip().endswith(b"}"):  # one analysis a line
        rows = [(f"{source}, line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    else:
        rows = [(source, data)]
    return [Analysis.from_json(text, where) for where, text in rows]


def _chosen(analyses: "list[Analysis]", image: str | None, source: str) -> "Analysis":
    """Return the analysis that is meant; InputError, with the pictures there are, where that is not clear."""
    names = ", ".join(analysis.image.name for analysis in analyses)
    found = [analysis for analysis in analyses if image in (None, analysis.image.name)]
    if not found:
        raise InputError(f"--image {image}: {source} holds no analysis of it; it has {names}")
    if len(found) > 1:
        raise InputError(f"{source}: holds several analyses; name one with --image: {names}")
    return found[0]
