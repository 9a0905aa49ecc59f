"""`nesy parse`: free text in, scenes out."""

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from nesy.cli.check import error_record
from nesy.cli.console import fail, growing, notice, result
from nesy.cli.input_files import SceneText, read_texts
from nesy.cli.settings_options import ConfigOption, OntologyOption, SetOption, effective, ontology_of
from nesy.encoding import decoded
from nesy.errors import InputError
from nesy.rendering.plain import on_one_line
from nesy.settings import LANGUAGES

if TYPE_CHECKING:
    from nesy.ontology import Ontology
    from nesy.scene import Scene

LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="CODE",
        help=f"The language that is read; there is: {', '.join(LANGUAGES)}.",
        show_default=LANGUAGES[0],
    ),
]

_MANY = 1000
"""Entities from which on one text is likely to be many."""
_AT_ONCE = 64
"""Lines that are parsed together."""


class SceneFormat(StrEnum):
    """How `parse` prints a scene."""

    TEXT = "text"
    JSON = "json"


def parse(
    text: Annotated[
        str | None, typer.Argument(help="The description, or - for standard input.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help='One description (.txt), many (.jsonl, {"text": ...} on each line), or - for standard input.',
            show_default=False,
        ),
    ] = None,
    language: LanguageOption = None,
    ontology: OntologyOption = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    form: Annotated[SceneFormat, typer.Option("--format", help="How the scene is printed.")] = SceneFormat.JSON,
) -> None:
    """Read a description and print the scene that it describes.

    `nesy parse "A man rides a horse." | nesy check -` checks what a text says.
    """
    from nesy.language.annotator import import_alone
    from nesy.language.parsing import parse as read

    if (text is None) == (file is None):
        raise InputError("give either a TEXT or --file FILE; `nesy parse --help` shows both")
    settings = effective(config, set_, ontology=ontology, language__code=language)
    code, known = settings.language.code, ontology_of(settings)
    import_alone()
    if text is not None and text != "-":
        result(_written(read(text, code, known), text, form, None))
        return
    found = read_texts(file if file is not None else Path("-"))
    if not found.many:
        (one,) = found.scenes
        description = _decoded(one)
        try:
            scene = read(description, code, known)
        except InputError as error:
            raise InputError(f"{one.source}: {error}") from None
        if len(scene.entities) > _MANY:
            notice(
                f"{one.source}: {len(scene.entities):,} entities in one scene; many descriptions go into "
                'a .jsonl file, a {"text": ...} on each line, and each has a scene of its own'
            )
        result(_written(scene, description, form, None))
        return
    worst = 0
    with growing("Parsing", found.size) as advance:
        for outcome, size in _each(found.scenes, code, known, form):
            if isinstance(outcome, InputError):
                worst = fail(str(outcome), 2)
            else:
                result(outcome)
            advance(size)
    raise typer.Exit(worst)


def _each(
    lines: Iterable[SceneText], language: str, ontology: "Ontology", form: SceneFormat
) -> Iterator[tuple[str | Text | InputError, int]]:
    """Yield what each line has come to, and its size in bytes; after an error comes its record."""
    from nesy.language.parsing import parse_many

    waiting = iter(lines)
    while chunk := list(islice(waiting, _AT_ONCE)):
        texts: dict[int, str] = {}
        errors: dict[int, InputError] = {}
        for place, line in enumerate(chunk):
            try:
                texts[place] = described(line, language)
            except InputError as error:
                errors[place] = error
        scenes = dict(zip(texts, parse_many(texts.values(), language, ontology), strict=True))
        for place, line in enumerate(chunk):
            if place in errors:
                yield errors[place], 0
                if form is SceneFormat.JSON:
                    yield error_record(line, errors[place]), len(line.text)
                continue
            yield _written(scenes[place], texts[place], form, line.source), len(line.text)


def described(line: SceneText, language: str = LANGUAGES[0]) -> str:
    """Return the text of a line `{"text": ...}`; further keys are for the reader of the file.

    Raises:
        InputError: the line is no such object, or its text is blank, holds no words or is in another language; it
            names the line.
    """
    from nesy.language.parsing import words_to_read

    try:
        read = json.loads(decoded(line.text, line.source))
    except (ValueError, RecursionError):
        raise InputError(f'{line.source}: no JSON; a line {{"text": ...}} is expected') from None
    text = read.get("text") if isinstance(read, dict) else None
    if not isinstance(text, str):
        raise InputError(f'{line.source}: no "text"; a line {{"text": ...}} is expected')
    try:
        words_to_read(text, language, told=False)
    except InputError as error:
        raise InputError(f"{line.source}: {error}") from None
    return text


def _decoded(one: SceneText) -> str:
    return decoded(one.text, one.source)


def _written(scene: "Scene", text: str, form: SceneFormat, source: str | None) -> str | Text:
    """Write a scene; `source` names the line where there are many."""
    if form is SceneFormat.JSON:
        return scene.to_json(indent=None if source else 2)
    from nesy.rendering.parse_account import scene_account

    told = scene_account(scene, text)
    return Text(on_one_line(source) + ":\n").append_text(told) if source else told
