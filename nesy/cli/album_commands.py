"""`nesy analyze --together` and `nesy ask --together`: pictures in, an album or an answer out."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.cli.console import notice, progress, result, write_all
from nesy.cli.input_files import read_scenes

if TYPE_CHECKING:
    from rich.text import Text

    from nesy.analysis import Album
    from nesy.answering.album_answer import AlbumAnswer
    from nesy.graph.store import Store
    from nesy.image import Image
    from nesy.pipeline import Pipeline

_SCHEMA = "nesy.album/1"


def analyzed_together(pipeline: "Pipeline", images: "Sequence[Image]") -> "Album":
    """Analyze pictures together, with a progress bar.

    Raises:
        NesyError: as `Pipeline.analyze_together`.
    """
    return pipeline.analyze_together(images, lambda pictures: progress(pictures, "Analyzing"))


def shown_album(album: "Album", form: str) -> "str | Text":
    """Return an album as it is printed: as `text`, `json`, `turtle` or `trig`."""
    if form == "json":
        return album.to_json(indent=2)
    if form in ("turtle", "trig"):
        return album.to_rdf("turtle" if form == "turtle" else "trig")
    from nesy.rendering.album_account import album_account

    return album_account(album)


def album_files(stem: str, images: "Sequence[Image]", album: "Album") -> dict[str, bytes]:
    """Return what `--out` holds of an album beside the files of its pictures: every file's name and bytes."""
    from nesy.rendering.album_picture import annotated_album

    drawn = io.BytesIO()
    annotated_album(images, album).save(drawn, "PNG")
    return {
        f"{stem}.album.json": album.to_json(indent=2).encode() + b"\n",
        f"{stem}.ttl": album.to_rdf("turtle").encode(),
        f"{stem}.trig": album.to_rdf("trig").encode(),
        f"{stem}.png": drawn.getvalue(),
    }


def store_album(album: "Album", store: "Store") -> None:
    """Add each picture's analysis, and what is the same in them, to a store.

    Raises:
        InputError: as `Store.add`.
    """
    for picture in album.pictures:
        store.add(picture)
    store.add(album)


def finish(album: "Album", form: str, out: Path | None, files: dict[str, bytes]) -> int:
    """Print an album and write its files; return the exit code."""
    if out is not None:
        write_all(out, files)
    result(shown_album(album, form))
    for number, picture in enumerate(album.pictures, start=1):
        if picture.verdict.why_unknown:
            notice(f"picture {number}, {picture.image.name}: {picture.verdict.why_unknown}")
    return 0 if album.consistent else 1


def is_album(path: Path) -> bool:
    """Tell whether a file is an album, by its name or by what it says of itself."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    if path.name.endswith(".album.json"):
        return True
    with path.open("rb") as file:
        return _SCHEMA.encode() in file.read(200)


def read_album(path: Path) -> "Album":
    """Read the file of one album.

    Raises:
        InputError: it cannot be read, or is none.
    """
    from nesy.analysis import Album

    (text,) = read_scenes(path).scenes
    return Album.from_json(text.text, text.source)


def listed_answer(path: Path, question: str, language: str) -> "AlbumAnswer":
    """Answer a question from an album, without a model.

    Raises:
        InputError: it is no album, or no list can answer the question.
    """
    from nesy.answering.album_answer import answered_by_album
    from nesy.answering.album_question import read_album_question

    album = read_album(path)
    known = album.together.known
    return answered_by_album(read_album_question(question, known, language), album, known)


def asked_together(pipeline: "Pipeline", images: Sequence[Path], question: str) -> "AlbumAnswer":
    """Analyze pictures together and answer a question about them.

    Raises:
        NesyError: as `Pipeline.ask_together`; a question that cannot be asked is told before a model is loaded.
    """
    from nesy.answering.album_question import read_album_question
    from nesy.image import Image
    from nesy.loop.together import rules_together, together

    read_album_question(question, pipeline.ontology, pipeline.settings.language.code)
    pictures = together([Image.open(path) for path in images])
    _ = pipeline.rules, rules_together(pipeline.settings, pipeline.ontology)
    return pipeline.ask_together(pictures, question)


def told_of_album(answer: "AlbumAnswer", form: str) -> int:
    """Print an answer; return the exit code."""
    if form == "json":
        result(answer.to_json(indent=2))
    else:
        from nesy.rendering.album_answer_account import album_answer_account

        result(album_answer_account(answer))
    return 0 if answer.consistent else 1
