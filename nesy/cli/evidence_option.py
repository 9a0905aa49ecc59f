"""`nesy check --evidence`: trusted scenes, observations and pictures, beside the scenes to check."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.input_files import SceneFile, SceneText, read_scenes
from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.settings import CheckingSettings

if TYPE_CHECKING:
    from nesy.checking import Rules
    from nesy.grounding.sight import Source
    from nesy.image import Image
    from nesy.observations import Observations
    from nesy.ontology import Ontology
    from nesy.verdict import Verdict

    Beside = SceneText | Observations | Image
    """What a scene is held against: JSON that is yet to be read, what a witness saw, or a picture."""

EvidenceOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--evidence",
        metavar="FILE",
        help="Trusted scenes of the same image, what witnesses saw in it (nesy.observations/1), or the picture itself, "
        "at which a witness then looks: every claim is judged supported, contradicted or unknown, and a contradicted "
        "one makes the exit code 1. With many scenes, a .jsonl is read line by line beside them. May be repeated.",
    ),
]
ClosedOption = Annotated[
    str,
    typer.Option(
        "--closed",
        metavar="WORDS",
        help="Of what the evidence names every thing there is, so that what it does not name is not there: coco (the "
        "80 categories), none, or a file with a word a line.",
    ),
]

WitnessOption = Annotated[
    str,
    typer.Option(
        "--witness",
        metavar="W",
        help="Who looks at a picture that is evidence, or several joined by commas; its text is read as well where a "
        "claim is of text and nesy[ocr] is installed.",
    ),
]

Item = tuple[SceneText, tuple["Beside", ...]]
"""A scene to check, and the evidence of its image."""


def closed_words(chosen: str) -> frozenset[str]:
    """Return the words of `--closed`.

    Raises:
        InputError: a file that cannot be read, or is empty.
    """
    if chosen == "none":
        return frozenset()
    if chosen == "coco":
        from nesy.ontology import Ontology

        return Ontology.default().categories
    try:
        words = [line.strip() for line in read_text(chosen).splitlines()]
    except InputError as error:
        raise InputError(f"--closed: neither coco nor none nor a file of words; {error}") from None
    if not any(words):
        raise InputError(f"--closed {chosen}: holds no word")
    return frozenset(word for word in words if word)


def beside(found: SceneFile, evidence: Sequence[Path], witness: str) -> Iterator[Item]:
    """Yield every scene with its evidence; the files are read as they are wanted.

    A file of one scene is evidence for all; of a .jsonl each line is for the scene on the same line, or all lines are
    for the one scene there is.

    At a picture the witness looks once, before any scene is checked.

    Raises:
        InputError: an evidence file cannot be used, or has more or fewer lines than there are scenes.
        ModelError: the witness cannot look.
    """
    always: list[Beside] = []
    lines: dict[Path, Iterable[SceneText]] = {}
    for path in evidence:
        if _is_picture(path):
            always += _looked_at(path, witness)
            continue
        file = read_scenes(path)
        if file.many and found.many:
            lines[path] = file.scenes
        else:
            always += file.scenes
    for text in always:
        _source(text)  # what is wrong with it is said once, before any scene is checked
    if not lines:
        yield from ((scene, tuple(always)) for scene in found.scenes)
        return
    for row in zip_longest(found.scenes, *lines.values()):
        scene, beside_it = row[0], row[1:]
        for path, text in zip(lines, beside_it, strict=True):
            if scene is None and text is not None:
                raise InputError(f"--evidence {path}: has more lines than there are scenes; each needs the other")
            if scene is not None and text is None:
                raise InputError(f"--evidence {path}: has no line for {scene.source}; every scene needs one")
        if scene is not None:
            yield scene, (*always, *(text for text in beside_it if text is not None))


def judged(
    item: Item, rules: "Rules", closed: frozenset[str], ontology: "Ontology", settings: CheckingSettings
) -> "Verdict":
    """Check one scene, against its evidence where it has any.

    Raises:
        InputError: the scene or its evidence is no scene.
    """
    from nesy.checking import check
    from nesy.grounding import check_against

    text, evidence = item
    scene = text.scene()
    if not evidence:
        return check(scene, rules, ontology, settings=settings)
    sources = [_source(one) for one in evidence]
    return check_against(scene, sources, closed=closed, ontology=ontology, rules=rules)


def _is_picture(path: Path) -> bool:
    """Tell whether a file is to be read as a picture: what does not begin as JSON does, and is not named so."""
    if str(path) == "-" or path.suffix.lower() in (".json", ".jsonl"):
        return False
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError:
        return False  # why it cannot be read is told by who reads it
    return start != b"" and start[:1] not in b"{["


def _looked_at(path: Path, witness: str) -> "list[Beside]":
    """Return a picture, and what the witness sees in it."""
    from nesy.image import Image
    from nesy.witness.roster import load_all

    eyes = load_all(witness)
    try:
        picture = Image.open(path)
    except InputError as error:
        raise InputError(f"--evidence: neither a scene nor observations (JSON) nor a picture; {error}") from None
    return [picture, *(one.observe(picture) for one in eyes)]


@lru_cache(maxsize=64)
def _source(one: "Beside") -> "Source":
    """Read evidence that is yet to be read: a scene, or observations by their schema or their witnesses."""
    from nesy.observations import Observations

    if not isinstance(one, SceneText):
        return one
    if one.schema() == "nesy.observations/1" or (one.schema() is None and one.has("witnesses")):
        return Observations.from_json(one.text, source=one.source)
    return one.scene()
