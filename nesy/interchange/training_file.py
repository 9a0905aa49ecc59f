"""Lessons and a format -> a file of rows, whole or not at all, with what its loader needs beside it."""

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path
from typing import Any

from nesy.analysis import Analysis
from nesy.errors import InputError
from nesy.interchange.dataset_info import NAME, with_entry
from nesy.interchange.lessons import Course, Lesson, lessons
from nesy.interchange.picture_paths import PicturePaths, bare
from nesy.interchange.preference_pairs import dpo_row, ranking_row
from nesy.interchange.training_turns import llava_row, sharegpt_row

COPIES = "images"
"""The folder beside the file that copied pictures go to."""


@dataclass(frozen=True)
class TrainingFormat:
    """One format of rows."""

    row: Callable[[Lesson, str, str], dict[str, Any]]
    pairs: bool = False
    """Whether a row is a pair: what is to be said, and what was said at first."""
    llamafactory: bool = False
    """Whether its loader finds the file by an entry of dataset_info.json."""


FORMATS: Mapping[str, TrainingFormat] = {
    "llava": TrainingFormat(llava_row),
    "sharegpt": TrainingFormat(sharegpt_row, llamafactory=True),
    "dpo": TrainingFormat(dpo_row, pairs=True),
    "ranking": TrainingFormat(ranking_row, pairs=True, llamafactory=True),
}
"""Name -> format; `dpo` is TRL's, `sharegpt` and `ranking` are LLaMA-Factory's."""


@dataclass(frozen=True)
class Destination:
    """Where rows go, and how."""

    file: Path
    """Its ending tells the form: `.json`, one array; `.jsonl`, one row a line."""
    pictures: PicturePaths | None = None
    """Where the pictures lie, below which rows name them; None: rows have their bare names."""
    copied: bool = False
    """Whether the pictures are copied into `images/` beside the file."""
    limit: int | None = None
    """So many rows at most, drawn by the seed of the course."""
    force: bool = False
    """Whether what is there may be replaced."""


def write_training(
    analyses: Iterable[Analysis], name: str, course: Course, to: Destination, left_out: Counter[str]
) -> int:
    """Write what analyses teach, and return the number of rows; nothing is written where there are none.

    Args:
        analyses: one by one; none is kept.
        name: of a format of `FORMATS`.
        course: what is wanted of them.
        to: where it goes.
        left_out: why something is left out -> how often; added to.

    Raises:
        InputError: no row is left, a picture is not found, or something cannot be written or is there already.
        KnowledgeError: an ontology file of an analysis cannot be read, or is not what it was.
    """
    form, folder = FORMATS[name], to.file.parent
    beside: tuple[str, str] | None = None
    if form.llamafactory:
        beside = with_entry(folder, to.file.name, ranking=form.pairs, force=to.force)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".nesy-") as drafts:
            draft = Path(drafts, "rows")
            taken: set[Path] = set()
            written = _write(draft, _drawn(_rows(analyses, form, course, to, left_out), course, to), to, taken)
            if not written:
                told = ", ".join(f"{number} {why}" for why, number in left_out.items() if number)
                raise InputError(f"{to.file}: not written, for no row is left{f' ({told})' if told else ''}")
            if beside is not None:
                Path(drafts, NAME).write_text(beside[1], encoding="utf-8")
            if to.copied and to.pictures is not None:
                _copy(taken, to.pictures.folder, folder / COPIES, Path(drafts))
            if beside is not None:
                Path(drafts, NAME).replace(folder / NAME)
            draft.replace(to.file)
    except OSError as error:
        raise InputError(f"{to.file}: cannot be written ({error.strerror})") from None
    return written


def _rows(
    analyses: Iterable[Analysis], form: TrainingFormat, course: Course, to: Destination, left_out: Counter[str]
) -> Iterator[tuple[str, Path | None]]:
    """Yield each row as JSON, with the file of its picture."""
    names: Counter[str] = Counter()
    for lesson in lessons(analyses, course, left_out):
        image = lesson.analysis.image
        file = _file(lesson, to.pictures)
        shown = bare(image.name) if file is None or to.pictures is None else _relative(file, to.pictures.folder)
        name = "-".join(filter(None, (Path(image.name).stem, (image.sha256 or "")[:16], lesson.kind)))
        names[name] += 1
        name += f"-{names[name]}" if names[name] > 1 else ""
        yield json.dumps(form.row(lesson, f"{COPIES}/{shown}" if to.copied else shown, name), ensure_ascii=False), file


def _file(lesson: Lesson, pictures: PicturePaths | None) -> Path | None:
    if pictures is None:
        return None
    file, image = pictures.find(lesson.analysis.image), lesson.analysis.image
    if file is None:
        told = "" if image.sha256 is None else f" with the sum {image.sha256[:16]}..."
        raise InputError(f"--images {pictures.folder}: holds no {Path(image.name).name}{told}, which was analyzed")
    return file


def _relative(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


def _drawn(
    rows: Iterator[tuple[str, Path | None]], course: Course, to: Destination
) -> Iterator[tuple[str, Path | None]]:
    """Yield the rows, or where there is a limit those with the least sums of seed and row, in their order."""
    if to.limit is None:
        yield from rows
        return
    numbered = ((_lot(course.seed, text), place, text, file) for place, (text, file) in enumerate(rows))
    for _, _, text, file in sorted(nsmallest(to.limit, numbered, key=lambda row: row[:2]), key=lambda row: row[1]):
        yield text, file


def _lot(seed: int, text: str) -> bytes:
    return hashlib.sha256(f"{seed} {text}".encode()).digest()


def _write(draft: Path, rows: Iterable[tuple[str, Path | None]], to: Destination, taken: set[Path]) -> int:
    """Write the rows one after the other, note their pictures, and return how many there are."""
    array, written = to.file.suffix.lower() == ".json", 0
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        for text, picture in rows:
            file.write(("[\n" if array and not written else ",\n" if array else "") + text + ("" if array else "\n"))
            taken |= set() if picture is None else {picture}
            written += 1
        file.write("\n]\n" if array else "")
    return written


def _copy(taken: Iterable[Path], pictures: Path, folder: Path, drafts: Path) -> None:
    """Copy pictures to drafts, and when all are there move them to their folder."""
    moves = []
    for place, file in enumerate(sorted(taken)):
        moves.append((shutil.copyfile(file, drafts / f"picture-{place}"), folder / file.relative_to(pictures)))
    for draft, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(draft).replace(target)
