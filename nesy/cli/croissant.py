"""`nesy croissant`: a folder of scenes in; its Croissant metadata out, beside them."""

from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.console import folder_for, notice, write_all
from nesy.cli.out_option import ForceOption, unclaimed
from nesy.errors import InputError


def croissant(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Holds scenes.jsonl, and its pictures in images/.", show_default=False),
    ],
    licence: Annotated[
        str, typer.Option("--license", metavar="ID|URL", help="Of SPDX (CC-BY-4.0), or an address.", show_default=False)
    ],
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Of the data set.", show_default="that of DIR")
    ] = None,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What it is.", show_default="what the files hold, in numbers")
    ] = None,
    creator: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Who made it; may be repeated.", show_default=False)
    ] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where it is told about.", show_default=False)] = None,
    cite: Annotated[
        str | None, typer.Option(metavar="TEXT", help="How it is to be cited, best as BibTeX.", show_default=False)
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="DAY", help="When it was published: 2026-01-31.", show_default=False)
    ] = None,
    version: Annotated[str, typer.Option(metavar="X.Y.Z", help="Of the data set.")] = "1.0.0",
    rai: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROPERTY=TEXT",
            help="What the vocabulary for responsible AI asks, such as dataBiases=...; may be repeated.",
            show_default=False,
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write croissant.json beside scenes.jsonl: what a data set holds, for its readers and for search engines."""
    from nesy.interchange.croissant import FILE, About
    from nesy.interchange.croissant import croissant as metadata

    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    unclaimed([folder / FILE], force=force)
    about = About(
        licence=licence,
        name=name,
        description=description,
        cite=cite,
        creators=tuple(creator or ()),
        url=url,
        published=date,
        version=version,
        rai=dict(map(_split, rai or ())),
    )
    text = metadata(folder, about)
    write_all(folder_for(folder), {FILE: text.encode()})
    asked = {"--creator": creator, "--url": url, "--cite": cite, "--date": date}
    left = [option for option, given in asked.items() if not given]
    notice(f"{folder / FILE}: written" + (f"; Croissant asks for {', '.join(left)} too" if left else ""))


def _split(told: str) -> tuple[str, str]:
    name, is_there, text = told.partition("=")
    if not is_there or not text.strip():
        raise InputError(f"--rai {told!r}: PROPERTY=TEXT is expected")
    return name, text
