"""The folder of a run -> what stands in it, whatever moment its writer was killed at; nothing is changed here.

    run.json                   what was run (`nesy.batch/1`)
    analyses/part-00000.jsonl  an analysis a line (`nesy.analysis/1`), or part-00000.parquet with one a row
    index.jsonl                where each picture's analysis stands, and what came out
    errors.jsonl               the pictures that have none, and why

The pieces are what holds; the index is made of them again where it says anything else.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pydantic import ValidationError

from nesy.batch.parquet_pieces import rows_in, rows_of
from nesy.batch.run_card import BatchCard
from nesy.batch.run_lines import Entry, Failure
from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.scene import one_line, read_json

CARD, INDEX, ERRORS, PIECES = "run.json", "index.jsonl", "errors.jsonl", "analyses"
LINES, PACKED = ".jsonl", ".parquet"


def is_run(folder: Path) -> bool:
    """Tell whether a folder is that of a run."""
    try:
        text = (folder / CARD).read_text(encoding="utf-8")
        return str(json.loads(text).get("schema")).startswith("nesy.batch/")
    except (OSError, ValueError, RecursionError, AttributeError):
        return False


def read_card(folder: Path) -> BatchCard:
    """Read what a run is of.

    Raises:
        InputError: the folder is no run; tells what it is where that is known.
    """
    path = folder / CARD
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; `nesy analyze FOLDER --out RUN` makes one")
    if not path.is_file():
        raise InputError(f"{folder}: no run, for it has no {CARD}; `nesy analyze FOLDER --out RUN` makes one")
    text = read_text(path)
    if '"nesy.run/' in text[:200]:
        raise InputError(f"{folder}: holds traces of `nesy evaluate --arms`; a run of `nesy analyze` would be right")
    return read_json(BatchCard, text, str(path))


def piece_name(number: int) -> str:
    """Return the name of a piece, without its ending."""
    return f"part-{number:05d}"


def piece_numbers(folder: Path) -> list[int]:
    """Return the numbers of the pieces that are there, in order; each once, packed or not."""
    found = [path for path in (folder / PIECES).glob("part-*") if path.suffix in (LINES, PACKED)]
    return sorted({int(number) for path in found if (number := path.stem.removeprefix("part-")).isdigit()})


def piece_file(folder: Path, piece: str) -> Path:
    """Return the file of a piece: packed, where that is there."""
    packed = folder / PIECES / f"{piece}{PACKED}"
    return packed if packed.exists() else packed.with_suffix(LINES)


@dataclass
class _Covered:
    """What the index says of a piece: so many rows without a gap, up to this byte."""

    rows: int = 0
    end: int = 0
    sound: bool = True


def entries(folder: Path) -> Iterator[Entry]:
    """Yield what is known of every analysis, pieces that the index does not know included, each row once.

    Of a row that was said to be the same as another, the entry comes after that one's.

    Raises:
        InputError: a whole line of a piece is no analysis; names file and line.
    """
    unsound = _unsound(folder)
    again: dict[tuple[str, str], Entry] = {}
    for piece in sorted(unsound):
        for one in _entries_of(folder, piece):
            again[one.piece, one.sha256] = one
            yield one
    for entry in _indexed(folder):
        if entry.piece not in unsound:
            yield entry
        elif entry.same_as is not None and (known := again.get((entry.piece, entry.sha256))) is not None:
            yield known.model_copy(update={"name": entry.name, "same_as": known.name})


def index_is_sound(folder: Path) -> bool:
    """Tell whether the index says of every piece what stands there."""
    index = folder / INDEX
    torn = index.exists() and index.stat().st_size != sum(len(line) for line in whole_lines(index))
    return not torn and not _unsound(folder)


def _unsound(folder: Path) -> frozenset[str]:
    """Return the pieces of which the index does not say what stands there."""
    covered: dict[str, _Covered] = {}
    last: dict[str, Entry] = {}
    for entry in _indexed(folder):
        if entry.same_as is not None:
            continue
        known = covered.setdefault(entry.piece, _Covered())
        known.sound &= entry.row == known.rows and (entry.row == 0) == (entry.offset == 0)
        known.rows += 1
        last[entry.piece] = entry
    there = {piece_name(number) for number in piece_numbers(folder)}
    sound = {piece for piece in there if piece in covered and covered[piece].sound and _ends_with(folder, last[piece])}
    return frozenset((there | covered.keys()) - sound)


def _ends_with(folder: Path, last: Entry) -> bool:
    """Tell whether a piece ends with the row that the index has last of it."""
    path = piece_file(folder, last.piece)
    if path.suffix == PACKED:
        return rows_in(path) == last.row + 1
    try:
        with path.open("rb") as lines:
            lines.seek(last.offset)
            line = lines.readline()
            return line.endswith(b"\n") and not lines.read(1) and last.sha256.encode() in line
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _entries_of(folder: Path, piece: str) -> Iterator[Entry]:
    """Read the entries of a piece from its analyses."""
    path = piece_file(folder, piece)
    if not path.exists():
        return
    offset = 0
    for row, line in zip(count(), rows_of(path) if path.suffix == PACKED else whole_lines(path), strict=False):
        try:
            yield Entry.of(json.loads(line), piece, row, offset)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InputError(
                f"{path}, line {row + 1}: is no analysis, and it is no line that a kill cut off; remove it"
            ) from None
        offset += len(line)


def _indexed(folder: Path) -> Iterator[Entry]:
    """Yield what the index says; a line that it cannot have been written with is passed over: the pieces know."""
    for line in whole_lines(folder / INDEX):
        try:
            yield Entry.model_validate_json(line)
        except ValidationError:
            continue


def failures(folder: Path) -> Iterator[Failure]:
    """Yield the pictures that could not be analyzed, as often as they are noted.

    Raises:
        InputError: a whole line is none; names file and line.
    """
    path = folder / ERRORS
    for number, line in enumerate(whole_lines(path), start=1):
        try:
            yield Failure.model_validate_json(line)
        except ValidationError as error:
            raise InputError(f"{path}, line {number}: {one_line(error)}") from None


def whole_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file but for a last one that was cut off; none where there is no file."""
    try:
        with path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    yield line
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
