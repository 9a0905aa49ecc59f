"""A file of analyses, a folder of `nesy analyze --out`, or a run over a data set -> the analyses, one by one."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.cli.input_files import SceneText, holds_run, read_scenes
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.analysis import Analysis

PIECES = "analyses"
"""The folder of a run over a data set that holds its analyses, in files of one a line."""


def read_run(path: Path, left_out: Counter[str]) -> "Iterator[Analysis]":
    """Yield the analyses of a file (.json: one; .jsonl or `-`: one a line) or of a folder.

    Of a run, or a folder of runs, they come in the order of its index; of another folder, those of its
    `*.analysis.json` and of `analyses/*.jsonl`, in the order of the names. A record of a picture that could not be
    analyzed is left out, and so is the last line of a piece where it was cut off.

    Args:
        path: the file or folder; `-` for standard input.
        left_out: what is left out -> how often; added to as the analyses are taken.

    Raises:
        InputError: it cannot be read or holds no analysis; or a line is none: names file and line.
    """
    if str(path) == "-" or not path.is_dir():
        for text in read_scenes(path).scenes:
            if not _is_error(text, left_out):
                yield text.analysis()
        return
    if holds_run(path):
        yield from _of_run(path, left_out)
        return
    single, pieces = sorted(path.glob("*.analysis.json")), sorted((path / PIECES).glob("*.jsonl"))
    if not single and not pieces:
        raise InputError(
            f"{path}: holds no analyses; *.analysis.json (`nesy analyze --out`) or {PIECES}/*.jsonl would be right"
        )
    for file in single:
        for text in read_scenes(file).scenes:
            yield text.analysis()
    for file in pieces:
        if file.stat().st_size:
            yield from _of_piece(file, left_out)


def _of_run(path: Path, left_out: Counter[str]) -> "Iterator[Analysis]":
    from nesy.batch import read_run as run_at

    run = run_at(path)
    left_out["could not be analyzed"] += sum(1 for _ in run.failures())
    yield from run


def _of_piece(file: Path, left_out: Counter[str]) -> "Iterator[Analysis]":
    for text in read_scenes(file).scenes:
        if not text.text.endswith(b"\n") and text.schema() is None:
            left_out["cut off"] += 1
        elif not _is_error(text, left_out):
            yield text.analysis()


def _is_error(text: SceneText, left_out: Counter[str]) -> bool:
    found = text.schema() == "nesy.error/1"
    left_out["could not be analyzed"] += found
    return found
