"""`nesy witness`: pictures in, what eyes other than the model's see in them out."""

import io
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import fail, folder_for, progress, result, table, write_all
from nesy.cli.out_option import ForceOption, unclaimed
from nesy.cli.result_names import names_apart
from nesy.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from nesy.image import Image
    from nesy.observations import Observations

EMBEDDED = "embedded"
READER = "rapidocr"
"""The witness that reads text, by its name."""
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif", ".heic")
"""What is taken for a picture in a folder."""
_ENDINGS = (".observations.json", ".observed.png")


class WitnessFormat(StrEnum):
    """How `witness` prints what is seen; JSON is one `nesy.observations/1` a line."""

    TEXT = "text"
    JSON = "json"


def witness(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE...", help="Picture files, or folders of them.", show_default=False)
    ],
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--witness",
            metavar="W",
            help="Who looks; once or several times (or joined by commas), then side by side.",
            show_default=EMBEDDED,
        ),
    ] = None,
    ocr: Annotated[bool, typer.Option("--ocr", help="Read the text in the picture too (pip install 'nesy[ocr]').")] = (
        False
    ),
    form: Annotated[WitnessFormat, typer.Option("--format")] = WitnessFormat.TEXT,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write NAME.observations.json and a drawn NAME.observed.png per image."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Look at pictures with eyes other than the model's: things, people with their joints, lines of text."""
    from nesy.image import Image
    from nesy.observations import joined
    from nesy.witness.roster import load_all

    pictures = _pictures(images)
    stems = [""] * len(pictures) if out is None else _stems(pictures, folder_for(out), force=force)
    witnesses = load_all(",".join([*([EMBEDDED] if by is None else by), *([READER] if ocr else [])]))
    worst = 0
    for number, (path, stem) in enumerate(progress(list(zip(pictures, stems, strict=True)), "Looking")):
        try:
            image = Image.open(path)
        except InputError as error:
            worst = max(worst, fail(str(error), 2))
            continue
        seen = joined([one.observe(image) for one in witnesses])
        if out is not None:
            write_all(out, _files(stem, image, seen))
        if form is WitnessFormat.JSON:
            result(seen.to_json())
            continue
        if number:
            result("")  # an empty line between two pictures
        result(_heading(seen))
        if seen.things or seen.people or seen.texts:
            result(_told(seen))
    raise typer.Exit(worst)


def _pictures(paths: list[Path]) -> list[Path]:
    """Return the files that are named, and of a folder those that end as pictures do, by name.

    Raises:
        InputError: a folder holds no picture.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES and file.is_file())
        if not inside:
            raise InputError(f"{path}: a folder without pictures ({', '.join(_SUFFIXES)})")
        found += inside
    return found


def _stems(pictures: list[Path], out: Path, *, force: bool) -> list[str]:
    """Return the name that each picture's results get in `out`; InputError where one is there already."""
    stems = names_apart(pictures)
    unclaimed((out / f"{stem}{ending}" for stem in stems for ending in _ENDINGS), force=force)
    return stems


def _heading(seen: "Observations") -> str:
    name = "" if seen.image is None else seen.image.name
    things = ", ".join(_counted(seen)) or "nothing"
    return f"{name}: {things} (by {', '.join(witness.name for witness in seen.witnesses)})"


def _counted(seen: "Observations") -> list[str]:
    """Return how many of each category were seen, of people with joints and of lines of text."""
    categories = dict.fromkeys((thing.witness, thing.category) for thing in seen.things)
    several = len({witness for witness, _ in categories}) > 1
    told = []
    for witness, category in categories:
        number = sum((thing.witness, thing.category) == (witness, category) for thing in seen.things)
        told.append(f"{number} {category.replace('_', ' ')}" + (f" [{witness}]" if several else ""))
    if seen.texts:
        told.append("1 line of text" if len(seen.texts) == 1 else f"{len(seen.texts)} lines of text")
    return told


def _told(seen: "Observations") -> "Table":
    from nesy.observations import KEYPOINTS

    rows = [
        (thing.category.replace("_", " "), f"{thing.score:.2f}", _box(thing.box), "", thing.witness)
        for thing in seen.things
    ]
    for person in seen.people:
        joints = person.keypoints.named(0.2)
        told = f"{len(joints)} of {len(KEYPOINTS)} joints"
        rows.append(("person with joints", f"{person.score:.2f}", _box(person.box), told, person.witness))
    rows += [("text", f"{line.score:.2f}", _box(line.box), line.text, line.witness) for line in seen.texts]
    return table(("what", "score", "box", "tells", "witness"), rows)


def _box(box: tuple[float, ...]) -> str:
    return " ".join(f"{edge:.2f}" for edge in box)


def _files(stem: str, image: "Image", seen: "Observations") -> dict[str, bytes]:
    from nesy.rendering.observed_picture import observed_picture

    drawn = io.BytesIO()
    observed_picture(image, seen).save(drawn, "PNG")
    return {
        f"{stem}.observations.json": seen.to_json(indent=2).encode() + b"\n",
        f"{stem}.observed.png": drawn.getvalue(),
    }
